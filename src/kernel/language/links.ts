/**
 * Session names across cells: which declaration a name means in which cell.
 *
 * TypeScript follows a name from cell to cell only where the generated code is an import. Here it is followed by what the
 * cells declare, which holds in all cases.
 */
import ts from 'typescript'
import type { DeclaredName } from '../cell'
import { others, type Visible } from './cellModule'
import type { NotebookService } from './service'

export type Meaning = keyof Visible
export const MEANINGS: readonly Meaning[] = ['value', 'type', 'namespace']

/** A declaration of a session name. */
export interface Home {
  readonly name: string
  readonly cell: string
  readonly meaning: Meaning
  readonly declared: DeclaredName
}

/** The smallest identifier at an offset: around it, or ending there. */
export function identifierAt(file: ts.SourceFile, offset: number): ts.Identifier | undefined {
  let found: ts.Identifier | undefined
  const visit = (node: ts.Node): void => {
    if (node.pos > offset || node.end < offset) return
    if (ts.isIdentifier(node) && node.getStart(file) <= offset) found = node
    else ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

/** The session name that is meant at an offset of a cell; undefined where something else is. */
export function sessionNameAt(service: NotebookService, id: string, offset: number): Home | undefined {
  const cell = service.cell(id)
  const file = service.program.getSourceFile(service.path(id))
  const node = file && identifierAt(file, offset)
  if (!cell || !node) return undefined
  const checker = service.program.getTypeChecker()
  const symbol = symbolOf(node, checker)
  const shared = symbol?.declarations?.some((declaration) => {
    if (declaration.getSourceFile() !== file) return false
    const name = ts.getNameOfDeclaration(declaration)
    if (name?.getText(file) !== node.text) return false
    return (
      name.getStart(file) >= cell.source.length ||
      cell.analysis.declared.some(({ start }) => start === name.getStart(file))
    )
  })
  return shared ? homeOf(service, id, node.text, meaningOf(node)) : undefined
}

/** What a name means in a cell for itself or through others; the nearest meaning where it has not the one asked for. */
export function homeOf(
  service: NotebookService,
  id: string,
  name: string,
  wanted: Meaning = 'value',
): Home | undefined {
  const cell = service.cell(id)
  const own = cell?.analysis.declared.find((declared) => declared.name === name)
  const visible = others(own, service.visible(id).get(name) ?? {})
  for (const meaning of new Set([wanted, ...MEANINGS])) {
    const provider = visible[meaning]
    if (own && (own[meaning] || (meaning === 'value' && !own.type && !own.namespace)))
      return { name, cell: id, meaning, declared: own }
    const home = provider && service.cellAt(`${provider.module}.ts`)
    if (home) return { name, cell: home.id, meaning, declared: provider.declared }
  }
  return undefined
}

/** The cells whose text may mean a declaration by its name: its own first, then the others in document order. */
export function cellsSeeing(service: NotebookService, home: Home): string[] {
  const seeing = service.cells
    .map(({ id }) => id)
    .filter((id) => {
      if (id === home.cell || !service.cell(id)!.source.includes(home.name)) return false
      const own = service.cell(id)!.analysis.declared.find(({ name }) => name === home.name)
      const visible = others(own, service.visible(id).get(home.name) ?? {})
      return MEANINGS.some((meaning) => {
        const provider = visible[meaning]
        return provider && service.cellAt(`${provider.module}.ts`)?.id === home.cell
      })
    })
  return [home.cell, ...seeing]
}

/**
 * Where, in the module of a cell's current text, a session name is introduced: its declaration, or the generated import
 * or declaration of it.
 */
export function introductions(service: NotebookService, id: string, home: Home): number[] {
  const cell = service.cell(id)
  const file = service.program.getSourceFile(service.path(id))
  if (!cell || !file) return []
  const { name } = home
  if (id === home.cell) {
    const own = cell.analysis.declared.find((declared) => declared.name === name)
    return own ? [own.start] : []
  }
  const found: number[] = []
  for (const statement of file.statements) {
    if (statement.getStart(file) < cell.source.length) continue
    if (ts.isImportDeclaration(statement)) {
      const bindings = statement.importClause?.namedBindings
      if (bindings && ts.isNamedImports(bindings))
        for (const element of bindings.elements)
          if (element.name.text === name) found.push(element.name.getStart(file))
    } else if (ts.isVariableStatement(statement))
      for (const declaration of statement.declarationList.declarations)
        if (declaration.name.getText(file) === name) found.push(declaration.name.getStart(file))
  }
  return found
}

/** Which of its meanings a name has where it stands. */
export function meaningOf(node: ts.Node): Meaning {
  const { parent } = node
  if (ts.isQualifiedName(parent) && parent.left === node) return 'namespace'
  if (ts.isTypeParameterDeclaration(parent)) return 'type'
  if (ts.isInterfaceDeclaration(parent) || ts.isTypeAliasDeclaration(parent)) return 'type'
  return ts.isPartOfTypeNode(node) ? 'type' : 'value'
}

function symbolOf(node: ts.Identifier, checker: ts.TypeChecker): ts.Symbol | undefined {
  if (ts.isShorthandPropertyAssignment(node.parent))
    return checker.getShorthandAssignmentValueSymbol(node.parent)
  if (ts.isExportSpecifier(node.parent)) return checker.getExportSpecifierLocalTargetSymbol(node.parent)
  return checker.getSymbolAtLocation(node)
}
