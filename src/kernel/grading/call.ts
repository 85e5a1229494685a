/** One call of a test's `run`, the same wherever it is made. */
import { currentStream, setStream } from '../../tensor'
import { Interrupted } from '../session/interrupt'
import { dataOf } from './collect'
import type { Data } from './data'
import { plainData } from './plain'
import type { TestOptions } from './test'

export interface Call {
  /** Among the tests of its cell, from 0. */
  readonly test: number
  /** Among the seeds of the test, from 0. */
  readonly seed: number
  /** Among the given values, from 0. */
  readonly place: number
  readonly given: Data
}

/**
 * Calls `run` with random numbers of the call's own, which nothing that ran before moves.
 *
 * @param goOn throws where the cell was stopped meanwhile.
 * @returns what it returned, as data.
 * @throws whatever it throws; DataError where it returns something else than data.
 */
export async function callRun(
  { run }: Pick<TestOptions<unknown>, 'run'>,
  { test, seed, place, given }: Call,
  goOn: () => void,
): Promise<Data> {
  const before = currentStream()
  try {
    setStream(before.split(`test ${test}/${seed}/${place}`))
    const returned = await dataOf(await run(plainData(given)), 'what run returned')
    goOn()
    return returned
  } catch (thrown) {
    goOn()
    throw thrown
  } finally {
    setStream(before)
  }
}

/** The calls that a test makes, in order. @throws DataError where something else than data is given */
export async function callsOf(test: number, options: TestOptions<unknown>): Promise<Call[]> {
  const given: readonly unknown[] = options.given ?? [undefined]
  const data = await Promise.all(given.map((value) => dataOf(value, 'what is given')))
  return Array.from({ length: options.seeds ?? 1 }, (_, seed) =>
    data.map((value, place) => ({ test, seed, place, given: value })),
  ).flat()
}

/** What was thrown, for people. @throws the interrupt of a cell that was stopped */
export function thrownText(thrown: unknown): { name: string; message: string } {
  if (thrown instanceof Interrupted) throw thrown
  try {
    const { name, message } = thrown as { name?: unknown; message?: unknown }
    if (typeof message === 'string')
      return {
        name: typeof name === 'string' ? name.slice(0, 200) : 'Error',
        message: message.slice(0, 2000),
      }
    return { name: 'Thrown', message: String(thrown).slice(0, 2000) }
  } catch {
    return { name: 'Thrown', message: 'something that cannot be read' }
  }
}
