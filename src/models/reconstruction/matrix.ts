/** Measurements that are given as a matrix: any will do, tall, wide, or singular. */
import { matrixMap } from './linearMap'
import { operatorOf, sizeOf, type LinearOperator, type OperatorOptions } from './operator'
import { svd } from './svd'

/**
 * The operator of a matrix.
 *
 * @param matrix A, row by row.
 * @throws RangeError for a matrix with no rows, ragged rows or numbers that are not finite, or one that is all zero.
 */
export function linearOperator(
  matrix: readonly (readonly number[])[],
  { name = 'matrix', shape }: OperatorOptions = {},
): LinearOperator {
  const inputs = expectMatrix(matrix)
  const of = shape ?? [inputs]
  if (sizeOf(of) !== inputs)
    throw new RangeError(
      `linearOperator: states of shape [${of.join(', ')}] do not have the matrix's ${inputs} numbers`,
    )
  if (matrix.every((row) => row.every((value) => value === 0)))
    throw new RangeError('linearOperator: the matrix is all zero: it measures nothing')
  return denseOperator(Float64Array.from(matrix.flat()), { name, shape: of })
}

/** The operator of a matrix that is known to be one. @param rows its numbers, row by row. */
export function denseOperator(
  rows: Float64Array,
  { name, shape }: { readonly name: string; readonly shape: readonly number[] },
): LinearOperator {
  const inputs = sizeOf(shape)
  return operatorOf({
    name,
    shape,
    map: matrixMap(rows, inputs),
    factors: () => {
      const list = Array.from({ length: rows.length / inputs }, (_, i) =>
        Array.from(rows.subarray(i * inputs, (i + 1) * inputs)),
      )
      const { values, left, right } = svd(list)
      return {
        values,
        left: matrixMap(Float64Array.from(left.flat()), list.length),
        right: matrixMap(Float64Array.from(right.flat()), inputs),
      }
    },
  })
}

function expectMatrix(matrix: readonly (readonly number[])[]): number {
  const rows = matrix as unknown
  const length = Array.isArray(rows) && Array.isArray(rows[0]) ? (rows[0] as unknown[]).length : 0
  if (length === 0)
    throw new TypeError('linearOperator: the matrix must be rows of numbers, such as [[1, 0], [0, 1]]')
  for (const [i, row] of matrix.entries())
    if (row.length !== length || !Array.from(row).every(Number.isFinite))
      throw new RangeError(
        `linearOperator: row ${i} must be ${length} finite numbers, but is [${row.join(', ')}]`,
      )
  return length
}
