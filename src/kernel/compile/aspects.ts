/** Rewriting is three independent aspects, each of which sees every node on the way down and again on the way up. */
import type { AnyNode } from 'acorn'
import type { CellAnalysis } from '../cell'
import type { Edits } from './edits'
import type { PrivateNames } from './names'
import type { References } from './references'
import type { Handlers, NodeOf } from './script'
import type { UsingStatement } from './typescript'

/** What the aspects share. */
export interface Rewriting {
  readonly script: string
  readonly edits: Edits
  readonly names: PrivateNames
  readonly references: References
  readonly analysis: CellAnalysis
  readonly usings: readonly UsingStatement[]
  /** Names of helper functions that the rewritten code turned out to need. */
  readonly needed: Set<string>
}

export type Leave = () => void

/** For each type of node: edits what comes before and at it, and returns what is to be done after its children. */
export type Aspect = Handlers<[], Leave | void>

export type FunctionNode = NodeOf<'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression'>
export type ClassNode = NodeOf<'ClassDeclaration' | 'ClassExpression'>

export function isFunction(node: AnyNode): node is FunctionNode {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression'
  )
}
