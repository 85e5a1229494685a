/**
 * Keeps the identity of cells through an editor's commands.
 *
 * Editors drop a cell's metadata, its id among it, on copy, cut and paste and from the lower half of a split. The tracker
 * watches what the notebook looks like after each change and says which metadata to give back:
 *
 * - a cell that moves, or whose text is edited, stays itself; so do the upper half of a split and the first of joined
 *   cells, which editors edit in place;
 * - a cell that comes without an id, with the type and text of one that vanished, is that one again, unless its id is
 *   taken by now: this is cut and paste;
 * - any other cell that comes without an id is new, as is the lower half of a split or a copy;
 * - a cell that comes with the id of another is a copy: it gets an id of its own and loses its grading metadata, of
 *   which there must not be two.
 */
import { isCellId, newCellId, type RandomId } from './ids'
import type { JsonObject } from './json'
import { normalSource } from './lines'
import type { CellType } from './types'

/** A cell as an editor holds it. */
export interface CellState<Key> {
  /** What the editor tells cells apart by: stays the same while a cell is edited or moved. */
  readonly key: Key
  readonly type: CellType
  readonly text: string
  /** Undefined where the editor dropped it. */
  readonly id: string | undefined
  /** nbformat's metadata of the cell. */
  readonly metadata: JsonObject
}

/** Metadata to give to a cell. */
export interface IdentityEdit<Key> {
  readonly key: Key
  readonly id: string
  readonly metadata: JsonObject
}

interface Known<Key> extends CellState<Key> {
  /** What the cell is, whatever the editor holds at the moment; `metadata` likewise. */
  readonly identity: string
}

interface Vanished {
  readonly identity: string
  readonly type: CellType
  /** With line ends made alike. */
  readonly text: string
  readonly metadata: JsonObject
}

/** How many vanished cells are remembered. */
const REMEMBERED = 1000

/** Metadata that names a cell for grading, so that a copy must not have it. */
const GRADING = ['nbgrader']

/** The identities of one open notebook's cells. */
export class CellIdentities<Key> {
  private readonly random: RandomId | undefined
  private cells = new Map<Key, Known<Key>>()
  /** Oldest first. */
  private vanished: readonly Vanished[] = []

  /** @param random a source of fresh random text; `crypto.randomUUID` where none is given */
  constructor(random?: RandomId) {
    this.random = random
  }

  /**
   * Takes note of what the notebook holds after a change: all its cells, in order.
   *
   * @returns what to give to which cells. A cell is named once, when it comes or collides; an editor's undo may take
   * that back without a fight, and `identityOf` still knows the cell.
   */
  update(cells: readonly CellState<Key>[]): readonly IdentityEdit<Key>[] {
    const before = this.cells
    const present = new Set(cells.map(({ key }) => key))
    const gone = [...before.values()].filter(({ key }) => !present.has(key)).map(vanish)
    this.vanished = [...this.vanished, ...gone].slice(-REMEMBERED)
    const taken = new Set<string>()
    const decided = new Map<Key, Known<Key>>()
    const decide = (cell: CellState<Key>, identity: string, metadata: JsonObject) => {
      taken.add(identity)
      decided.set(cell.key, { ...cell, metadata, identity })
    }

    // Cells that were here before come first: a copy never takes an id from its original, wherever it stands.
    for (const cell of cells) {
      const known = before.get(cell.key)
      if (known && cell.id === undefined) decide(cell, known.identity, known.metadata)
      else if (known && cell.id === known.identity) decide(cell, known.identity, cell.metadata)
    }
    for (const cell of cells) {
      if (decided.has(cell.key) || cell.id === undefined) continue
      if (isCellId(cell.id) && !taken.has(cell.id)) decide(cell, cell.id, cell.metadata)
    }
    const edits: IdentityEdit<Key>[] = []
    for (const cell of cells) {
      if (decided.has(cell.key)) continue
      const back = cell.id === undefined ? this.reappearance(cell, taken, gone) : undefined
      const id = back?.identity ?? this.freshId(taken)
      const metadata = back?.metadata ?? withoutGrading(cell.metadata)
      decide(cell, id, metadata)
      edits.push({ key: cell.key, id, metadata })
    }

    this.vanished = this.vanished.filter(({ identity }) => !taken.has(identity))
    this.cells = new Map(cells.flatMap(({ key }) => decided.get(key) ?? []).map((cell) => [cell.key, cell]))
    return edits
  }

  /** The id of a cell of the last update, also where the editor has none for it. */
  identityOf(key: Key): string | undefined {
    return this.cells.get(key)?.identity
  }

  private freshId(taken: ReadonlySet<string>): string {
    const isTaken = (id: string) => taken.has(id) || this.vanished.some(({ identity }) => identity === id)
    return newCellId(isTaken, this.random)
  }

  /**
   * The vanished cell that this one is: of the same type and text, one with grading metadata before others, the latest
   * before earlier ones. A blank cell is nothing special, so it is only recognised while it is being moved or was the
   * last to go.
   */
  private reappearance(
    cell: CellState<Key>,
    taken: ReadonlySet<string>,
    gone: readonly Vanished[],
  ): Vanished | undefined {
    const text = normalSource(cell.text)
    const last = this.vanished.at(-1)
    const candidates = this.vanished.filter(
      (old) =>
        old.type === cell.type &&
        old.text === text &&
        !taken.has(old.identity) &&
        (text.trim() !== '' || old === last || gone.includes(old)),
    )
    return candidates.findLast(({ metadata }) => GRADING.some((key) => key in metadata)) ?? candidates.at(-1)
  }
}

function vanish({ identity, type, text, metadata }: Known<unknown>): Vanished {
  return { identity, type, text: normalSource(text), metadata }
}

function withoutGrading(metadata: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => !GRADING.includes(key)))
}
