/** The calls of a cell and what they are given, so that an error inside one can name its operands. */
import type { AnyNode, CallExpression, NewExpression } from 'acorn'
import type { CallSite, Operand } from '../cell'
import type { Parsed } from './analysis'
import { Lines } from './lines'
import { forEachChild, unwrap } from './script'
import type { Mapping } from './typescript'

/** Calls of one cell that are listed; a cell with more is a program, and its errors have to do without. */
const MOST_CALLS = 500
/** Operands of one call. */
const MOST_OPERANDS = 8
/** Characters of an operand's text. */
const LONGEST_TEXT = 40

/** @param called what the session knows a name by. */
export function callSites(
  { program, helpers, references, source, stripped }: Parsed,
  called: (name: string) => string,
): CallSite[] {
  const { script, mappings } = stripped
  const lines = new Lines(source, 'editor')
  const sites: CallSite[] = []

  const operand = (node: AnyNode): Operand => {
    const text = script.slice(node.start, node.end).replace(/\s+/g, ' ')
    const shown = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1)}…` : text
    const path: string[] = []
    let root = node
    while (root.type === 'MemberExpression' && !root.computed && root.property.type === 'Identifier') {
      path.unshift(root.property.name)
      root = unwrap(root.object)
    }
    if (root.type !== 'Identifier') return { text: shown }
    if (!references.outer.has(root)) return { text: shown, local: true }
    return { text: shown, path: [called(root.name), ...path] }
  }

  const add = (node: CallExpression | NewExpression, position: number): void => {
    const at = sourceOffset(mappings, position)
    const operands = operandsOf(node).slice(0, MOST_OPERANDS).map(operand)
    if (at === undefined || !operands.length || sites.length >= MOST_CALLS) return
    const { line, column } = lines.position(at)
    sites.push({ line: line + 1, column: column + 1, operands })
  }

  const awaited: { readonly call: CallExpression; readonly position: number }[] = []
  const visit = (node: AnyNode): void => {
    if (helpers.has(node)) return
    if (node.type === 'CallExpression' || node.type === 'NewExpression') add(node, positionOf(node))
    const value = awaitedIn(node)
    if (value) awaited.push({ call: value, position: node.start })
    forEachChild(node, visit)
  }
  visit(program)
  // What fails while it is awaited is reported where the waiting begins. Last, as a call that is there comes first.
  for (const { call, position } of awaited) add(call, position)
  return sites
}

/** The call that `await` waits for, or that the session may wait for because it is a statement of its own. */
function awaitedIn(node: AnyNode): CallExpression | undefined {
  const value =
    node.type === 'AwaitExpression'
      ? unwrap(node.argument)
      : node.type === 'ExpressionStatement'
        ? unwrap(node.expression)
        : undefined
  return value?.type === 'CallExpression' ? value : undefined
}

/** Where engines say that a call failed: at the last name of what is called. */
function positionOf(node: CallExpression | NewExpression): number {
  const callee = unwrap(node.callee)
  if (node.type === 'NewExpression') return node.start
  return callee.type === 'MemberExpression' ? callee.property.start : callee.start
}

/** What may hold a tensor: the object of a method, the arguments, and what stands in their lists and option objects. */
function operandsOf(node: CallExpression | NewExpression): AnyNode[] {
  const callee = unwrap(node.callee)
  const receiver = callee.type === 'MemberExpression' && callee.object.type !== 'Super' ? [callee.object] : []
  return [...receiver, ...node.arguments].flatMap((argument) => valuesIn(unwrap(argument)))
}

function valuesIn(node: AnyNode): AnyNode[] {
  if (node.type === 'ArrayExpression')
    return node.elements.flatMap((element) => (element ? valuesIn(unwrap(element)) : []))
  if (node.type === 'ObjectExpression')
    return node.properties.flatMap((property) =>
      property.type === 'Property' ? valuesIn(unwrap(property.value)) : [],
    )
  if (node.type === 'AwaitExpression') return valuesIn(unwrap(node.argument))
  // Numbers, texts and functions have no shape.
  return ['Identifier', 'MemberExpression', 'CallExpression'].includes(node.type) ? [node] : []
}

/** Where in the cell a name of the script comes from; names are mapped one by one. */
function sourceOffset(mappings: readonly Mapping[], offset: number): number | undefined {
  let low = 0
  let high = mappings.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (mappings[middle]!.script <= offset) low = middle
    else high = middle - 1
  }
  return mappings[low]?.source
}
