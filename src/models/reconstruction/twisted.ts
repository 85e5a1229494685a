/**
 * Twisted diffusion sampling: guidance that is only approximate, made exact by many particles. A twist p̃(y | x_t), such as
 * ΠGDM's, guides the proposals, and weights make up for what it gets wrong: of particles at time t
 *
 *   x_s ~ p̃(x_s | x_t, y) = N(μ + Σ ∇ log p̃(y | x_t), Σ),
 *
 *           p(x_s | x_t)      p̃(y | x_s)
 *   w  =  ─────────────────  ─────────────,    p̃(y | x_0) = p(y | x_0) at clean data,
 *         p̃(x_s | x_t, y)   p̃(y | x_t)
 *
 * n of them are then chosen again, each as often as its weight says. As n grows they become draws from p(x_0 | y), whatever the
 * twist; a better twist needs fewer.
 *
 * Wu et al., "Practical and asymptotically exact conditional sampling in diffusion models", NeurIPS 2023,
 * https://arxiv.org/abs/2306.17775
 */
import * as tf from '@tensorflow/tfjs'
import { holding, type RandomStream } from '../../tensor'
import type { Denoiser } from '../denoiser'
import { reverseKernel, type VarianceChoice } from '../diffusion/reverse'
import type { Curve } from '../process'
import { processOf, timesOf, walk, type Sampler, type Step, type TimeOptions } from '../sample'
import { onProcessor } from '../condition'
import { combine, normalLike } from '../state'
import { expectMeasurement, type Measurement } from './measurement'
import { gaussianTwist } from './posteriorSampling'
import { spreadOf } from './spread'

export interface TwistedOptions extends TimeOptions {
  /** r²(t) of the twist N(A x̂₀, r² A Aᵀ + σ_y² I). Default σ²/(α² + σ²). */
  readonly spread?: Curve
  /** The variance of the reverse steps. Default `forward`. */
  readonly variance?: VarianceChoice
}

/**
 * The sampler of one population of particles: those of a batch depend on each other.
 *
 * @param measured a measurement with noise.
 * @throws RangeError for a measurement without noise, which no particle would meet.
 */
export function twisted(
  model: Denoiser,
  measured: Measurement,
  { spread, variance = 'forward', ...options }: TwistedOptions = {},
): Sampler {
  const process = processOf(model, 'twisted')
  expectMeasurement('twisted', measured, model.shape)
  if (measured.noise === 0)
    throw new RangeError(
      'twisted: the measurement has no noise, so that no particle would meet it: give it some',
    )
  const times = timesOf(process, options)
  if (times[1]! > times[0]!) throw new RangeError('twisted: times must fall')
  const r2 = spreadOf('twisted', process, spread)

  const step: Step<tf.Tensor> = (model, x, t, s, stream) => {
    const clean = process.sigma(s) === 0
    const twist = gaussianTwist(model, measured, r2)
    const { value: logAt, grad: gradient } = tf.valueAndGrad((x) => twist.each(x, t).sum())(x)
    const { mean, variance: sigma2 } = reverseKernel(model, { variance })(x, t, s)
    if (typeof sigma2 !== 'number')
      throw new RangeError('twisted: the kernel must have one variance for all numbers')
    const fresh = clean ? tf.zerosLike(x) : normalLike(x, stream)
    const next = clean ? mean : combine([1, mean], [sigma2, gradient], [Math.sqrt(sigma2), fresh])
    // log p(x_s | x_t) − log p̃(x_s | x_t, y), for x_s = μ + Σg + √Σ z: −½ Σ‖g‖² − √Σ ⟨g, z⟩.
    const ofProposal = clean
      ? tf.zeros([x.shape[0]])
      : perState(gradient.square())
          .mul(-0.5 * sigma2)
          .sub(perState(gradient.mul(fresh)).mul(Math.sqrt(sigma2)))
    const after = clean ? twist.ofClean(next) : twist.each(next, s)
    // The particles that a walk begins with have no weights yet.
    const before = t === times[0] ? tf.zerosLike(after) : twist.each(x, t)
    logAt.dispose()
    return chosenAgain(next, ofProposal.add(after).sub(before), stream)
  }
  return walk(model, times, holding(step, measured.of))
}

/** The sum over all numbers of each state, of shape [n]. */
function perState(x: tf.Tensor): tf.Tensor {
  return x.reshape([x.shape[0], -1]).sum(1)
}

/**
 * Systematic resampling: n evenly spaced places with one random shift, each taken by the particle in whose share of the
 * weights it lies.
 */
function chosenAgain(x: tf.Tensor, logWeights: tf.Tensor, stream: RandomStream): tf.Tensor {
  const n = x.shape[0]
  const [shift = 0] = stream.uniform(1)
  const places = Float32Array.from({ length: n }, (_, i) => (i + shift) / n)
  const weights = tf.softmax(logWeights as tf.Tensor1D)
  return tf.gather(x, onProcessor() ? indicesThere(weights, places) : indicesHere(weights.dataSync(), places))
}

/** Which particle holds each place, on the host. */
export function indicesHere(weights: ArrayLike<number>, places: Float32Array): tf.Tensor1D {
  const last = weights.length - 1
  let [particle, reached] = [0, weights[0]!]
  const indices = Int32Array.from(places, (place) => {
    while (reached < place && particle < last) reached += weights[++particle]!
    return particle
  })
  return tf.tensor1d(indices, 'int32')
}

/** The same where reading the weights would take longer than n² comparisons: how many sums of weights lie below a place. */
export function indicesThere(weights: tf.Tensor1D, places: Float32Array): tf.Tensor1D {
  const reached = tf.cumsum(weights).expandDims(0)
  const below = reached
    .less(tf.tensor2d(places, [places.length, 1]))
    .toInt()
    .sum(1)
  return tf.minimum<tf.Tensor1D>(below, tf.scalar(places.length - 1, 'int32'))
}
