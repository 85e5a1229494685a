/** Triangular and permutation matrices as tensors, and equations with them. */
import * as tf from '@tensorflow/tfjs'

/**
 * Solves T y = b for each row b of a batch: y_i = (b_i − Σ_{j before i} T_ij y_j) / T_ii.
 *
 * @param matrix [d, d]; only the named triangle and the diagonal are read.
 * @param b right-hand sides, [n, d].
 * @param side `lower` starts from the first row, `upper` from the last.
 */
export function solveTriangular(matrix: tf.Tensor2D, b: tf.Tensor2D, side: 'lower' | 'upper'): tf.Tensor2D {
  const d = matrix.shape[0]
  const found: tf.Tensor2D[] = []
  for (let step = 0; step < d; step++) {
    const i = side === 'lower' ? step : d - 1 - step
    let rest = b.slice([0, i], [-1, 1])
    if (step > 0) {
      const known = side === 'lower' ? tf.concat(found, 1) : tf.concat([...found].reverse(), 1)
      const row = matrix.slice([i, side === 'lower' ? 0 : i + 1], [1, step])
      rest = rest.sub(tf.matMul(known, row, false, true))
    }
    found.push(rest.div(matrix.slice([i, i], [1, 1])))
  }
  return tf.concat(side === 'lower' ? found : found.reverse(), 1)
}

/** The matrix of zeros and ones whose row i has its one in column order[i], [d, d]. */
export function unitRows(order: readonly number[]): tf.Tensor2D {
  const d = order.length
  const values = new Float32Array(d * d)
  order.forEach((column, i) => (values[i * d + column] = 1))
  return tf.tensor2d(values, [d, d])
}

/** Ones strictly below the diagonal (or above), zeros elsewhere, [d, d]. */
export function strictTriangle(d: number, side: 'lower' | 'upper'): tf.Tensor2D {
  const values = Float32Array.from({ length: d * d }, (_, k) => {
    const [i, j] = [Math.floor(k / d), k % d]
    return (side === 'lower' ? j < i : j > i) ? 1 : 0
  })
  return tf.tensor2d(values, [d, d])
}
