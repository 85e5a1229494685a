/**
 * What a noisy point x̃ = x + σz tells about x.
 *
 * The mean of p(x | x̃) is a step along the score of the noisy law, Tweedie's formula,
 *
 *   E[x | x̃] = x̃ + σ² ∇ log q_σ(x̃).
 *
 * Its mode, the most likely x, is something else: between two modes of p the mean lies where x itself hardly ever is.
 *
 * Efron, "Tweedie's formula and selection bias", 2011, https://doi.org/10.1198/jasa.2011.tm11181; the fixed point for
 * modes of a mixture: Carreira-Perpiñán, "Mode-finding for mixtures of Gaussian distributions", 2000,
 * https://doi.org/10.1109/34.888716
 */
import type * as tf from '@tensorflow/tfjs'
import { symmetricEigen } from '../data/eigen'
import { evaluate } from '../data/gaussians'
import type { Component, Mixture } from '../data'
import { expectField, type Field } from '../field'
import { combine, type State } from '../state'
import { expectSigma } from './losses'

/** x̃ + σ² s(x̃). @param field the score of the noisy law q_σ. @param noisy x̃, of shape [n, …]. */
export function tweedie(field: Field, noisy: tf.Tensor, sigma: number): tf.Tensor
export function tweedie<S extends State>(field: Field<S>, noisy: S, sigma: number): S
export function tweedie<S extends State>(field: Field<S>, noisy: S, sigma: number): S {
  expectField(field, 'tweedie')
  expectSigma(sigma, 'tweedie')
  return combine([1, noisy], [sigma ** 2, field.score(noisy)])
}

/** The law of x + σz for x from a mixture, on tensors and doubles alike. */
export interface Perturbed {
  /** log q_σ(x̃): [n]. */
  logDensity<S extends State>(x: S): S
  /** ∇ log q_σ(x̃). */
  score<S extends State>(x: S): S
  /** E[x | x̃], computed from the components and not by Tweedie's formula. */
  posteriorMean<S extends State>(x: S): S
}

/** The mixture under noise of standard deviation σ ≥ 0, q_σ = p ∗ N(0, σ² I). */
export function perturbed(mixture: Mixture, sigma: number): Perturbed {
  if (!(sigma >= 0 && sigma < Infinity))
    throw new RangeError(`perturbed: sigma must not be negative, but is ${String(sigma)}`)
  const { components } = mixture
  return {
    logDensity: (x) => evaluate(components, x, 1, sigma).logDensity,
    score: (x) => evaluate(components, x, 1, sigma).score,
    posteriorMean: (x) => evaluate(components, x, 1, sigma).x0,
  }
}

const MOST_ITERATIONS = 500
const PRECISE = 1e-13

/**
 * The mode of p(x | x̃) ∝ p(x) N(x̃; x, σ² I) for a mixture p: the fixed point
 *
 *   x = (Σ_k r_k(x) Σ_k⁻¹ + I/σ²)⁻¹ (Σ_k r_k(x) Σ_k⁻¹ m_k + x̃/σ²),
 *
 * with r_k(x) the share of component k at x, from each component's own as the start; the best of what is found.
 *
 * @param noisy n·d doubles. @returns as many.
 */
export function posteriorMode(mixture: Mixture, noisy: Float64Array, sigma: number): Float64Array {
  expectSigma(sigma, 'posteriorMode')
  // Cells are not type-checked before they run.
  if (!((noisy as unknown) instanceof Float64Array))
    throw new TypeError('posteriorMode: noisy must be a Float64Array, n·d doubles')
  const [dim = 1] = mixture.shape
  if (noisy.length % dim)
    throw new RangeError(`posteriorMode: ${noisy.length} numbers are no points of ${dim} numbers each`)
  const modes = new Float64Array(noisy.length)
  for (let at = 0; at < noisy.length; at += dim)
    modes.set(modeOf(mixture, noisy.subarray(at, at + dim), sigma), at)
  return modes
}

function modeOf(mixture: Mixture, noisy: Float64Array, sigma: number): Float64Array {
  const { components } = mixture
  let best: Float64Array = noisy
  let highest = -Infinity
  for (const k of components.keys()) {
    let x = meet(
      components,
      components.map((_, j) => (j === k ? 1 : 0)),
      noisy,
      sigma,
    )
    for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
      const next = meet(components, shares(components, x), noisy, sigma)
      const moved = Math.max(...next.map((value, i) => Math.abs(value - x[i]!)))
      x = next
      if (moved < PRECISE) break
    }
    const distance = x.reduce((sum, value, i) => sum + (value - noisy[i]!) ** 2, 0)
    const height = mixture.logDensity(x)[0]! - distance / (2 * sigma ** 2)
    if (height > highest) [best, highest] = [x, height]
  }
  return best
}

/** r_k(x) = w_k N(x; m_k, Σ_k) / Σ_j …. */
function shares(components: readonly Component[], x: Float64Array): number[] {
  const logs = components.map(
    (component) =>
      Math.log(component.weight) + evaluate([{ ...component, weight: 1 }], x, 1, 0).logDensity[0]!,
  )
  const largest = Math.max(...logs)
  const weights = logs.map((log) => Math.exp(log - largest))
  const total = weights.reduce((sum, weight) => sum + weight)
  return weights.map((weight) => weight / total)
}

/** Where the components, with these shares, and the noisy point meet: the maximum of a sum of quadratics. */
function meet(
  components: readonly Component[],
  shares: readonly number[],
  noisy: Float64Array,
  sigma: number,
): Float64Array {
  const dim = noisy.length
  const precision = Array.from({ length: dim }, (_, i) =>
    Array.from({ length: dim }, (_, j) => (i === j ? sigma ** -2 : 0)),
  )
  const target = noisy.map((value) => value / sigma ** 2)
  for (const [k, { mean, variances, axes }] of components.entries())
    for (let i = 0; i < dim; i++)
      for (let j = 0; j < dim; j++) {
        const entry = variances.reduce((sum, v, axis) => sum + (axes[i]![axis]! * axes[j]![axis]!) / v, 0)
        precision[i]![j]! += shares[k]! * entry
        target[i]! += shares[k]! * entry * mean[j]!
      }
  const { values, vectors } = symmetricEigen(precision)
  const along = values.map(
    (value, axis) => target.reduce((sum, t, i) => sum + vectors[i]![axis]! * t, 0) / value,
  )
  return Float64Array.from({ length: dim }, (_, i) =>
    along.reduce((sum, value, axis) => sum + vectors[i]![axis]! * value, 0),
  )
}
