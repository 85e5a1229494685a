/** The letters of the lectures: what stands behind `β` in a formula, a program or a picture. */
export { formulas, type Formula } from './formulas'
export { inUnicode } from './unicode'
export { readingsOf, symbolInMarkdown, symbolNamed, symbolsInWords, type FoundSymbol } from './find'
export type { MathSymbol, Reading } from './symbol'
export { symbols } from './table'
