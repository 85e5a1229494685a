/** Cell ids, which key random streams, grading and the identity of cells across edits. */
import type { CellType } from './types'

/** A source of fresh random text such as `crypto.randomUUID`. */
export type RandomId = () => string

/** Whether a text may be a cell's id in nbformat 4.5. */
export function isCellId(id: string): boolean {
  return /^[a-zA-Z0-9_-]{1,64}$/.test(id)
}

/** A fresh id that nobody has. Falls back to counting where the source of random text repeats itself. */
export function newCellId(
  isTaken: (id: string) => boolean,
  random: RandomId = () => crypto.randomUUID(),
): string {
  const id = random()
    .replace(/[^a-zA-Z0-9_-]/g, '')
    .slice(0, 13)
  return firstFree(id || 'cell', isTaken)
}

/**
 * Ids for cells that a file gives none, or one that an earlier cell has. They depend only on the cells' own type and
 * text and on equal cells before them, so that reading the same file again gives the same ids.
 */
export class DerivedIds {
  private readonly taken: Set<string>
  private readonly counts = new Map<string, number>()

  constructor(taken: Iterable<string>) {
    this.taken = new Set(taken)
  }

  next(type: CellType, source: string): string {
    const base = hash(`${type}\n${source}`)
    let count = this.counts.get(base) ?? 1
    let id = base
    while (this.taken.has(id)) id = `${base}-${++count}`
    this.counts.set(base, count)
    this.taken.add(id)
    return id
  }
}

function firstFree(base: string, isTaken: (id: string) => boolean): string {
  let id = base
  for (let count = 2; isTaken(id); count++) id = `${base}-${count}`
  return id
}

/** 64 bits as 16 hexadecimal digits: FNV-1a over UTF-16 units, from two different bases. */
function hash(text: string): string {
  let a = 0x811c9dc5
  let b = 0x01000193
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 0x01000193)
    b = Math.imul(b ^ unit, 0x5bd1e995)
    b ^= b >>> 13
  }
  return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')
}
