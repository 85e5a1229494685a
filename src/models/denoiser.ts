/**
 * Denoisers: (x_t, t, condition) ↦ a prediction of the clean data and, with it, of the noise, the score and the velocity.
 *
 * A trained network is a denoiser, and so is the exact answer for data whose density is known. Samplers, guidance and
 * likelihoods ask for nothing more.
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, holding, parameter, type RandomStream } from '../tensor'
import { expectDrop, type Condition, type ConditionKinds } from './condition'
import type { Field } from './field'
import { declareDenoising, declareNetwork } from './fused/loss'
import { head, sharesOf, type Head } from './head'
import { denoising, type DenoisingOptions } from './losses'
import type { Network, Params, TrainableParams } from './network'
import { madeOf, passesOf } from './passes'
import { Prediction, QUANTITIES, type Quantity } from './prediction'
import { over, type Curve, type GaussianProcess } from './process'
import type { TimeSampling } from './times'
import { combine, expectTensor, type State, type Time } from './state'

export interface Denoiser<S extends State = tf.Tensor> {
  readonly process: GaussianProcess
  /** The shape of one state, without the batch. */
  readonly shape: readonly number[]
  /**
   * @param x states of shape [n, …shape].
   * @param t one time for all, or one for each of the n.
   * @param condition what the model is told, where it can be told anything; null or absent: nothing.
   */
  readonly predict: (x: S, t: Time, condition?: Condition) => Prediction<S>
  /** ∇ log p_t(x | condition), of the shape of `x`. */
  readonly score: (x: S, t: Time, condition?: Condition) => S
  /** The score at one time, as a field. */
  readonly at: (t: number, condition?: Condition) => Field<S>
}

/** What `train` can train. */
export interface Trainable {
  readonly params: TrainableParams
  /** The loss that this model is usually trained with, on a batch of data and what is told of it. */
  readonly loss: (batch: tf.Tensor, stream: RandomStream, condition?: Condition) => tf.Scalar
  /** What it can be told. Where there is anything, `train` draws data with their labels or conditions. */
  readonly conditions?: ConditionKinds
}

/** A denoiser that is a network under a head. */
export interface NetworkDenoiser extends Denoiser, Trainable {
  readonly network: Network
  readonly head: Head
  /** The same denoiser with other parameters of the same names, such as an average. */
  withParams(params: Params): Denoiser
}

export interface DenoiserOptions {
  readonly predicts?: Quantity | Head
  readonly weight?: Curve
  readonly times?: Curve | TimeSampling
  readonly drop?: number
  readonly stream?: RandomStream
}

/** Completes a prediction to a denoiser. */
export function asDenoiser<S extends State>(
  process: GaussianProcess,
  shape: readonly number[],
  predict: (x: S, t: Time, condition?: Condition) => Prediction<S>,
): Denoiser<S> {
  const score = holding(
    (x: S, t: Time, condition?: Condition): S => inScope(x, () => predict(x, t, condition).score),
    predict,
  )
  const at = holding(
    (t: number, condition?: Condition): Field<S> => ({
      score: holding((x: S) => score(x, t, condition), score, condition),
    }),
    score,
  )
  return { process, shape, predict, score, at }
}

/** A model that is more than a denoiser, and stays what it is when it is told a condition for good. */
export interface Tellable<M> {
  readonly told: (condition: Condition) => M
}

/**
 * The model that is always told `condition`: a denoiser that needs no telling, so that samplers and likelihoods need not
 * know of conditions. A consistency model stays one.
 *
 * @param condition values for all states alike, or as many as states will be asked for.
 */
export function given<M>(model: Tellable<M>, condition: Condition): M
export function given<S extends State>(model: Denoiser<S>, condition: Condition): Denoiser<S>
export function given<S extends State>(
  model: Denoiser<S> | Tellable<Denoiser<S>>,
  condition: Condition,
): Denoiser<S> {
  if (typeof (model as Partial<Tellable<Denoiser<S>>> | undefined)?.told === 'function')
    return (model as Tellable<Denoiser<S>>).told(condition)
  return alwaysTold(model as Denoiser<S>, condition)
}

function alwaysTold<S extends State>(model: Denoiser<S>, condition: Condition): Denoiser<S> {
  if (typeof (model as Partial<Denoiser<S>> | undefined)?.predict !== 'function')
    throw new TypeError('given: the first argument must be a denoiser, such as denoiser(…)')
  const predict = holding((x: S, t: Time) => model.predict(x, t, condition), model, condition)
  const passes = passesOf(model)
  return asDenoiser(model.process, model.shape, madeOf(predict, passes && ((t) => passes(t, condition))))
}

/** Disposes of what `f` makes on the way, where states are tensors. */
export function inScope<S extends State>(x: S, f: () => S): S {
  if (x instanceof Float64Array) return f()
  return tf.tidy(f as () => tf.Tensor) as S
}

/**
 * A denoiser made of a network with fresh parameters.
 *
 * @param process the noise that it removes.
 * @param network F(params, x, label, condition), with its initial parameters.
 * @param predicts what the network's output means: a quantity, or a head such as `edmHead(process)`; `noise` is DDPM's choice,
 * `v` and `x0` also work where α = 0.
 * @param weight of the squared error at time t, in the quantity that the head predicts, such as `weights.minSnr(process)`.
 * @param times how training draws times: a warp of their even spread, or one of `timeSampling`.
 * @param drop how often training tells nothing, so that the model also learns p(x) without condition, in [0, 1].
 * Default 0.1; it means nothing to a network that takes no conditions.
 * @param stream what the parameters are drawn from; default: the cell's own.
 */
export function denoiser(
  process: GaussianProcess,
  network: Network,
  { predicts = 'noise', weight, times, drop = 0.1, stream = currentStream() }: DenoiserOptions = {},
): NetworkDenoiser {
  const reading = typeof predicts === 'object' ? predicts : head(process, expectQuantity(predicts))
  expectDrop(drop)
  const params = tf.tidy(() =>
    Object.fromEntries(
      Object.entries(network.initial(stream)).map(([name, value]) => [name, parameter(value)]),
    ),
  )
  const chosen = weight ?? reading.weight
  return trainableDenoiser(process, network, reading, params, {
    drop,
    ...(chosen && { weight: chosen }),
    ...(times && { times }),
  })
}

function expectQuantity(predicts: Quantity): Quantity {
  if (QUANTITIES.includes(predicts)) return predicts
  throw new RangeError(`a denoiser predicts one of ${QUANTITIES.join(', ')}, not ${String(predicts)}`)
}

/** The denoiser of a network with given parameters, which training may assign. */
export function trainableDenoiser(
  process: GaussianProcess,
  network: Network,
  head: Head,
  params: TrainableParams,
  training: Pick<DenoisingOptions, 'drop' | 'weight' | 'times'> = {},
): NetworkDenoiser {
  const options = { compare: head.predicts, ...training }
  const model: NetworkDenoiser = {
    ...networkDenoiser(process, network, head, params),
    network,
    head,
    params,
    ...(network.conditions && { conditions: network.conditions }),
    loss: (batch, stream, condition = null) => denoising(model, batch, { condition, stream, ...options }),
    withParams: (other) => networkDenoiser(process, network, head, other),
  }
  holding(model.loss, params, network)
  declareDenoising(model.loss, { process, network, head, params, options })
  return model
}

/** The denoiser of a network with given parameters, which are not trained. */
export function networkDenoiser(
  process: GaussianProcess,
  network: Network,
  head: Head,
  params: Params,
): Denoiser {
  const predict = (x: tf.Tensor, t: Time, condition: Condition = null): Prediction<tf.Tensor> => {
    expectStates(x, network.shape)
    const output = tf.tidy(() => {
      const label = over(t, head.label)
      const labels = tf.tensor1d(typeof label === 'number' ? [label] : Float32Array.from(label))
      return network(params, combine([over(t, head.input), x]), labels, condition)
    })
    const { ofState, ofOutput } = sharesOf(head)
    return new Prediction(process, t, [
      { value: x, ...ofState },
      { value: output, ...ofOutput },
    ])
  }
  declareNetwork(predict, { process, network, head, params })
  madeOf(predict, (_, condition) => [{ network, params, head, condition, weight: 1 }])
  return asDenoiser(process, network.shape, holding(predict, params, network))
}

/** @throws RangeError naming both shapes where `x` is not a batch of states of the shape. */
export function expectStates(x: tf.Tensor, shape: readonly number[]): void {
  expectTensor(x, 'the model')
  if (x.rank === shape.length + 1 && shape.every((size, i) => x.shape[i + 1] === size)) return
  throw new RangeError(
    `the model takes states of shape [n${shape.map((size) => `, ${size}`).join('')}], ` +
      `but was given a tensor of shape [${x.shape.join(', ')}]`,
  )
}
