/** What TypeScript objects to, as a person sees it in a cell: only in the cell's own text, and in the cell's terms. */
import ts from 'typescript'
import type { CellDiagnostic, ImportedModule } from '../cell'
import { Lines } from '../compile/lines'
import { isImportable, unknownImport } from '../library/specifiers'
import type { Diagnostic, Place } from './answers'
import type { ParsedCell } from './cellModule'
import { GLOBALS_FILE } from './environment'

/** “Variable implicitly has type any[] in some locations”, and the place where it has. */
const EVOLVING_DECLARED = 7034
const EVOLVING_USED = 7005
/** “Refers to a UMD global”: `tf` needs no import, and nobody is to be told to write one. */
const GLOBAL_OF_A_MODULE = 2686
/** “Cannot find name”, and the same with advice to install types, as of `test`, `process` and `$`, or to change what is compiled for. */
const UNKNOWN_NAME = 2304
const UNKNOWN_NAME_WITH_ADVICE: ReadonlySet<number> = new Set([
  2580, 2581, 2582, 2583, 2584, 2591, 2592, 2593, 2867, 2868,
])
/** A notebook has no packages and no configuration, and `test` is what the runtime exports. */
const ADVICE = / Do you need to (?:install type definitions|change your target library)[^]*$/

/** How the service puts things to a person. */
export interface Telling {
  /** A text of TypeScript's in a person's terms. */
  readonly words: (text: string) => string
  /** Where a place in a module is for a person. */
  readonly place: (path: string, span: ts.TextSpan) => Place | undefined
}

export function semanticErrors(
  cell: ParsedCell,
  found: readonly ts.Diagnostic[],
  tell: Telling,
): (CellDiagnostic & Pick<Diagnostic, 'related'>)[] {
  const lines = new Lines(cell.source, 'editor')
  const inside = found.filter(isIn(cell.source))
  // An evolving list that the cell itself only ever fills is fine; it is the generated export that looks at its type.
  const badImports = new Set(badImportsOf(cell).map(({ start }) => start))
  const usedHere = new Set(
    inside.filter(({ code }) => code === EVOLVING_USED).map((used) => textOf(cell, used)),
  )
  return (
    inside
      .filter(({ category }) => category === ts.DiagnosticCategory.Error)
      // `moduleErrors` says it better.
      .filter(({ start }) => !badImports.has(start))
      .filter((error) => error.code !== EVOLVING_DECLARED || usedHere.has(textOf(cell, error)))
      .map((error) => ({ ...convert(cell, error, lines, tell), category: 'error' }))
  )
}

/** What is no error but could be better: unused and deprecated names, and what TypeScript suggests. */
export function suggestions(cell: ParsedCell, found: readonly ts.Diagnostic[], tell: Telling): Diagnostic[] {
  const lines = new Lines(cell.source, 'editor')
  const told = found.filter(isIn(cell.source)).filter(({ code }) => code !== GLOBAL_OF_A_MODULE)
  return told.map((suggestion) => ({
    ...convert(cell, suggestion, lines, tell),
    category: 'suggestion',
    ...(suggestion.reportsUnnecessary && { unnecessary: true }),
    ...(suggestion.reportsDeprecated && { deprecated: true }),
  }))
}

/** Imports of what a notebook cannot import. */
export function moduleErrors(cell: ParsedCell): CellDiagnostic[] {
  const lines = new Lines(cell.source, 'editor')
  return badImportsOf(cell).map(({ specifier, start, end }) => ({
    cell: cell.id,
    category: 'error',
    code: 2307,
    message: unknownImport(specifier),
    start,
    end,
    ...position(lines, start),
  }))
}

function badImportsOf({ analysis }: ParsedCell): ImportedModule[] {
  return analysis.imports.filter(({ specifier }) => !isImportable(specifier))
}

function isIn(source: string) {
  return (diagnostic: ts.Diagnostic): diagnostic is ts.DiagnosticWithLocation =>
    diagnostic.start !== undefined && diagnostic.start < source.length
}

function textOf(cell: ParsedCell, { start, length }: ts.DiagnosticWithLocation): string {
  return cell.source.slice(start, start + length)
}

function convert(
  cell: ParsedCell,
  diagnostic: ts.DiagnosticWithLocation,
  lines: Lines,
  tell: Telling,
): Omit<Diagnostic, 'category'> {
  const { start, length, code } = diagnostic
  const related = relatedTo(diagnostic, tell)
  const message = tell.words(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'))
  return {
    cell: cell.id,
    code: UNKNOWN_NAME_WITH_ADVICE.has(code) ? UNKNOWN_NAME : code,
    message: message.replace(ADVICE, ''),
    start,
    end: Math.min(start + length, cell.source.length),
    ...position(lines, start),
    ...(related.length && { related }),
  }
}

function relatedTo({ relatedInformation }: ts.Diagnostic, tell: Telling) {
  return (relatedInformation ?? []).flatMap(({ file, start, length, messageText }) => {
    const place =
      file && start !== undefined ? tell.place(file.fileName, { start, length: length ?? 0 }) : undefined
    return place ? [{ message: tell.words(ts.flattenDiagnosticMessageText(messageText, '\n')), place }] : []
  })
}

/**
 * Names cells by their number, and modules as they are imported, where TypeScript names the files behind them.
 * @param nameOf what people call the cell whose module lies at a path
 */
export function readable(message: string, nameOf: (module: string) => string | undefined): string {
  return message
    .replace(/import\("(\/cells\/[^"]+)"\)\.([\w$]+)/g, (_, module: string, name: string) => {
      const cell = nameOf(module)
      return cell === undefined ? name : `${name} (${cell})`
    })
    .replace(/'"(\/cells\/[^"]+)"'/g, (_, module: string) => nameOf(module) ?? 'another cell')
    .replaceAll(`typeof import("${GLOBALS_FILE.replace('.d.ts', '')}")`, 'tf')
    .replace(/import\("\/node_modules\/((?:@[^/"]+\/)?[^/"]+)[^"]*"\)/g, 'import("$1")')
}

/** Line and column from 1, as editors count. */
function position(lines: Lines, offset: number): { line: number; column: number } {
  const { line, column } = lines.position(offset)
  return { line: line + 1, column: column + 1 }
}
