/**
 * The queue on pg-boss over PostgreSQL. Built as a file of its own (`dist/queue.mjs`), which only the commands that need it
 * load.
 *
 * A task is added at most once at a time (policy `exclusive` by its key), delivered at least once, taken from workers whose
 * heartbeat stops, and retried with growing pauses.
 */
import { PgBoss } from 'pg-boss'
import { messageOf } from '../../failure'
import type { Claim, Counts, Failure, Limits, Queue, Task } from './queue'

const SCHEMA = 'genbook'
const NAME = 'grading'
const RETRIES = 4
/** Rows of one statement. */
const CHUNK = 1000

export interface QueueOptions {
  /** Connections at most. */
  readonly connections?: number
  /** Told of faults in the background, such as a connection that broke; pg-boss goes on by itself. */
  readonly onFault?: (message: string) => void
}

/**
 * @param url `postgres://user:password@host:5432/database`; members of it that are missing come from PGHOST, PGUSER, …
 * @throws where the database cannot be reached or the schema cannot be made
 */
export async function openQueue(
  url: string,
  { connections = 4, onFault }: QueueOptions = {},
): Promise<Queue> {
  const boss = new PgBoss({
    connectionString: url,
    schema: SCHEMA,
    application_name: 'genbook',
    max: connections,
    schedule: false,
    // A worker that died should not cost minutes.
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
  })
  boss.on('error', (error) => onFault?.(messageOf(error)))
  await boss.start()
  await boss.createQueue(NAME, {
    policy: 'exclusive',
    retryLimit: RETRIES,
    retryDelay: 5,
    retryBackoff: true,
    retryDelayMax: 300,
    retentionSeconds: 60 * 24 * 3600,
    deleteAfterSeconds: 60 * 24 * 3600,
  })
  return new BossQueue(boss)
}

class BossQueue implements Queue {
  readonly #boss: PgBoss

  constructor(boss: PgBoss) {
    this.#boss = boss
  }

  async add(tasks: readonly Task[], { heartbeat, attempt }: Limits): Promise<void> {
    const limits = { heartbeatSeconds: heartbeat, expireInSeconds: Math.min(attempt, 24 * 3600 - 1) }
    for (let start = 0; start < tasks.length; start += CHUNK)
      await this.#boss.insert(
        NAME,
        tasks
          .slice(start, start + CHUNK)
          .map(({ key, batch }) => ({ data: { key, batch }, singletonKey: key, ...limits })),
      )
  }

  async take(): Promise<Claim | undefined> {
    const [job] = await this.#boss.fetch<Task>(NAME)
    return job && { ...job.data, id: job.id, attempt: job.retryCount }
  }

  async renew(claim: Claim): Promise<void> {
    await this.#boss.touch(NAME, attemptOf(claim))
  }

  async done(claim: Claim): Promise<void> {
    await this.#boss.complete(NAME, attemptOf(claim))
  }

  async fault(claim: Claim, message: string): Promise<void> {
    await this.#boss.fail(NAME, attemptOf(claim), { message })
  }

  async counts(): Promise<Counts[]> {
    const { rows } = await this.#boss.getDb().executeSql(
      `SELECT data->>'batch' AS batch,
        count(*) FILTER (WHERE state = 'created')::int AS waiting,
        count(*) FILTER (WHERE state = 'active')::int AS active,
        count(*) FILTER (WHERE state = 'retry')::int AS retrying,
        count(*) FILTER (WHERE state = 'completed')::int AS done,
        count(*) FILTER (WHERE state IN ('failed', 'cancelled'))::int AS failed
      FROM ${SCHEMA}.job WHERE name = $1 GROUP BY 1 ORDER BY 1`,
      [NAME],
    )
    return rows as Counts[]
  }

  async failures(batch: string): Promise<Failure[]> {
    const { rows } = await this.#boss.getDb().executeSql(
      `SELECT data->>'key' AS key, data->>'batch' AS batch, coalesce(output->>'message', output::text, '') AS fault
      FROM ${SCHEMA}.job WHERE name = $1 AND data->>'batch' = $2 AND state IN ('failed', 'cancelled')`,
      [NAME, batch],
    )
    return rows as Failure[]
  }

  async close(): Promise<void> {
    await this.#boss.stop({ graceful: false, close: true })
  }
}

/** This attempt only: where another worker has taken the task since, nothing happens. */
function attemptOf({ id, attempt }: Claim) {
  return { id, retryCount: attempt }
}
