/** The functions φ by which conditional means are compared. */
import * as tf from '@tensorflow/tfjs'
import { RandomStream } from '../../tensor'

const WAVES = 7
/** Wave numbers about one: a wave turns once over some units of length, the size of the data in most lessons. */
const SEED = 8

/**
 * φ_0 = 1 and φ_k(x) = cos(ω_k · x + b_k), the same for every claim about points of a dimension.
 *
 * @param x points of shape [n, dim].
 * @returns eight tensors of shape [n, 1].
 */
export function testFunctions(x: tf.Tensor2D): tf.Tensor2D[] {
  return tf.tidy(() => {
    const dim = x.shape[1]
    const stream = new RandomStream(SEED, 'test functions')
    const omega = tf.tensor2d(
      Float32Array.from(stream.normal(dim * WAVES), (w) => w / Math.sqrt(dim)),
      [dim, WAVES],
    )
    const phase = tf.tensor1d(Float32Array.from(stream.uniform(WAVES), (u) => 2 * Math.PI * u))
    const waves = tf.cos(tf.matMul(x, omega).add(phase))
    return [tf.onesLike(x.slice([0, 0], [-1, 1])), ...tf.split(waves, WAVES, 1)] as tf.Tensor2D[]
  })
}
