/** Compares figures, and other JSON, by their data: numbers within a tolerance, everything else exactly. */
import { difference } from '../../kernel/grading/compare'
import type { Data } from '../../kernel/grading/data'
import { isArray, isObject, type Json } from '../../notebook/json'
import { decode, isEncoded } from '../../renderers/figures/encode'
import type { Agreement } from './settings'

/** @returns what differs first, in words, or nothing */
export function jsonDifference(
  stored: Json,
  now: Json,
  { relative, absolute }: Agreement,
): string | undefined {
  return difference(dataOf(stored), dataOf(now), { relative, absolute })
}

/** JSON with packed numbers unpacked. */
function dataOf(json: Json): Data {
  if (isEncoded(json)) {
    try {
      const values = Float64Array.from(decode(json))
      const shape = json.shape === undefined ? [values.length] : String(json.shape).split(',').map(Number)
      return { shape, values, precision: 8 }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
    }
  }
  if (isArray(json)) return json.map(dataOf)
  if (!isObject(json)) return json
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, dataOf(value)]))
}
