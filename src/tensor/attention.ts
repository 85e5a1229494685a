/**
 * Scaled dot-product attention: every query takes the mean of the values, each weighted by how well its key fits,
 *
 *   y = softmax(q kᵀ / √depth) v.
 *
 * Vaswani et al., "Attention is all you need", NeurIPS 2017, https://arxiv.org/abs/1706.03762
 */
import * as tf from '@tensorflow/tfjs'
import { onOurKernels } from './ours'
import { ATTENTION, ATTENTION_GRADIENT } from './wasm/attention'
import { MOST_KEYS } from './webgpu/attention'

/**
 * @param q queries, of shape [n, queries, depth].
 * @param k keys, of shape [n, keys, depth].
 * @param v values, of shape [n, keys, width].
 * @returns a tensor of shape [n, queries, width].
 * @throws RangeError where shapes do not fit, or there is no key.
 */
export function attention(q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D): tf.Tensor3D {
  const [n, keys, depth] = k.shape
  const fits =
    [q, k, v].every(({ rank }) => rank === 3) &&
    tf.util.arraysEqual([q.shape[0], q.shape[2]], [n, depth]) &&
    tf.util.arraysEqual(v.shape.slice(0, 2), [n, keys])
  if (!fits || !keys || !depth)
    throw new RangeError(
      `attention: queries of shape [${q.shape.join(', ')}], keys of shape [${k.shape.join(', ')}] and values of shape ` +
        `[${v.shape.join(', ')}] do not fit`,
    )
  const scale = 1 / Math.sqrt(depth)
  const inputs = [q, k, v]
  const some = q.size * v.size > 0 && (keys <= MOST_KEYS || tf.getBackend() !== 'webgpu')
  return (
    (some ? onOurKernels(inputs, () => run<tf.Tensor3D>(ATTENTION, inputs, scale)) : undefined) ??
    tf.tidy(() => tf.matMul(weights(q, k, scale), v))
  )
}

function weights(q: tf.Tensor, k: tf.Tensor, scale: number): tf.Tensor3D {
  return tf.softmax(tf.matMul<tf.Tensor3D>(q, k, false, true).mul(scale))
}

/**
 * The gradients of Σ dy · y in q, k and v: with P the weights and dP = dy vᵀ,
 *
 *   dv = Pᵀ dy,   ds = P ⊙ (dP − Σ P ⊙ dP) / √depth,   dq = ds k,   dk = dsᵀ q.
 */
function plainGradients([q, k, v]: readonly tf.Tensor[], dy: tf.Tensor, scale: number): tf.Tensor[] {
  const p = weights(q!, k!, scale)
  const dp = tf.matMul(dy, v!, false, true)
  const ds = p.mul(dp.sub(p.mul(dp).sum(-1, true))).mul(scale)
  return [tf.matMul(ds, k!), tf.matMul(ds, q!, true, false), tf.matMul(p, dy, true, false)]
}

tf.registerGradient({
  kernelName: ATTENTION,
  saveAllInputs: true,
  gradFunc: (d, saved, attrs) => {
    const { scale } = attrs as unknown as { readonly scale: number }
    const dy = d as tf.Tensor
    // Where the gradient will be differentiated itself, it is made of operations that can be.
    const { gradientDepth } = (tf.engine() as unknown as { state: { gradientDepth: number } }).state
    const gradients =
      gradientDepth > 0
        ? plainGradients(saved, dy, scale)
        : run<tf.Tensor[]>(ATTENTION_GRADIENT, [...saved, dy], scale)
    return Object.fromEntries(gradients.map((gradient, i) => [i, () => gradient]))
  },
})

function run<T extends tf.Tensor | tf.Tensor[]>(
  kernel: string,
  inputs: readonly tf.Tensor[],
  scale: number,
): T {
  return tf.engine().runKernel(kernel, inputs as unknown as tf.NamedTensorMap, { scale })
}
