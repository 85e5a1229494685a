/**
 * The optimal assignment: the permutation π that makes Σᵢ cost(i, π(i)) least.
 *
 * First every column takes the cheapest row, and every row still free the cheapest column, where nobody else has it. Then one
 * row after another is added. The shortest augmenting path from the new row to a free column is found as Dijkstra
 * does, with costs made non-negative by the dual prices uᵢ + vⱼ ≤ cost(i, j), and prices are raised along it. O(n³).
 *
 * Jonker and Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment problems",
 * Computing 38, 1987, https://doi.org/10.1007/BF02278710
 */

/**
 * @param cost n × n costs, row after row, all finite.
 * @returns the column of each row.
 */
export function assignment(cost: Float64Array, n: number): Int32Array {
  if (!((cost as unknown) instanceof Float64Array))
    throw new TypeError('assignment: cost must be a Float64Array of n × n costs, row after row')
  if (!Number.isSafeInteger(n) || n < 1 || cost.length !== n * n)
    throw new RangeError(`assignment: ${cost.length} costs are not a square of ${n} × ${n}`)
  const bad = cost.findIndex((c) => !Number.isFinite(c))
  if (bad >= 0)
    throw new RangeError(
      `assignment: costs must be finite, but that of row ${Math.floor(bad / n)}, column ${bad % n} is ${cost[bad]}`,
    )
  const rowPrice = new Float64Array(n)
  const columnPrice = new Float64Array(n)
  const rowOf = new Int32Array(n).fill(-1)
  const columnOf = new Int32Array(n).fill(-1)
  takeCheapest()
  for (let row = 0; row < n; row++) {
    if (columnOf[row]! >= 0) continue
    const { column, from, distance, done } = shortestPath(row)
    const length = distance[column]!
    // Raise prices so that every edge of the path costs nothing.
    for (let j = 0; j < n; j++) {
      if (!done[j]) continue
      columnPrice[j]! += distance[j]! - length
      rowPrice[rowOf[j]!]! -= distance[j]! - length
    }
    rowPrice[row]! += length
    augment(row, column, from)
  }
  return columnOf

  function takeCheapest(): void {
    const take = (row: number, column: number): void => {
      if (rowOf[column]! >= 0 || columnOf[row]! >= 0) return
      rowOf[column] = row
      columnOf[row] = column
    }
    for (let j = 0; j < n; j++) {
      let best = 0
      for (let i = 1; i < n; i++) if (cost[i * n + j]! < cost[best * n + j]!) best = i
      columnPrice[j] = cost[best * n + j]!
      take(best, j)
    }
    for (let i = 0; i < n; i++) {
      if (columnOf[i]! >= 0) continue
      let best = 0
      const reduced = (j: number): number => cost[i * n + j]! - columnPrice[j]!
      for (let j = 1; j < n; j++) if (reduced(j) < reduced(best)) best = j
      rowPrice[i] = reduced(best)
      take(i, best)
    }
  }

  /** Dijkstra from a free row to the nearest free column; `from` holds the row before each column. */
  function shortestPath(start: number) {
    const distance = new Float64Array(n).fill(Infinity)
    const from = new Int32Array(n)
    const done = new Uint8Array(n)
    let row = start
    let reached = 0
    for (;;) {
      let column = -1
      let least = Infinity
      for (let j = 0; j < n; j++) {
        if (done[j]) continue
        const through = reached + cost[row * n + j]! - rowPrice[row]! - columnPrice[j]!
        if (through < distance[j]!) {
          distance[j] = through
          from[j] = row
        }
        if (distance[j]! < least) {
          least = distance[j]!
          column = j
        }
      }
      if (rowOf[column]! < 0) return { column, from, distance, done }
      done[column] = 1
      reached = least
      row = rowOf[column]!
    }
  }

  function augment(start: number, free: number, from: Int32Array): void {
    let column = free
    for (;;) {
      const row = from[column]!
      const previous = columnOf[row]!
      rowOf[column] = row
      columnOf[row] = column
      if (row === start) return
      column = previous
    }
  }
}
