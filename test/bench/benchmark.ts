/** What a benchmark is, and how its numbers are made and told. */

export type Report = (what: string, value: string) => void
export type Table = (rows: readonly (readonly string[])[]) => void

export interface Benchmark {
  readonly title: string
  /** Measures, and reports each number with its unit, or a table whose first row is its header. */
  readonly run: (report: Report, table: Table) => Promise<void>
}

/** The middle one of some numbers; the mean of the middle two of an even count. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  const upper = sorted[half]!
  return sorted.length % 2 ? upper : (sorted[half - 1]! + upper) / 2
}

/** "4.2 ms at the median of 50 (3.9 to 7.0)". */
export function spread(milliseconds: readonly number[]): string {
  const ms = (value: number) => `${value.toFixed(value < 100 ? 1 : 0)}`
  const [low, high] = [Math.min(...milliseconds), Math.max(...milliseconds)]
  return `${ms(median(milliseconds))} ms at the median of ${milliseconds.length} (${ms(low)} to ${ms(high)})`
}

/** Milliseconds that something takes. */
export async function time(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await action()
  return performance.now() - start
}
