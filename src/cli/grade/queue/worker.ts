/** Takes tasks one after another, keeps its claims while they are graded, and writes each result once. */
import { messageOf } from '../../failure'
import { writeResult } from '../json'
import type { SubmissionResult } from '../result'
import { resultFile } from './batch'
import type { Claim, Queue } from './queue'
import type { Store } from './store'

export interface WorkerOptions {
  /**
   * Grades a task. What the submission does, running out of time or memory included, is a result; it rejects only where
   * something else broke, and the task is then tried again.
   */
  readonly grade: (claim: Claim, stop: AbortSignal) => Promise<SubmissionResult>
  /** Tasks at a time. */
  readonly jobs: number
  /** End where nothing waits and nobody works. */
  readonly untilDone: boolean
  /** No new tasks; those begun are finished. */
  readonly drain: AbortSignal
  /** Give up what has begun, too; other workers take it. */
  readonly stop: AbortSignal
  readonly say: (message: string) => void
  /** Milliseconds between signs of life, and between looks at an empty queue. */
  readonly beat?: number
  readonly pause?: number
}

/** @returns how many tasks it finished */
export async function work(queue: Queue, store: Store, options: WorkerOptions): Promise<number> {
  const { jobs, untilDone, drain, stop, pause = 1000, say } = options
  let finished = 0
  let reachable = true
  const slot = async () => {
    while (!drain.aborted && !stop.aborted) {
      let claim: Claim | undefined
      try {
        claim = await queue.take()
        if (!claim && untilDone && (await idle(queue))) return
        if (!reachable) say('The queue can be reached again.')
        reachable = true
      } catch (error) {
        // The database restarts, or the network is away: nothing is lost by waiting.
        if (reachable) say(`The queue cannot be reached (${messageOf(error)}); trying on.`)
        reachable = false
      }
      if (!claim) await rest(pause, [drain, stop])
      else if (await handle(queue, store, claim, options)) finished++
    }
  }
  await Promise.all(Array.from({ length: jobs }, slot))
  return finished
}

async function idle(queue: Queue): Promise<boolean> {
  const counts = await queue.counts()
  return counts.every(({ waiting, active, retrying }) => waiting + active + retrying === 0)
}

const BEAT = 5000

/** @returns whether the task is done */
async function handle(queue: Queue, store: Store, claim: Claim, options: WorkerOptions): Promise<boolean> {
  const { grade, stop, say, beat = BEAT } = options
  const renewal = setInterval(() => {
    // One that fails is made good by the next; where none gets through, the claim lapses, as it should.
    queue.renew(claim).catch(() => undefined)
  }, beat)
  try {
    const name = resultFile(claim.key)
    if ((await store.read(name)) === undefined) {
      const result = await grade(claim, stop)
      // Where another worker was faster, its result stays.
      await store.putOnce(name, `${writeResult(result)}\n`)
    }
  } catch (error) {
    clearInterval(renewal)
    say(`${claim.key.slice(0, 12)} (attempt ${claim.attempt + 1}): ${messageOf(error)}`)
    await queue.fault(claim, messageOf(error)).catch(() => undefined)
    return false
  } finally {
    clearInterval(renewal)
  }
  // Should this not get through, the next worker finds the result and is done at once.
  await queue.done(claim).catch(() => undefined)
  return true
}

/** Waits, but not longer than until one of the signals. */
function rest(milliseconds: number, signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      for (const signal of signals) signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    for (const signal of signals) signal.addEventListener('abort', end)
    if (signals.some(({ aborted }) => aborted)) end()
  })
}
