/** What must run, and nothing more, for the stale cells to show what they would in a run from top to bottom. */
import type { CellAnalysis } from '../../kernel/cell'
import type { CellNow } from './marks'
import { setByText, type RunLog } from './runLog'

/** A code cell with what its text says now. */
export interface PlannedCell extends CellNow {
  /** Absent where the text does not parse; such a cell fails when it is run, and sets nothing. */
  readonly analysis?: CellAnalysis
}

/**
 * The stale cells and, where one uses a name whose value in the session is not that of the cell it would come from, that
 * cell too.
 *
 * @param cells in document order. @param stale their ids. @returns ids in document order.
 */
export function runPlan(cells: readonly PlannedCell[], stale: ReadonlySet<string>, log: RunLog): string[] {
  const planned = new Set(stale)
  const sets = cells.map((cell) => setsOf(cell, log))
  while (!complete(cells, sets, planned, log));
  return cells.filter(({ id }) => planned.has(id)).map(({ id }) => id)
}

/** Walks through the planned cells as they would run. @returns false where one had to be added. */
function complete(
  cells: readonly PlannedCell[],
  sets: readonly ReadonlySet<string>[],
  planned: Set<string>,
  log: RunLog,
): boolean {
  /** By name, the cell whose value it would have by then, where a planned one has set it. */
  const holders = new Map<string, string>()
  for (const [index, { id, analysis }] of cells.entries()) {
    if (!planned.has(id)) continue
    for (const name of analysis?.used ?? []) {
      const provider = providerOf(cells, sets, index, name)
      if (provider === undefined || planned.has(provider)) continue
      if ((holders.get(name) ?? log.setter(name)?.cell) === provider) continue
      planned.add(provider)
      return false
    }
    for (const name of sets[index]!) holders.set(name, id)
  }
  return true
}

/** What a cell sets when it is run: what its text says and, where it has run as it is, what it was seen to change. */
function setsOf({ id, hash, analysis }: PlannedCell, log: RunLog): ReadonlySet<string> {
  const run = log.latest(id)
  const seen = run?.hash === hash ? (run.flow?.sets ?? []) : []
  return new Set([...(analysis ? setByText(analysis) : []), ...seen])
}

function providerOf(
  cells: readonly PlannedCell[],
  sets: readonly ReadonlySet<string>[],
  index: number,
  name: string,
): string | undefined {
  for (let above = index - 1; above >= 0; above--) if (sets[above]!.has(name)) return cells[above]!.id
  for (let below = index + 1; below < cells.length; below++)
    if (sets[below]!.has(name)) return cells[below]!.id
  return undefined
}
