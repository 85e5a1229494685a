/**
 * Third aspect: functions and classes keep the names that the language infers for them, reach the session where the
 * cell's top level declares them, and are marked where tensors may hide in them.
 */
import type { AnyNode, ObjectExpression, Program, Property } from 'acorn'
import type { Aspect, ClassNode, Leave, Rewriting } from './aspects'
import { unwrap } from './script'

const NAMING_ASSIGNMENTS = new Set(['=', '&&=', '||=', '??='])

interface Name {
  readonly name: string
  /** Whether the rewritten code would lose the name; otherwise it is needed only inside a mark. */
  readonly lost: boolean
}

export function closuresAspect({ edits, names, references, needed }: Rewriting): Aspect {
  const { outer, capturing } = references
  const inferred = new Map<AnyNode, Name>()
  /** Functions that are called on the spot, or are part of what is marked as a whole. */
  const unmarked = new Set<AnyNode>()
  /** Anonymous functions whose name is computed at run time, so that nothing may come between. */
  const computed = new Set<AnyNode>()
  const topClasses = new Set<AnyNode>()
  const opaque = `${names.runtime}.opaque`

  const infer = (value: AnyNode | null | undefined, name: string, lost: boolean): void => {
    const inner = value && unwrap(value)
    if (inner && isAnonymous(inner)) inferred.set(inner, { name, lost })
  }

  /** `({ name: value }).name` gives an anonymous function its name, as the declaration would have. */
  const wrap = (node: AnyNode, mark: boolean): Leave | void => {
    const name = inferred.get(node)
    const named = name && (mark || name.lost)
    if (!mark && !named) return
    const key = name && JSON.stringify(name.name)
    // `"__proto__": value` would set the prototype.
    const property = name?.name === '__proto__' ? '["__proto__"]' : key
    edits.open(node.start, `${mark ? `${opaque}(` : ''}${named ? `({ ${property}: ` : ''}`)
    return () => edits.close(node.end, `${named ? ` })[${key}]` : ''}${mark ? ')' : ''}`)
  }

  const isOpaqueClass = (node: ClassNode): boolean =>
    capturing.has(node) ||
    node.body.body.some(
      (member) =>
        (member.type !== 'StaticBlock' && member.key.type === 'PrivateIdentifier') ||
        (member.type === 'PropertyDefinition' && member.computed && hides(member.value)),
    )

  /** Whether an expression is a closure that would be marked, were it not for its computed name. */
  const hides = (value: AnyNode | null | undefined): boolean => {
    const inner = value && unwrap(value)
    return !!inner && isAnonymous(inner) && capturing.has(inner)
  }

  const classNode = (node: ClassNode): Leave | void => {
    for (const member of node.body.body) {
      if (member.type === 'MethodDefinition') unmarked.add(member.value)
      if (member.type !== 'PropertyDefinition') continue
      const name = member.computed ? undefined : keyName(member.key)
      if (name !== undefined) infer(member.value, name, false)
      else if (member.value) computed.add(unwrap(member.value))
    }
    const mark = isOpaqueClass(node) && !computed.has(node)
    if (node.type === 'ClassExpression' || !node.id)
      return wrap(node, mark && node.type === 'ClassExpression')
    const { name } = node.id
    const value = mark ? `${opaque}(${name})` : name
    if (topClasses.has(node))
      return () => edits.close(node.end, ` ${names.binding(name)}.initial = ${value};`)
    if (mark) return () => edits.close(node.end, ` ${value};`)
  }

  /** Methods cannot be wrapped, so the object is marked with them. */
  const objectLiteral = (node: ObjectExpression): Leave | void => {
    const methods: string[] = []
    let mark = false
    for (const property of node.properties) {
      if (property.type !== 'Property') continue
      const method = property.method || property.kind !== 'init'
      const name = property.computed ? undefined : keyName(property.key)
      if (method) {
        unmarked.add(property.value)
        if (!capturing.has(property.value)) continue
        mark = true
        if (name !== undefined) methods.push(name)
      } else if (name === undefined) {
        computed.add(unwrap(property.value))
        mark ||= hides(property.value)
      } else if (!setsPrototype(property)) infer(property.value, name, false)
    }
    if (!mark) return
    needed.add('mark')
    edits.open(node.start, `${names.helper('mark')}(${names.runtime}, ${JSON.stringify(methods)}, `)
    return () => edits.close(node.end, ')')
  }

  /** Function declarations are hoisted, so they are marked where their block begins. */
  const hoisted = (statements: readonly AnyNode[], at: number): void => {
    for (const statement of statements)
      if (statement.type === 'FunctionDeclaration' && statement.id && capturing.has(statement))
        edits.open(at, ` ${opaque}(${statement.id.name});`)
  }

  const top = (program: Program): void => {
    for (const statement of program.body) {
      const declaration =
        statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration'
          ? statement.declaration
          : statement
      if (declaration?.type === 'ClassDeclaration') topClasses.add(declaration)
    }
  }

  const functionExpression = (node: AnyNode): Leave | void =>
    wrap(node, capturing.has(node) && !unmarked.has(node) && !computed.has(node))
  return {
    Program: top,
    BlockStatement: (node) => hoisted(node.body, node.start + 1),
    StaticBlock: (node) => hoisted(node.body, node.body[0]?.start ?? node.end),
    SwitchStatement(node) {
      const statements = node.cases.flatMap(({ consequent }) => consequent)
      for (const { consequent } of node.cases) if (consequent[0]) hoisted(statements, consequent[0].start)
    },
    VariableDeclarator({ id, init }) {
      if (id.type === 'Identifier') infer(init, id.name, outer.has(id))
    },
    AssignmentExpression({ left, right, operator }) {
      if (left.type === 'Identifier' && NAMING_ASSIGNMENTS.has(operator))
        infer(right, left.name, outer.has(left))
    },
    AssignmentPattern({ left, right }) {
      if (left.type === 'Identifier') infer(right, left.name, outer.has(left))
    },
    ExportDefaultDeclaration: (node) => infer(node.declaration, 'default', true),
    CallExpression: (node) => void unmarked.add(unwrap(node.callee)),
    ObjectExpression: objectLiteral,
    ClassDeclaration: classNode,
    ClassExpression: classNode,
    FunctionExpression: functionExpression,
    ArrowFunctionExpression: functionExpression,
  }
}

function isAnonymous(node: AnyNode): boolean {
  return (
    node.type === 'ArrowFunctionExpression' ||
    ((node.type === 'FunctionExpression' || node.type === 'ClassExpression') && !node.id)
  )
}

/** The name that a key which is not computed gives to its property. */
function keyName(key: AnyNode): string | undefined {
  if (key.type === 'Identifier') return key.name
  return key.type === 'Literal' ? String(key.value) : undefined
}

/** `__proto__: value` is no property. */
function setsPrototype(property: Property): boolean {
  return !property.shorthand && keyName(property.key) === '__proto__'
}
