/** Rewriting is three independent aspects, each of which sees every node on the way down and again on the way up. */
import type { AnyNode } from 'acorn'
import type { CellAnalysis } from '../cell'
import type { Edits } from './edits'
import type { PrivateNames } from './names'
import type { References } from './references'
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

/** Edits what comes before and at a node, and returns what is to be done after its children. */
export type Aspect = (node: AnyNode) => Leave | void

export type FunctionNode = Extract<
  AnyNode,
  { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }
>
export type ClassNode = Extract<AnyNode, { type: 'ClassDeclaration' | 'ClassExpression' }>

export function isFunction(node: AnyNode): node is FunctionNode {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression'
  )
}

export function isClass(node: AnyNode): node is ClassNode {
  return node.type === 'ClassDeclaration' || node.type === 'ClassExpression'
}
