/** Second aspect: a run can be stopped in every loop and call, cannot catch that, and does not go on after an await. */
import type { AnyNode, BlockStatement, CatchClause, ForOfStatement, Program } from 'acorn'
import { isFunction, type Aspect, type FunctionNode, type Leave, type Rewriting } from './aspects'
import { forEachChild, type NodeOf } from './script'

type Loop = NodeOf<
  'WhileStatement' | 'DoWhileStatement' | 'ForStatement' | 'ForInStatement' | 'ForOfStatement'
>

/** Whether a cell or function keeps, in a variable, the run in which it last went on. */
export function keepsToken(owner: FunctionNode | Program): boolean {
  if (owner.type !== 'Program' && !owner.async) return false
  let awaits = false
  let catches = false
  let loops = false
  const visit = (node: AnyNode): void => {
    if (isFunction(node)) return
    awaits ||= node.type === 'AwaitExpression'
    catches ||= node.type === 'CatchClause'
    loops ||= node.type === 'ForOfStatement' && node.await
    forEachChild(node, visit)
  }
  forEachChild(owner, visit)
  return loops || (awaits && catches)
}

export function flowAspect({ script, edits, names }: Rewriting): Aspect {
  const runtime = names.runtime
  const token = names.helper('token')
  const check = `if (--${runtime}.budget < 0) ${runtime}.poll(); `
  /** For each function that the walk is in, whether it keeps a token. */
  const keeps: boolean[] = []
  /** The labelled statement around a loop, which is wrapped in its place. */
  const labelled = new Map<AnyNode, AnyNode>()

  const readToken = (): string => (keeps.at(-1) ? `${token} = ${runtime}.token()` : `${runtime}.token()`)

  const functionEntry = (node: FunctionNode): Leave => {
    const keep = keepsToken(node)
    keeps.push(keep)
    const { body } = node
    if (body.type === 'BlockStatement')
      edits.open(afterDirectives(body), ` ${check}${keep ? `let ${token} = ${runtime}.token(); ` : ''}`)
    else edits.open(body.start, `(--${runtime}.budget < 0 && ${runtime}.poll(), `)
    return () => {
      keeps.pop()
      if (body.type !== 'BlockStatement') edits.close(body.end, ')')
    }
  }

  const loopBody = ({ body }: Loop, start: string): Leave | void => {
    if (body.type === 'BlockStatement') return edits.open(body.start + 1, ` ${start}`)
    edits.open(body.start, `{ ${start}`)
    return () => edits.close(body.end, ' }')
  }

  const awaitingLoop = (node: ForOfStatement): Leave => {
    const resumed = `${runtime}.resumed(${token}, void 0); `
    const outermost = labelled.get(node) ?? node
    edits.open(outermost.start, '{ ')
    edits.open(node.right.start, `(${readToken()}, `)
    const leave = loopBody(node, `${resumed}${readToken()}; ${check}`)
    return () => {
      edits.close(node.right.end, ')')
      leave?.()
      edits.close(outermost.end, ` ${resumed}}`)
    }
  }

  const catchClause = ({ param, body }: CatchClause): Leave | void => {
    const own = names.helper('error')
    const caught = (error: string): string =>
      keeps.at(-1)
        ? `${runtime}.caught(${runtime}.resumed(${token}, ${error}))`
        : `${runtime}.caught(${error})`
    if (!param) edits.open(body.start, `(${own}) `)
    if (!param || param.type === 'Identifier')
      return edits.open(body.start + 1, ` ${caught(param?.name ?? own)}; `)
    // A pattern could fail on the interrupt, so it is applied only after the check.
    edits.open(param.start, `${own}) { let `)
    edits.replace(param.end, body.start, '')
    return () => {
      edits.close(param.end, ` = ${caught(own)}; `)
      edits.close(body.end, ' }')
    }
  }

  const loop = (node: Loop): Leave | void => loopBody(node, check)
  return {
    Program: (node) => void keeps.push(keepsToken(node)),
    FunctionDeclaration: functionEntry,
    FunctionExpression: functionEntry,
    ArrowFunctionExpression: functionEntry,
    StaticBlock: (node) => edits.open(script.indexOf('{', node.start) + 1, ` ${check}`),
    LabeledStatement: (node) => void labelled.set(node.body, labelled.get(node) ?? node),
    WhileStatement: loop,
    DoWhileStatement: loop,
    ForStatement: loop,
    ForInStatement: loop,
    ForOfStatement: (node) => (node.await ? awaitingLoop(node) : loop(node)),
    AwaitExpression(node) {
      edits.open(node.start, `${runtime}.resumed(${readToken()}, `)
      return () => edits.close(node.end, ')')
    },
    CatchClause: catchClause,
  }
}

function afterDirectives(body: BlockStatement): number {
  const last = body.body.findLast(
    (statement) => statement.type === 'ExpressionStatement' && statement.directive,
  )
  return last ? last.end : body.start + 1
}
