/**
 * p(x_0 | x_t) when x_0 comes from a mixture of Gaussians: again a mixture. In the axes of component k, with
 * v = α² λ_k + σ² and y = Q_kᵀ(x_t − α m_k),
 *
 *   weights r_k(x_t),   means m_k + Q_k (α λ_k y / v),   variances λ_k σ² / v,
 *
 * the covariances being the same for every x_t. Components of variance zero are single points.
 */
import * as tf from '@tensorflow/tfjs'
import type { RandomStream } from '../../tensor'
import type { Component } from '../data/gaussians'
import type { Coefficient, State } from '../state'

/** The components of p(x_0 | x_t) at one point, given their weights. */
export function posteriorComponents(
  components: readonly Component[],
  weights: ArrayLike<number>,
  x: ArrayLike<number>,
  alpha: number,
  sigma: number,
): Component[] {
  return components.map((component, k) => {
    const { mean, variances, axes } = component
    const shift = variances.map((variance, axis) => {
      const y = mean.reduce((sum, m, i) => sum + axes[i]![axis]! * (x[i]! - alpha * m), 0)
      return (alpha * variance * y) / (alpha ** 2 * variance + sigma ** 2)
    })
    return {
      ...component,
      weight: weights[k]!,
      mean: mean.map((m, i) => shift.reduce((sum, s, axis) => sum + axes[i]![axis]! * s, m)),
      variances: variances.map((v) => (v * sigma ** 2) / (alpha ** 2 * v + sigma ** 2)),
    }
  })
}

/**
 * One draw of x_0 from p(x_0 | x_t) for each x_t.
 *
 * @param chosen which component each comes from.
 */
export function drawPosterior<S extends State>(
  components: readonly Component[],
  chosen: Int32Array | tf.Tensor1D,
  x: S,
  alpha: Coefficient,
  sigma: Coefficient,
  stream: RandomStream,
): S {
  // The two branches return what they were given; the compiler cannot follow that through S.
  if (x instanceof Float64Array)
    return drawDoubles(components, chosen as Int32Array, x, alpha, sigma, stream) as S
  return drawTensors(components, chosen as tf.Tensor1D, x, alpha, sigma, stream) as S
}

function drawDoubles(
  components: readonly Component[],
  chosen: Int32Array,
  x: Float64Array,
  alpha: Coefficient,
  sigma: Coefficient,
  stream: RandomStream,
): Float64Array {
  const dim = components[0]!.mean.length
  const z = stream.normal(x.length)
  const out = new Float64Array(x.length)
  for (const [row, k] of chosen.entries()) {
    const [a, s] = [alpha, sigma].map((c) => (typeof c === 'number' ? c : c[row]!)) as [number, number]
    const [from, to] = [row * dim, (row + 1) * dim]
    const [part] = posteriorComponents([components[k]!], [1], x.subarray(from, to), a, s) as [Component]
    for (let i = 0; i < dim; i++)
      out[from + i] = part.variances.reduce(
        (sum, v, axis) => sum + part.axes[i]![axis]! * Math.sqrt(v) * z[from + axis]!,
        part.mean[i]!,
      )
  }
  return out
}

function drawTensors(
  components: readonly Component[],
  chosen: tf.Tensor1D,
  x: tf.Tensor,
  alpha: Coefficient,
  sigma: Coefficient,
  stream: RandomStream,
): tf.Tensor {
  const dim = components[0]!.mean.length
  const rows = typeof alpha === 'number' ? 1 : alpha.length
  const table = (f: (alpha: number, sigma: number, axis: number) => number): tf.Tensor2D =>
    tf.tensor2d(
      Float32Array.from({ length: rows * dim }, (_, i) => {
        const row = Math.floor(i / dim)
        const [a, s] = [alpha, sigma].map((c) => (typeof c === 'number' ? c : c[row]!)) as [number, number]
        return f(a, s, i % dim)
      }),
      [rows, dim],
    )
  return tf.tidy(() => {
    const z = stream.normalTensor(x.shape)
    const draws = components.map(({ mean, variances, axes }, k) => {
      const q = tf.tensor2d(axes.map((row) => [...row]))
      const y = tf.matMul(x.sub<tf.Tensor2D>(table((a, _, axis) => a * mean[axis]!)), q)
      const gain = table((a, s, axis) => (a * variances[axis]!) / (a * a * variances[axis]! + s * s))
      const deviation = table((a, s, axis) =>
        Math.sqrt((variances[axis]! * s * s) / (a * a * variances[axis]! + s * s)),
      )
      const inAxes = y.mul(gain).add<tf.Tensor2D>(z.mul(deviation))
      const draw = tf.matMul(inAxes, q, false, true).add(tf.tensor1d([...mean]))
      return draw.mul(chosen.equal(k).toFloat().expandDims(1))
    })
    return tf.addN(draws)
  })
}

/**
 * Draws one of K for each row, with the probabilities whose logarithms are given: the place of the largest of log r + g,
 * g independent and of Gumbel's law, −log(−log u).
 *
 * @param logits of shape [n, K].
 */
export function choose(logits: State, count: number, stream: RandomStream): Int32Array | tf.Tensor1D {
  const gumbel = (n: number) => stream.uniform(n).map((u) => -Math.log(-Math.log(u || 2 ** -25)))
  if (logits instanceof Float64Array) {
    const noise = gumbel(logits.length)
    return Int32Array.from({ length: logits.length / count }, (_, row) => {
      let best = 0
      for (let k = 1; k < count; k++) {
        const [a, b] = [row * count + k, row * count + best]
        if (logits[a]! + noise[a]! > logits[b]! + noise[b]!) best = k
      }
      return best
    })
  }
  return tf.tidy(() => {
    const noise = tf.tensor(Float32Array.from(gumbel(logits.size)), logits.shape)
    return logits.add(noise).argMax(1)
  })
}
