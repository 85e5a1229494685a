/** JSON as values: the types, and the few operations on them that are easy to get wrong. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject

export interface JsonObject {
  readonly [key: string]: Json
}

/**
 * How deeply arrays and objects may nest. Jupyter's own reader gives up near 1,000, and every function here may recurse
 * without fear for the stack below this bound.
 */
export const MAX_DEPTH = 500

/** Whether a value is a JSON object: not null, not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a value is a JSON array. Unlike `Array.isArray`, keeps the element type of a read-only array. */
export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

/** The own value under a key: never what an object inherits, so that `constructor` and `__proto__` are ordinary keys. */
export function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

/** Sets an own value, also under `__proto__`, which plain assignment would take for the prototype. */
export function setOwn(object: Record<string, Json>, key: string, value: Json): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
  else object[key] = value
}

/** The keys whose value is present: an `undefined` member counts as absent, as it does for `JSON.stringify`. */
export function presentKeys(object: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(object).filter((key) => object[key] !== undefined)
}

/** The object without some of its members. */
export function without(object: JsonObject, ...keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)))
}

/**
 * Whether two values are the same JSON. Key order does not matter, `undefined` members count as absent, and a number
 * beyond the range of doubles equals null, which is what every JSON carrier makes of it.
 */
export function equalJson(a: Json, b: Json): boolean {
  if (a === b) return true
  if (isArray(a))
    return isArray(b) && a.length === b.length && a.every((item, i) => equalJson(item, b[i] ?? null))
  if (isObject(a)) {
    if (!isObject(b)) return false
    const keys = presentKeys(a)
    return (
      keys.length === presentKeys(b).length &&
      keys.every((key) => {
        const other = own(b, key)
        return other !== undefined && equalJson(a[key] ?? null, other)
      })
    )
  }
  return lost(a) && lost(b)
}

function lost(value: Json): boolean {
  return value === null || (typeof value === 'number' && !Number.isFinite(value))
}
