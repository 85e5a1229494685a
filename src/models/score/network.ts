/**
 * A score network: s_θ(x), a perceptron from states to states with no time and no density behind it. It need not be the
 * gradient of anything; score matching only asks that it point the right way where data are.
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, holding, parameter, type RandomStream } from '../../tensor'
import type { Trainable } from '../denoiser'
import type { Field } from '../field'
import type { Params, TrainableParams } from '../network'
import { slicedScoreMatchingVR } from './losses'
import { expectRows, perceptron, type PerceptronOptions } from './perceptron'

/** A field with parameters. */
export interface ScoreModel extends Field, Trainable {
  /** The shape of one state, without the batch. */
  readonly shape: readonly number[]
  /** The same field with other parameters of the same names, such as an average. */
  withParams(params: Params): Field
}

export interface ScoreNetworkOptions extends PerceptronOptions {
  /** What the parameters are drawn from. Default: the cell's own. */
  readonly stream?: RandomStream
}

/**
 * A score network with fresh parameters. Its own loss is sliced score matching with reduced variance.
 *
 * @throws RangeError for options that make no sense.
 */
export function scoreNetwork({ stream = currentStream(), ...options }: ScoreNetworkOptions): ScoreModel {
  const network = perceptron(options, { outputs: options.dim })
  const { scale = 1 } = options
  const params = trainable(() => network.initial(stream))
  const withParams = (params: Params): Field => ({
    score: holding((x: tf.Tensor): tf.Tensor => {
      expectRows(x, options.dim, 'the score network')
      // Scores shrink as the data grow.
      return tf.tidy(() => tf.div(network(params, x), scale))
    }, params),
  })
  const model: ScoreModel = {
    shape: [options.dim],
    params,
    ...withParams(params),
    withParams,
    loss: holding(
      (batch: tf.Tensor, stream: RandomStream) => slicedScoreMatchingVR(model, batch, { stream }),
      params,
    ),
  }
  return model
}

/** Parameters that training may assign, from their first values, which are disposed of. */
export function trainable(initial: () => Params): TrainableParams {
  return tf.tidy(() =>
    Object.fromEntries(Object.entries(initial()).map(([name, value]) => [name, parameter(value)])),
  )
}
