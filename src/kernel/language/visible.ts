/** Which cell a name comes from: the nearest earlier one that declares it or, where there is none, the nearest later. */
import type { ParsedCell, Provider, Visible } from './cellModule'

/** A cell as others see it: its text that last parsed, and the path of the module that holds it. */
export interface Source {
  readonly cell: ParsedCell
  readonly module: string
}

type Meaning = keyof Visible
const meanings: readonly Meaning[] = ['value', 'type', 'namespace']

/** Up to so many names, every cell imports them all. */
const MOST_NAMES = 200

export class Names {
  /** By name and meaning, the indices of the declaring cells in document order. */
  readonly #homes = new Map<string, Record<Meaning, { index: number; provider: Provider }[]>>()
  readonly #open = new Set<string>()

  /** @param sources in document order */
  constructor(sources: readonly Source[]) {
    const assigned = new Set(sources.flatMap(({ cell }) => cell.analysis.assigned))
    for (const { cell } of sources)
      for (const name of cell.evolving) if (assigned.has(name)) this.#open.add(name)
    sources.forEach(({ cell, module }, index) => {
      for (const declared of cell.analysis.declared) {
        if (declared.kind === 'using') continue
        let homes = this.#homes.get(declared.name)
        if (!homes) this.#homes.set(declared.name, (homes = { value: [], type: [], namespace: [] }))
        const open = this.#open.has(declared.name) && cell.evolving.has(declared.name)
        const provider = { module, declared, open }
        for (const meaning of meanings) if (declared[meaning]) homes[meaning].push({ index, provider })
      }
    })
  }

  /** Whether an evolving variable of that name is assigned by another cell than its own. */
  readonly isOpen = (name: string): boolean => this.#open.has(name)

  /**
   * What the cell at `index` sees of the others. In a notebook of very many names only those that stand somewhere in
   * its text: all names in all cells would cost quadratic time, and all that is lost is "did you mean".
   * @param text undefined for all names in any case, as the one cell needs that is written in
   */
  visibleFrom(index: number, text: string | undefined): Map<string, Visible> {
    const visible = new Map<string, Visible>()
    const all = text === undefined || this.#homes.size <= MOST_NAMES
    for (const [name, homes] of this.#homes) {
      if (!all && !text.includes(name)) continue
      const found: Visible = {}
      for (const meaning of meanings) {
        const provider = nearest(homes[meaning], index)
        if (provider) found[meaning] = provider
      }
      if (found.value || found.type || found.namespace) visible.set(name, found)
    }
    return visible
  }
}

function nearest(
  homes: readonly { index: number; provider: Provider }[],
  index: number,
): Provider | undefined {
  const earlier = homes.findLast((home) => home.index < index)
  return (earlier ?? homes.find((home) => home.index > index))?.provider
}
