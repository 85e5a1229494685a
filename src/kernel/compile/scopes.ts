/** Scopes: the names that each part of a cell's JavaScript declares. */
import type { AnyNode, BlockStatement, Identifier, Pattern, Program, StaticBlock } from 'acorn'
import { forEachChild } from './script'

export interface Variable {
  readonly name: string
  /** Whether the variable is at the cell's top level; which of those outlive the cell is not decided here. */
  readonly top: boolean
  /** The function or class expression that this is the inner name of. */
  readonly self?: AnyNode | undefined
}

export class Scope {
  readonly variables = new Map<string, Variable>()
  readonly parent: Scope | undefined
  /** The function, class, field or static block whose outermost scope this is. */
  readonly boundary: AnyNode | undefined

  constructor(parent: Scope | undefined, boundary?: AnyNode) {
    this.parent = parent
    this.boundary = boundary
  }

  declare(name: string, self?: AnyNode): void {
    if (!this.variables.has(name)) this.variables.set(name, { name, top: !this.parent, self })
  }
}

/** The identifiers that a binding pattern declares. */
export function* boundIdentifiers(pattern: Pattern): Generator<Identifier> {
  switch (pattern.type) {
    case 'Identifier':
      yield pattern
      break
    case 'ObjectPattern':
      for (const property of pattern.properties)
        yield* boundIdentifiers(property.type === 'RestElement' ? property.argument : property.value)
      break
    case 'ArrayPattern':
      for (const element of pattern.elements) if (element) yield* boundIdentifiers(element)
      break
    case 'RestElement':
      yield* boundIdentifiers(pattern.argument)
      break
    case 'AssignmentPattern':
      yield* boundIdentifiers(pattern.left)
      break
    case 'MemberExpression':
      break
  }
}

/** Declares what the statements of a block declare for the block: `let`, `const`, classes, functions and imports. */
export function declareLexical(scope: Scope, statements: readonly AnyNode[]): void {
  for (const statement of statements) {
    const declaration =
      (statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration') &&
      statement.declaration
        ? statement.declaration
        : statement
    if (declaration.type === 'VariableDeclaration') {
      if (declaration.kind !== 'var')
        for (const { id } of declaration.declarations)
          for (const { name } of boundIdentifiers(id)) scope.declare(name)
    } else if (declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration') {
      if (declaration.id) scope.declare(declaration.id.name)
    } else if (declaration.type === 'ImportDeclaration')
      for (const { local } of declaration.specifiers) scope.declare(local.name)
  }
}

/** What no `var` comes out of: functions and classes, and expressions, to be quick. */
const CLOSED = new Set<string>([
  ...['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'],
  ...['ClassDeclaration', 'ClassExpression', 'ExpressionStatement'],
])

/** Declares every `var` of a function body, static block or cell, however deep in blocks and loops. */
export function declareVars(scope: Scope, body: BlockStatement | StaticBlock | Program): void {
  const visit = (node: AnyNode): void => {
    if (CLOSED.has(node.type)) return
    if (node.type !== 'VariableDeclaration') return forEachChild(node, visit)
    if (node.kind === 'var')
      for (const { id } of node.declarations) for (const { name } of boundIdentifiers(id)) scope.declare(name)
  }
  for (const statement of body.body) visit(statement)
}
