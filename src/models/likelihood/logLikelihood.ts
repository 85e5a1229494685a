/**
 * The exact likelihood of a diffusion model. The probability-flow ODE dx/dt = v(x, t), v = f x − ½ g² s, is a bijection
 * between data and codes, and along it d log p/dt = −∇·v, so that
 *
 *   log p_0(x(0)) = log p_T(x(T)) + ∫₀ᵀ ∇·v(x(t), t) dt.
 *
 * It is the density of what the ODE draws from the prior at T: of the model, not of the data it was trained on.
 *
 * Chen, Rubanova, Bettencourt and Duvenaud, "Neural ordinary differential equations", 2018,
 * https://arxiv.org/abs/1806.07366; Song et al., "Score-based generative modeling through stochastic differential
 * equations", ICLR 2021, section 4.3, https://arxiv.org/abs/2011.13456
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, holding, keepingTensors, type RandomStream } from '../../tensor'
import type { Denoiser } from '../denoiser'
import { bases } from '../flows/base'
import { combine, type State } from '../state'
import { endsOf, expectStatesOf, solve, type OdeOptions } from './solve'
import { velocityWithTrace, type TraceOptions } from './velocity'

/** A law with a density, such as `bases.normal(…)`, a mixture, or `exact(…).marginal(T)`. */
export interface Prior<S extends State> {
  readonly logDensity: (x: S) => S
}

export interface LikelihoodOptions<S extends State = tf.Tensor> extends OdeOptions, TraceOptions<S> {
  /** p_T. Default: N(0, σ_T² I), where samplers start; the exact p_T also has what is left of the data. */
  readonly prior?: Prior<S>
  /** Where random vectors come from. Default: the cell's own stream. */
  readonly stream?: RandomStream
}

export interface Likelihood<S extends State = tf.Tensor> {
  /** log p(x) in nats, n numbers. */
  readonly logDensity: S
  /** x(T), of the shape of the data. */
  readonly code: S
  /** How often the model was asked. */
  readonly evaluations: number
}

/**
 * log p(x) under a denoiser's probability-flow ODE.
 *
 * @param x states [n, …model.shape] at the time `from`, or as doubles; they stay the caller's.
 * @throws RangeError for times outside the process's, states of another shape, or options that make no sense.
 */
export function logLikelihood<S extends State = tf.Tensor>(
  model: Denoiser<S>,
  x: NoInfer<S>,
  options: LikelihoodOptions<NoInfer<S>> = {},
): Promise<Likelihood<S>> {
  const caller = 'logLikelihood'
  const ends = endsOf(model, options, caller)
  expectStatesOf(model, x, caller)
  const { stream = currentStream() } = options
  return keepingTensors(async () => {
    const { slope, dispose } = velocityWithTrace(model, x, options.condition, options, stream)
    const zero = zeros(model, x)
    try {
      const { x: parts, evaluations } = await solve(slope, [x, zero], ends, options, caller)
      const [code, change] = parts as [S, S]
      const prior = options.prior ?? normalPrior(model, ends[1])
      const logDensity = sum(prior.logDensity(code), change)
      return { logDensity, code, evaluations }
    } finally {
      dispose()
      if (zero instanceof tf.Tensor) zero.dispose()
    }
  })
}

/** N(0, σ_T² I). */
export function normalPrior<S extends State>(model: Denoiser<S>, t: number): Prior<S> {
  return bases.normal({ shape: model.shape, deviation: model.process.sigma(t) })
}

/** As many zeros as there are states. */
function zeros<S extends State>(model: Denoiser<S>, x: S): S {
  if (x instanceof tf.Tensor) return tf.zeros([x.shape[0]]) as State as S
  return new Float64Array(
    x.length / model.shape.reduce((product, length) => product * length, 1),
  ) as State as S
}

/** The sum of two, which are disposed of. */
function sum<S extends State>(a: S, b: S): S {
  const result = combine([1, a], [1, b])
  if (a instanceof tf.Tensor) tf.dispose([a, b as tf.Tensor])
  return result
}

/** The model as a law with a density, for fixed steps: a `Field` whose `logDensity` asks the ODE, such as for pictures. */
export interface OdeDensity {
  readonly shape: readonly number[]
  readonly logDensity: (x: tf.Tensor) => Promise<tf.Tensor>
}

/** `logLikelihood` with its options filled in, its values only. */
export function odeDensity(model: Denoiser, options: LikelihoodOptions = {}): OdeDensity {
  return {
    shape: model.shape,
    logDensity: holding(async (x: tf.Tensor) => {
      const { logDensity, code } = await logLikelihood(model, x, options)
      code.dispose()
      return logDensity
    }, model),
  }
}
