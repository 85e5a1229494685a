/** What cells can import by name, and the edits that do it. */
import ts from 'typescript'
import { SPECIFIERS } from '../library/specifiers'
import type { Edit, NameKind } from './answers'
import type { ParsedCell } from './cellModule'
import type { Environment } from './environment'
import { symbolKind } from './kinds'

export interface Importable {
  readonly name: string
  readonly module: string
  readonly kind: NameKind
  /** Whether it is a value, which code can use, and whether it is a type. */
  readonly value: boolean
  readonly type: boolean
  readonly deprecated: boolean
  /** Where it is declared. */
  readonly declaration: { readonly file: string; readonly start: number } | undefined
}

/** Declarations never change, so neither does what they export. */
const known = new WeakMap<Environment, ReadonlyMap<string, readonly Importable[]>>()

/**
 * Everything that can be imported, by name; where several modules export one and the same thing, only from the first of
 * them, which is the shortest to write.
 * @param program any program over the environment
 */
export function importables(
  environment: Environment,
  program: ts.Program,
): ReadonlyMap<string, readonly Importable[]> {
  let all = known.get(environment)
  if (!all) known.set(environment, (all = collect(environment, program)))
  return all
}

function collect(environment: Environment, program: ts.Program): Map<string, Importable[]> {
  const checker = program.getTypeChecker()
  const found = new Map<string, Importable[]>()
  const seen = new Set<ts.Symbol>()
  for (const module of SPECIFIERS) {
    const path = environment.resolve(module, '/cell.ts')?.resolvedFileName
    const file = path === undefined ? undefined : program.getSourceFile(path)
    const symbol = file && checker.getSymbolAtLocation(file)
    for (const exported of symbol ? checker.getExportsOfModule(symbol) : []) {
      const { name } = exported
      const target = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
      if (name === 'default' || name.startsWith('_') || seen.has(target)) continue
      seen.add(target)
      const declaration = target.declarations?.[0]
      const at = declaration && (ts.getNameOfDeclaration(declaration) ?? declaration)
      const importable = {
        name,
        module,
        kind: symbolKind(target, checker),
        value: (target.flags & ts.SymbolFlags.Value) !== 0,
        type: (target.flags & ts.SymbolFlags.Type) !== 0,
        deprecated: target.getJsDocTags(checker).some((tag) => tag.name === 'deprecated'),
        declaration: at && { file: at.getSourceFile().fileName, start: at.getStart() },
      }
      const others = found.get(name)
      if (others) others.push(importable)
      else found.set(name, [importable])
    }
  }
  return found
}

/** The edit that imports names of one module into a cell: into an import of that module that it has, or a new one. */
export function importEdit(
  { id, source }: ParsedCell,
  file: ts.SourceFile,
  module: string,
  names: readonly Pick<Importable, 'name' | 'value'>[],
): Edit {
  const imports = file.statements
    .filter(ts.isImportDeclaration)
    .filter((statement) => statement.end <= source.length)
  const words = (typeOnly: boolean) =>
    names.map(({ name, value }) => (value || typeOnly ? name : `type ${name}`)).join(', ')
  for (const { importClause, moduleSpecifier } of imports) {
    if (!ts.isStringLiteral(moduleSpecifier) || moduleSpecifier.text !== module) continue
    const bindings = importClause?.namedBindings
    if (!bindings || !ts.isNamedImports(bindings)) continue
    const typeOnly = importClause.phaseModifier === ts.SyntaxKind.TypeKeyword
    if (typeOnly && names.some(({ value }) => value)) continue
    const last = bindings.elements.at(-1)
    if (last) return { cell: id, start: last.end, end: last.end, text: `, ${words(typeOnly)}` }
    return { cell: id, start: bindings.getStart(file), end: bindings.end, text: `{ ${words(typeOnly)} }` }
  }
  return { cell: id, ...newImport(source, file, imports, `{ ${words(false)} }`, module) }
}

function newImport(
  source: string,
  file: ts.SourceFile,
  imports: readonly ts.ImportDeclaration[],
  clause: string,
  module: string,
): Omit<Edit, 'cell'> {
  const last = imports.at(-1)
  const like = last?.getText(file)
  const quote = like?.includes('"') ? '"' : "'"
  const statement = `import ${clause} from ${quote}${module}${quote}${like?.endsWith(';') ? ';' : ''}`
  if (last) return { start: last.end, end: last.end, text: `\n${statement}` }
  // A `#!` line stays the first.
  const start = source.startsWith('#!') ? source.search(/\n|$/) : 0
  return { start, end: start, text: start ? `\n${statement}` : `${statement}\n` }
}
