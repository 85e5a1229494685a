/** Why a cell cannot run: errors of TypeScript's parser, early errors of ECMAScript, and what cells do not allow. */
import ts from 'typescript'
import type { CellDiagnostic } from '../cell'
import { Lines } from './lines'
import type { ScriptError } from './script'
import { startInCell } from './parse'
import type { Problem, Stripped } from './typescript'

export const TOO_DEEP: Problem = {
  code: 0,
  messageText: 'This cell nests expressions or blocks too deeply to compile. Split it into smaller parts.',
  start: 0,
  length: 0,
}

/** Problems as diagnostics of a cell, in order of place. */
export function diagnostics(cell: string, source: string, problems: readonly Problem[]): CellDiagnostic[] {
  const lines = new Lines(source, 'editor')
  return problems
    .map(({ code, messageText, start: from = 0, length = 0 }): CellDiagnostic => {
      const start = Math.min(from, source.length)
      const { line, column } = lines.position(start)
      return {
        cell,
        category: 'error',
        code,
        message: ts.flattenDiagnosticMessageText(messageText, '\n'),
        start,
        end: Math.min(start + length, source.length),
        line: line + 1,
        column: column + 1,
      }
    })
    .sort((a, b) => a.start - b.start)
}

/** Parts of TypeScript that have no meaning in a cell. */
export function unsupported(file: ts.SourceFile): Problem[] {
  const problems: Problem[] = []
  const add = (node: ts.Node, messageText: string): void => {
    const start = startInCell(file, node)
    problems.push({ code: 0, messageText, start, length: node.getWidth(file) })
  }
  for (const statement of file.statements) {
    if (ts.isImportEqualsDeclaration(statement))
      add(
        statement,
        ts.isExternalModuleReference(statement.moduleReference)
          ? "`import … = require(…)` does not work in a cell. Write `import … from '…'`."
          : '`import … = …` does not work in a cell. Write `const` for a value or `type` for a type.',
      )
    if (ts.isExportAssignment(statement) && statement.isExportEquals)
      add(statement, '`export =` does not work in a cell. Every top-level name is there for later cells.')
  }
  const visit = (node: ts.Node): void => {
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword)
      add(node, '`import.meta` does not work in a cell, which is no file and has no address.')
    ts.forEachChild(node, visit)
  }
  visit(file)
  return problems
}

/**
 * An early error as a problem of the cell. TypeScript's wording is taken where it sees the same mistake, since it
 * speaks of the person's own text.
 */
export function earlyError(error: ScriptError, source: string, stripped: Stripped): Problem {
  const start = stripped.mappings.findLast(({ script }) => script <= error.offset)?.source ?? 0
  const lines = new Lines(source, 'editor')
  const line = (offset: number): number => lines.position(offset).line
  const [nearest] = stripped
    .check()
    .flatMap((problem) => (problem.start === undefined ? [] : [{ problem, start: problem.start }]))
    .filter(({ problem, start: at }) => isGrammatical(problem.code) && line(at) === line(start))
    .sort((a, b) => Math.abs(a.start - start) - Math.abs(b.start - start))
  return nearest?.problem ?? { code: 0, messageText: `${error.message}.`, start, length: 0 }
}

/** TypeScript numbers grammar from 1000 and 18000; the others are names declared twice. */
function isGrammatical(code: number): boolean {
  return (
    (code >= 1000 && code < 2000) ||
    (code >= 18000 && code < 19000) ||
    [2300, 2393, 2440, 2451].includes(code)
  )
}
