/**
 * Warnings where a cell declares a name anew with a type that functions of earlier cells do not expect: they see the new
 * value as soon as the cell has run.
 */
import ts from 'typescript'
import { Lines } from '../compile/lines'
import type { CellDiagnostic, DeclaredName } from '../cell'
import type { ParsedCell } from './cellModule'

/** A cell of the notebook, with its module as TypeScript knows it. */
export interface CheckedCell {
  readonly cell: ParsedCell
  readonly file: ts.SourceFile
  /** What people call the cell. */
  readonly name: string
}

/** @param cells in document order; those that do not parse left out */
export function redeclarations(cells: readonly CheckedCell[], checker: ts.TypeChecker): CellDiagnostic[] {
  const homes = new Map<string, { index: number; declared: DeclaredName }[]>()
  cells.forEach(({ cell }, index) => {
    for (const declared of cell.analysis.declared) {
      if (!declared.value || declared.kind === 'using') continue
      const known = homes.get(declared.name)
      if (known) known.push({ index, declared })
      else homes.set(declared.name, [{ index, declared }])
    }
  })
  const found: CellDiagnostic[] = []
  for (const [name, places] of homes)
    for (const [position, { index, declared }] of places.entries()) {
      const before = places[position - 1]
      if (!before) continue
      // A cell sees the nearest earlier declaration, so from there up to this one all see the one before.
      const users = cells
        .slice(before.index, index)
        .filter((cell) => functionsUse(cell, name, checker))
        .map((cell) => cell.name)
      if (!users.length) continue
      const warning = misfit(cells[before.index]!, cells[index]!, declared, users, checker)
      if (warning) found.push(warning)
    }
  return found
}

function misfit(
  before: CheckedCell,
  after: CheckedCell,
  { name, start }: DeclaredName,
  users: readonly string[],
  checker: ts.TypeChecker,
): CellDiagnostic | undefined {
  const [old, now] = [before, after].map(({ file }) => exportedType(file, name, checker))
  if (!old || !now || checker.isTypeAssignableTo(now, old)) return undefined
  const { line, column } = new Lines(after.cell.source, 'editor').position(start)
  const [oldType, newType] = [old, now].map((type) => checker.typeToString(type))
  return {
    cell: after.cell.id,
    category: 'warning',
    code: 0,
    message:
      `'${name}' of ${before.name} is replaced, also for the functions of ${users.join(', ')} that use it: ` +
      `they expect '${oldType}', and this is '${newType}'.`,
    start,
    end: start + name.length,
    line: line + 1,
    column: column + 1,
  }
}

/** The type with which other cells see a name; of a constant 2 that is `number`, since another number would fit as well. */
function exportedType(file: ts.SourceFile, name: string, checker: ts.TypeChecker): ts.Type | undefined {
  const module = checker.getSymbolAtLocation(file)
  const symbol = module && checker.tryGetMemberInModuleExports(name, module)
  if (!symbol) return undefined
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  return checker.getBaseTypeOfLiteralType(checker.getTypeOfSymbol(target))
}

/** Whether a function in the person's text uses the session's variable of a name, and not one of its own. */
function functionsUse({ cell, file }: CheckedCell, name: string, checker: ts.TypeChecker): boolean {
  if (!cell.source.includes(name)) return false
  const own = cell.analysis.declared.find((declared) => declared.name === name)
  const isShared = (identifier: ts.Identifier): boolean => {
    const declaration = checker.getSymbolAtLocation(identifier)?.declarations?.[0]
    if (!declaration) return false
    // Names of other cells are declared after the person's text.
    return declaration.getStart(file) >= cell.source.length || nameStart(declaration) === own?.start
  }
  const visit = (node: ts.Node, inFunction: boolean): boolean => {
    if (node.pos >= cell.source.length) return false
    if (inFunction && ts.isIdentifier(node) && node.text === name && !isOwnName(node) && isShared(node))
      return true
    const inside = inFunction || ts.isFunctionLike(node)
    return ts.forEachChild(node, (child) => visit(child, inside)) ?? false
  }
  return visit(file, false)
}

/** Whether it is the name of a function, which is in the function but no use of it. */
function isOwnName(node: ts.Identifier): boolean {
  return ts.isFunctionLike(node.parent) && node.parent.name === node
}

function nameStart(declaration: ts.Declaration): number | undefined {
  return ts.getNameOfDeclaration(declaration)?.getStart()
}
