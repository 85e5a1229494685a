/**
 * The derivative of f along a direction, J v, by reverse mode twice. The vector–Jacobian product uᵀJ is linear in u, and its
 * derivative in u along v is
 *
 *   ∂/∂u ⟨uᵀJ, v⟩ = J v.
 *
 * TensorFlow.js has no forward mode; this costs about two passes backwards more than f itself.
 *
 * Townsend, "A new trick for calculating Jacobian vector products", 2017, https://j-towns.github.io/2017/06/12/A-new-trick.html
 */
import * as tf from '@tensorflow/tfjs'

/**
 * @param f from tensors to one tensor, differentiable twice.
 * @param at where, one tensor for each argument.
 * @param along the direction, of the same shapes.
 * @returns J v, of the shape of f(at).
 */
export function jvp(
  f: (...at: tf.Tensor[]) => tf.Tensor,
  at: readonly tf.Tensor[],
  along: readonly tf.Tensor[],
): tf.Tensor {
  if (at.length !== along.length)
    throw new RangeError(`jvp: ${at.length} arguments, but a direction of ${along.length} parts`)
  for (const [i, x] of at.entries())
    if (x.shape.join() !== along[i]!.shape.join())
      throw new RangeError(
        `jvp: argument ${i} has shape [${x.shape.join(', ')}], but its direction [${along[i]!.shape.join(', ')}]`,
      )
  return tf.tidy(() => {
    // uᵀJ does not depend on u where J is taken, so any u will do.
    const u = tf.zerosLike(f(...at))
    return tf.grad((u) => {
      const backwards = tf.grads(f)([...at], u)
      return tf.addN(backwards.map((g, i) => tf.sum(tf.mul(g, along[i]!))))
    })(u)
  })
}
