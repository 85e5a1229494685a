/**
 * Strict JSON (RFC 8259), read into plain values, with the place of every mistake.
 *
 * Stricter than `JSON.parse` in two points: an object may not have the same key twice (of two `source` members one would
 * be lost on the next save), and nesting is bounded, so that no input exhausts the stack here or later.
 */
import { errorAt, type NotebookFormatError } from './errors'
import { type Json, MAX_DEPTH, setOwn } from './json'

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORD = /[\p{L}\p{N}_$.+-]+/uy
const CONFLICT = /<{7}|={7}|>{7}/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y

/** Where the JSON of a text starts: after a byte order mark, if there is one, and white space. */
export function startOfJson(text: string): number {
  return skipSpace(text, text.charCodeAt(0) === 0xfeff ? 1 : 0)
}

/** The first offset from `at` on that is not JSON's white space. */
export function skipSpace(text: string, at: number): number {
  for (;;) {
    const unit = text.charCodeAt(at)
    if (unit !== 32 && unit !== 10 && unit !== 13 && unit !== 9) return at
    at++
  }
}

/** The one value that a text holds. Throws NotebookFormatError where it is not JSON. */
export function readJson(text: string): Json {
  const reader = new Reader(text)
  return reader.document()
}

class Reader {
  private readonly text: string
  private at: number

  constructor(text: string) {
    this.text = text
    this.at = startOfJson(text)
  }

  document(): Json {
    const value = this.value(0)
    this.space()
    if (this.at < this.text.length) throw this.unexpected('the end of the file')
    return value
  }

  private value(depth: number): Json {
    switch (this.text.charCodeAt(this.at)) {
      case 0x22:
        return this.string()
      case 0x7b:
        return this.object(depth + 1)
      case 0x5b:
        return this.array(depth + 1)
      case 0x74:
        return this.word('true', true)
      case 0x66:
        return this.word('false', false)
      case 0x6e:
        return this.word('null', null)
      default:
        return this.number()
    }
  }

  private object(depth: number): Json {
    this.enter(depth)
    const object: Record<string, Json> = {}
    if (this.take(0x7d)) return object
    for (;;) {
      const start = this.at
      if (this.text.charCodeAt(start) !== 0x22) throw this.unexpected('a key in double quotes')
      const key = this.string()
      if (Object.hasOwn(object, key))
        throw errorAt(this.text, start, 'each key of an object once', `the key ${JSON.stringify(key)} again`)
      this.space()
      if (!this.take(0x3a)) throw this.unexpected("':'")
      setOwn(object, key, this.value(depth))
      this.space()
      if (this.take(0x7d)) return object
      if (!this.take(0x2c)) throw this.unexpected("',' or '}'")
    }
  }

  private array(depth: number): Json {
    this.enter(depth)
    const array: Json[] = []
    if (this.take(0x5d)) return array
    for (;;) {
      array.push(this.value(depth))
      this.space()
      if (this.take(0x5d)) return array
      if (!this.take(0x2c)) throw this.unexpected("',' or ']'")
    }
  }

  private enter(depth: number): void {
    if (depth > MAX_DEPTH)
      throw errorAt(this.text, this.at, `at most ${MAX_DEPTH} nested arrays and objects`, 'one more')
    this.at++
    this.space()
  }

  private string(): string {
    const { text, at: start } = this
    let escapes = false
    for (let i = start + 1; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      if (unit === 0x22) {
        this.at = i + 1
        return escapes ? this.unescape(start, i + 1) : text.slice(start + 1, i)
      }
      if (unit === 0x5c) {
        escapes = true
        i++
      } else if (unit < 0x20) {
        this.at = i
        throw this.unexpected(
          `the end of the text or an escape such as ${JSON.stringify(text[i]).slice(1, -1)}`,
        )
      }
    }
    throw errorAt(text, text.length, "'\"' that ends the text", 'the end of the file')
  }

  /** The string between two quotes whose escapes have not been checked. */
  private unescape(start: number, end: number): string {
    const { text } = this
    try {
      return JSON.parse(text.slice(start, end)) as string
    } catch {
      let at = text.indexOf('\\', start)
      for (; isEscape(text, at); at = text.indexOf('\\', ESCAPE.lastIndex));
      throw errorAt(
        text,
        at,
        'an escape of JSON: \\" \\\\ \\/ \\b \\f \\n \\r \\t or \\u with four hexadecimal digits',
        JSON.stringify(text.slice(at, Math.min(end - 1, at + (text.charAt(at + 1) === 'u' ? 6 : 2)))),
      )
    }
  }

  private number(): number {
    NUMBER.lastIndex = this.at
    if (!NUMBER.test(this.text)) throw this.unexpected('a value')
    const start = this.at
    this.at = NUMBER.lastIndex
    return Number(this.text.slice(start, this.at))
  }

  private word<T extends Json>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) throw this.unexpected('a value')
    this.at += word.length
    return value
  }

  private space(): void {
    this.at = skipSpace(this.text, this.at)
  }

  /** Steps over one character, and the space after it, if it stands here. */
  private take(unit: number): boolean {
    if (this.text.charCodeAt(this.at) !== unit) return false
    this.at++
    // A closing bracket is followed by the container's own look-ahead, so only separators need the space skipped.
    if (unit === 0x2c || unit === 0x3a) this.space()
    return true
  }

  private unexpected(expected: string): NotebookFormatError {
    return errorAt(this.text, this.at, expected, describeCharacters(this.text, this.at))
  }
}

/** Whether a whole escape stands at an offset; `ESCAPE.lastIndex` is then just after it. */
function isEscape(text: string, at: number): boolean {
  ESCAPE.lastIndex = at
  return ESCAPE.test(text)
}

/** What stands at an offset, for people: a word, a conflict marker of a merge, a character by name or number. */
function describeCharacters(text: string, at: number): string {
  if (at >= text.length) return 'the end of the file'
  CONFLICT.lastIndex = at
  if (CONFLICT.test(text)) return `the marker ${text.slice(at, at + 7)} of an unfinished merge`
  WORD.lastIndex = at
  if (WORD.test(text)) return text.slice(at, Math.min(WORD.lastIndex, at + 24))
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
  return /[\p{C}\p{Z}]/u.test(character)
    ? `the character U+${(text.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
    : `'${character}'`
}
