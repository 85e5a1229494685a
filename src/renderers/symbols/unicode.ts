/** A formula in TeX as a line of Unicode, for where a text is all that can be shown, as in VS Code's hovers. */
import { argumentAt, commandAt } from './tex'
import { ACCENTS, BETWEEN, CLOSING, FONTS, LOWERED, NAMES, RAISED, SIGNS, SILENT } from './unicodeTable'

/** What a line of text cannot show: matrices, cases, macros of somebody's own. */
class Beyond extends Error {}

/** Longer formulas are left alone: nobody reads them in a line. */
const LONGEST = 2000
/** Stands before a sign that closes, and takes the space before it away. */
const CLOSES = '\0'

/** @returns undefined where a line of text cannot show it: then it is better read as it was written. */
export function inUnicode(tex: string): string | undefined {
  if (tex.length > LONGEST) return undefined
  try {
    return line(tex)
  } catch (error) {
    if (error instanceof Beyond) return undefined
    throw error
  }
}

function line(tex: string): string {
  const reader = new Reader(tex)
  let text = ''
  while (!reader.done) {
    const next = reader.next()
    // Names stand apart from what they are applied to: `log p`, but `log(p)`.
    const name = NAMES.has(/\p{L}+$/u.exec(text)?.[0] ?? '') && /^[\p{L}\p{N}√∇∑∏∫]/u.test(next)
    text += name ? ` ${next}` : next
  }
  return text
    .replace(/\s+/g, ' ')
    .replace(/ ?\0/g, '')
    .replace(/([([{⟨]) | (?=[)\]}⟩,;.])/g, '$1')
    .trim()
}

class Reader {
  readonly #tex: string
  #place = 0

  constructor(tex: string) {
    this.#tex = tex
  }

  get done(): boolean {
    return this.#place >= this.#tex.length
  }

  next(): string {
    const command = commandAt(this.#tex, this.#place)
    if (command) {
      this.#place = command.end
      return this.#command(command.name)
    }
    const character = String.fromCodePoint(this.#tex.codePointAt(this.#place)!)
    if (character === '{') return line(this.#argument())
    this.#place += character.length
    switch (character) {
      case '\\':
        return this.#escaped()
      case '^':
        return shifted(line(this.#argument()), RAISED, '^')
      case '_':
        return shifted(line(this.#argument()), LOWERED, '_')
      case '-':
        return '−'
      case "'":
        return '′'
      case '~':
        return ' '
      case '&':
      case '}':
        throw new Beyond()
      default:
        return character
    }
  }

  #command(name: string): string {
    if (Object.hasOwn(CLOSING, name)) return `${CLOSES}${CLOSING[name]!}`
    if (Object.hasOwn(SIGNS, name)) return SIGNS[name]!
    if (Object.hasOwn(BETWEEN, name)) return ` ${BETWEEN[name]!} `
    if (NAMES.has(name)) return this.#named(name)
    if (SILENT.has(name)) return this.#skipDot()
    if (name === 'quad' || name === 'qquad') return '  '
    if (Object.hasOwn(ACCENTS, name)) return accented(line(this.#argument()), ACCENTS[name]!)
    if (Object.hasOwn(FONTS, name))
      return [...line(this.#argument())].map((letter) => FONTS[name]![letter] ?? letter).join('')
    if (name === 'sqrt') return `√${grouped(line(this.#argument()))}`
    if (/^[dt]?frac$/.test(name))
      return `${grouped(line(this.#argument()))}/${grouped(line(this.#argument()))}`
    throw new Beyond()
  }

  /** `x log y`: apart from a factor before it. */
  #named(name: string): string {
    const before = this.#tex.slice(0, this.#place - name.length - 1).trimEnd()
    return /[\p{L}\p{N})\]}]$/u.test(before) ? ` ${name}` : name
  }

  /** `\\left.` has nothing to show. */
  #skipDot(): string {
    if (/^\s*\./.test(this.#tex.slice(this.#place))) this.#place = this.#tex.indexOf('.', this.#place) + 1
    return ''
  }

  /** After a backslash, what is no letter: spaces, braces, a bar. */
  #escaped(): string {
    const character = this.#tex[this.#place++] ?? ''
    if (',;: '.includes(character)) return ' '
    if (character === '!') return ''
    if (character === '|') return '‖'
    if ('{}_#$%&'.includes(character)) return character
    throw new Beyond()
  }

  #argument(): string {
    const found = argumentAt(this.#tex, this.#place)
    if (!found) throw new Beyond()
    this.#place = found.after
    return this.#tex.slice(found.start, found.end)
  }
}

/** Above or below the line where every letter can be, else marked as TeX does. */
function shifted(text: string, letters: Readonly<Record<string, string>>, mark: string): string {
  const moved = [...text.replace(/\s/g, '')].map((letter) => letters[letter])
  if (moved.every((letter) => letter !== undefined)) return moved.join('')
  return [...text].length === 1 || /^\p{L}+$/u.test(text) ? `${mark}${text}` : `${mark}(${text})`
}

function accented(text: string, mark: string): string {
  const [first = '', ...others] = text
  // An index keeps its place beside the letter that has the mark.
  if (others.some((letter) => !Object.values(LOWERED).includes(letter))) throw new Beyond()
  return `${first}${mark}${others.join('')}`
}

/** In parentheses, unless it is one thing. */
function grouped(text: string): string {
  return /^[\p{L}\p{M}\p{N}₀-₎⁰-⁾ₐ-ₜᵢ-ᵪ∞]*$/u.test(text) || /^(\([^()]*\)|‖[^‖]*‖)$/u.test(text)
    ? text
    : `(${text})`
}
