/**
 * Denoisers: (x_t, t) ↦ a prediction of the clean data and, with it, of the noise, the score and the velocity.
 *
 * A trained network is a denoiser, and so is the exact answer for data whose density is known. Samplers, guidance and
 * likelihoods ask for nothing more.
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, holding, parameter, type RandomStream } from '../tensor'
import type { Field } from './field'
import { head, type Head } from './head'
import { denoising } from './losses'
import type { Network, Params, TrainableParams } from './network'
import { Prediction, QUANTITIES, type Quantity } from './prediction'
import { over, type GaussianProcess } from './process'
import { combine, type State, type Time } from './state'

export interface Denoiser<S extends State = tf.Tensor> {
  readonly process: GaussianProcess
  /** The shape of one state, without the batch. */
  readonly shape: readonly number[]
  /** @param x states of shape [n, …shape]. @param t one time for all, or one for each of the n. */
  readonly predict: (x: S, t: Time) => Prediction<S>
  /** ∇ log p_t(x), of the shape of `x`. */
  readonly score: (x: S, t: Time) => S
  /** The score at one time, as a field. */
  readonly at: (t: number) => Field<S>
}

/** What `train` can train. */
export interface Trainable {
  readonly params: TrainableParams
  /** The loss that this model is usually trained with, on a batch of data. */
  readonly loss: (batch: tf.Tensor, stream: RandomStream) => tf.Scalar
}

/** A denoiser that is a network under a head. */
export interface NetworkDenoiser extends Denoiser, Trainable {
  readonly network: Network
  readonly head: Head
  /** The same denoiser with other parameters of the same names, such as an average. */
  withParams(params: Params): Denoiser
}

/** Completes a prediction to a denoiser. */
export function asDenoiser<S extends State>(
  process: GaussianProcess,
  shape: readonly number[],
  predict: (x: S, t: Time) => Prediction<S>,
): Denoiser<S> {
  const score = holding((x: S, t: Time): S => inScope(x, () => predict(x, t).score), predict)
  const at = holding((t: number): Field<S> => ({ score: holding((x: S) => score(x, t), score) }), score)
  return { process, shape, predict, score, at }
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
 * @param network F(params, x, label), with its initial parameters.
 * @param predicts what the network's output means; `noise` is DDPM's choice, `v` and `x0` also work where α = 0.
 * @param stream what the parameters are drawn from; default: the cell's own.
 */
export function denoiser(
  process: GaussianProcess,
  network: Network,
  { predicts = 'noise', stream = currentStream() }: { predicts?: Quantity; stream?: RandomStream } = {},
): NetworkDenoiser {
  if (!QUANTITIES.includes(predicts))
    throw new RangeError(`a denoiser predicts one of ${QUANTITIES.join(', ')}, not ${String(predicts)}`)
  const params = tf.tidy(() =>
    Object.fromEntries(
      Object.entries(network.initial(stream)).map(([name, value]) => [name, parameter(value)]),
    ),
  )
  return build(process, network, head(process, predicts), params)
}

function build(
  process: GaussianProcess,
  network: Network,
  head: Head,
  params: TrainableParams,
): NetworkDenoiser {
  const model: NetworkDenoiser = {
    ...predictor(process, network, head, params),
    network,
    head,
    params,
    loss: (batch, stream) => denoising(model, batch, { compare: head.predicts, stream }),
    withParams: (other) => predictor(process, network, head, other),
  }
  holding(model.loss, params)
  return model
}

function predictor(process: GaussianProcess, network: Network, head: Head, params: Params): Denoiser {
  const predict = (x: tf.Tensor, t: Time): Prediction<tf.Tensor> => {
    expectStates(x, network.shape)
    const output = tf.tidy(() => {
      const label = typeof t === 'number' ? [head.label(t)] : Float32Array.from(t, head.label)
      return network(params, combine([over(t, head.input), x]), tf.tensor1d(label))
    })
    return new Prediction(process, t, [
      { value: x, ofX0: (t) => head.x0(t)[0], ofNoise: (t) => head.noise(t)[0] },
      { value: output, ofX0: (t) => head.x0(t)[1], ofNoise: (t) => head.noise(t)[1] },
    ])
  }
  return asDenoiser(process, network.shape, holding(predict, params))
}

/** @throws RangeError naming both shapes where `x` is not a batch of states of the shape. */
function expectStates(x: tf.Tensor, shape: readonly number[]): void {
  if (x.rank === shape.length + 1 && shape.every((size, i) => x.shape[i + 1] === size)) return
  throw new RangeError(
    `the model takes states of shape [n${shape.map((size) => `, ${size}`).join('')}], ` +
      `but was given a tensor of shape [${x.shape.join(', ')}]`,
  )
}
