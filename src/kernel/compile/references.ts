/** What every identifier of a cell's JavaScript refers to, and which closures hold local variables. */
import type { AnyNode, Identifier, Pattern, Program } from 'acorn'
import type { ClassNode, FunctionNode } from './aspects'
import { forEachChild, handlerOf, type Handlers, type NodeOf } from './script'
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
  /** The innermost scope around each node. */
  readonly scopes: ReadonlyMap<AnyNode, Scope>
}

/** Constants of the language. A person may shadow them in a cell, but nobody can change them. */
const LITERAL_NAMES = new Set(['undefined', 'NaN', 'Infinity'])

/**
 * Resolves a whole cell.
 *
 * @param helpers TypeScript's own declarations among the statements: nobody's code, and no names of the cell.
 * @param outlives whether a name of the top level belongs to the session; the others are the cell's own locals.
 * @param around names of variables around the text.
 */
export function resolve(
  program: Program,
  helpers: ReadonlyMap<AnyNode, string>,
  outlives: (name: string) => boolean,
  around: Iterable<string> = [],
): References {
  const resolver = new Resolver(new Set([...helpers.values(), ...around]), outlives)
  const statements = program.body.filter((statement) => !helpers.has(statement))
  declareLexical(resolver.cell, statements)
  declareVars(resolver.cell, { ...program, body: statements })
  for (const statement of statements) resolver.visit(statement, resolver.cell)
  return {
    top: new Set(resolver.cell.variables.keys()),
    outer: resolver.outer,
    capturing: resolver.capturing,
    scopes: resolver.scopes,
  }
}

class Resolver {
  private readonly helpers: ReadonlySet<string>
  private readonly outlives: (name: string) => boolean
  readonly cell = new Scope(undefined)
  readonly outer = new Map<Identifier, OuterReference>()
  readonly capturing = new Set<AnyNode>()
  readonly scopes = new Map<AnyNode, Scope>()

  constructor(helpers: ReadonlySet<string>, outlives: (name: string) => boolean) {
    this.helpers = helpers
    this.outlives = outlives
  }

  visit(node: AnyNode, scope: Scope, role: Role = 'read'): void {
    this.scopes.set(node, scope)
    const handler = handlerOf(this.handlers, node)
    if (handler) handler(node, scope, role)
    else forEachChild(node, (child) => this.visit(child, scope))
  }

  private visitBlock(statements: readonly AnyNode[], scope: Scope): void {
    declareLexical(scope, statements)
    for (const statement of statements) this.visit(statement, scope)
  }

  private visitFunction(node: FunctionNode, outer: Scope): void {
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
    if (!LITERAL_NAMES.has(node.name) && !this.helpers.has(node.name))
      this.outer.set(node, { name: node.name, role, declared: false })
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

  private visitClass(node: ClassNode, scope: Scope): void {
    const inner = new Scope(scope, node)
    if (node.id) inner.declare(node.id.name, node)
    if (node.superClass) this.visit(node.superClass, inner)
    for (const member of node.body.body) this.visit(member, inner)
  }

  private visitFor(node: NodeOf<'ForStatement' | 'ForInStatement' | 'ForOfStatement'>, scope: Scope): void {
    const inner = new Scope(scope)
    const head = node.type === 'ForStatement' ? node.init : node.left
    if (head) declareLexical(inner, [head])
    forEachChild(node, (child) =>
      this.visit(child, inner, child === head && node.type !== 'ForStatement' ? 'write' : 'read'),
    )
  }

  private readonly handlers: Handlers<[scope: Scope, role: Role], void> = {
    Identifier: (node, scope, role) => this.refer(node, scope, role),
    ThisExpression: (_, scope) => this.captureThis(scope),
    Super: (_, scope) => this.captureThis(scope),
    MetaProperty: (_, scope) => this.captureThis(scope),

    FunctionDeclaration: (node, scope) => this.visitFunction(node, scope),
    FunctionExpression: (node, scope) => this.visitFunction(node, scope),
    ArrowFunctionExpression: (node, scope) => this.visitFunction(node, scope),
    ClassDeclaration: (node, scope) => this.visitClass(node, scope),
    ClassExpression: (node, scope) => this.visitClass(node, scope),
    MethodDefinition: (node, scope) => {
      if (node.computed) this.visit(node.key, scope)
      this.visit(node.value, scope)
    },
    PropertyDefinition: (node, scope) => {
      if (node.computed) this.visit(node.key, scope)
      if (node.value) this.visit(node.value, new Scope(scope, node))
    },
    StaticBlock: (node, scope) => {
      const inner = new Scope(scope, node)
      declareVars(inner, node)
      this.visitBlock(node.body, inner)
    },

    BlockStatement: (node, scope) => this.visitBlock(node.body, new Scope(scope)),
    SwitchStatement: (node, scope) => {
      this.visit(node.discriminant, scope)
      const inner = new Scope(scope)
      declareLexical(
        inner,
        node.cases.flatMap(({ consequent }) => consequent),
      )
      for (const clause of node.cases) this.visit(clause, inner)
    },
    ForStatement: (node, scope) => this.visitFor(node, scope),
    ForInStatement: (node, scope) => this.visitFor(node, scope),
    ForOfStatement: (node, scope) => this.visitFor(node, scope),
    CatchClause: (node, scope) => {
      const inner = new Scope(scope)
      if (node.param) {
        declareLexical(inner, [asDeclaration(node.param)])
        this.visit(node.param, inner, 'declare')
      }
      this.visit(node.body, inner)
    },
    LabeledStatement: (node, scope) => this.visit(node.body, scope),
    BreakStatement: () => {},
    ContinueStatement: () => {},
    ImportDeclaration: () => {},
    ExportAllDeclaration: () => {},
    ExportNamedDeclaration: (node, scope) => {
      if (node.declaration) this.visit(node.declaration, scope)
    },

    VariableDeclarator: (node, scope) => {
      this.visit(node.id, scope, 'declare')
      if (node.init) this.visit(node.init, scope)
    },
    AssignmentExpression: (node, scope) => {
      this.visit(node.left, scope, node.operator === '=' ? 'write' : 'update')
      this.visit(node.right, scope)
    },
    UpdateExpression: (node, scope) => this.visit(node.argument, scope, 'update'),

    // Patterns hand their role on to their targets; everything else in them is read.
    ParenthesizedExpression: (node, scope, role) => this.visit(node.expression, scope, role),
    ObjectPattern: (node, scope, role) =>
      node.properties.forEach((property) => this.visit(property, scope, role)),
    ArrayPattern: (node, scope, role) =>
      node.elements.forEach((element) => element && this.visit(element, scope, role)),
    RestElement: (node, scope, role) => this.visit(node.argument, scope, role),
    AssignmentPattern: (node, scope, role) => {
      this.visit(node.left, scope, role)
      this.visit(node.right, scope)
    },
    Property: (node, scope, role) => {
      if (node.computed) this.visit(node.key, scope)
      this.visit(node.value, scope, role)
    },

    MemberExpression: (node, scope) => {
      this.visit(node.object, scope)
      if (node.computed) this.visit(node.property, scope)
    },
  }
}

/** A parameter or catch pattern as the `let` that it amounts to. */
function asDeclaration(id: Pattern): AnyNode {
  const { start, end } = id
  return {
    type: 'VariableDeclaration',
    kind: 'let',
    declarations: [{ type: 'VariableDeclarator', id, start, end }],
    start,
    end,
  }
}
