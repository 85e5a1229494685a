/**
 * Exact flow maps: where the probability-flow ODE takes x_t from time t to time s, in one step.
 *
 * For a Gaussian with covariance Q Λ Qᵀ, along each axis with v_t = α_t² λ + σ_t²,
 *
 *   x_s = α_s μ + √(v_s / v_t) (x_t − α_t μ).
 *
 * For any law on a line, the ODE keeps the order of points, hence the probability to each side of them:
 * P(X_s > x_s) = P(X_t > x_t), which is solved here for mixtures by bisection.
 */
import * as tf from '@tensorflow/tfjs'
import type { Component } from '../data/gaussians'
import type { Mixture } from '../data/mixture'
import { inScope } from '../denoiser'
import type { GaussianProcess } from '../process'
import type { State } from '../state'
import { normalTail } from './normal'

/**
 * The map (x_t, t, s) ↦ x_s of the probability-flow ODE, for times in any order.
 *
 * @param law a Gaussian in any dimension, or a mixture in one.
 * @returns a map on tensors of shape [n, d] or n·d doubles.
 * @throws RangeError for a mixture of several components in more than one dimension, whose map has no closed form.
 */
export function exactMap(
  process: GaussianProcess,
  law: Mixture,
): <S extends State>(x: S, t: number, s: number) => S {
  // Cells are not type-checked before they run.
  if (!Array.isArray((law as Partial<Mixture> | undefined)?.components))
    throw new TypeError('exactMap: the second argument must be a mixture, such as data.gaussian()')
  const [gaussian, ...others] = law.components as [Component, ...Component[]]
  if (!others.length) return (x, t, s) => ofGaussian(process, gaussian, x, t, s)
  if (gaussian.mean.length === 1) return (x, t, s) => onALine(process, law.components, x, t, s)
  throw new RangeError(
    `exactMap: knows Gaussians and mixtures on a line; this mixture has ${law.components.length} components in ` +
      `${gaussian.mean.length} dimensions`,
  )
}

function ofGaussian<S extends State>(
  process: GaussianProcess,
  { mean, variances, axes }: Component,
  x: S,
  t: number,
  s: number,
): S {
  const v = (time: number, variance: number) => process.alpha(time) ** 2 * variance + process.sigma(time) ** 2
  const ratios = variances.map((variance) => Math.sqrt(v(s, variance) / v(t, variance)))
  // Q diag(ratios) Qᵀ, which is symmetric.
  const matrix = axes.map((a) => axes.map((b) => a.reduce((sum, q, k) => sum + q * b[k]! * ratios[k]!, 0)))
  const [from, to] = [mean.map((m) => process.alpha(t) * m), mean.map((m) => process.alpha(s) * m)]
  const dim = mean.length
  if (x instanceof Float64Array)
    return x.map((_, at) => {
      const [row, i] = [at - (at % dim), at % dim]
      return matrix[i]!.reduce((sum, m, j) => sum + m * (x[row + j]! - from[j]!), to[i]!)
    }) as S
  return inScope(
    x,
    () => tf.matMul(tf.sub<tf.Tensor2D>(x, tf.tensor1d(from)), tf.tensor2d(matrix)).add(tf.tensor1d(to)) as S,
  )
}

function onALine<S extends State>(
  process: GaussianProcess,
  components: readonly Component[],
  x: S,
  t: number,
  s: number,
): S {
  const [from, to] = [tails(process, components, t), tails(process, components, s)]
  const move = (value: number): number => {
    const [above, below] = [from(value), from.mirrored(value)]
    // The smaller tail is known to more digits.
    return above < below
      ? solve((y) => to(y) - above, to.low, to.high)
      : solve((y) => below - to.mirrored(y), to.low, to.high)
  }
  if (x instanceof Float64Array) return x.map(move) as S
  const tensor: tf.Tensor = x
  return tf.tensor(Float32Array.from(tensor.dataSync(), move), tensor.shape) as S
}

/** P(X > x) at one time, P(X < x) as `mirrored`, and bounds beyond which there is nothing. */
function tails(process: GaussianProcess, components: readonly Component[], time: number) {
  const parts = components.map(({ weight, mean, variances }) => ({
    weight,
    mean: process.alpha(time) * mean[0]!,
    deviation: Math.sqrt(process.alpha(time) ** 2 * variances[0]! + process.sigma(time) ** 2),
  }))
  const tail = (x: number, sign: number) =>
    parts.reduce((sum, part) => sum + part.weight * normalTail((sign * (x - part.mean)) / part.deviation), 0)
  return Object.assign((x: number) => tail(x, 1), {
    mirrored: (x: number) => tail(x, -1),
    low: Math.min(...parts.map(({ mean, deviation }) => mean - 40 * deviation)),
    high: Math.max(...parts.map(({ mean, deviation }) => mean + 40 * deviation)),
  })
}

/** Where a falling function changes its sign, to the last digit. */
function solve(f: (y: number) => number, low: number, high: number): number {
  for (;;) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) return middle
    if (f(middle) > 0) low = middle
    else high = middle
  }
}
