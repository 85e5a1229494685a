/**
 * Jacobians of vector fields and their traces, by reverse mode: exactly, or as Hutchinson estimated them,
 *
 *   tr J = E[vᵀ J v],   E[v vᵀ] = I.
 *
 * For a symmetric J the variance of vᵀJv is 2 ‖J‖²_F with Gaussian v and 2 Σ_{i≠j} J²_ij with v of ±1 (Rademacher),
 * which is never larger. Both are one backward pass each; the exact trace takes one for every coordinate, which are
 * done together here, as one batch of n·d states.
 *
 * Hutchinson, "A stochastic estimator of the trace of the influence matrix", 1989,
 * https://doi.org/10.1080/03610918908812806
 */
import * as tf from '@tensorflow/tfjs'
import type { RandomStream } from '../../tensor'

/** A field on states [n, …], each of which it treats by itself. */
export type VectorField = (x: tf.Tensor) => tf.Tensor

export type ProbeKind = 'gaussian' | 'rademacher'

/** Random vectors v with E[v vᵀ] = I. */
export function probes(kind: ProbeKind, shape: readonly number[], stream: RandomStream): tf.Tensor {
  if (kind === 'gaussian') return stream.normalTensor([...shape])
  if (kind !== 'rademacher')
    throw new RangeError(`probes must be 'gaussian' or 'rademacher', not ${String(kind)}`)
  const values = stream.uniform(tf.util.sizeFromShape([...shape]))
  return tf.tensor(
    Float32Array.from(values, (u) => (u < 0.5 ? -1 : 1)),
    [...shape],
  )
}

/** A field's value [n, …] and its divergence tr ∂f/∂x, [n]. */
export interface ValueAndDivergence {
  readonly value: tf.Tensor
  readonly divergence: tf.Tensor1D
}

/** f(x) and vᵀ (∂f/∂x) v for the given v, of x's shape. One backward pass. */
export function probedDivergence(f: VectorField, x: tf.Tensor, v: tf.Tensor): ValueAndDivergence {
  return tf.tidy(() => {
    const { value, grad } = tf.valueAndGrad(f)(x, v)
    return { value, divergence: perMember(grad.mul(v)) }
  })
}

/** f(x) and tr ∂f/∂x, exactly. */
export function exactDivergence(f: VectorField, x: tf.Tensor): ValueAndDivergence {
  return tf.tidy(() => {
    const n = x.shape[0]
    const { value, rows } = rowsOfJacobian(f, x)
    const d = rows.shape[0]
    const diagonal = tf.mul(rows, tf.eye(d).reshape([d, 1, d]))
    return { value: value.slice([0], [n]), divergence: diagonal.sum<tf.Tensor1D>([0, 2]) }
  })
}

/** ∂f_i/∂x_j of shape [n, d, d], where d counts the numbers in one state. */
export function jacobian(f: VectorField, x: tf.Tensor): tf.Tensor3D {
  return tf.tidy(() => tf.transpose(rowsOfJacobian(f, x).rows, [1, 0, 2]))
}

/** The gradient of every output, [d, n, d]: the batch is repeated for each, and weighted by one unit vector. */
function rowsOfJacobian(f: VectorField, x: tf.Tensor): { value: tf.Tensor; rows: tf.Tensor3D } {
  const [n = 0, ...shape] = x.shape
  const d = tf.util.sizeFromShape(shape)
  const units = tf
    .eye(d)
    .reshape([d, 1, d])
    .add(tf.zeros([d, n, d]))
    .reshape([d * n, ...shape])
  const { value, grad } = tf.valueAndGrad(f)(d === 1 ? x : tf.concat(Array<tf.Tensor>(d).fill(x), 0), units)
  return { value, rows: grad.reshape([d, n, d]) }
}

/** The sum over everything but the batch, [n]. */
export function perMember(x: tf.Tensor): tf.Tensor1D {
  return x.reshape([x.shape[0], -1]).sum(1)
}
