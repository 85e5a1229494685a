/** Makes a batch: keeps the master and the submissions in the store, and puts a task for each into the queue. */
import { constants } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { UsageError } from '../../failure'
import { LARGEST_FILE } from '../limits'
import { readSubmission } from '../submissionFile'
import type { Submission } from '../types'
import { batchFile, resultFile, taskKey, type Batch, type BatchSettings, type BatchSubmission } from './batch'
import type { Limits, Queue } from './queue'
import type { Store } from './store'

export interface NewBatch {
  readonly name: string
  /** Path of the master notebook. */
  readonly master: string
  readonly runtime: string
  readonly settings: BatchSettings
  readonly submissions: readonly Submission[]
}

/** Seconds without a sign of life after which a worker is taken for dead. */
const HEARTBEAT = 30

export interface Enqueued {
  readonly batch: Batch
  /** Tasks that have no result yet; the others need not be graded again. */
  readonly open: number
}

/**
 * The same call again changes nothing: what waits is not added twice, and what has a result is left alone.
 *
 * @throws UsageError where a batch of that name is another one
 */
export async function enqueue(queue: Queue, store: Store, wanted: NewBatch): Promise<Enqueued> {
  const { name, runtime, settings } = wanted
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name))
    throw new UsageError(`--batch ${name}: a name has 1 to 64 of the characters A–Z a–z 0–9 . _ -`)
  const master = await store.put(await readFile(wanted.master))
  const about = { name, master, runtime, settings }
  const submissions: BatchSubmission[] = []
  for (const submission of wanted.submissions) {
    const kept = await keep(store, submission)
    submissions.push({ key: taskKey(about, kept), ...kept })
  }
  const batch: Batch = { schema: 1, ...about, masterName: basename(wanted.master), submissions }
  const text = `${JSON.stringify(batch, null, 1)}\n`
  if (!(await store.putOnce(batchFile(name), text)) && (await store.read(batchFile(name))) !== text)
    throw new UsageError(
      `There is a batch “${name}” already, with another master, other submissions, limits or another Genbook; give this one another name with --batch.`,
    )
  const open: BatchSubmission[] = []
  for (const submission of submissions)
    if ((await store.read(resultFile(submission.key))) === undefined) open.push(submission)
  await queue.add(
    open.map(({ key }) => ({ key, batch: name })),
    limitsOf(settings),
  )
  return { batch, open: open.length }
}

/** A submission may be run twice, where a test was flaky; judging and starting take their time, too. */
function limitsOf({ timeout }: BatchSettings): Limits {
  return { heartbeat: HEARTBEAT, attempt: Math.ceil(2 * timeout) + 600 }
}

async function keep(store: Store, submission: Submission): Promise<Omit<BatchSubmission, 'key'>> {
  const { name, student, path } = submission
  const bytes = submission.problem === undefined ? await bytesOf(path) : undefined
  if (bytes) return { name, student, path, hash: await store.put(bytes) }
  const { reason = 'There is nothing to grade.' } = await readSubmission(submission)
  return { name, student, path, problem: reason }
}

/** @returns nothing for what is no file, or a link to one, or too large to be graded */
async function bytesOf(path: string): Promise<Uint8Array | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    () => undefined,
  )
  try {
    const info = await file?.stat()
    return info?.isFile() && info.size <= LARGEST_FILE ? await file?.readFile() : undefined
  } finally {
    await file?.close()
  }
}
