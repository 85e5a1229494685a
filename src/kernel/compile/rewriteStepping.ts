/**
 * Fourth aspect, only of cells that are to be stepped through: functions tell when they begin, wait, go on and end, and
 * stop by at every statement, with a closure that evaluates expressions in the scope of the place.
 *
 * Nothing becomes asynchronous: whoever is told keeps the cell waiting by not returning. So callbacks of synchronous
 * library code can be stepped through as well, and the cell does what it does when it runs plainly.
 */
import type { AnyNode, BlockStatement, Expression, Statement } from 'acorn'
import { isFunction, type Aspect, type FunctionNode, type Leave, type Rewriting } from './aspects'
import { declareVars, Scope } from './scopes'
import { unwrap } from './script'
import type { StepTableBuilder } from './stepTable'

/** Statements before which there is nothing to see: they are hoisted, erased, empty, or hold others. */
const SILENT = new Set<string>([
  ...['FunctionDeclaration', 'ImportDeclaration', 'ExportAllDeclaration', 'EmptyStatement', 'BlockStatement'],
])

interface Stepping {
  readonly steps: StepTableBuilder
  /** The expression whose value the cell shows: what comes before it must be an expression, too. */
  readonly shown: AnyNode | undefined
  /** Statements that are nobody's code. */
  readonly skipped: ReadonlyMap<AnyNode, unknown>
}

export function steppingAspect({ edits, names }: Rewriting, { steps, shown, skipped }: Stepping): Aspect {
  const frame = names.helper('frame')
  const code = names.helper('code')
  const thrown = names.helper('thrown')
  const inferred = new Map<AnyNode, string>()
  /** What stands among the arguments of a call. */
  const handedOver = new Set<AnyNode>()
  const guardedBlocks = new Set<AnyNode>()
  /** The functions that the walk is in: whether they tell of themselves, and in how many `try … catch` it is there. */
  const functions = [{ tells: true, guards: 0 }]
  const here = () => functions.at(-1)!

  /** @param offset what a person is shown as the place. */
  const at = (node: AnyNode, offset = node.start): string =>
    `${frame}.at(${steps.stop(node, offset, here().guards > 0)}, (${code}) => eval(${code}))`

  const statement = (node: AnyNode): void => {
    if (!here().tells || SILENT.has(node.type) || skipped.has(node)) return
    if (node.type === 'ExportNamedDeclaration' && !node.declaration) return
    if ('declaration' in node && node.declaration && SILENT.has(node.declaration.type)) return
    const separator = node.type === 'ExpressionStatement' && node.expression === shown ? ',' : ';'
    edits.open(node.start, `${at(node)}${separator} `)
  }

  /** A statement that stands where a block could. */
  const single = (node: Statement | null | undefined): Leave | void => {
    if (!node || node.type === 'BlockStatement' || !here().tells) return
    edits.open(node.start, '{ ')
    statement(node)
    return () => edits.close(node.end, ' }')
  }

  const condition = (test: Expression | null | undefined): Leave | void => {
    if (!test || !here().tells) return
    edits.open(test.start, `(${at(test)}, `)
    return () => edits.close(test.end, ')')
  }

  /** Each turn of a loop over values begins at the loop's head. */
  const turn = ({ start, body }: { start: number; body: Statement }): Leave | void => {
    if (!here().tells) return
    const head = `${at(body, start)}; `
    if (body.type === 'BlockStatement') return edits.open(body.start + 1, ` ${head}`)
    edits.open(body.start, `{ ${head}`)
    statement(body)
    return () => edits.close(body.end, ' }')
  }

  const block = (node: BlockStatement): Leave | void => {
    const guarded = guardedBlocks.has(node)
    if (guarded) here().guards++
    node.body.forEach(statement)
    if (guarded) return () => void here().guards--
  }

  const functionEntry = (node: FunctionNode): Leave => {
    const { body } = node
    const tells = body.type !== 'BlockStatement' || canBeBlock(body)
    functions.push({ tells, guards: 0 })
    if (tells) {
      const index = steps.function(node, node.id?.name ?? inferred.get(node) ?? '', handedOver.has(node))
      const begin = ` const ${frame} = ${names.runtime}.begin(${index}); try {`
      if (body.type === 'BlockStatement') edits.open(body.start + 1, begin)
      else edits.open(body.start, `{${begin} ${at(body)}; return (`)
    }
    return () => {
      functions.pop()
      if (!tells) return
      const end = `} catch (${thrown}) { throw ${frame}.fails(${thrown}); } finally { ${frame}.ends(); } `
      if (body.type === 'BlockStatement') edits.close(body.end - 1, ` ${end}`)
      else edits.close(body.end, `); ${end}}`)
    }
  }

  const pausing = (node: AnyNode, value: AnyNode | null | undefined, method: string): Leave | void => {
    if (!here().tells) return
    edits.open(node.start, `${frame}.resumes(`)
    if (value) edits.open(value.start, `${frame}.${method}(`)
    return () => {
      if (value) edits.close(value.end, ')')
      else edits.close(node.end, ` ${frame}.${method}(void 0)`)
      edits.close(node.end, ')')
    }
  }

  const infer = (value: AnyNode | null | undefined, key: AnyNode): void => {
    const inner = value && unwrap(value)
    if (!inner || !isFunction(inner)) return
    if (key.type === 'Identifier' || key.type === 'PrivateIdentifier') inferred.set(inner, key.name)
    else if (key.type === 'Literal') inferred.set(inner, String(key.value))
  }

  const call = ({ arguments: values }: { arguments: readonly AnyNode[] }): void => {
    for (const value of values) handedOver.add(unwrap(value))
  }

  return {
    Program: (node) => node.body.forEach(statement),
    BlockStatement: block,
    StaticBlock: (node) => node.body.forEach(statement),
    SwitchCase: (node) => node.consequent.forEach(statement),
    IfStatement: (node) => inTurn(single(node.consequent), single(node.alternate)),
    WhileStatement: (node) => inTurn(condition(node.test), single(node.body)),
    DoWhileStatement: (node) => inTurn(condition(node.test), single(node.body)),
    ForStatement: (node) => inTurn(condition(node.test), single(node.body)),
    ForInStatement: turn,
    ForOfStatement: turn,
    TryStatement: ({ block, handler }) => void (handler && guardedBlocks.add(block)),
    FunctionDeclaration: functionEntry,
    FunctionExpression: functionEntry,
    ArrowFunctionExpression: functionEntry,
    AwaitExpression: (node) => pausing(node, node.argument, 'waits'),
    YieldExpression: (node) => pausing(node, node.argument, 'yields'),
    CallExpression: call,
    NewExpression: call,
    VariableDeclarator: ({ id, init }) => infer(init, id),
    AssignmentExpression: ({ left, right }) => infer(right, left),
    AssignmentPattern: ({ left, right }) => infer(right, left),
    Property: ({ key, value, computed }) => void (computed || infer(value, key)),
    MethodDefinition: ({ key, value, computed }) => void (computed || infer(value, key)),
    PropertyDefinition: ({ key, value, computed }) => void (computed || infer(value, key)),
  }
}

function inTurn(...leaves: (Leave | void)[]): Leave {
  return () => leaves.forEach((leave) => leave?.())
}

/**
 * Whether a function's body means the same inside a `try`: there, a function must not share its name with another or
 * with a `var`, as it may at the top of a body.
 */
function canBeBlock(body: BlockStatement): boolean {
  const vars = new Scope(undefined)
  declareVars(vars, body)
  const seen = new Set(vars.variables.keys())
  return body.body.every((statement) => {
    if (statement.type !== 'FunctionDeclaration' || !statement.id) return true
    const known = seen.has(statement.id.name)
    seen.add(statement.id.name)
    return !known
  })
}
