/** What layers of networks are made of: in one pass on WASM and WebGPU, by TensorFlow.js's operations elsewhere. */
import * as tf from '@tensorflow/tfjs'
import { onOurKernels } from './ours'
import { AFFINE, SILU, SILU_SLOPE } from './wasm/layers'

/**
 * SiLU(x) = x σ(x), where σ(x) = 1/(1 + e⁻ˣ).
 *
 * Elfwing, Uchibe and Doya, 2018, https://arxiv.org/abs/1702.03118
 */
export function silu<T extends tf.Tensor>(x: T): T {
  return (onOurKernels([x], () => run(SILU, { x })) ?? tf.tidy(() => x.mul(tf.sigmoid(x)))) as T
}

/** dy · SiLU′(x), of the shape of both. */
export function siluSlope(dy: tf.Tensor, x: tf.Tensor): tf.Tensor {
  return onOurKernels([dy, x], () => run(SILU_SLOPE, { dy, x })) ?? tf.mul(dy, slope(x))
}

/** SiLU′ = σ + x σ (1 − σ). */
function slope(x: tf.Tensor): tf.Tensor {
  const s = tf.sigmoid(x)
  return s.add(x.mul(s).mul(tf.sub(1, s)))
}

/** SiLU″ = σ (1 − σ) (2 + x (1 − 2σ)). */
function curvature(x: tf.Tensor): tf.Tensor {
  const s = tf.sigmoid(x)
  return s.mul(tf.sub(1, s)).mul(x.mul(tf.sub(1, s.mul(2))).add(2))
}

/**
 * b + x₁W₁ + x₂W₂ + …
 *
 * @param bias b of shape [outputs].
 * @param terms pairs (x, W), at least one: x of shape [n, inputs], or [1, inputs] for the same in every row, and W of shape
 * [inputs, outputs].
 * @returns a tensor of shape [n, outputs].
 * @throws RangeError where shapes do not fit.
 */
export function affine(
  bias: tf.Tensor,
  ...terms: readonly (readonly [x: tf.Tensor, weights: tf.Tensor])[]
): tf.Tensor2D {
  expectTerms(bias, terms)
  const inputs = [bias, ...terms.flat()]
  const made = onOurKernels(inputs, () => run(AFFINE, inputs))
  if (made) return made as tf.Tensor2D
  return tf.tidy(() =>
    terms.map(([x, w]) => tf.matMul(x, w)).reduce((sum, term) => tf.add(sum, term), bias),
  ) as tf.Tensor2D
}

function expectTerms(bias: tf.Tensor, terms: readonly (readonly [tf.Tensor, tf.Tensor])[]): void {
  if (!terms.length) throw new RangeError('affine: at least one pair of x and weights is needed')
  const rows = Math.max(...terms.map(([x]) => x.shape[0] ?? 0))
  for (const [x, w] of terms) {
    const fits =
      x.rank === 2 && w.rank === 2 && x.shape[1] === w.shape[0] && (x.shape[0] === rows || x.shape[0] === 1)
    if (!fits || bias.rank !== 1 || w.shape[1] !== bias.shape[0])
      throw new RangeError(
        `affine: x of shape [${x.shape.join(', ')}], weights of shape [${w.shape.join(', ')}] and a bias of shape ` +
          `[${bias.shape.join(', ')}] do not fit for ${rows} rows`,
      )
  }
}

tf.registerGradient({
  kernelName: SILU,
  inputsToSave: ['x'],
  gradFunc: (dy, [x]) => ({ x: () => siluSlope(dy as tf.Tensor, x!) }),
})

tf.registerGradient({
  kernelName: SILU_SLOPE,
  inputsToSave: ['dy', 'x'],
  gradFunc: (d, [dy, x]) => ({
    dy: () => siluSlope(d as tf.Tensor, x!),
    x: () => tf.mul(d as tf.Tensor, dy!).mul(curvature(x!)),
  }),
})

tf.registerGradient({
  kernelName: AFFINE,
  saveAllInputs: true,
  gradFunc: (d, [, ...factors]) => {
    const dy = d as tf.Tensor2D
    // A single row of x takes part in every row of the result.
    const forRows = (x: tf.Tensor): tf.Tensor2D =>
      x.shape[0] === dy.shape[0] ? dy : tf.sum<tf.Tensor2D>(dy, 0, true)
    const gradients: Record<string, () => tf.Tensor> = { 0: () => tf.sum(dy, 0) }
    for (let i = 0; i < factors.length; i += 2) {
      const [x, w] = [factors[i]!, factors[i + 1]!]
      gradients[i + 1] = () => tf.matMul(forRows(x), w, false, true)
      gradients[i + 2] = () => tf.matMul(x, forRows(x), true, false)
    }
    return gradients
  },
})

/** Runs a kernel of our own. */
function run(kernel: string, inputs: Readonly<Record<string, tf.Tensor>> | readonly tf.Tensor[]): tf.Tensor {
  return tf.engine().runKernel(kernel, inputs as tf.NamedTensorMap)
}
