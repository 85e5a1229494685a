/** W = P L U in doubles, by Gaussian elimination with partial pivoting. */

export interface Plu {
  /** Row i of L U is row `order[i]` of W. */
  readonly order: readonly number[]
  /** Unit lower triangular. */
  readonly lower: readonly (readonly number[])[]
  /** Upper triangular, with the pivots on its diagonal. */
  readonly upper: readonly (readonly number[])[]
}

/** Pivots below this fraction of the matrix's largest entry make it singular. */
const SINGULAR = 1e-10

/** @throws RangeError for a matrix that is singular, not square or not finite. */
export function plu(matrix: readonly (readonly number[])[], what: string): Plu {
  // Cells are not type-checked before they run.
  const given: unknown = matrix
  const square =
    Array.isArray(given) &&
    matrix.length > 0 &&
    matrix.every((row) => row.length === matrix.length && row.every(Number.isFinite))
  if (!square)
    throw new RangeError(`${what} must be a square matrix of finite numbers, such as [[2, 1], [0, 1]]`)
  const n = matrix.length
  const largest = Math.max(...matrix.flat().map(Math.abs))
  const rows = matrix.map((row, i) => ({ values: [...row], index: i, factors: [] as number[] }))
  for (let column = 0; column < n; column++) {
    let best = column
    for (let i = column; i < n; i++)
      if (Math.abs(rows[i]!.values[column]!) > Math.abs(rows[best]!.values[column]!)) best = i
    ;[rows[column], rows[best]] = [rows[best]!, rows[column]!]
    const pivot = rows[column]!.values
    if (!(Math.abs(pivot[column]!) > SINGULAR * largest))
      throw new RangeError(`${what} must be invertible, but is singular: ${JSON.stringify(matrix)}`)
    for (const row of rows.slice(column + 1)) {
      const factor = row.values[column]! / pivot[column]!
      row.factors.push(factor)
      for (let j = column; j < n; j++) row.values[j]! -= factor * pivot[j]!
    }
  }
  return {
    order: rows.map(({ index }) => index),
    lower: rows.map(({ factors }, i) =>
      Array.from({ length: n }, (_, j) => (j === i ? 1 : (factors[j] ?? 0))),
    ),
    upper: rows.map(({ values }, i) => values.map((value, j) => (j < i ? 0 : value))),
  }
}
