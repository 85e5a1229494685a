/**
 * A cell as a module for the type checker: the person's text, unchanged, and a generated tail that imports the names of
 * other cells and exports the cell's own. Appending keeps every offset of the text what it is in the editor.
 */
import ts from 'typescript'
import type { CellAnalysis, DeclaredName } from '../cell'
import { closers } from './closers'

export interface ParsedCell {
  readonly id: string
  readonly source: string
  /** Whether the text is kept from TypeScript. */
  readonly hidden?: boolean
  /** Whether it cannot run as it stands, so that what is known of it is what could be recovered. */
  readonly broken: boolean
  readonly analysis: CellAnalysis
  /** Names that the person exports themselves. */
  readonly exported: ReadonlySet<string>
  /** Variables whose type TypeScript works out from later assignments: `let best`, `const losses = []`. */
  readonly evolving: ReadonlySet<string>
  /** Every identifier of the text but names of members. */
  readonly words: ReadonlySet<string>
}

/** Where a name of another cell comes from, for one of its meanings. */
export interface Provider {
  /** The path of the module of the cell that declares it. */
  readonly module: string
  readonly declared: DeclaredName
  /** An evolving variable that more than one cell assigns, so that no single cell tells its type. */
  readonly open: boolean
}

/** What a name of other cells means in one cell. Values, types and namespaces are found apart. */
export interface Visible {
  value?: Provider | undefined
  type?: Provider | undefined
  namespace?: Provider | undefined
}

/**
 * @param isOpen whether an evolving variable of that name has no single cell that tells its type
 * @returns the text of the cell's module, which starts with the person's own
 */
export function moduleText(
  cell: ParsedCell,
  visible: ReadonlyMap<string, Visible>,
  isOpen: (name: string) => boolean,
): string {
  const own = cell.hidden ? '' : cell.source
  const end = cell.broken ? `${closers(own)};` : ';'
  return [own, end, ...imports(cell, visible), ...exports(cell, isOpen)].join('\n')
}

function imports(cell: ParsedCell, visible: ReadonlyMap<string, Visible>): string[] {
  const own = new Map(cell.analysis.declared.map((declared) => [declared.name, declared]))
  const assigned = new Set(cell.analysis.assigned)
  const byModule = new Map<string, string[]>()
  const declarations: string[] = []
  for (const [name, meanings] of visible) {
    const mine = own.get(name)
    const { value, type: types, namespace } = others(mine, meanings)
    const type = types ?? namespace
    // One import carries all meanings of a name. Where they have different homes, or an assignment must be legal, the
    // value is a declaration of its own beside it: TypeScript then resolves each meaning to the right one, and what it
    // says about the conflict lies outside the person's text.
    const apart = value && (assigned.has(name) || mine || (type && type.module !== value.module))
    if (value && apart) declarations.push(declaration(name, value, assigned.has(name)))
    const imported = apart ? type : (value ?? type)
    if (!imported) continue
    const names = byModule.get(imported.module)
    if (names) names.push(name)
    else byModule.set(imported.module, [name])
  }
  return [
    ...[...byModule].map(
      ([module, names]) => `import { ${names.join(', ')} } from ${JSON.stringify(module)}`,
    ),
    ...declarations,
  ]
}

/** The meanings of a name that are left to other cells by the one that declares it as `mine`. */
export function others(mine: DeclaredName | undefined, { value, type, namespace }: Visible): Visible {
  if (!mine) return { value, type, namespace }
  return {
    value: occupiesValue(mine) ? undefined : value,
    type: mine.type ? undefined : type,
    namespace: mine.type || mine.namespace ? undefined : namespace,
  }
}

/** Whether TypeScript knows the name as a value here, be it one that only `declare` or `import type` gives. */
function occupiesValue({ kind, value }: DeclaredName): boolean {
  return value || (kind !== 'interface' && kind !== 'type' && kind !== 'namespace')
}

function declaration(name: string, { module, declared, open }: Provider, assigned: boolean): string {
  const keyword = assigned && !declared.constant ? 'let' : 'const'
  const type = open ? 'any' : `typeof import(${JSON.stringify(module)}).${name}`
  return `declare ${keyword} ${name}: ${type}`
}

function exports(cell: ParsedCell, isOpen: (name: string) => boolean): string[] {
  const names: string[] = []
  const aliases: string[] = []
  for (const { name, kind } of cell.analysis.declared) {
    if (kind === 'using' || cell.exported.has(name)) continue
    if (!cell.evolving.has(name)) {
      names.push(name)
      continue
    }
    // Exported directly, an evolving variable has the type of its declaration, `any[]` and an error with it.
    const alias = aliasOf(name, cell.source)
    aliases.push(`const ${alias}${isOpen(name) ? ': any' : ''} = ${name}`)
    names.push(`${alias} as ${name}`)
  }
  return [...aliases, `export { ${names.join(', ')} }`]
}

/** Under what name the tail exports an evolving variable of a cell. */
export function aliasOf(name: string, source: string): string {
  let alias = `${name}$`
  while (source.includes(alias)) alias += '$'
  return alias
}

/** Names that the person's own `export` makes importable. */
export function exportedNames(file: ts.SourceFile): Set<string> {
  const names = new Set<string>()
  const add = (name: ts.BindingName) => {
    if (ts.isIdentifier(name)) names.add(name.text)
    else for (const element of name.elements) if (ts.isBindingElement(element)) add(element.name)
  }
  for (const statement of file.statements) {
    if (ts.isExportDeclaration(statement)) {
      if (statement.exportClause && ts.isNamedExports(statement.exportClause))
        for (const { name } of statement.exportClause.elements) names.add(name.text)
      else if (statement.exportClause && ts.isNamespaceExport(statement.exportClause))
        names.add(statement.exportClause.name.text)
    } else if (ts.canHaveModifiers(statement)) {
      const kinds = ts.getModifiers(statement)?.map(({ kind }) => kind) ?? []
      if (!kinds.includes(ts.SyntaxKind.ExportKeyword) || kinds.includes(ts.SyntaxKind.DefaultKeyword))
        continue
      if (ts.isVariableStatement(statement))
        for (const { name } of statement.declarationList.declarations) add(name)
      else if (isNamed(statement)) add(statement.name)
    }
  }
  return names
}

function isNamed(statement: ts.Statement): statement is ts.Statement & { name: ts.Identifier } {
  return 'name' in statement && ts.isIdentifier(statement.name as ts.Node)
}

/** Top-level variables without a type of their own whose initial value does not tell it either. */
export function evolvingNames(file: ts.SourceFile): Set<string> {
  const names = new Set<string>()
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue
    const constant = (statement.declarationList.flags & ts.NodeFlags.Const) !== 0
    for (const { name, type, initializer } of statement.declarationList.declarations) {
      if (type || !ts.isIdentifier(name)) continue
      const empty =
        !initializer ||
        initializer.kind === ts.SyntaxKind.NullKeyword ||
        (ts.isIdentifier(initializer) && initializer.text === 'undefined')
      const list = initializer && ts.isArrayLiteralExpression(initializer) && !initializer.elements.length
      if (list || (empty && !constant)) names.add(name.text)
    }
  }
  return names
}
