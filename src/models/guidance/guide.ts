/**
 * Bayes' rule for scores: the normalising constant p(y) does not depend on x, so
 *
 *   ∇ log p_t(x | y) = ∇ log p_t(x) + ∇ log p_t(y | x).
 *
 * A guide is the second term, for one y: with it, any model of p(x) becomes one of p(x | y), with no training. Guidance
 * takes γ times the second term.
 *
 * Song et al., "Score-based generative modeling through stochastic differential equations", ICLR 2021, section 5,
 * https://arxiv.org/abs/2011.13456
 */
import * as tf from '@tensorflow/tfjs'
import { holding } from '../../tensor'
import { asDenoiser, type Denoiser } from '../denoiser'
import type { State, Time } from '../state'
import { expectDenoiser, expectScale } from './expect'
import { withScore } from './predictions'

/** (x_t, t) ↦ ∇_{x_t} log p(y | x_t) of what is wanted, of the shape of x_t. */
export type Guide<S extends State = tf.Tensor> = (x: S, t: Time) => S

/**
 * The denoiser whose score is s + γ ∇ log p(y | x_t).
 *
 * γ = 1 is Bayes' rule, γ = 0 the model as it was. For every single t the score with γ is that of p_t(x) p_t(y | x)^γ, but
 * these laws are not the noised versions of one law unless γ is 0 or 1: samples with γ ≠ 1 do not follow p(x) p(y | x)^γ.
 *
 * @param scale γ, finite; or a function of time.
 */
export function guided<S extends State>(
  model: Denoiser<S>,
  guide: Guide<S>,
  { scale = 1 }: { scale?: number | ((t: number) => number) } = {},
): Denoiser<S> {
  expectDenoiser(model, 'guided')
  if (typeof (guide as unknown) !== 'function')
    throw new TypeError('guided: the second argument must be a guide (x, t) ↦ ∇ log p(y | x_t)')
  const gamma = typeof scale === 'function' ? scale : () => scale
  if (typeof scale === 'number') expectScale('guided', 'scale', scale)
  return asDenoiser(
    model.process,
    model.shape,
    holding((x, t, condition) => withScore(model.predict(x, t, condition), guide(x, t), gamma), model, guide),
  )
}

/**
 * The guide of a likelihood that is given by any function: how well x_t fits a description, as a captioner's log p(y | x).
 *
 * @param logLikelihood (x_t, t) ↦ log p(y | x_t) up to a constant, of shape [n] for x_t of shape [n, …], made of
 * TensorFlow.js operations: its gradient is taken.
 * @param held tensors and models that the function keeps in its closure.
 */
export function guideOf(
  logLikelihood: (x: tf.Tensor, t: Time) => tf.Tensor,
  ...held: readonly unknown[]
): Guide {
  if (typeof (logLikelihood as unknown) !== 'function')
    throw new TypeError('guideOf: the first argument must be a function (x, t) ↦ log p(y | x_t)')
  return holding((x: tf.Tensor, t: Time) => gradientOf(x, (x) => logLikelihood(x, t)), logLikelihood, ...held)
}

/**
 * The guide of a likelihood that knows clean data only, asked about what the model thinks they are:
 * ∇_{x_t} log p(y | x̂₀(x_t, t)). It is approximate, since p(y | x_t) is the mean of p(y | x₀) over all x₀, not its value at
 * their mean.
 *
 * Chung et al., "Diffusion posterior sampling for general noisy inverse problems", ICLR 2023,
 * https://arxiv.org/abs/2209.14687; Bansal et al., "Universal guidance for diffusion models", 2023,
 * https://arxiv.org/abs/2302.07121
 *
 * @param logLikelihood x₀ ↦ log p(y | x₀) up to a constant, of shape [n], made of TensorFlow.js operations.
 */
export function guideOfClean(
  model: Denoiser,
  logLikelihood: (x0: tf.Tensor) => tf.Tensor,
  ...held: readonly unknown[]
): Guide {
  expectDenoiser(model, 'guideOfClean')
  return guideOf((x, t) => logLikelihood(model.predict(x, t).x0), model, logLikelihood, ...held)
}

/** ∇_x Σ f(x): the gradients of f for each of a batch, since f of one state does not depend on another. */
export function gradientOf(x: tf.Tensor, f: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  return tf.tidy(() =>
    tf.grad((x) => {
      const values = f(x)
      if (!(values instanceof tf.Tensor) || values.size !== x.shape[0])
        throw new RangeError(
          `a log-likelihood must give one number for each of ${x.shape[0]} states, ` +
            `but gave the shape [${(values as Partial<tf.Tensor>).shape?.join(', ') ?? typeof values}]`,
        )
      return values.sum()
    })(x),
  )
}
