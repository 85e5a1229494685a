/** The JavaScript that TypeScript emits for a cell, parsed by Acorn: its tree, and the early errors of ECMAScript. */
import { Parser, type AnyNode, type Program } from 'acorn'

/** Exports mean nothing between cells, so one of another cell's name is no error. */
class CellParser extends Parser {
  checkLocalExport(): void {
    // Acorn calls this for `export { name }` and would object to a name that the text does not declare.
  }
}

export class ScriptError extends Error {
  /** Where in the JavaScript. */
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/** Parses a module. Throws `ScriptError` for anything that an engine would reject before running it. */
export function parseScript(text: string): Program {
  try {
    return CellParser.parse(text, { ecmaVersion: 2025, sourceType: 'module', preserveParens: true })
  } catch (error) {
    if (error instanceof SyntaxError && 'pos' in error && typeof error.pos === 'number')
      throw new ScriptError(error.message.replace(/ \(\d+:\d+\)$/, ''), error.pos)
    throw error
  }
}

/** Calls `visit` with every node right below `node`, in source order. */
export function forEachChild(node: AnyNode, visit: (child: AnyNode) => void): void {
  for (const value of Object.values(node) as unknown[]) {
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) visit(item)
    } else if (isNode(value)) visit(value)
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}

/** The expression inside any number of parentheses. */
export function unwrap(node: AnyNode): AnyNode {
  return node.type === 'ParenthesizedExpression' ? unwrap(node.expression) : node
}

export type NodeOf<Type extends AnyNode['type']> = Extract<AnyNode, { type: Type }>

/** What to do with nodes, by their type; nothing for types that are left out. */
export type Handlers<Rest extends unknown[], Result> = {
  [Type in AnyNode['type']]?: (node: NodeOf<Type>, ...rest: Rest) => Result
}

/** The handler for a node, which TypeScript cannot see to be the right one. */
export function handlerOf<Rest extends unknown[], Result>(
  handlers: Handlers<Rest, Result>,
  node: AnyNode,
): ((node: AnyNode, ...rest: Rest) => Result) | undefined {
  return handlers[node.type] as ((node: AnyNode, ...rest: Rest) => Result) | undefined
}
