/** Compiles a cell, with no knowledge of the other cells. */
import type { CellAnalysis, CompileResult } from '../cell'
import { parseCell, type Parsed } from './analysis'
import { callSites } from './calls'
import { diagnostics, TOO_DEEP } from './diagnostics'
import { rewrite } from './rewrite'

/**
 * Compiles a cell's TypeScript to JavaScript for a session.
 *
 * @param id the cell's id, carried by the result and by errors.
 * @param source the cell's text; any text at all.
 * @param stepping whether the cell is to be stepped through: it runs more slowly then, and does the same.
 * @returns the compiled cell, or every reason why it cannot run. Never throws.
 */
export function compileCell(id: string, source: string, stepping = false): CompileResult {
  const result = parseCell(id, source)
  return result.ok ? compileParsed(id, result.parsed, undefined, stepping) : result
}

/**
 * The same for a cell that has been parsed.
 *
 * @param called what the session is to know a name by, where that is not the name itself.
 * @param stepping whether the cell is to be stepped through.
 */
export function compileParsed(
  id: string,
  parsed: Parsed,
  called: (name: string) => string = (name) => name,
  stepping = false,
): CompileResult {
  const { source } = parsed
  try {
    const analysis = renamed(parsed.analysis, called)
    const calls = callSites(parsed, called)
    return { ok: true, cell: { id, source, ...rewrite(id, parsed, called, stepping), analysis, calls } }
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, errors: diagnostics(id, source, [TOO_DEEP]) }
    throw error
  }
}

function renamed(analysis: CellAnalysis, called: (name: string) => string): CellAnalysis {
  return {
    ...analysis,
    declared: analysis.declared.map((declared) => ({ ...declared, name: called(declared.name) })),
    used: analysis.used.map(called),
    assigned: analysis.assigned.map(called),
  }
}
