/**
 * Flows: a base density carried to data by a bijection. With z = f(x),
 *
 *   log p(x) = log p_base(z) + log |det ∂f/∂x|,
 *
 * which is exact, so that training maximises the likelihood itself, and sampling is x = f⁻¹(z), z from the base.
 *
 * Rezende and Mohamed, "Variational inference with normalizing flows", ICML 2015, https://arxiv.org/abs/1505.05770;
 * Papamakarios et al., "Normalizing flows for probabilistic modeling and inference", 2021, https://arxiv.org/abs/1912.02762
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, holding, parameter, type RandomStream } from '../../tensor'
import { expectCount, type Data } from '../data/data'
import type { Trainable } from '../denoiser'
import type { Field } from '../field'
import type { Params, TrainableParams } from '../network'
import { bases, scaledBase, type Density } from './base'
import type { Bijection } from './bijection'
import { compose } from './chain'

/** The law that a flow with given parameters is: to be asked for densities and drawn from. */
export interface FlowLaw extends Data, Field {
  readonly bijection: Bijection
  readonly base: Density
  /**
   * log p(x) in nats, [n]. Where the determinant is estimated, it is so with random vectors from the cell's own stream.
   *
   * @param x data of shape [n, …shape].
   */
  readonly logDensity: (x: tf.Tensor) => tf.Tensor1D
  /** z = f(x). */
  readonly encode: (x: tf.Tensor) => tf.Tensor
  /** x = f⁻¹(z). */
  readonly decode: (z: tf.Tensor) => tf.Tensor
  /**
   * The law of f⁻¹(τz), z from the base. Below τ = 1 draws are nearer to what is likely, and vary less.
   *
   * @param temperature τ, positive.
   */
  readonly tempered: (temperature: number) => FlowLaw
}

export interface Flow extends FlowLaw, Trainable {
  /** The same flow with other parameters of the same names, such as an average. */
  withParams(params: Params): FlowLaw
  /** Begins where a first batch of data suggests, for bijections such as actnorm that do. */
  adaptTo(batch: tf.Tensor): void
}

export interface FlowOptions {
  /** The law of z. Default: standard normal. */
  readonly base?: Density
  /** What the parameters are drawn from. Default: the cell's own stream. */
  readonly stream?: RandomStream
}

/**
 * A flow with fresh parameters, trained by maximum likelihood: its loss is the mean of −log p(x).
 *
 * @param parts one bijection, or several, the first of which sees the data.
 * @throws RangeError where shapes do not fit together.
 */
export function flow(
  parts: Bijection | readonly Bijection[],
  { base, stream = currentStream() }: FlowOptions = {},
): Flow {
  const bijection = Array.isArray(parts) ? compose(parts as readonly Bijection[]) : (parts as Bijection)
  // Cells are not type-checked before they run.
  if (typeof (bijection as Partial<Bijection> | undefined)?.forward !== 'function')
    throw new TypeError(
      'flow: the first argument must be a bijection, such as realNvp({ dim: 2 }), or a list of them',
    )
  const law = base ?? bases.normal({ shape: bijection.latentShape })
  if (String(law.shape) !== String(bijection.latentShape))
    throw new RangeError(
      `flow: the base has states of shape [${law.shape.join(', ')}], ` +
        `but ${bijection.name} gives [${bijection.latentShape.join(', ')}]`,
    )
  const params: TrainableParams = tf.tidy(() =>
    Object.fromEntries(
      Object.entries(bijection.initial(stream)).map(([name, value]) => [name, parameter(value)]),
    ),
  )
  const own = lawOf(bijection, law, params)
  return {
    ...own,
    params,
    loss: holding(
      (batch: tf.Tensor, stream: RandomStream) =>
        tf.tidy(() => logDensityOf(bijection, law, params, batch, stream).mean().neg().asScalar()),
      params,
    ),
    withParams: (other) => lawOf(bijection, law, other),
    adaptTo: holding((batch: tf.Tensor) => {
      const adapted = bijection.adapted?.(params, batch) ?? {}
      for (const [name, variable] of Object.entries(params)) {
        const value = adapted[name]
        if (value && value !== (variable as tf.Tensor)) {
          variable.assign(value)
          value.dispose()
        }
      }
    }, params),
  }
}

/** log p_base(f(x)) + log |det ∂f/∂x|. */
function logDensityOf(
  bijection: Bijection,
  base: Density,
  params: Params,
  x: tf.Tensor,
  stream: RandomStream,
): tf.Tensor1D {
  return tf.tidy(() => {
    const { value, logDet } = bijection.forward(params, x, stream)
    return base.logDensity(value).add<tf.Tensor1D>(logDet)
  })
}

function lawOf(bijection: Bijection, base: Density, params: Params): FlowLaw {
  const logDensity = (x: tf.Tensor): tf.Tensor1D => logDensityOf(bijection, base, params, x, currentStream())
  return {
    name: bijection.name,
    shape: bijection.shape,
    bijection,
    base,
    logDensity: holding(logDensity, params),
    score: holding((x: tf.Tensor) => tf.tidy(() => tf.grad((y) => logDensity(y).sum())(x)), params),
    encode: holding((x: tf.Tensor) => tf.tidy(() => bijection.forward(params, x).value), params),
    decode: holding((z: tf.Tensor) => tf.tidy(() => bijection.inverse(params, z).value), params),
    tempered: holding(
      (temperature: number) => lawOf(bijection, scaledBase(base, temperature), params),
      params,
    ),
    draw: holding((n: number, stream = currentStream()) => {
      expectCount(n)
      return tf.tidy(() => bijection.inverse(params, base.draw(n, stream), stream).value)
    }, params),
  }
}
