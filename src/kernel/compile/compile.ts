/** Compiles a cell, with no knowledge of the other cells. */
import type { CompileResult } from '../cell'
import { parseCell } from './analysis'
import { diagnostics, TOO_DEEP } from './diagnostics'
import { rewrite } from './rewrite'

/**
 * Compiles a cell's TypeScript to JavaScript for a session.
 *
 * @param id the cell's id, carried by the result and by errors.
 * @param source the cell's text; any text at all.
 * @returns the compiled cell, or every reason why it cannot run. Never throws.
 */
export function compileCell(id: string, source: string): CompileResult {
  const result = parseCell(id, source)
  if (!result.ok) return result
  try {
    return {
      ok: true,
      cell: { id, source, ...rewrite(id, result.parsed), analysis: result.parsed.analysis },
    }
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, errors: diagnostics(id, source, [TOO_DEEP]) }
    throw error
  }
}
