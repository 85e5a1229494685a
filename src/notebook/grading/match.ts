/**
 * Which cell of a submission is which cell of the release, whatever an editor or a person did to ids, metadata, order
 * and text. It only finds the student's text: nothing here trusts what a submission says about points or locks.
 */
import { normalSource } from '../lines'
import type { Cell } from '../types'
import { readNbgrader } from './metadata'
import { isAnswer, roleOf } from './roles'
import type { ReleasedCell } from './assignment'
import { likeness } from './likeness'
import { PLACEHOLDERS, type Placeholders } from './strip'

/** How a cell was recognised: by its id, by its grade id where it has another id, or by its text alone. */
export type Recognised = 'id' | 'grade id' | 'text'

export interface Match {
  /** Index in the submission. */
  readonly index: number
  readonly by: Recognised
}

export interface Matches {
  /** For each released cell, in order; undefined where it vanished. */
  readonly of: readonly (Match | undefined)[]
  /** Cells of the submission that are none of the released ones. */
  readonly extra: readonly number[]
}

interface Pair extends Match {
  readonly released: number
  readonly score: number
}

/** How alike a text must be to the released one to be recognised by it, of 1; a lone candidate needs less. */
const ALIKE = 0.5
const LONE = 0.2
/** Between two released cells no more cells than this are compared by their text. */
const MOST_COMPARED = 200

/** Recognises released cells among those of a submission. Never throws. */
export function matchCells(
  released: readonly ReleasedCell[],
  cells: readonly Cell[],
  placeholders = PLACEHOLDERS,
): Matches {
  const matching = new Matching(released, cells, placeholders)
  matching.byNames()
  matching.bySameText()
  matching.byLikeText()
  return {
    of: matching.of,
    extra: cells.flatMap((_, index) => (matching.taken.has(index) ? [] : [index])),
  }
}

class Matching {
  readonly of: (Match | undefined)[]
  readonly taken = new Set<number>()
  readonly #released: readonly ReleasedCell[]
  readonly #cells: readonly Cell[]
  readonly #placeholders: Placeholders

  constructor(released: readonly ReleasedCell[], cells: readonly Cell[], placeholders: Placeholders) {
    this.#released = released
    this.#cells = cells
    this.#placeholders = placeholders
    this.of = released.map(() => undefined)
  }

  /**
   * Id and grade id count the same. Where they point at different cells, text decides: a locked cell that reads as it
   * was released is that one, and an answer is rather a text that was changed.
   */
  byNames(): void {
    const byId = new Map(this.#released.map(({ id }, index) => [id, index]))
    const byGradeId = new Map(
      this.#released.flatMap((cell, index) => {
        const { nbgrader } = readNbgrader(cell)
        return nbgrader ? [[nbgrader.grade_id, index] as const] : []
      }),
    )
    const pairs: Pair[] = []
    for (const [index, cell] of this.#cells.entries()) {
      const named = byId.get(cell.id)
      const graded = byGradeId.get(readNbgrader(cell).nbgrader?.grade_id ?? '')
      for (const released of new Set([named, graded])) {
        if (released === undefined) continue
        const names = (released === named ? 4 : 0) + (released === graded ? 4 : 0)
        const score = names + this.#textScore(released, cell)
        pairs.push({ index, released, score, by: released === named ? 'id' : 'grade id' })
      }
    }
    pairs.sort((a, b) => b.score - a.score || a.released - b.released || a.index - b.index)
    for (const { released, index, by } of pairs) this.#take(released, index, by)
  }

  bySameText(): void {
    const byText = new Map<string, number[]>()
    for (const [index, cell] of this.#cells.entries()) {
      if (this.taken.has(index) || !cell.source.trim()) continue
      const key = textKey(cell)
      const list = byText.get(key)
      if (list) list.push(index)
      else byText.set(key, [index])
    }
    for (const [released, cell] of this.#released.entries()) {
      if (this.of[released]) continue
      const index = byText.get(textKey(cell))?.shift()
      if (index !== undefined) this.#take(released, index, 'text')
    }
  }

  /**
   * An answer that lost its names stands between the same neighbours as before and reads like what was released. Nothing
   * reads like a placeholder alone; then it is the only cell of its type that stands there.
   */
  byLikeText(): void {
    for (const [released, cell] of this.#released.entries()) {
      if (this.of[released] || !isAnswer(roleOf(cell))) continue
      const candidates = this.#between(released).filter(
        (index) => this.#cells[index]?.cell_type === cell.cell_type,
      )
      const scored = candidates
        .map((index) => ({ index, alike: likeness(cell.source, this.#cells[index]?.source ?? '') }))
        .sort((a, b) => b.alike - a.alike)
      const [best] = scored
      const needed = scored.length > 1 ? ALIKE : this.#isPlaceholder(cell) ? 0 : LONE
      if (best && best.alike >= needed) this.#take(released, best.index, 'text')
    }
  }

  #isPlaceholder({ source }: ReleasedCell): boolean {
    return Object.values(this.#placeholders).includes(source.trim())
  }

  /** What is not taken between the nearest recognised cells before and after a released one. */
  #between(released: number): number[] {
    const before = this.of.slice(0, released).findLast((match) => match)?.index ?? -1
    const after = this.of.slice(released + 1).find((match) => match)?.index ?? this.#cells.length
    const found: number[] = []
    for (let index = before + 1; index < after && found.length < MOST_COMPARED; index++)
      if (!this.taken.has(index)) found.push(index)
    return found
  }

  #textScore(released: number, cell: Cell): number {
    const original = this.#released[released]
    if (!original) return 0
    const same = textKey(original) === textKey(cell)
    if (isAnswer(roleOf(original))) return same ? 0 : 1
    return same ? 3 : 0
  }

  #take(released: number, index: number, by: Recognised): void {
    if (this.of[released] || this.taken.has(index)) return
    this.of[released] = { index, by }
    this.taken.add(index)
  }
}

function textKey({ source }: Pick<Cell, 'source'>): string {
  return normalSource(source).trim()
}
