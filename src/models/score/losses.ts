/**
 * Score matching: losses that fit a field s to the score ∇ log p of data that are known by samples only. All have the
 * minimum of the Fisher divergence, ½ E‖∇ log p − s‖²; they differ in what they must know and in what they cost.
 *
 *   explicit                  ½ E‖s(x) − ∇ log p(x)‖²                the score itself
 *   Hyvärinen                 E[½‖s‖² + tr ∇s]                       d passes backwards
 *   sliced                    E[vᵀ∇s v + ½ (vᵀs)²]                   one for each projection v
 *   sliced, reduced variance  E[vᵀ∇s v + ½ ‖s‖²]                     one for each projection v
 *   denoising                 ½ E‖s(x̃) + (x̃ − x)/σ²‖², x̃ = x + σz    noisy data, whose score it fits: not that of clean data
 *
 * The second and fourth are the Fisher divergence less a constant, ½ E‖∇ log p‖², by integration by parts; the third is
 * that of the sliced Fisher divergence ½ E(vᵀ∇ log p − vᵀs)². So they are usually negative.
 *
 * Each loss is the mean of terms, one for each of the batch, that are functions too: `…Terms`.
 *
 * Hyvärinen, "Estimation of non-normalized statistical models by score matching", JMLR 2005,
 * https://www.jmlr.org/papers/v6/hyvarinen05a.html; Song, Garg, Shi and Ermon, "Sliced score matching", UAI 2019,
 * https://arxiv.org/abs/1905.07088; Vincent, "A connection between score matching and denoising autoencoders", 2011,
 * https://www.iro.umontreal.ca/~vincentp/Publications/smdae_techreport.pdf
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, type RandomStream } from '../../tensor'
import { expectField, type Field } from '../field'
import { expectTensor, normalLike } from '../state'
import { exactDivergence, probedDivergence } from '../ode/divergence'
import { averaged, dot, type ProjectionOptions } from './divergence'

/** Terms of a loss by name, each of shape [n]: their sum has the loss as its mean. */
export type Terms = Readonly<Record<string, tf.Tensor1D>>

/** { error: ½‖s − ∇ log p‖² }. @param x states [n, …]. @param exact the known score. */
export function explicitTerms(field: Field, x: tf.Tensor, exact: Field): { error: tf.Tensor1D } {
  expectField(field, 'explicitScoreMatching')
  expectTensor(x, 'explicitScoreMatching')
  expectField(exact, 'explicitScoreMatching, third argument')
  return tf.tidy(() => ({ error: halfSquare(tf.sub(field.score(x), exact.score(x))) }))
}

/** { norm: ½‖s‖², trace: tr ∇s }, the trace exact. */
export function hyvarinenTerms(field: Field, x: tf.Tensor): { norm: tf.Tensor1D; trace: tf.Tensor1D } {
  expectField(field, 'hyvarinenScoreMatching')
  expectTensor(x, 'hyvarinenScoreMatching')
  return tf.tidy(() => {
    const { value, divergence } = exactDivergence(field.score, x)
    return { norm: halfSquare(value), trace: divergence }
  })
}

/** { norm: ½(vᵀs)², trace: vᵀ∇s v }, averaged over projections. */
export function slicedTerms(
  field: Field,
  x: tf.Tensor,
  options: ProjectionOptions = {},
): { norm: tf.Tensor1D; trace: tf.Tensor1D } {
  expectField(field, 'slicedScoreMatching')
  expectTensor(x, 'slicedScoreMatching')
  return tf.tidy(() => {
    const [norm, trace] = averaged(options, x, (v) => {
      const { value, divergence } = probedDivergence(field.score, x, v)
      return [tf.square(dot(v, value)).mul(0.5), divergence]
    })
    return { norm: norm!, trace: trace! }
  })
}

/** { norm: ½‖s‖², trace: vᵀ∇s v }, the trace averaged over projections. */
export function slicedVRTerms(
  field: Field,
  x: tf.Tensor,
  options: ProjectionOptions = {},
): { norm: tf.Tensor1D; trace: tf.Tensor1D } {
  expectField(field, 'slicedScoreMatchingVR')
  expectTensor(x, 'slicedScoreMatchingVR')
  return tf.tidy(() => {
    const [norm, trace] = averaged(options, x, (v) => {
      const { value, divergence } = probedDivergence(field.score, x, v)
      return [halfSquare(value), divergence]
    })
    return { norm: norm!, trace: trace! }
  })
}

export interface DenoisingScoreOptions {
  /** σ of the noise, positive. */
  readonly sigma: number
  /** Where the noise is drawn from. Default: the cell's own stream. */
  readonly stream?: RandomStream
}

/** { error: ½‖s(x̃) + (x̃ − x)/σ²‖² } with x̃ = x + σz. */
export function denoisingTerms(
  field: Field,
  x: tf.Tensor,
  options: DenoisingScoreOptions,
): { error: tf.Tensor1D } {
  // Cells are not type-checked before they run.
  const given: unknown = options
  const { sigma, stream = currentStream() } = (given ?? { sigma: NaN }) as DenoisingScoreOptions
  expectField(field, 'denoisingScoreMatching')
  expectTensor(x, 'denoisingScoreMatching')
  expectSigma(sigma, 'denoisingScoreMatching')
  return tf.tidy(() => {
    const z = normalLike(x, stream)
    // (x̃ − x)/σ² = z/σ, without the rounding of x̃ − x.
    return { error: halfSquare(tf.add(field.score(tf.add(x, tf.mul(z, sigma))), tf.div(z, sigma))) }
  })
}

/** ½ E‖s(x) − ∇ log p(x)‖² over the batch: for laws whose score is known. */
export function explicitScoreMatching(field: Field, x: tf.Tensor, exact: Field): tf.Scalar {
  return mean(() => explicitTerms(field, x, exact))
}

/** E[½‖s‖² + tr ∇s] over the batch, the trace exact: d passes backwards. @param x states of shape [n, …]. */
export function hyvarinenScoreMatching(field: Field, x: tf.Tensor): tf.Scalar {
  return mean(() => hyvarinenTerms(field, x))
}

/** E[vᵀ∇s v + ½(vᵀs)²] over the batch. @throws RangeError for an unknown law, or projections that are no count. */
export function slicedScoreMatching(field: Field, x: tf.Tensor, options: ProjectionOptions = {}): tf.Scalar {
  return mean(() => slicedTerms(field, x, options))
}

/**
 * E[vᵀ∇s v + ½‖s‖²] over the batch: E(vᵀs)² = ‖s‖² is known and need not be estimated. Some lectures call this one sliced
 * score matching.
 */
export function slicedScoreMatchingVR(
  field: Field,
  x: tf.Tensor,
  options: ProjectionOptions = {},
): tf.Scalar {
  return mean(() => slicedVRTerms(field, x, options))
}

/** ½ E‖s(x̃) + (x̃ − x)/σ²‖², x̃ = x + σz, over the batch. @throws RangeError for σ that is not positive. */
export function denoisingScoreMatching(
  field: Field,
  x: tf.Tensor,
  options: DenoisingScoreOptions,
): tf.Scalar {
  return mean(() => denoisingTerms(field, x, options))
}

/** ½‖a‖² of each of the batch: [n]. */
export function halfSquare(a: tf.Tensor): tf.Tensor1D {
  return dot(a, a).mul(0.5)
}

function mean(terms: () => Terms): tf.Scalar {
  return tf.tidy(() => tf.mean(tf.addN(Object.values(terms()))).asScalar())
}

export function expectSigma(sigma: number, who: string): void {
  if (!(sigma > 0 && sigma < Infinity))
    throw new RangeError(`${who}: sigma must be positive and finite, but is ${String(sigma)}`)
}
