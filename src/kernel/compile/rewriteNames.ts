/** First aspect: session and global names are read and assigned through their bindings. */
import type { AnyNode, Identifier, VariableDeclaration, VariableDeclarator } from 'acorn'
import type { Aspect, Leave, Rewriting } from './aspects'
import { unwrap } from './script'
import { boundIdentifiers } from './scopes'

export function namesAspect({
  script,
  edits,
  names,
  references,
  analysis,
  usings,
  needed,
}: Rewriting): Aspect {
  const { outer } = references
  const kinds = new Map(analysis.declared.map(({ name, kind }) => [name, kind]))
  const using = new Map(usings.flatMap((statement) => statement.names.map((name) => [name, statement.await])))
  /** Identifiers that are called: a call through a binding must not make the binding `this`. */
  const called = new Set<AnyNode>()
  const shorthand = new Set<AnyNode>()
  /** What comes before `of` or `in`, which has no initialiser of its own. */
  const loopHeads = new Set<AnyNode>()
  const top = new Set<AnyNode>()

  /** `var` may be assigned before its declaration is reached, so its initialisation is an assignment like any other. */
  const property = (name: string): string => (kinds.get(name) === 'var' ? 'value' : 'initial')

  const identifier = (node: Identifier): void => {
    const reference = outer.get(node)
    if (!reference) return
    const binding = names.binding(reference.name)
    let text = `${binding}.${reference.role === 'declare' ? property(reference.name) : 'value'}`
    if (called.has(node)) text = `(0, ${text})`
    // `{ __proto__ }` makes a property of that name, `{ __proto__: value }` would set the prototype.
    if (shorthand.has(node))
      text = `${reference.name === '__proto__' ? '["__proto__"]' : reference.name}: ${text}`
    edits.replace(node.start, node.end, text)
  }

  /** Marks what a call calls, and lets errors of the call point at its name rather than at its parenthesis. */
  const call = (callee: AnyNode, argumentsFrom: number): void => {
    const target = unwrap(callee)
    if (target.type !== 'Identifier' || !outer.has(target)) return
    called.add(target)
    edits.point(argumentsFrom, target.start)
  }

  const usingDeclaration = ({ id, init }: VariableDeclarator): Leave | void => {
    const wait = id.type === 'Identifier' ? using.get(id.name) : undefined
    if (wait === undefined || !init) return
    needed.add('use')
    edits.open(init.start, `${names.helper('use')}(${names.helper('resources')}, ${wait}, `)
    return () => edits.close(init.end, ')')
  }

  const initialisation = ({ id, init }: VariableDeclarator): Leave | void => {
    if (id.type === 'Identifier') {
      // A `var` that is declared again keeps its value, yet counts as reached.
      const value = property(id.name) === 'value' ? `${names.binding(id.name)}.value` : 'void 0'
      if (!init) edits.close(id.end, ` = ${value}`)
    } else if (init) {
      edits.open(id.start, '(')
      edits.point(id.end, init.start)
      return () => edits.close(init.end, ')')
    }
  }

  const declaration = (node: VariableDeclaration): Leave | void => {
    const [first] = node.declarations.flatMap(({ id }) => [...boundIdentifiers(id)])
    let each: (declarator: VariableDeclarator) => Leave | void = initialisation
    if (first && outer.has(first)) edits.replace(node.start, node.declarations[0]!.start, '')
    else if (top.has(node) && node.kind === 'const') each = usingDeclaration
    else return
    if (loopHeads.has(node)) return
    const leaves = node.declarations.map(each)
    return () => leaves.forEach((leave) => leave?.())
  }

  return {
    Program(node) {
      for (const statement of node.body) top.add(statement)
    },
    Identifier: identifier,
    Property(node) {
      if (!node.shorthand) return
      const value = node.value as AnyNode
      shorthand.add(value.type === 'AssignmentPattern' ? value.left : value)
    },
    CallExpression: (node) => call(node.callee, script.indexOf('(', node.callee.end)),
    TaggedTemplateExpression: (node) => call(node.tag, node.quasi.start),
    UnaryExpression(node) {
      const argument = unwrap(node.argument)
      if (node.operator !== 'typeof' || argument.type !== 'Identifier') return
      const reference = outer.get(argument)
      if (reference) edits.replace(node.start, node.end, `${names.binding(reference.name)}.typeof`)
    },
    // Engines report a failed assignment at its operator.
    AssignmentExpression({ left }) {
      if (left.type === 'Identifier' && outer.has(left)) edits.point(left.end, left.start)
    },
    ForInStatement: (node) => void loopHeads.add(node.left),
    ForOfStatement: (node) => void loopHeads.add(node.left),
    VariableDeclaration: declaration,
    ImportExpression(node) {
      needed.add('import')
      edits.replace(node.start, node.start + 'import'.length, names.helper('import'))
    },
    ImportDeclaration: (node) => edits.replace(node.start, node.end, ''),
    ExportAllDeclaration: (node) => edits.replace(node.start, node.end, ''),
    ExportNamedDeclaration: (node) => edits.replace(node.start, node.declaration?.start ?? node.end, ''),
    ExportDefaultDeclaration(node) {
      const { declaration: value } = node
      edits.replace(node.start, value.start, '')
      if (!value.type.endsWith('Declaration') || ('id' in value && value.id)) return
      edits.open(value.start, '(')
      return () => edits.close(value.end, ');')
    },
  }
}
