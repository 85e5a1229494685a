/**
 * How rows are divided among workgroups: each takes a tile of them through all layers, with their activations in workgroup
 * memory, of which every device has 16 KiB. A tile takes half of that, so that each thread of a workgroup makes four units of four
 * rows of the widest layer that fits.
 */

/** Threads of a workgroup. */
export const THREADS = 128

/** Activations that a tile has room for. */
const NUMBERS = 16 * THREADS

export interface Tile {
  /** Rows of a tile: 4, 8, 16 or 32. */
  readonly rows: number
  /** Vectors of four numbers, one for each four rows, that the tile has room for. */
  readonly vectors: number
}

/** The widest layer that a tile of four rows has room for. */
export const MOST_UNITS = NUMBERS / 4

/** Vectors of four that `width` numbers fill. */
export const fours = (width: number): number => Math.ceil(width / 4)

/** The largest tile for layers of these widths; undefined where not even four rows fit. */
export function tileOf(widths: readonly number[]): Tile | undefined {
  const widest = 4 * fours(Math.max(...widths))
  const rows = [32, 16, 8, 4].find((rows) => rows * widest <= NUMBERS)
  return rows === undefined ? undefined : { rows, vectors: (rows * widest) / 4 }
}

/** Why layers of these widths do not fit into a tile, as the end of a sentence; undefined where they do. */
export function tooWide(widths: readonly number[]): string | undefined {
  if (tileOf(widths)) return undefined
  return `a layer of ${Math.max(...widths)} units does not fit into the memory of a GPU's workgroup, which has room for ${MOST_UNITS}`
}
