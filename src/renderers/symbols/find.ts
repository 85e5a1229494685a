/** Finds out which letter is meant: in a formula, in a program, in a picture. */
import { formulas } from './formulas'
import type { MathSymbol, Reading } from './symbol'
import { symbols } from './table'
import { atoms, type Atom } from './tex'

/** A letter at a place of a text. */
export interface FoundSymbol {
  readonly symbol: MathSymbol
  readonly start: number
  readonly end: number
  /** Those of others, with the ones that the text around it speaks for first. */
  readonly readings: readonly (Reading & { readonly likely: boolean })[]
}

const byForm = new Map(symbols.flatMap((symbol) => symbol.forms.map((form) => [form, symbol] as const)))
const byName = new Map(symbols.flatMap((symbol) => symbol.names.map((name) => [name, symbol] as const)))
/** Longest first, so that `β̃` is not taken for `β`. */
const signs = symbols
  .flatMap((symbol) => symbol.signs.map((sign) => ({ sign, symbol })))
  .sort((a, b) => b.sign.length - a.sign.length)

/** The letter of a formula of a Markdown text that stands at `offset`. */
export function symbolInMarkdown(markdown: string, offset: number): FoundSymbol | undefined {
  const formula = formulas(markdown).find(({ tex, start }) => offset >= start && offset <= start + tex.length)
  if (!formula) return undefined
  const place = offset - formula.start
  const here = atoms(formula.tex).filter(({ start, end }) => start <= place && place < end)
  // The whole before what stands in its index: in ε_θ the network's output rather than the parameters.
  for (const atom of here.length ? here : atomsBefore(formula.tex, place)) {
    const symbol = byForm.get(`${atom.base}_${atom.index}`) ?? byForm.get(atom.base)
    if (!symbol) continue
    const [start, end] = [atom.start + formula.start, atom.end + formula.start]
    return { symbol, start, end, readings: readingsOf(symbol, formula.tex) }
  }
  return undefined
}

/** The cursor behind a letter still means it. */
function atomsBefore(tex: string, place: number): Atom[] {
  return atoms(tex).filter(({ end }) => end === place)
}

/** The letter that a name of a program stands for. */
export function symbolNamed(name: string): MathSymbol | undefined {
  return byName.get(name)
}

/** The letters in the words of a picture: of a legend's entry or the title of an axis. */
export function symbolsInWords(words: string): MathSymbol[] {
  const text = words.normalize('NFC').replace(/<[^>]*>/g, '')
  const found = new Map<MathSymbol, number>()
  let rest = text
  for (const { sign, symbol } of signs) {
    const pattern = new RegExp(`${boundary(sign)}${escaped(sign.normalize('NFC'))}(?!\\p{M})`, 'gu')
    for (const match of rest.matchAll(pattern))
      found.set(symbol, Math.min(match.index, found.get(symbol) ?? Infinity))
    rest = rest.replace(pattern, (taken) => ' '.repeat(taken.length))
  }
  return [...found].sort(([, a], [, b]) => a - b).map(([symbol]) => symbol)
}

/** What others mean by a letter, with the readings that `tex` speaks for first. */
export function readingsOf(symbol: MathSymbol, tex = ''): FoundSymbol['readings'] {
  const readings = symbol.readings.map((reading) => ({
    ...reading,
    likely: reading.where?.test(tex) ?? false,
  }))
  return [...readings.filter(({ likely }) => likely), ...readings.filter(({ likely }) => !likely)]
}

function boundary(sign: string): string {
  return /^[A-Za-z]/.test(sign) ? '(?<![\\p{L}])' : ''
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
