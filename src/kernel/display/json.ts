/** JSON values: how large they are, and how to make one of anything. */
import type { Json } from '../protocol'

/** Bytes of `value` written as JSON in UTF-8, without writing it. */
export function jsonBytes(value: Json | undefined): number {
  if (typeof value === 'string') return stringBytes(value)
  if (typeof value === 'number') return Number.isFinite(value) ? String(value).length : 4
  if (typeof value === 'boolean') return value ? 4 : 5
  if (value === undefined) return 0
  if (value === null) return 4
  let bytes = 2
  let items = 0
  const entries = isList(value) ? value.map((item) => ['', item] as const) : Object.entries(value)
  for (const [key, item] of entries) {
    if (item === undefined) continue
    bytes += (isList(value) ? 0 : stringBytes(key) + 1) + jsonBytes(item)
    items++
  }
  return bytes + Math.max(0, items - 1)
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

function stringBytes(text: string): number {
  let bytes = text.length + 2
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20) bytes += code === 9 || code === 10 || code === 13 || code === 8 || code === 12 ? 1 : 5
    else if (code === 0x22 || code === 0x5c) bytes++
    else if (code >= 0x80) {
      const pair = code >= 0xd800 && code < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00
      // A pair of surrogates is four bytes, any other unit beyond ASCII two or three.
      if (pair) i++
      bytes += code < 0x800 ? 1 : 2
    }
  }
  return bytes
}

/** Deeper values could neither be read by people nor, in a notebook, by its readers. */
const MOST_LEVELS = 400

/** Thrown by `toJson` when a value has no JSON form, or one that is too large. */
export class NotJson extends Error {
  override readonly name = 'NotJson'
}

/**
 * A JSON copy of any value: typed arrays become arrays, Maps with string keys objects, Sets arrays, dates ISO texts,
 * bigints decimal texts; functions and undefined are left out as `JSON.stringify` does.
 *
 * @param mostBytes about how large the copy may become.
 * @throws NotJson for a cycle, for more than 400 levels, or when the copy would be larger.
 */
export function toJson(value: unknown, mostBytes: number): Json {
  let bytes = 0
  const path = new Set<object>()
  const spend = (n: number) => {
    bytes += n
    if (bytes > mostBytes)
      throw new NotJson(`the value has more than ${(mostBytes / 1e6).toFixed(1)} MB as JSON`)
  }
  const copy = (item: unknown): Json | undefined => {
    switch (typeof item) {
      case 'string':
        spend(item.length + 2)
        return item
      case 'number':
        spend(8)
        return Number.isFinite(item) ? item : null
      case 'boolean':
        spend(5)
        return item
      case 'bigint':
        spend(16)
        return String(item)
      case 'undefined':
      case 'function':
      case 'symbol':
        return undefined
      case 'object':
        return item === null ? null : copyObject(item)
    }
  }
  const copyObject = (item: object): Json | undefined => {
    if (path.has(item)) throw new NotJson('the value contains itself')
    if (path.size === MOST_LEVELS) throw new NotJson(`the value nests more than ${MOST_LEVELS} levels deep`)
    if (item instanceof Date) return Number.isNaN(item.getTime()) ? null : item.toISOString()
    const own: unknown =
      'toJSON' in item && typeof item.toJSON === 'function' ? (item.toJSON as () => unknown)() : item
    if (own !== item) return copy(own)
    path.add(item)
    spend(2)
    try {
      if (
        Array.isArray(item) ||
        item instanceof Set ||
        (ArrayBuffer.isView(item) && !(item instanceof DataView))
      )
        return Array.from(item as Iterable<unknown>, (each) => copy(each) ?? null)
      const entries: Iterable<[unknown, unknown]> = item instanceof Map ? item : Object.entries(item)
      const result: Record<string, Json> = {}
      for (const [key, each] of entries) {
        const name = String(key)
        const json = copy(each)
        if (json === undefined) continue
        spend(name.length + 4)
        Object.defineProperty(result, name, {
          value: json,
          enumerable: true,
          configurable: true,
          writable: true,
        })
      }
      return result
    } finally {
      path.delete(item)
    }
  }
  try {
    return copy(value) ?? null
  } catch (error) {
    // Made anew here, else the frames of a deep value would leave no room for the cell's on the stack.
    throw error instanceof NotJson ? new NotJson(error.message) : error
  }
}
