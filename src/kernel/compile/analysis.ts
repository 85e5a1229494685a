/** The one analysis of a cell that rewriting, the language service and the headless runner share. */
import type { AnyNode, Program } from 'acorn'
import type ts from 'typescript'
import type { CellAnalysis, CellDiagnostic } from '../cell'
import { declaredNames, endsWithExpression, importedModules } from './declarations'
import { diagnostics, earlyError, TOO_DEEP, unsupported } from './diagnostics'
import { resolve, type References } from './references'
import { parseScript, ScriptError } from './script'
import { strip, type Stripped, type UsingStatement } from './typescript'

/** A cell understood as far as rewriting needs. */
export interface Parsed {
  readonly source: string
  readonly file: ts.SourceFile
  readonly stripped: Stripped
  readonly usings: readonly UsingStatement[]
  readonly program: Program
  /** TypeScript's own helper functions by name, which come first. */
  readonly helpers: ReadonlyMap<AnyNode, string>
  readonly references: References
  readonly analysis: CellAnalysis
  /** Whether the value of the last statement is shown. */
  readonly shows: boolean
}

export type Parse =
  | { readonly ok: true; readonly parsed: Parsed }
  | { readonly ok: false; readonly errors: readonly CellDiagnostic[] }

export type AnalysisResult =
  | { readonly ok: true; readonly analysis: CellAnalysis }
  | { readonly ok: false; readonly errors: readonly CellDiagnostic[] }

/**
 * What a cell declares, reads, assigns and imports, from its text alone.
 *
 * @param source the cell's TypeScript; any text at all.
 * @param cell the id that errors are to carry.
 */
export function analyse(source: string, cell = ''): AnalysisResult {
  const result = parseCell(cell, source)
  return result.ok ? { ok: true, analysis: result.parsed.analysis } : result
}

/**
 * Parses and resolves a cell. Never throws: what cannot be parsed becomes errors.
 *
 * @param locals names of variables around the text, which then is no cell: it declares nothing for the session.
 */
export function parseCell(cell: string, source: string, locals?: ReadonlySet<string>): Parse {
  try {
    return parseText(cell, source, locals)
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, errors: diagnostics(cell, source, [TOO_DEEP]) }
    throw error
  }
}

function parseText(cell: string, source: string, locals?: ReadonlySet<string>): Parse {
  const fail = (problems: Parameters<typeof diagnostics>[2]): Parse => ({
    ok: false,
    errors: diagnostics(cell, source, problems),
  })
  const stripped = strip(source)
  const { file, script, usings } = stripped
  if (stripped.syntaxErrors.length) return fail(stripped.syntaxErrors)
  const problems = unsupported(file)
  if (problems.length) return fail(problems)

  let program
  try {
    program = parseScript(script)
  } catch (error) {
    if (error instanceof ScriptError) return fail([earlyError(error, source, stripped)])
    throw error
  }

  const helpers = new Map<AnyNode, string>()
  for (const statement of program.body) {
    const name = helperName(statement)
    if (name !== undefined) helpers.set(statement, name)
  }
  const usingNames = new Set(usings.flatMap(({ names }) => names))
  const cellNames = new Set(declaredNames(file, new Set()).map(({ name }) => name))
  const outlives = (name: string): boolean => !locals && cellNames.has(name) && !usingNames.has(name)
  const references = resolve(program, helpers, outlives, locals)
  const outer = [...references.outer.values()].filter(({ declared }) => !declared)
  return {
    ok: true,
    parsed: {
      source,
      file,
      stripped,
      usings,
      program,
      helpers,
      references,
      shows: endsWithExpression(file),
      analysis: {
        declared: declaredNames(file, references.top),
        used: unique(outer.filter(({ role }) => role !== 'write').map(({ name }) => name)),
        assigned: unique(outer.filter(({ role }) => role !== 'read').map(({ name }) => name)),
        imports: importedModules(file),
      },
    },
  }
}

/** The name in `var __name = (this && this.__name) || …`, as TypeScript puts before the code that needs it. */
function helperName(statement: AnyNode): string | undefined {
  if (statement.type !== 'VariableDeclaration' || statement.kind !== 'var') return undefined
  const [declarator] = statement.declarations
  if (declarator?.id.type !== 'Identifier' || !declarator.id.name.startsWith('__')) return undefined
  const { init } = declarator
  if (init?.type !== 'LogicalExpression' || init.left.type !== 'ParenthesizedExpression') return undefined
  const guard = init.left.expression
  return guard.type === 'LogicalExpression' &&
    guard.left.type === 'ThisExpression' &&
    guard.right.type === 'MemberExpression' &&
    guard.right.property.type === 'Identifier' &&
    guard.right.property.name === declarator.id.name
    ? declarator.id.name
    : undefined
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)]
}
