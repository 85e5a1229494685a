/**
 * Which cells' outputs no longer show what the notebook says.
 *
 * A cell that ran on the living kernel is stale when its text has changed since; when a name that it used has been set anew
 * since; or when the cell that it has the name from is stale itself. It has a name from the nearest cell above that sets it,
 * as in a run from top to bottom; where there is none, from the nearest below. Whatever cell it really had the value from
 * counts too. So a notebook that was run from top to bottom has no stale cell, though later cells set names of earlier ones.
 */
import type { RunLog } from './runLog'

/** A code cell as it is now. */
export interface CellNow {
  readonly id: string
  /** `textHash` of its text. */
  readonly hash: string
  /** Whether it shows the outputs, or the number, of some run. */
  readonly shows: boolean
}

/** Why a cell's outputs are not to be trusted. */
export type Mark =
  | { readonly kind: 'edited' }
  /** `name` was set anew by `cell` since. */
  | { readonly kind: 'changed'; readonly name: string; readonly cell: string }
  /** `name` comes from `cell`, which is stale. */
  | { readonly kind: 'follows'; readonly name: string; readonly cell: string }
  /** It ran before the kernel was restarted or lost. */
  | { readonly kind: 'restarted' }
  /** Its outputs are of an earlier session, read from the file. */
  | { readonly kind: 'reopened' }

/** @param cells in document order. @returns the marks of those that have one. */
export function staleMarks(cells: readonly CellNow[], log: RunLog): Map<string, Mark> {
  const marks = new Map<string, Mark>()
  for (const cell of cells) {
    const mark = markOf(cell, log)
    if (mark) marks.set(cell.id, mark)
  }
  const links = cells.flatMap((cell, index) =>
    sources(cells, index, log).map((link) => ({ ...link, id: cell.id })),
  )
  for (const { id, name, provider, since } of links)
    if (since && !marks.has(id)) marks.set(id, { kind: 'changed', name, cell: provider })
  // Staleness spreads along the links until nothing changes; a circle alone makes nothing stale.
  for (let spread = true; spread;) {
    spread = false
    for (const { id, name, provider } of links)
      if (marks.has(provider) && !marks.has(id)) {
        marks.set(id, { kind: 'follows', name, cell: provider })
        spread = true
      }
  }
  return marks
}

function markOf({ id, hash, shows }: CellNow, log: RunLog): Mark | undefined {
  const run = log.latest(id)
  if (run) return run.hash === hash ? undefined : { kind: 'edited' }
  if (!shows) return undefined
  return { kind: log.isLost(id) ? 'restarted' : 'reopened' }
}

interface Link {
  readonly name: string
  /** The cell that the name comes from. */
  readonly provider: string
  /** Whether that cell has set it since. */
  readonly since: boolean
}

/** Where the names that the cell at `index` used come from. */
function sources(cells: readonly CellNow[], index: number, log: RunLog): Link[] {
  const id = cells[index]!.id
  const run = log.latest(id)
  const links: Link[] = []
  for (const name of run?.analysis?.used ?? []) {
    const read = run?.flow?.reads[name]
    const origin = read === undefined ? undefined : log.run(read)?.cell
    const present = origin !== undefined && cells.some((cell) => cell.id === origin) ? origin : undefined
    for (const provider of new Set([providerOf(cells, index, name, log), present])) {
      const set = provider === undefined || provider === id ? undefined : log.provision(provider, name)
      if (set) links.push({ name, provider: set.cell, since: set.run > run!.run })
    }
  }
  return links
}

/** The nearest cell above the one at `index` that has set `name`; where there is none, the nearest below. */
function providerOf(cells: readonly CellNow[], index: number, name: string, log: RunLog): string | undefined {
  const provides = (at: number) => log.provision(cells[at]!.id, name) !== undefined
  for (let above = index - 1; above >= 0; above--) if (provides(above)) return cells[above]!.id
  for (let below = index + 1; below < cells.length; below++) if (provides(below)) return cells[below]!.id
  return undefined
}
