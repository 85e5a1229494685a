/**
 * Energies: p(x) = e^{−E(x)} / Z, Z = ∫ e^{−E(x)} dx. Any function is an energy, as long as Z is finite; its score is −∇E,
 * in which Z has gone, because Z does not depend on x.
 *
 * E is the energy of physics: what is likely is low. Some lectures write p ∝ e^{f}, with f = −E.
 *
 * LeCun, Chopra, Hadsell, Ranzato and Huang, "A tutorial on energy-based learning", 2006,
 * http://yann.lecun.com/exdb/publis/pdf/lecun-06.pdf
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, holding, type RandomStream } from '../../tensor'
import type { Trainable } from '../denoiser'
import type { Field } from '../field'
import type { Params } from '../network'
import { slicedScoreMatchingVR } from '../score/losses'
import { trainable } from '../score/network'
import { expectRows, perceptron, type PerceptronOptions } from '../score/perceptron'

/** A field whose score is −∇E. */
export interface EnergyField extends Field {
  /** E(x), one number for each state of `x` [n, …]: a tensor of shape [n]. */
  readonly energy: (x: tf.Tensor) => tf.Tensor1D
}

/**
 * The field of an energy.
 *
 * @param energy E, [n, …] ↦ [n], made of operations that TensorFlow.js can differentiate.
 * @param held what `energy` keeps in its closure.
 */
export function energyField(energy: (x: tf.Tensor) => tf.Tensor1D, ...held: readonly unknown[]): EnergyField {
  if (typeof energy !== 'function')
    throw new TypeError('energyField: the first argument must be a function x ↦ E(x)')
  const checked = (x: tf.Tensor): tf.Tensor1D => {
    const values = energy(x)
    if (values.rank !== 1 || values.shape[0] !== x.shape[0])
      throw new RangeError(
        `an energy has one number for each state: shape [${x.shape[0]}], but it has shape [${values.shape.join(', ')}]`,
      )
    return values
  }
  const score = (x: tf.Tensor): tf.Tensor =>
    tf.tidy(() => tf.neg(tf.grad((x) => checked(x).sum().asScalar())(x)))
  return {
    energy: holding((x: tf.Tensor) => tf.tidy(() => checked(x)), ...held),
    score: holding(score, ...held),
  }
}

/** An energy with parameters. */
export interface EnergyModel extends EnergyField, Trainable {
  /** The shape of one state, without the batch. */
  readonly shape: readonly number[]
  /** The same energy with other parameters of the same names, such as an average. */
  withParams(params: Params): EnergyField
}

export interface EnergyNetworkOptions extends PerceptronOptions {
  /**
   * Standard deviation of the normal law that the network tilts, p ∝ e^{−f(x)} N(x; 0, spread² I): with smooth activations
   * f grows at most linearly, so that Z is finite whatever its parameters. Default: four times `scale`.
   */
  readonly spread?: number
  /** What the parameters are drawn from. Default: the cell's own. */
  readonly stream?: RandomStream
}

/**
 * E(x) = f(x) + ‖x‖² / 2 spread², f a perceptron with fresh parameters. Its own loss is sliced score matching with reduced
 * variance; `contrastiveDivergence`, `persistentChains` and `negativeLogLikelihood` are others.
 *
 * @throws RangeError for options that make no sense.
 */
export function energyNetwork({ stream = currentStream(), ...options }: EnergyNetworkOptions): EnergyModel {
  const network = perceptron(options, { outputs: 1, bias: false })
  const params = trainable(() => network.initial(stream))
  const base = confinement(options)
  const withParams = (params: Params): EnergyField =>
    energyField((x) => {
      expectRows(x, options.dim, 'the energy network')
      return base(x).add(network(params, x).squeeze<tf.Tensor1D>([1]))
    }, params)
  const model: EnergyModel = {
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

/** ‖x‖² / 2 spread². @throws RangeError for a spread that is not positive. */
export function confinement({
  scale = 1,
  spread = 4 * scale,
}: {
  readonly scale?: number
  readonly spread?: number
}): (x: tf.Tensor) => tf.Tensor1D {
  if (!(spread > 0 && spread < Infinity)) throw new RangeError(`spread must be positive, but is ${spread}`)
  return (x) =>
    tf
      .square(x)
      .sum<tf.Tensor1D>(1)
      .div(2 * spread ** 2)
}

/** The energy that was given. @throws TypeError where it is none, as in cells, which run unchecked. */
export function expectEnergy<E extends EnergyField>(given: E, caller: string): E {
  if (typeof (given as Partial<EnergyField> | undefined)?.energy !== 'function')
    throw new TypeError(
      `${caller}: the first argument must be an energy, something with energy(x), such as energyNetwork({ dim: 2 })`,
    )
  return given
}
