/** Tokens as tensors. */
import * as tf from '@tensorflow/tfjs'
import type { Curve } from '../process'
import type { Time } from '../state'

/** Probabilities of x_0 in which a token that is no mask stays what it is. */
export function carriedOver(xt: tf.Tensor, x0: tf.Tensor, mask: number): tf.Tensor {
  return tf.tidy(() => {
    const known = oneHot(xt, mask + 1).slice([0, 0, 0], [-1, -1, mask])
    const masked = tf.expandDims(tf.equal(xt, mask), 2)
    return tf.where(tf.logicalAnd(masked, tf.onesLike(x0).cast('bool')), x0, known)
  })
}

/** Tokens of shape [n, length] as ones and zeros of shape [n, length, depth]. */
export function oneHot(tokens: tf.Tensor, depth: number): tf.Tensor3D {
  // TensorFlow.js 4.22 writes whole numbers even where real ones are asked for, on WASM.
  return tf.tidy(() => tf.cast(tf.oneHot(tokens, depth), 'float32') as tf.Tensor3D)
}

/** f of a time as a number, or of n times as a tensor of shape [n, 1, …] of the rank. */
export function column(t: Time, f: Curve, n: number, rank: number): tf.Tensor {
  if (typeof t === 'number') return tf.scalar(f(t))
  if (t.length !== n) throw new RangeError(`${t.length} times were given for ${n} sequences`)
  return tf.tensor(Float32Array.from(t, f), [n, ...Array.from({ length: rank - 1 }, () => 1)])
}

/** @throws RangeError unless these are int32 tokens of shape [n, length] below `states`, as far as that can be seen. */
export function expectTokens(tokens: tf.Tensor, states: number): void {
  if (!(tokens instanceof tf.Tensor) || tokens.rank !== 2 || tokens.dtype !== 'int32')
    throw new RangeError(
      `tokens must be an int32 tensor of shape [n, length], but ` +
        (tokens instanceof tf.Tensor
          ? `this is ${tokens.dtype} of shape [${tokens.shape.join(', ')}]`
          : 'this is no tensor'),
    )
  // On a graphics card reading would stall it.
  if (tf.getBackend() === 'webgpu' || tf.getBackend() === 'webgl') return
  const values = tokens.dataSync()
  for (const token of values)
    if (token < 0 || token >= states)
      throw new RangeError(
        `tokens must be whole numbers from 0 to ${states - 1}, but one of them is ${token}`,
      )
}
