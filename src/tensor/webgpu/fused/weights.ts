/** Weights as the fused shaders read them. */
import * as tf from '@tensorflow/tfjs'
import { fours } from './tile'

/** Matrices one after another, the rows of each padded to whole vectors of four; the caller's to dispose of. */
export function packedWeights(weights: readonly tf.Tensor2D[]): tf.Tensor1D {
  return tf.tidy(() =>
    tf.concat1d(
      weights.map((w) => {
        const outputs = w.shape[1]
        const missing = 4 * fours(outputs) - outputs
        const rows = missing
          ? tf.pad2d(w, [
              [0, 0],
              [0, missing],
            ])
          : w
        return rows.as1D()
      }),
    ),
  )
}
