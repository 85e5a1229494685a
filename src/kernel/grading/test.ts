/**
 * `test`: what an instructor asks of a student's code.
 *
 * Only `run` is executed beside that code. In a session, the rest is executed after it; when a submission is graded, the rest
 * is not even in the student's process: the grader asks `run` for one given value after another, and judges what it returns.
 */
import type { Tensor } from '@tensorflow/tfjs'
import { executing } from '../session/current'
import { tolerance, type Judge, type Tolerance } from './judges'
import { currentHost } from './currentHost'

/** What `run` may return, and what may be given and expected: plain data, typed arrays and tensors. */
export type Returned =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | Tensor
  | Float32Array
  | Float64Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | readonly Returned[]
  | { readonly [key: string]: Returned }

export interface TestOptions<Given = undefined> {
  /** One call of `run` for each. Plain data. Omitted: one call with nothing. */
  readonly given?: readonly Given[]
  /** Calls the student's code, and returns plain data or tensors. All that it uses must be cells' names and imports. */
  readonly run: (given: Given) => unknown
  /** A value, a function of the given, or a judge. Omitted: what the instructor's own solution returns. */
  readonly expect?: Returned | Judge | ((given: Given) => Returned | Judge | Promise<Returned | Judge>)
  /** How far numbers may be from a value that is expected. */
  readonly within?: Tolerance
  /** The share of the cell's points. Omitted: equal shares. */
  readonly points?: number
  /** What a student reads where it fails. */
  readonly otherwise?: string
  /** How many times it runs, each with other random numbers. Default 1. */
  readonly seeds?: number
}

/** Runs of one test: more than these are a mistake. */
const MOST_RUNS = 10_000

/**
 * Declares a test of the cells above. It runs when the rest of its cell has run, after the tests before it.
 *
 * ```ts
 * test('score of a Gaussian', {
 *   given: [-1, 0, 2.5],
 *   run: (x) => score(x, 0, 1),
 *   expect: (x) => -x,
 *   points: 2,
 *   otherwise: 'The score of N(0, σ²) is −x/σ².',
 * })
 * ```
 *
 * @param name unique in its cell.
 * @throws TypeError, RangeError where the declaration makes no sense.
 */
export function test<Given = undefined>(name: string, options: TestOptions<Given>): void {
  const run = executing()
  if (!run) throw new Error('test belongs in a cell of its own: nothing is running that it could belong to.')
  checkDeclaration(name, options as TestOptions<unknown>)
  currentHost().declare(run, { name, options: options as TestOptions<unknown> })
}

function checkDeclaration(name: unknown, options: TestOptions<unknown>): void {
  if (typeof name !== 'string' || !name.trim())
    throw new TypeError('test: the first argument must be the name of the test')
  const where = `test '${name}'`
  const given: unknown = options
  if (typeof given !== 'object' || given === null || typeof options.run !== 'function')
    throw new TypeError(`${where}: the second argument must have a function run`)
  if (options.given !== undefined && (!Array.isArray(options.given) || options.given.length === 0))
    throw new TypeError(`${where}: given must be a list of values, one call of run for each`)
  if (options.points !== undefined && !(Number.isFinite(options.points) && options.points >= 0))
    throw new RangeError(`${where}: points must be a number from 0`)
  if (options.seeds !== undefined && !(Number.isInteger(options.seeds) && options.seeds >= 1))
    throw new RangeError(`${where}: seeds must be a whole number from 1`)
  if (options.otherwise !== undefined && typeof options.otherwise !== 'string')
    throw new TypeError(`${where}: otherwise must be a text`)
  if (options.within !== undefined) tolerance(where, options.within)
  if ((options.given?.length ?? 1) * (options.seeds ?? 1) > MOST_RUNS)
    throw new RangeError(`${where}: it would run more than ${MOST_RUNS} times`)
}
