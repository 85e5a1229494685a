/**
 * From a cell's TypeScript to plain JavaScript: TypeScript itself erases types and lowers enums, namespaces, parameter
 * properties, decorators and `using`. What is left is ECMAScript 2022, one statement after another as in the cell.
 */
import { decodedMappings, TraceMap } from '@jridgewell/trace-mapping'
import ts from 'typescript'
import { Lines } from './lines'
import { endInCell, inCell, parseErrors, parseFile, startInCell } from './parse'

const FILE = 'cell.ts'

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  // Imports that only later cells use must stay, so nothing is elided but what says `type`.
  verbatimModuleSyntax: true,
  isolatedModules: true,
  useDefineForClassFields: true,
  noLib: true,
  noResolve: true,
  types: [],
  noCheck: true,
  // Also keeps a person's own `//# sourceURL` comments away from the engine.
  removeComments: true,
  newLine: ts.NewLineKind.LineFeed,
  sourceMap: true,
}

/** What is wrong at an offset of the cell. */
export interface Problem {
  readonly code: number
  readonly messageText: string | ts.DiagnosticMessageChain
  readonly start?: number | undefined
  readonly length?: number | undefined
}

/** Where a piece of the JavaScript comes from: offsets in both texts, ascending in `script`. */
export interface Mapping {
  readonly script: number
  readonly source: number
}

export interface Stripped {
  readonly file: ts.SourceFile
  /** Errors of the parser; the rest is meaningless when there are any. */
  readonly syntaxErrors: readonly Problem[]
  readonly script: string
  readonly mappings: readonly Mapping[]
  /** TypeScript's errors of every kind but missing names, computed when asked for. */
  check(): readonly Problem[]
}

/**
 * Same text, same length, without two things that stand in the way: a `#!` line, which ends up in mid-code, and
 * `using` at the cell's top level, which TypeScript would lower by turning every other declaration into an assignment.
 * Those become `const`, and the rewriter disposes of them when the cell ends.
 */
function neutralise(text: string, usings: readonly UsingStatement[]): string {
  let result = text.startsWith('#!') ? `//${text.slice(2)}` : text
  for (const { start, end } of usings)
    result = result.slice(0, start) + 'const'.padEnd(end - start) + result.slice(end)
  return result
}

export interface UsingStatement {
  /** Of the words `using` or `await using`. */
  readonly start: number
  readonly end: number
  readonly await: boolean
  readonly names: readonly string[]
}

/** The `using` declarations among a cell's own statements. */
function usingStatements(file: ts.SourceFile, source: string): UsingStatement[] {
  return file.statements.filter(ts.isVariableStatement).flatMap((statement) => {
    const list = statement.declarationList
    if (!(list.flags & ts.NodeFlags.Using)) return []
    const start = startInCell(file, list)
    const [first] = list.declarations
    // The declared names come right after the words, whatever blanks and comments are between the two words.
    const words = source.slice(start, first ? startInCell(file, first) : endInCell(file, list))
    const end = start + words.lastIndexOf('using') + 'using'.length
    return [
      {
        start,
        end,
        // The bits of `await using` are those of `using` and of `const`.
        await: (list.flags & ts.NodeFlags.Const) !== 0,
        names: list.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : [])),
      },
    ]
  })
}

/** Parses a cell and emits it as JavaScript. Throws RangeError where the text nests too deeply for the stack. */
export function strip(source: string): Stripped & { readonly usings: readonly UsingStatement[] } {
  const first = parse(neutralise(source, []))
  const usings = first.syntaxErrors.length ? [] : usingStatements(first.file, source)
  if (first.syntaxErrors.length) return { ...first, usings, script: '', mappings: [] }
  const { program, file } = usings.length ? parse(neutralise(source, usings)) : first
  const output = new Map<string, string>()
  program.emit(file, (name, text) => output.set(name, text))
  const script = (output.get('cell.js') ?? '').replace(/\/\/# sourceMappingURL=.*\s*$/, '')
  const map = new TraceMap(output.get('cell.js.map') ?? '')
  return { ...first, usings, script, mappings: offsets(map, script, file) }
}

function parse(text: string): Pick<Stripped, 'file' | 'syntaxErrors' | 'check'> & { program: ts.Program } {
  const host: ts.CompilerHost = {
    getSourceFile: (name, languageVersion) =>
      name === FILE ? parseFile(name, text, languageVersion) : undefined,
    getDefaultLibFileName: () => 'lib.d.ts',
    getCurrentDirectory: () => '',
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    fileExists: (name) => name === FILE,
    readFile: () => undefined,
    writeFile: () => undefined,
  }
  const program = ts.createProgram([FILE], options, host)
  const file = program.getSourceFile(FILE)!
  return {
    program,
    file,
    syntaxErrors: parseErrors(file).map((error) => problem(file, error)),
    check: () => {
      const checked = ts.createProgram([FILE], { ...options, noCheck: false }, host)
      const again = checked.getSourceFile(FILE)!
      return checked.getSemanticDiagnostics(again).map((error) => problem(again, error))
    },
  }
}

function problem(file: ts.SourceFile, { code, messageText, start, length }: ts.Diagnostic): Problem {
  return { code, messageText, start: start === undefined ? undefined : inCell(file, start), length }
}

/** A source map's segments as offsets. */
function offsets(map: TraceMap, script: string, file: ts.SourceFile): Mapping[] {
  const scriptLines = new Lines(script, 'script')
  const sourceLines = new Lines(file.text, 'script')
  const mappings: Mapping[] = []
  decodedMappings(map).forEach((segments, line) => {
    for (const segment of segments)
      if (segment.length > 1)
        mappings.push({
          script: scriptLines.offset(line, segment[0]),
          source: inCell(file, sourceLines.offset(segment[2]!, segment[3]!)),
        })
  })
  return mappings
}
