/** What every identifier of a cell's JavaScript refers to, and which closures hold local variables. */
import type { AnyNode, Identifier, Program } from 'acorn'
import { forEachChild } from './script'
import { declareLexical, declareVars, Scope } from './scopes'

export type Role = 'read' | 'write' | 'update' | 'declare'

/** A use, or the declaration, of a name at the cell's top level or of no name in the cell at all. */
export interface OuterReference {
  readonly name: string
  readonly role: Role
  /** Whether the cell's top level declares it. */
  readonly declared: boolean
}

export interface References {
  /** Every name that the top level declares, in any way. */
  readonly top: ReadonlySet<string>
  /** Identifiers that refer to the top level or beyond, in source order; all others are local. */
  readonly outer: ReadonlyMap<Identifier, OuterReference>
  /** Functions and classes that capture a variable, or the `this`, of a function or block around them. */
  readonly capturing: ReadonlySet<AnyNode>
  readonly importMeta: readonly AnyNode[]
}

/** Constants of the language. A person may shadow them in a cell, but nobody can change them. */
const LITERAL_NAMES = new Set(['undefined', 'NaN', 'Infinity'])

/**
 * Resolves a whole cell.
 *
 * @param skip statements that are nobody's code: TypeScript's helpers.
 * @param outlives whether a name of the top level belongs to the session; the others are the cell's own locals.
 */
export function resolve(
  program: Program,
  skip: (statement: AnyNode) => boolean,
  outlives: (name: string) => boolean,
): References {
  const resolver = new Resolver(outlives)
  const statements = program.body.filter((statement) => !skip(statement))
  declareLexical(resolver.cell, statements)
  declareVars(resolver.cell, { ...program, body: statements })
  for (const statement of statements) resolver.visit(statement, resolver.cell)
  return {
    top: new Set(resolver.cell.variables.keys()),
    outer: resolver.outer,
    capturing: resolver.capturing,
    importMeta: resolver.importMeta,
  }
}

class Resolver {
  private readonly outlives: (name: string) => boolean
  readonly cell = new Scope(undefined)
  readonly outer = new Map<Identifier, OuterReference>()
  readonly capturing = new Set<AnyNode>()
  readonly importMeta: AnyNode[] = []

  constructor(outlives: (name: string) => boolean) {
    this.outlives = outlives
  }

  visit(node: AnyNode, scope: Scope, role: Role = 'read'): void {
    switch (node.type) {
      case 'Identifier':
        return this.refer(node, scope, role)
      case 'ThisExpression':
      case 'Super':
        return this.captureThis(scope)
      case 'MetaProperty':
        if (node.meta.name === 'import') this.importMeta.push(node)
        else this.captureThis(scope)
        return

      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        return this.visitFunction(node, scope)
      case 'ClassDeclaration':
      case 'ClassExpression': {
        const inner = new Scope(scope, node)
        if (node.id) inner.declare(node.id.name, node)
        if (node.superClass) this.visit(node.superClass, inner)
        for (const member of node.body.body) this.visit(member, inner)
        return
      }
      case 'MethodDefinition':
        if (node.computed) this.visit(node.key, scope)
        return this.visit(node.value, scope)
      case 'PropertyDefinition':
        if (node.computed) this.visit(node.key, scope)
        if (node.value) this.visit(node.value, new Scope(scope, node))
        return
      case 'StaticBlock': {
        const inner = new Scope(scope, node)
        declareVars(inner, node)
        return this.visitBlock(node.body, inner)
      }

      case 'BlockStatement':
        return this.visitBlock(node.body, new Scope(scope))
      case 'SwitchStatement': {
        this.visit(node.discriminant, scope)
        const inner = new Scope(scope)
        declareLexical(
          inner,
          node.cases.flatMap(({ consequent }) => consequent),
        )
        for (const clause of node.cases) forEachChild(clause, (child) => this.visit(child, inner))
        return
      }
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement': {
        const inner = new Scope(scope)
        const head = node.type === 'ForStatement' ? node.init : node.left
        if (head) declareLexical(inner, [head])
        if (node.type === 'ForStatement') forEachChild(node, (child) => this.visit(child, inner))
        else {
          this.visit(node.left, inner, 'write')
          this.visit(node.right, inner)
          this.visit(node.body, inner)
        }
        return
      }
      case 'CatchClause': {
        const inner = new Scope(scope)
        if (node.param) {
          declareLexical(inner, [asDeclaration(node.param)])
          this.visit(node.param, inner, 'declare')
        }
        return this.visit(node.body, inner)
      }
      case 'LabeledStatement':
        return this.visit(node.body, scope)
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'ImportDeclaration':
      case 'ExportAllDeclaration':
        return
      case 'ExportNamedDeclaration':
        if (node.declaration) this.visit(node.declaration, scope)
        return

      case 'VariableDeclaration':
        for (const { id, init } of node.declarations) {
          this.visit(id, scope, 'declare')
          if (init) this.visit(init, scope)
        }
        return
      case 'AssignmentExpression':
        this.visit(node.left, scope, node.operator === '=' ? 'write' : 'update')
        return this.visit(node.right, scope)
      case 'UpdateExpression':
        return this.visit(node.argument, scope, 'update')

      // Patterns hand their role on to their targets; everything else in them is read.
      case 'ParenthesizedExpression':
        return this.visit(node.expression, scope, role)
      case 'ObjectPattern':
        for (const property of node.properties) this.visit(property, scope, role)
        return
      case 'ArrayPattern':
        for (const element of node.elements) if (element) this.visit(element, scope, role)
        return
      case 'RestElement':
        return this.visit(node.argument, scope, role)
      case 'AssignmentPattern':
        this.visit(node.left, scope, role)
        return this.visit(node.right, scope)
      case 'Property':
        if (node.computed) this.visit(node.key, scope)
        return this.visit(node.value, scope, role)

      case 'MemberExpression':
        this.visit(node.object, scope)
        if (node.computed) this.visit(node.property, scope)
        return
      default:
        forEachChild(node, (child) => this.visit(child, scope))
    }
  }

  private visitBlock(statements: readonly AnyNode[], scope: Scope): void {
    declareLexical(scope, statements)
    for (const statement of statements) this.visit(statement, scope)
  }

  private visitFunction(
    node: Extract<
      AnyNode,
      { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }
    >,
    outer: Scope,
  ): void {
    let around = outer
    if (node.type === 'FunctionExpression' && node.id) {
      around = new Scope(outer)
      around.declare(node.id.name, node)
    }
    // Parameters and body are apart: a default's closure does not see the body's variables.
    const parameters = new Scope(around, node)
    if (node.type !== 'ArrowFunctionExpression') parameters.declare('arguments', node)
    for (const parameter of node.params) declareLexical(parameters, [asDeclaration(parameter)])
    for (const parameter of node.params) this.visit(parameter, parameters, 'declare')
    if (node.body.type !== 'BlockStatement') return this.visit(node.body, parameters)
    const body = new Scope(parameters)
    declareVars(body, node.body)
    this.visitBlock(node.body.body, body)
  }

  private refer(node: Identifier, scope: Scope, role: Role): void {
    const crossed: AnyNode[] = []
    for (let at: Scope | undefined = scope; at; at = at.parent) {
      const variable = at.variables.get(node.name)
      if (variable) {
        if (variable.top && this.outlives(node.name))
          this.outer.set(node, { name: node.name, role, declared: true })
        else for (const closure of crossed) if (closure !== variable.self) this.capturing.add(closure)
        return
      }
      if (at.boundary) crossed.push(at.boundary)
    }
    if (!LITERAL_NAMES.has(node.name)) this.outer.set(node, { name: node.name, role, declared: false })
  }

  /** `this`, `super` and `new.target` belong to the nearest function that is no arrow; arrows on the way hold them. */
  private captureThis(scope: Scope): void {
    const crossed: AnyNode[] = []
    for (let at: Scope | undefined = scope; at; at = at.parent) {
      if (!at.boundary || at.boundary.type === 'ClassExpression' || at.boundary.type === 'ClassDeclaration')
        continue
      if (at.boundary.type !== 'ArrowFunctionExpression') {
        for (const arrow of crossed) this.capturing.add(arrow)
        return
      }
      crossed.push(at.boundary)
    }
  }
}

/** A parameter or catch pattern as the `let` that it amounts to. */
function asDeclaration(id: Extract<AnyNode, { type: 'VariableDeclarator' }>['id']): AnyNode {
  const { start, end } = id
  return {
    type: 'VariableDeclaration',
    kind: 'let',
    declarations: [{ type: 'VariableDeclarator', id, start, end }],
    start,
    end,
  }
}
