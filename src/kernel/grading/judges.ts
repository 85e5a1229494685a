/**
 * Judges: what a test expects of the data that its `run` returns.
 *
 * They are plain objects: a test, another process and a file can hold them. Only the predicate of `satisfies` is a function,
 * and stays where the instructor's own notebook runs.
 */
import type { Returned } from './test'

/** How far numbers may be from those expected: |returned − expected| ≤ absolute + relative · scale. */
export interface Tolerance {
  /** Times the expected number or, of numbers in bulk, times their root mean square where that is larger. Default 1e-5. */
  readonly relative?: number
  /** Default 1e-6. */
  readonly absolute?: number
  /** How many numbers are summed up in each number compared: rounding errors grow with its root. Default 1. */
  readonly reduction?: number
}

interface Exactly {
  readonly judge: 'exactly'
  readonly value: Returned
}
interface CloseTo {
  readonly judge: 'closeTo'
  readonly value: Returned
  readonly within?: Tolerance
}
interface Limit {
  readonly judge: 'below' | 'atLeast' | 'nfeAtMost' | 'invertibleTo'
  readonly limit: number
}
interface Between {
  readonly judge: 'between'
  readonly low: number
  readonly high: number
}
interface SameLaw {
  readonly judge: 'sameLaw'
  /** Rows of numbers, or what draws n of them; drawn from when the master is run. */
  readonly samples: Returned | ((n: number) => Returned | Promise<Returned>)
  readonly level: number
}
interface DistanceBelow {
  readonly judge: 'distanceBelow'
  readonly samples: Returned
  readonly limit: number
}
interface IntegratesToOne {
  readonly judge: 'integratesToOne'
  /** The area of one cell of the grid; 0 where `run` returns it beside the densities. */
  readonly cell?: number
  readonly within: number
}
interface Satisfies {
  readonly judge: 'satisfies'
  readonly predicate: (returned: never) => boolean | Promise<boolean>
  readonly words: string
}

export type Judge =
  Exactly | CloseTo | Limit | Between | SameLaw | DistanceBelow | IntegratesToOne | Satisfies

/** The same data: no number differs in any bit. */
export function exactly(value: Returned): Judge {
  return { judge: 'exactly', value }
}

/** The same data, with numbers within a tolerance. */
export function closeTo(value: Returned, within?: Tolerance): Judge {
  return { judge: 'closeTo', value, ...(within && { within: tolerance('closeTo', within) }) }
}

/** A number less than `limit`; of numbers in bulk, each. */
export function below(limit: number): Judge {
  return { judge: 'below', limit: finite('below', limit) }
}

/** A number of at least `limit`; of numbers in bulk, each. */
export function atLeast(limit: number): Judge {
  return { judge: 'atLeast', limit: finite('atLeast', limit) }
}

/** low ≤ number ≤ high; of numbers in bulk, each. */
export function between(low: number, high: number): Judge {
  if (!(finite('between', low) <= finite('between', high)))
    throw new RangeError(`between: ${low} is not below ${high}`)
  return { judge: 'between', low, high }
}

/**
 * Samples of the same law, by a permutation test of the energy distance.
 *
 * @param samples rows of numbers, or a function that draws `n` of them.
 * @param options.level the chance with which samples of the same law fail. Default 1e-3.
 */
export function sameLaw(
  samples: Returned | ((n: number) => Returned | Promise<Returned>),
  { level = 1e-3 }: { readonly level?: number } = {},
): Judge {
  if (!(level > 0 && level < 1)) throw new RangeError(`sameLaw: level must be between 0 and 1, not ${level}`)
  return { judge: 'sameLaw', samples, level }
}

/** Samples whose energy distance 2E‖X − Y‖ − E‖X − X′‖ − E‖Y − Y′‖ from `samples` is below `limit`. */
export function distanceBelow(samples: Returned, limit: number): Judge {
  return { judge: 'distanceBelow', samples, limit: finite('distanceBelow', limit) }
}

/** `run` returns `{ x, roundTrip }`: the largest |x − roundTrip| is at most `limit`. */
export function invertibleTo(limit: number): Judge {
  return { judge: 'invertibleTo', limit: finite('invertibleTo', limit) }
}

/**
 * `run` returns log-densities on a regular grid: Σ exp(log p) · cell is 1.
 *
 * @param options.cell length, area or volume of one cell of the grid; without it `run` returns `{ logDensity, cell }`.
 * @param options.within of 1. Default 0.01.
 */
export function integratesToOne({
  cell,
  within = 0.01,
}: { readonly cell?: number; readonly within?: number } = {}): Judge {
  return {
    judge: 'integratesToOne',
    within: finite('integratesToOne', within),
    ...(cell !== undefined && { cell: finite('integratesToOne', cell) }),
  }
}

/** A number of network evaluations, or many (then their mean), of at most `limit`. */
export function nfeAtMost(limit: number): Judge {
  return { judge: 'nfeAtMost', limit: finite('nfeAtMost', limit) }
}

/**
 * Whatever the predicate accepts. It gets the data as plain arrays, numbers and records, in the instructor's own session.
 *
 * @param words what is expected, for the student to read: "a probability for each class".
 */
export function satisfies<R = unknown>(
  predicate: (returned: R) => boolean | Promise<boolean>,
  words: string,
): Judge {
  if (typeof predicate !== 'function')
    throw new TypeError('satisfies: the first argument must be a function of the data')
  if (typeof words !== 'string' || !words.trim())
    throw new TypeError('satisfies: the second argument must say in words what is expected')
  return { judge: 'satisfies', predicate, words }
}

/** @throws TypeError, RangeError where a tolerance makes no sense */
export function tolerance(where: string, { relative, absolute, reduction }: Tolerance): Tolerance {
  for (const [name, value] of Object.entries({ relative, absolute, reduction }))
    if (value !== undefined && !(finite(`${where}: ${name}`, value) >= 0))
      throw new RangeError(`${where}: ${name} must not be negative`)
  return {
    ...(relative !== undefined && { relative }),
    ...(absolute !== undefined && { absolute }),
    ...(reduction !== undefined && { reduction }),
  }
}

function finite(where: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new TypeError(`${where} needs a finite number, not ${String(value)}`)
  return value
}
