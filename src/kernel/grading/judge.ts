/** Judges data. Nothing that a test returned is executed here, so this is safe wherever the data comes from. */
import { energyDistance, energyTest, pool } from '../../models/verify/energyTest'
import { allowed, bulk, difference, EXACT } from './compare'
import { isNumberArray, type Data, type NumberArray } from './data'
import { LAW_SAMPLES, samplesOf, type DataJudge } from './dataJudges'
import { philoxPermutations } from './permutations'
import { dataText, numberText } from './words'

export interface Verdict {
  readonly passed: boolean
  /** Why it did not pass, in a sentence without a full stop. */
  readonly reason?: string
}

/** Asks the session that holds the predicates. */
export type AskPredicate = (predicate: number, returned: Data) => Promise<boolean>

const PASSED: Verdict = { passed: true }
const failed = (reason: string): Verdict => ({ passed: false, reason })

/** Does the data meet what is expected? Never throws for any data. */
export async function judge(expected: DataJudge, returned: Data, ask: AskPredicate): Promise<Verdict> {
  switch (expected.judge) {
    case 'exactly':
      return byDifference(difference(expected.value, returned, EXACT))
    case 'closeTo':
      return byDifference(difference(expected.value, returned, allowed(expected.within)))
    case 'below':
      return eachNumber(returned, (x) => x < expected.limit, `below ${numberText(expected.limit)}`)
    case 'atLeast':
      return eachNumber(returned, (x) => x >= expected.limit, `at least ${numberText(expected.limit)}`)
    case 'between':
      return eachNumber(
        returned,
        (x) => x >= expected.low && x <= expected.high,
        `between ${numberText(expected.low)} and ${numberText(expected.high)}`,
      )
    case 'nfeAtMost':
      return evaluations(returned, expected.limit)
    case 'invertibleTo':
      return roundTrip(returned, expected.limit)
    case 'integratesToOne':
      return integral(returned, expected.cell, expected.within)
    case 'sameLaw':
      return samples(returned, expected.samples, async (mine, theirs, dim) => {
        const pooled = pool(theirs, mine, dim)
        const stream = philoxPermutations('sameLaw')
        const { distance, byChance, rejected } = await energyTest(pooled, expected.level, stream, nothing)
        return rejected
          ? `the samples are of another law: their energy distance is ${numberText(distance)}, and chance gives up to ${numberText(byChance)}`
          : undefined
      })
    case 'distanceBelow':
      return samples(returned, expected.samples, (mine, theirs, dim) => {
        const pooled = pool(theirs, mine, dim)
        const labels = Uint8Array.from({ length: pooled.size }, (_, i) => (i < pooled.first ? 1 : 0))
        const distance = energyDistance(pooled, labels)
        return distance < expected.limit
          ? undefined
          : `the energy distance from the samples expected is ${numberText(distance)}, and must be below ${numberText(expected.limit)}`
      })
    case 'satisfies':
      return (await ask(expected.predicate, returned))
        ? PASSED
        : failed(`${expected.words} expected, and ${dataText(returned)} came back`)
  }
}

const nothing = () => Promise.resolve()

function byDifference(found: string | undefined): Verdict {
  return found === undefined ? PASSED : failed(found)
}

function numbersOf(data: Data): NumberArray | undefined {
  const numbers = bulk(data)
  if (typeof numbers === 'number') return { shape: [], values: Float64Array.of(numbers), precision: 8 }
  return typeof numbers === 'object' && numbers !== null && isNumberArray(numbers) && numbers.values.length
    ? numbers
    : undefined
}

function eachNumber(data: Data, holds: (x: number) => boolean, words: string): Verdict {
  const numbers = numbersOf(data)
  if (!numbers) return failed(`a number ${words} expected, and ${dataText(data)} came back`)
  const wrong = numbers.values.find((x) => !holds(x))
  return wrong === undefined
    ? PASSED
    : failed(`a number ${words} expected, and ${numberText(wrong)} came back`)
}

function evaluations(data: Data, limit: number): Verdict {
  const numbers = numbersOf(data)
  if (!numbers?.values.every((x) => Number.isInteger(x) && x >= 0))
    return failed(`a number of network evaluations expected, and ${dataText(data)} came back`)
  const mean = numbers.values.reduce((sum, x) => sum + x, 0) / numbers.values.length
  return mean <= limit
    ? PASSED
    : failed(`at most ${numberText(limit)} network evaluations expected, and there were ${numberText(mean)}`)
}

function member(data: Data, key: string): Data {
  return typeof data === 'object' && data !== null && !Array.isArray(data) && Object.hasOwn(data, key)
    ? (data as Readonly<Record<string, Data>>)[key]
    : undefined
}

function roundTrip(data: Data, limit: number): Verdict {
  const x = numbersOf(member(data, 'x'))
  const back = numbersOf(member(data, 'roundTrip'))
  if (!x || !back) return failed(`numbers x and roundTrip expected, and ${dataText(data)} came back`)
  if (x.shape.join() !== back.shape.join())
    return failed(`x has shape [${x.shape.join(', ')}], but its round trip [${back.shape.join(', ')}]`)
  let largest = 0
  for (let i = 0; i < x.values.length; i++) {
    const error = Math.abs(x.values[i]! - back.values[i]!)
    if (!(error <= largest)) largest = Number.isNaN(error) ? Infinity : error
  }
  return largest <= limit
    ? PASSED
    : failed(`the round trip misses x by ${numberText(largest)}, and may by ${numberText(limit)}`)
}

function integral(data: Data, given: number | undefined, within: number): Verdict {
  const cell = given ?? member(data, 'cell')
  const densities = numbersOf(given === undefined ? member(data, 'logDensity') : data)
  if (!densities || typeof cell !== 'number')
    return failed(`log-densities on a grid expected, and ${dataText(data)} came back`)
  const total = densities.values.reduce((sum, log) => sum + Math.exp(log), 0) * cell
  return Math.abs(total - 1) <= within
    ? PASSED
    : failed(`the density integrates to ${numberText(total)}, and should to 1 ± ${numberText(within)}`)
}

/** Compares laws by as many samples as make it quick: the first of each. */
async function samples(
  data: Data,
  expected: NumberArray,
  compare: (
    mine: Float64Array,
    theirs: Float64Array,
    dim: number,
  ) => string | undefined | Promise<string | undefined>,
): Promise<Verdict> {
  let returned: NumberArray
  try {
    returned = samplesOf(data, 'what was returned')
  } catch (error) {
    return failed((error as Error).message)
  }
  const dim = expected.shape[1]!
  if (returned.shape[1] !== dim)
    return failed(`samples of ${dim} numbers expected, and of ${returned.shape[1]} came back`)
  const part = ({ values }: NumberArray) => values.subarray(0, LAW_SAMPLES * dim)
  return byDifference(await compare(part(expected), part(returned), dim))
}
