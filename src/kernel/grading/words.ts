/** Data in few words, for reasons and evidence. What came from a student is cut and has no control characters. */
import { isNumberArray, type Data } from './data'

const MOST_TEXT = 80
const MOST_ELEMENTS = 6
const DEEPEST = 3

/** `0.1234568`, `1.5e-7`, `NaN` */
export function numberText(x: number): string {
  return Object.is(x, -0) ? '0' : Number.isFinite(x) ? String(Number(x.toPrecision(7))) : String(x)
}

/** A few dozen characters that say what the data is. */
export function dataText(data: Data, depth = 0): string {
  if (typeof data === 'number') return numberText(data)
  if (typeof data === 'string') return JSON.stringify(plainText(data, MOST_TEXT))
  if (typeof data !== 'object' || data === null) return String(data)
  if (isNumberArray(data)) {
    const shown = Array.from(data.values.subarray(0, MOST_ELEMENTS), numberText).join(', ')
    const more = data.values.length > MOST_ELEMENTS ? ', …' : ''
    return data.shape.length === 1 ? `[${shown}${more}]` : `[${data.shape.join(' × ')}] ${shown}${more}`
  }
  if (depth === DEEPEST) return Array.isArray(data) ? '[…]' : '{…}'
  if (Array.isArray(data)) {
    const shown = data.slice(0, MOST_ELEMENTS).map((each: Data) => dataText(each, depth + 1))
    return `[${shown.join(', ')}${data.length > MOST_ELEMENTS ? ', …' : ''}]`
  }
  const members = Object.entries(data as Readonly<Record<string, Data>>)
  const shown = members
    .slice(0, MOST_ELEMENTS)
    .map(([key, value]) => `${plainText(key, 30)}: ${dataText(value, depth + 1)}`)
  return `{ ${shown.join(', ')}${members.length > MOST_ELEMENTS ? ', …' : ''} }`
}

/** One line of at most `most` characters, without control characters. */
export function plainText(text: string, most: number): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text
  return cut.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, ' ')
}
