/** All letters that Genbook knows; `docs/conventions.md` is the same to read. */
import { modelSymbols } from './letters'
import { processSymbols } from './process'
import type { MathSymbol } from './symbol'

export const symbols: readonly MathSymbol[] = [...processSymbols, ...modelSymbols]
