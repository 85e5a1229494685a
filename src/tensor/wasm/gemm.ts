/** Products of matrices that are large enough by two threads. */
import { inTwo } from './dividing'
import type { Kernels, Native } from './native'

/** Rows of one call are a multiple of those that both builds take at a time. */
const ROWS = 12

/** C ← A·B + bias, or C + A·B, as `native/gemm.ts` says. */
export function multiply(kernels: Kernels, ...factors: Parameters<Native['gemm']>): void {
  const [, , , , , m, n, k] = factors
  const half = ROWS * Math.ceil(m / ROWS / 2)
  if (half >= m) return kernels.native.gemm(...factors)
  inTwo(kernels, 'gemmRows', m * n * k, [...factors, 0, half], [...factors, half, m])
}
