/** Small symmetric matrices in double precision. */
import { symmetricEigen } from '../data/eigen'
import type { Rows } from './samples'

export type Matrix = readonly (readonly number[])[]

export interface MeanAndCovariance {
  readonly mean: readonly number[]
  readonly covariance: Matrix
}

/** The mean and the unbiased covariance, divided by n − 1. */
export function momentsOf({ values, n, dim }: Rows): MeanAndCovariance {
  const mean = Array.from({ length: dim }, () => 0)
  for (let i = 0; i < values.length; i++) mean[i % dim]! += values[i]! / n
  const covariance = mean.map(() => mean.map(() => 0))
  for (let row = 0; row < n; row++)
    for (let i = 0; i < dim; i++) {
      const x = values[row * dim + i]! - mean[i]!
      for (let j = 0; j <= i; j++) covariance[i]![j]! += (x * (values[row * dim + j]! - mean[j]!)) / (n - 1)
    }
  for (let i = 0; i < dim; i++) for (let j = 0; j < i; j++) covariance[j]![i] = covariance[i]![j]!
  return { mean, covariance }
}

/** The symmetric square root of a symmetric positive semidefinite matrix: Q √Λ Qᵀ. */
export function squareRoot(matrix: Matrix): number[][] {
  const { values, vectors } = symmetricEigen(matrix)
  // Rounding makes eigenvalues of zero slightly negative.
  const roots = values.map((value) => Math.sqrt(Math.max(value, 0)))
  return vectors.map((a) => vectors.map((b) => a.reduce((sum, q, k) => sum + q * b[k]! * roots[k]!, 0)))
}

export function multiply(a: Matrix, b: Matrix): number[][] {
  return a.map((row) => b[0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)))
}

export function trace(matrix: Matrix): number {
  return matrix.reduce((sum, row, i) => sum + row[i]!, 0)
}

/** (A + Aᵀ)/2, against what rounding has done to a product that is symmetric. */
export function symmetrised(matrix: Matrix): number[][] {
  return matrix.map((row, i) => row.map((x, j) => (x + matrix[j]![i]!) / 2))
}
