/** Which statements of a test cell its `run`s need. */
import ts from 'typescript'

/** A statement, or one variable of a declaration of several. */
export interface Piece {
  readonly statement: ts.Statement
  readonly node: ts.Node
  readonly start: number
  readonly end: number
  /** Names that it declares at the cell's top level. */
  readonly declares: readonly string[]
}

/**
 * The pieces that declare what is needed, and what these need in turn. A piece that declares nothing is kept where it works on
 * something that is kept, such as a loop that fills a list.
 *
 * @param needed names to begin with.
 * @returns also every name that is needed in the end.
 */
export function dependencies(
  pieces: readonly Piece[],
  needed: ReadonlySet<string>,
): { kept: ReadonlySet<Piece>; names: ReadonlySet<string> } {
  const names = new Set(needed)
  const kept = new Set<Piece>()
  const variables = new Set<string>()
  for (let before = -1; before < kept.size;) {
    before = kept.size
    for (const piece of pieces) {
      if (kept.has(piece)) continue
      const uses = identifiersIn(piece.node)
      const wanted = piece.declares.length
        ? piece.declares.some((name) => names.has(name))
        : [...uses].some((name) => variables.has(name))
      if (!wanted) continue
      kept.add(piece)
      for (const name of uses) names.add(name)
      if (!ts.isImportDeclaration(piece.statement)) for (const name of piece.declares) variables.add(name)
    }
  }
  return { kept, names }
}

/** Every name that a part of a program mentions, other than members of objects. */
export function identifiersIn(node: ts.Node): Set<string> {
  const found = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) found.add(node.text)
    else if (ts.isPropertyAccessExpression(node)) visit(node.expression)
    else if (ts.isPropertyAssignment(node)) {
      if (ts.isComputedPropertyName(node.name)) visit(node.name)
      visit(node.initializer)
    } else if (ts.isMethodDeclaration(node)) {
      node.parameters.forEach(visit)
      if (node.body) visit(node.body)
    } else ts.forEachChild(node, visit)
  }
  visit(node)
  return found
}
