/** What the visible tests of a released assignment have earned, as the outputs of its test cells say. */
import type * as vscode from 'vscode'
import { visiblePoints } from '../../notebook/grading/release'
import { readTestResults, type SessionTest } from '../../notebook/grading/testResults'
import { fromItems } from '../notebook/items'
import { metadataOf, roleOfCell } from './assignment'

export interface Earned {
  readonly passed: number
  readonly tests: number
  /** Undefined where the release does not say what the tests are worth. */
  readonly points?: number
  /** What the visible tests are worth together; 0 where it does not say. */
  readonly of: number
}

/** Undefined of a cell that is no test cell, or whose tests have not run. */
export function earnedIn(cell: vscode.NotebookCell): Earned | undefined {
  if (roleOfCell(cell) !== 'test') return undefined
  const results = readTestResults(cell.outputs.flatMap((output) => fromItems(output) ?? []))
  if (!results?.length) return undefined
  const passed = results.filter(({ status }) => status === 'passed').length
  const shares = visiblePoints({ metadata: metadataOf(cell) })
  if (!shares) return { passed, tests: results.length, of: 0 }
  const worth = (tests: readonly SessionTest[]) =>
    tests.reduce((sum, { name }) => sum + (Object.hasOwn(shares, name) ? (shares[name] ?? 0) : 0), 0)
  return {
    passed,
    tests: results.length,
    points: worth(results.filter(({ status }) => status === 'passed')),
    of: Object.values(shares).reduce((sum, points) => sum + points, 0),
  }
}
