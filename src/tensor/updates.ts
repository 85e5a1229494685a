/** Variables changed where they are: many at once on WASM and on WebGPU, by TensorFlow.js's operations elsewhere. */
import * as tf from '@tensorflow/tfjs'
import {
  lengthSquared as squaresOnWasm,
  mixAll as mixOnWasm,
  updateByAdam as adamOnWasm,
} from './wasm/updates'
import { onWebGpu } from './webgpu'
import {
  lengthSquared as squaresOnWebGpu,
  mixAll as mixOnWebGpu,
  updateByAdam as adamOnWebGpu,
} from './webgpu/updates'

/** The numbers of a step of Adam. */
export interface AdamStep {
  readonly beta1: number
  readonly beta2: number
  /** The learning rate over 1 − β₁ᵏ. */
  readonly size: number
  /** 1 over 1 − β₂ᵏ. */
  readonly correction: number
  readonly epsilon: number
  /** What is left of the parameters themselves, 1 − rate · decay. Default: 1. */
  readonly keep?: number
}

/** A parameter, its moments m and v, and its gradient g, all of one shape. */
export interface AdamParameter {
  readonly theta: tf.Variable
  readonly m: tf.Variable
  readonly v: tf.Variable
  readonly gradient: tf.Tensor
}

/** A step of Adam, as `adamUpdate` does it, for many parameters: in one call on WASM, and in one dispatch on WebGPU. */
export function adamUpdates(parameters: readonly AdamParameter[], step: AdamStep): void {
  for (const { theta, m, v, gradient } of parameters) expectShape('adamUpdates', theta, m, v, gradient)
  if (adamOnWasm(parameters, step)) return
  const tensors = parameters.flatMap(({ theta, m, v, gradient }) => [theta, m, v, gradient])
  const done = onWebGpu(tensors, (backend) => {
    adamOnWebGpu(backend, parameters, step)
    return true
  })
  if (!done) for (const parameter of parameters) plainAdam(parameter, step)
}

/** `mixInto` for many pairs: in one call on WASM, and in one dispatch on WebGPU. */
export function mixAllInto(pairs: readonly (readonly [x: tf.Variable, y: tf.Tensor])[], keep: number): void {
  for (const [x, y] of pairs) expectShape('mixAllInto', x, y)
  if (mixOnWasm(pairs, keep)) return
  const done = onWebGpu(pairs.flat(), (backend) => {
    mixOnWebGpu(backend, pairs, keep)
    return true
  })
  if (!done) for (const [x, y] of pairs) tf.tidy(() => x.assign(x.mul(keep).add(y.mul(1 - keep))))
}

/**
 * m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²,   θ ← keep · θ − size · m / (√(correction · v) + ε).
 *
 * @param gradient g, of the shape of θ, m and v.
 */
export function adamUpdate(
  theta: tf.Variable,
  m: tf.Variable,
  v: tf.Variable,
  gradient: tf.Tensor,
  step: AdamStep,
): void {
  adamUpdates([{ theta, m, v, gradient }], step)
}

/** x ← keep · x + (1 − keep) · y, for y of the shape of x: a step of a running average. */
export function mixInto(x: tf.Variable, y: tf.Tensor, keep: number): void {
  mixAllInto([[x, y]], keep)
}

/** Σ x² over all numbers of all tensors, such as the squared length of a gradient. */
export function sumOfSquares(tensors: readonly tf.Tensor[]): tf.Scalar {
  const sum = squaresOnWasm(tensors)
  if (sum !== undefined) return tf.scalar(sum)
  const onGpu = onWebGpu(tensors, (backend) => squaresOnWebGpu(backend, tensors))
  if (onGpu) return onGpu
  return tf.tidy(() => tf.addN(tensors.map((x) => x.square().sum()))).asScalar()
}

/** The same step by TensorFlow.js's operations. */
function plainAdam({ theta, m, v, gradient }: AdamParameter, step: AdamStep): void {
  const { beta1, beta2, size, correction, epsilon, keep = 1 } = step
  tf.tidy(() => {
    m.assign(m.mul(beta1).add(gradient.mul(1 - beta1)))
    v.assign(v.mul(beta2).add(gradient.square().mul(1 - beta2)))
    const change = m.mul(size).div(v.mul(correction).sqrt().add(epsilon))
    theta.assign((keep === 1 ? theta : theta.mul(keep)).sub(change))
  })
}

/** @throws RangeError where the shapes differ. */
function expectShape(what: string, first: tf.Tensor, ...others: readonly tf.Tensor[]): void {
  for (const { shape } of others)
    if (!tf.util.arraysEqual(shape, first.shape))
      throw new RangeError(
        `${what}: a tensor has shape [${shape.join(', ')}], not [${first.shape.join(', ')}]`,
      )
}
