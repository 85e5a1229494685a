/** What a submission may use, where nobody says otherwise, and what it may hand back. */

export const DEFAULT_TIMEOUT = 600
export const DEFAULT_CELL_TIMEOUT = 120
/** MiB. A runner needs 150 for itself. */
export const DEFAULT_MEMORY = 2048
export const LEAST_MEMORY = 256
/** Processes and threads: Node has a dozen. */
export const PROCESSES = 64

/** Of the memory, the part that JavaScript's own heap may have; the rest is for tensors. */
export function heapMegabytes(memory: number): number {
  return Math.floor(memory / 2)
}

/** Bytes of a submitted file. */
export const LARGEST_FILE = 64 * 2 ** 20
/** Characters of an answer that the result repeats. */
export const LONGEST_SOURCE = 100_000
/** Bytes of JSON of the pictures and texts of one cell that the result repeats, and of all of them. */
export const CELL_OUTPUT_BYTES = 4_000_000
export const ALL_OUTPUT_BYTES = 16_000_000
export const MOST_OUTPUTS = 200
/** Of a submission's own words: errors, and the like. */
export const LONGEST_REASON = 500
