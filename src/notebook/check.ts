/** Checks of single values in a notebook's JSON, with the place of a wrong one in the text. */
import { errorAt } from './errors'
import { type Json, type JsonObject, isArray, isObject } from './json'
import { isText, joinLines } from './lines'
import { Locator, type Path, showPath } from './spans'

/** Checks kinds of values, and says where in the text a wrong one stands. */
export class Checker {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  fail(path: Path | undefined, expected: string, found: Json | undefined): never {
    throw errorAt(this.text, new Locator(this.text).offset(path), expected, describe(found), showPath(path))
  }

  object(value: Json | undefined, path: Path | undefined): JsonObject {
    return isObject(value) ? value : this.fail(path, 'an object', value)
  }

  array(value: Json | undefined, path: Path): readonly Json[] {
    return isArray(value) ? value : this.fail(path, 'an array', value)
  }

  string(value: Json | undefined, path: Path): string {
    return typeof value === 'string' ? value : this.fail(path, 'a text', value)
  }

  lines(value: Json | undefined, path: Path): string {
    return isText(value) ? joinLines(value) : this.fail(path, 'a text or an array of texts', value)
  }

  /** An object that may be absent. */
  record(value: Json | undefined, path: Path): JsonObject {
    return value === undefined ? {} : this.object(value, path)
  }

  count(value: Json | undefined, path: Path): number | null {
    if (value === undefined || value === null) return null
    return typeof value === 'number' && Number.isSafeInteger(value)
      ? value
      : this.fail(path, 'a whole number or null', value)
  }
}

/** The members of an object that are not among the known ones, as an object to spread; `{}` where there are none. */
export function unknownMembers(object: JsonObject, known: readonly string[]): { unknown?: JsonObject } {
  const keys = Object.keys(object).filter((key) => !known.includes(key))
  // `fromEntries` defines members, so a key such as `__proto__` stays an ordinary one.
  return keys.length ? { unknown: Object.fromEntries(keys.map((key) => [key, object[key] ?? null])) } : {}
}

function describe(value: Json | undefined): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (typeof value === 'string')
    return value.length <= 40 ? `the text ${JSON.stringify(value)}` : `a text of ${value.length} characters`
  if (typeof value === 'object') return isArray(value) ? 'an array' : 'an object'
  return typeof value === 'number' ? `the number ${value}` : String(value)
}
