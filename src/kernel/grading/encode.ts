/**
 * Data as JSON and back. JSON has no NaN, no infinities, no negative zero, no undefined and no numbers in bulk; an object with the
 * one member `$` stands for each.
 *
 * Reading is strict: what is read may come from a hostile process.
 */
import { fromBase64, toBase64 } from '../../notebook/base64'
import { isNumberArray, type Data } from './data'

export type Encoded =
  null | boolean | number | string | readonly Encoded[] | { readonly [key: string]: Encoded }

/** The text is no data. */
export class EncodingError extends Error {
  override readonly name = 'EncodingError'
}

const SPECIAL: Readonly<Record<string, Data>> = {
  undefined: undefined,
  NaN: NaN,
  Infinity: Infinity,
  '-Infinity': -Infinity,
  '-0': -0,
}
const DEEPEST = 40
const MOST_PARTS = 250_000
const MOST_AXES = 16
const MOST_NUMBERS = 2_000_000

export function encodeData(data: Data): Encoded {
  if (data === undefined) return { $: 'undefined' }
  if (typeof data === 'number')
    return Object.is(data, -0) ? { $: '-0' } : Number.isFinite(data) ? data : { $: String(data) }
  if (typeof data !== 'object' || data === null) return data
  if (isNumberArray(data)) {
    const { shape, values, precision } = data
    const numbers = precision === 4 ? Float32Array.from(values) : values
    return { $: 'numbers', shape, precision, values: toBase64(new Uint8Array(numbers.buffer)) }
  }
  if (Array.isArray(data)) return data.map(encodeData)
  const members = Object.entries(data as Readonly<Record<string, Data>>)
  if (Object.hasOwn(data, '$'))
    return { $: 'object', members: members.map(([key, value]) => [key, encodeData(value)]) }
  return Object.fromEntries(members.map(([key, value]) => [key, encodeData(value)]))
}

/**
 * @param encoded any JSON at all.
 * @throws EncodingError where it is not what `encodeData` makes, or too large.
 */
export function decodeData(encoded: unknown): Data {
  let parts = 0
  const visit = (value: unknown, depth: number): Data => {
    if (++parts > MOST_PARTS) throw new EncodingError('the data has too many parts')
    if (depth > DEEPEST) throw new EncodingError('the data is nested too deeply')
    if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
    if (typeof value === 'number') return value
    if (Array.isArray(value)) return value.map((each) => visit(each, depth + 1))
    if (typeof value !== 'object') throw new EncodingError('this is no data')
    const object = value as Readonly<Record<string, unknown>>
    if (!Object.hasOwn(object, '$')) return record(Object.entries(object), depth)
    const kind = object['$']
    if (typeof kind !== 'string') throw new EncodingError('a mark is no text')
    if (Object.hasOwn(SPECIAL, kind)) return SPECIAL[kind]
    if (kind === 'numbers') return numbers(object)
    if (kind === 'object' && Array.isArray(object['members']))
      return record(object['members'].map(pair), depth)
    throw new EncodingError('an unknown mark')
  }
  const record = (members: readonly (readonly [string, unknown])[], depth: number): Data => {
    const result: Record<string, Data> = {}
    for (const [key, value] of members)
      // An own member, whatever its name, `__proto__` included.
      Object.defineProperty(result, key, { value: visit(value, depth + 1), enumerable: true })
    return result
  }
  return visit(encoded, 0)
}

function pair(member: unknown): readonly [string, unknown] {
  if (!Array.isArray(member) || member.length !== 2 || typeof member[0] !== 'string')
    throw new EncodingError('a member is no pair')
  return member as unknown as readonly [string, unknown]
}

function numbers({ shape, precision, values }: Readonly<Record<string, unknown>>): Data {
  if (!Array.isArray(shape) || shape.length > MOST_AXES || !shape.every(isLength))
    throw new EncodingError('numbers have a shape that is none')
  if ((precision !== 4 && precision !== 8) || typeof values !== 'string')
    throw new EncodingError('numbers have no values')
  const size = (shape as number[]).reduce((product, length) => product * length, 1)
  if (size > MOST_NUMBERS) throw new EncodingError('there are too many numbers')
  const fits = values.length === 4 * Math.ceil((size * precision) / 3)
  const bytes = fits ? fromBase64(values) : undefined
  if (bytes?.length !== size * precision)
    throw new EncodingError('there are more or fewer numbers than the shape says')
  const array = precision === 4 ? new Float32Array(bytes.buffer) : new Float64Array(bytes.buffer)
  return { shape: [...(shape as number[])], values: Float64Array.from(array), precision }
}

function isLength(length: unknown): boolean {
  return Number.isSafeInteger(length) && (length as number) >= 0 && (length as number) <= MOST_NUMBERS
}
