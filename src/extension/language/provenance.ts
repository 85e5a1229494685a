/**
 * Where a value of the running session comes from, seen from a cell that uses its name. Types follow document order and
 * values the order of runs; where the two part, a person should be told.
 *
 * Pure data and pure functions, so that it is tested without an editor.
 */
import { textHash } from '../../kernel/hash'
import type { Variable } from '../../kernel/protocol'

/** A code cell as it reads now. */
export interface CellNow {
  readonly id: string
  readonly source: string
}

/** Why the value may not be what the notebook, read from top to bottom, says. */
export type Surprise =
  /** A cell further down set it. */
  | 'later'
  /** The cell that set it stands before the one whose declaration is meant, which has not run since. */
  | 'earlier'
  /** The cell that set it reads differently now. */
  | 'changed'
  /** The cell that set it is gone. */
  | 'deleted'

/**
 * @param cells the notebook's code cells in document order
 * @param declaring the cell whose declaration of the name is meant, going by document order
 * @param using the cell that uses the name
 * @returns undefined where document order and session agree, or nothing is known
 */
export function surpriseOf(
  variable: Variable,
  cells: readonly CellNow[],
  declaring: string,
  using: string,
): Surprise | undefined {
  const { origin } = variable
  if (!origin) return undefined
  const place = (id: string) => cells.findIndex((cell) => cell.id === id)
  const from = place(origin.cell)
  if (from < 0) return 'deleted'
  if (from > place(using)) return 'later'
  if (from < place(declaring)) return 'earlier'
  // A cell that is being edited is the one that the person is about to run.
  if (origin.cell !== using && textHash(cells[from]!.source) !== origin.hash) return 'changed'
  return undefined
}
