/** Compares data with data: exactly, or numbers within a tolerance. */
import { isNumberArray, type Data, type NumberArray } from './data'
import type { Tolerance } from './judges'
import { dataText, numberText } from './words'

/** Single precision through a few dozen operations; tighter asks for luck, looser lets errors of formulas through. */
const RELATIVE = 1e-5
const ABSOLUTE = 1e-6
/** Half of the last place of a single. */
const ROUNDING = 2 ** -24

export interface Allowed {
  readonly relative: number
  readonly absolute: number
}

export const EXACT: Allowed = { relative: 0, absolute: 0 }

/**
 * A tolerance with everything filled in: rounding errors of a sum of n terms grow like √n.
 *
 * A relative or absolute part that is given alone stands alone.
 */
export function allowed({ relative, absolute, reduction = 1 }: Tolerance = {}): Allowed {
  const given = relative !== undefined || absolute !== undefined
  return {
    relative: Math.max(
      relative ?? (given ? 0 : RELATIVE),
      reduction > 1 ? 4 * ROUNDING * Math.sqrt(reduction) : 0,
    ),
    absolute: absolute ?? (given ? 0 : ABSOLUTE),
  }
}

/** @returns what differs first, in words, or nothing. */
export function difference(
  expected: Data,
  returned: Data,
  tolerance: Allowed,
  place = '',
): string | undefined {
  const at = place && `at ${place}: `
  const a = bulk(expected)
  const b = bulk(returned)
  if (typeof a === 'number' || isNumberArray(a)) {
    if (typeof b !== 'number' && !isNumberArray(b))
      return `${at}${numbersInWords(a)} expected, and ${dataText(returned)} came back`
    return numbersDiffer(a, b, tolerance, at)
  }
  if (Array.isArray(a)) {
    if (!Array.isArray(b)) return `${at}a list expected, and ${dataText(returned)} came back`
    if (a.length !== b.length) return `${at}${a.length} elements expected, and ${b.length} came back`
    return first(a.map((each: Data, i) => () => difference(each, b[i] as Data, tolerance, `${place}[${i}]`)))
  }
  if (typeof a === 'object' && a !== null) {
    if (typeof b !== 'object' || b === null || Array.isArray(b) || isNumberArray(b))
      return `${at}an object expected, and ${dataText(returned)} came back`
    const mine = a as Readonly<Record<string, Data>>
    const theirs = b as Readonly<Record<string, Data>>
    const missing = Object.keys(mine).find((key) => !Object.hasOwn(theirs, key))
    if (missing !== undefined) return `${at}the member ${JSON.stringify(missing)} is missing`
    const extra = Object.keys(theirs).find((key) => !Object.hasOwn(mine, key))
    if (extra !== undefined) return `${at}the member ${JSON.stringify(extra.slice(0, 80))} was not expected`
    return first(
      Object.keys(mine).map(
        (key) => () => difference(mine[key], theirs[key], tolerance, place ? `${place}.${key}` : key),
      ),
    )
  }
  return a === b ? undefined : `${at}${dataText(a)} expected, and ${dataText(returned)} came back`
}

function first(checks: readonly (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const found = check()
    if (found !== undefined) return found
  }
  return undefined
}

function numbersDiffer(
  a: number | NumberArray,
  b: number | NumberArray,
  { relative, absolute }: Allowed,
  at: string,
): string | undefined {
  const [mine, theirs] = [asArray(a), asArray(b)]
  const scalar = mine.values.length === 1 && theirs.values.length === 1
  if (!scalar && mine.shape.join() !== theirs.shape.join())
    return `${at}${numbersInWords(a)} expected, and ${numbersInWords(b)} came back`
  const size = rootMeanSquare(mine.values)
  let worst = 0
  let index = -1
  for (let i = 0; i < mine.values.length; i++) {
    const x = mine.values[i]!
    const y = theirs.values[i]!
    if (Object.is(x, y) || x === y) continue
    const room = absolute + relative * Math.max(Math.abs(x), size)
    const excess = Math.abs(x - y) / room
    // Not a number, and infinities that differ, are beyond every tolerance.
    if (!(excess <= 1) && !(excess <= worst)) {
      worst = Number.isNaN(excess) ? Infinity : excess
      index = i
      if (worst === Infinity) break
    }
  }
  if (index < 0) return undefined
  const element = mine.values.length > 1 ? `${at}element ${indexIn(mine.shape, index)}: ` : at
  const room = absolute + relative * Math.max(Math.abs(mine.values[index]!), size)
  const within = room > 0 ? ` (± ${numberText(room)})` : ''
  return `${element}${numberText(mine.values[index]!)}${within} expected, and ${numberText(theirs.values[index]!)} came back`
}

function asArray(numbers: number | NumberArray): NumberArray {
  return typeof numbers === 'number' ? { shape: [], values: Float64Array.of(numbers), precision: 8 } : numbers
}

function rootMeanSquare(values: Float64Array): number {
  let sum = 0
  let count = 0
  for (const x of values)
    if (Number.isFinite(x)) {
      sum += x * x
      count++
    }
  return count ? Math.sqrt(sum / count) : 0
}

function numbersInWords(numbers: number | NumberArray): string {
  return typeof numbers === 'number' ? 'a number' : `numbers of shape [${numbers.shape.join(', ')}]`
}

function indexIn(shape: readonly number[], flat: number): string {
  const index: number[] = []
  let rest = flat
  for (const length of [...shape].reverse()) {
    index.unshift(rest % length)
    rest = Math.floor(rest / length)
  }
  return `[${index.join(', ')}]`
}

/** Regular nested lists of numbers as numbers in bulk; everything else as it is. */
export function bulk(data: Data): Data {
  if (!Array.isArray(data)) return data
  const shape: number[] = []
  for (let level: unknown = data; Array.isArray(level); level = level[0]) shape.push(level.length)
  const size = shape.reduce((product, length) => product * length, 1)
  if (size === 0) return shape.length === 1 ? { shape, values: new Float64Array(0), precision: 8 } : data
  const values = new Float64Array(size)
  let next = 0
  const fill = (level: unknown, depth: number): boolean => {
    if (depth === shape.length) {
      if (typeof level !== 'number') return false
      values[next++] = level
      return true
    }
    return (
      Array.isArray(level) && level.length === shape[depth] && level.every((each) => fill(each, depth + 1))
    )
  }
  return fill(data, 0) ? { shape, values, precision: 8 } : data
}
