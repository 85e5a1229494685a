/** Judges with nothing in them but data, which can leave the instructor's session. */
import { dataOf } from './collect'
import { bulk } from './compare'
import { isNumberArray, type Data, type NumberArray } from './data'
import type { Judge, Tolerance } from './judges'
import { decodeData, encodeData, EncodingError, type Encoded } from './encode'
import type { Returned } from './test'

export type DataJudge =
  | { readonly judge: 'exactly'; readonly value: Data }
  | { readonly judge: 'closeTo'; readonly value: Data; readonly within?: Tolerance }
  | { readonly judge: 'below' | 'atLeast' | 'nfeAtMost' | 'invertibleTo'; readonly limit: number }
  | { readonly judge: 'between'; readonly low: number; readonly high: number }
  | { readonly judge: 'sameLaw'; readonly samples: NumberArray; readonly level: number }
  | { readonly judge: 'distanceBelow'; readonly samples: NumberArray; readonly limit: number }
  | { readonly judge: 'integratesToOne'; readonly cell?: number; readonly within: number }
  /** `predicate` is a number under which the session that made it holds the function. */
  | { readonly judge: 'satisfies'; readonly predicate: number; readonly words: string }

/** What becomes of a predicate: it is kept, and a number stands for it. */
export type KeepPredicate = (predicate: (returned: never) => boolean | Promise<boolean>) => number

/** Points of each sample that laws are compared by: a test of all pairs takes the square of it. */
export const LAW_SAMPLES = 512

const NAMES: ReadonlySet<unknown> = new Set<DataJudge['judge']>([
  'exactly',
  'closeTo',
  'below',
  'atLeast',
  'nfeAtMost',
  'invertibleTo',
  'between',
  'sameLaw',
  'distanceBelow',
  'integratesToOne',
  'satisfies',
])

export function isJudge(value: unknown): value is Judge {
  return typeof value === 'object' && value !== null && NAMES.has((value as { judge?: unknown }).judge)
}

/**
 * What is expected, as data: values become `closeTo`, draws are drawn.
 *
 * @param within of the test, for values that are expected as such.
 */
export async function dataJudge(
  expected: Returned | Judge,
  within: Tolerance | undefined,
  keep: KeepPredicate,
): Promise<DataJudge> {
  const what = 'what the test expects'
  if (!isJudge(expected))
    return { judge: 'closeTo', value: await dataOf(expected, what), ...(within && { within }) }
  switch (expected.judge) {
    case 'exactly':
      return { judge: 'exactly', value: await dataOf(expected.value, what) }
    case 'closeTo': {
      const tolerance = expected.within ?? within
      return {
        judge: 'closeTo',
        value: await dataOf(expected.value, what),
        ...(tolerance && { within: tolerance }),
      }
    }
    case 'sameLaw': {
      const { samples, level } = expected
      const drawn: unknown = typeof samples === 'function' ? await samples(LAW_SAMPLES) : samples
      return { judge: 'sameLaw', samples: samplesOf(await dataOf(drawn, what), what), level }
    }
    case 'distanceBelow':
      return { ...expected, samples: samplesOf(await dataOf(expected.samples, what), what) }
    case 'satisfies':
      return { judge: 'satisfies', predicate: keep(expected.predicate), words: expected.words }
    case 'below':
    case 'atLeast':
    case 'between':
    case 'nfeAtMost':
    case 'invertibleTo':
    case 'integratesToOne':
      return expected
  }
}

/**
 * @returns rows of numbers, of shape [n, d]; numbers on a line have d = 1
 * @throws RangeError where these are no samples
 */
export function samplesOf(data: Data, what: string): NumberArray {
  const numbers = bulk(data)
  if (typeof numbers !== 'object' || numbers === null || !isNumberArray(numbers) || !numbers.shape.length)
    throw new RangeError(`${what} must be samples: rows of numbers`)
  const [n = 0, ...rest] = numbers.shape
  if (n < 2) throw new RangeError(`${what} must have at least two samples`)
  if (!numbers.values.every(Number.isFinite)) throw new RangeError(`${what} has a sample that is not finite`)
  return { ...numbers, shape: [n, rest.reduce((product, length) => product * length, 1)] }
}

/** A judge as JSON. */
export function encodeJudge(judge: DataJudge): Encoded {
  return encodeData(judge as unknown as Data)
}

/** @throws EncodingError where this is no judge */
export function decodeJudge(encoded: unknown): DataJudge {
  const judge = decodeData(encoded)
  if (!isJudge(judge)) throw new EncodingError('this is no judge')
  return judge as unknown as DataJudge
}
