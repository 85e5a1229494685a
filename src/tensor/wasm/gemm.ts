/** Products of matrices that are large enough by two threads. */
import { inTwo } from './dividing'
import type { Kernels, Native } from './native'

/** Rows of one call are a multiple of those that both builds take at a time. */
const ROWS = 12

/** C ← A·B + bias, or C + A·B, as `native/gemm.ts` says. */
export function multiply(kernels: Kernels, ...factors: Parameters<Native['gemm']>): void {
  multiplyOnto(kernels, 0, ...factors)
}

/** C ← A·B + bias + rest. @param rest numbers of C's shape, or 0. */
export function multiplyOnto(kernels: Kernels, rest: number, ...factors: Parameters<Native['gemm']>): void {
  const [, , , , , m, n, k] = factors
  const half = ROWS * Math.ceil(m / ROWS / 2)
  if (half >= m) return kernels.native.gemmRows(...factors, rest, 0, m)
  inTwo(kernels, 'gemmRows', m * n * k, [...factors, rest, 0, half], [...factors, rest, half, m])
}
