/**
 * Consistency models: f(x_σ, σ) is the clean end of the probability-flow path through x_σ, the same for all points of a path.
 * On EDM's process x_σ = x₀ + σε, from σ_max down to a small σ_min where the path is taken to end,
 *
 *   f(x, σ) = c_skip x + c_out F(c_in x, label),   f(x, σ_min) = x,
 *
 *   c_skip = σ_d² / ((σ − σ_min)² + σ_d²),   c_out = σ_d (σ − σ_min) / √(σ² + σ_d²),   c_in = 1 / √(σ² + σ_d²),
 *
 * with σ_d the standard deviation of the data. The boundary condition f(x, σ_min) = x holds by construction, and without it
 * f = 0 would be consistent too. As a denoiser its x̂₀ is f, the end of the path, and not the mean of what x₀ may have been.
 *
 * Song, Dhariwal, Chen and Sutskever, "Consistency models", ICML 2023, https://arxiv.org/abs/2303.01469
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, holding, parameter, type RandomStream } from '../../tensor'
import type { Condition } from '../condition'
import {
  asDenoiser,
  expectStates,
  inScope,
  type Denoiser,
  type NetworkDenoiser,
  type Tellable,
  type Trainable,
} from '../denoiser'
import type { Network, Params, TrainableParams } from '../network'
import { onOther } from '../onProcess'
import { Prediction } from '../prediction'
import { over, type Curve, type GaussianProcess } from '../process'
import { edm } from '../processes/edm'
import { combine, type State, type Time } from '../state'
import { improvedConsistencyTraining } from './consistencyTraining'

export interface ConsistencyModel<S extends State = tf.Tensor>
  extends Denoiser<S>, Tellable<ConsistencyModel<S>> {
  readonly sigmaMin: number
  readonly sigmaMax: number
  /** f(x, σ), told the condition where the model can be told any; of the shape of `x`, which is [n, …shape]. */
  readonly origin: (x: S, sigma: Time, condition?: Condition) => S
}

export interface NetworkConsistency extends ConsistencyModel, Trainable {
  readonly network: Network
  readonly skip: Curve
  readonly out: Curve
  /** The same with other parameters of the same names, such as an average. */
  withParams(params: Params): ConsistencyModel
}

export interface ConsistencyOptions {
  /** Where paths end. Default 0.002. */
  readonly sigmaMin?: number
  /** Where they start. Default 80. */
  readonly sigmaMax?: number
  /** The standard deviation of the data, σ_d. Default 0.5. */
  readonly sigmaData?: number
  /** What the parameters are drawn from. Default: the cell's own stream. */
  readonly stream?: RandomStream
}

/** c_skip(σ) and c_out(σ): 1 and 0 at σ_min. */
export function consistencyScalings(sigmaMin: number, sigmaData: number): { skip: Curve; out: Curve } {
  return {
    skip: (sigma) => sigmaData ** 2 / ((sigma - sigmaMin) ** 2 + sigmaData ** 2),
    out: (sigma) => (sigmaData * (sigma - sigmaMin)) / Math.hypot(sigma, sigmaData),
  }
}

/** Completes a function f to a consistency model. @throws RangeError unless 0 < σ_min < σ_max. */
export function asConsistency<S extends State>(
  shape: readonly number[],
  { sigmaMin = 0.002, sigmaMax = 80 }: Pick<ConsistencyOptions, 'sigmaMin' | 'sigmaMax'>,
  f: (x: S, sigma: Time, condition?: Condition) => S,
): ConsistencyModel<S> {
  if (!(sigmaMin > 0 && sigmaMax > sigmaMin && sigmaMax < Infinity))
    throw new RangeError(
      `a consistency model needs 0 < sigmaMin < sigmaMax, but sigmaMin = ${sigmaMin} and sigmaMax = ${sigmaMax}`,
    )
  const process: GaussianProcess = edm({ sigmaMax })
  const origin = holding((x: S, sigma: Time, condition?: Condition): S => {
    over(sigma, (time) => {
      // Rounding may take a noise level a little outside.
      if (time >= sigmaMin * (1 - 1e-9) && time <= sigmaMax * (1 + 1e-9)) return time
      throw new RangeError(
        `the consistency model is defined for σ from ${sigmaMin} to ${sigmaMax}; it was asked for σ = ${time}`,
      )
    })
    return inScope(x, () => f(x, sigma, condition))
  }, f)
  const predict = holding((x: S, sigma: Time, condition?: Condition): Prediction<S> => {
    // x = x̂₀ + σ ε̂
    return new Prediction(process, sigma, [
      { value: origin(x, sigma, condition), ofX0: () => 1, ofNoise: (s) => -1 / s },
      { value: x, ofX0: () => 0, ofNoise: (s) => 1 / s },
    ])
  }, origin)
  const told = holding(
    (condition: Condition): ConsistencyModel<S> =>
      asConsistency(
        shape,
        { sigmaMin, sigmaMax },
        holding((x: S, sigma: Time) => origin(x, sigma, condition), origin, condition),
      ),
    origin,
  )
  return { ...asDenoiser(process, shape, predict), sigmaMin, sigmaMax, origin, told }
}

/**
 * A consistency model with fresh parameters. Its own loss is improved consistency training at its finest discretisation; see
 * `consistencyTraining`, `improvedConsistencyTraining` and `consistencyDistillation` for those with a schedule or a teacher.
 *
 * @param network F(params, x, label, condition), such as `mlp({ dim: 2 })`; its label is log(1/σ).
 */
export function consistency(
  network: Network,
  { sigmaMin = 0.002, sigmaMax = 80, sigmaData = 0.5, stream = currentStream() }: ConsistencyOptions = {},
): NetworkConsistency {
  if (typeof (network as Partial<Network> | undefined)?.initial !== 'function')
    throw new TypeError('consistency: the first argument must be a network, such as mlp({ dim: 2 })')
  if (!(sigmaData > 0 && sigmaData < Infinity))
    throw new RangeError(`consistency: sigmaData must be positive, but is ${sigmaData}`)
  const { skip, out } = consistencyScalings(sigmaMin, sigmaData)
  return networkConsistency(
    network,
    parametersOf(() => network.initial(stream)),
    {
      sigmaMin,
      sigmaMax,
      skip,
      out,
      input: (sigma) => 1 / Math.hypot(sigma, sigmaData),
      label: (sigma) => -Math.log(sigma),
    },
  )
}

/**
 * A consistency model that begins as its teacher: a network of the same parameters, read as the teacher's own DDIM step from σ
 * to σ_min,
 *
 *   f(x, σ) = (σ_min/σ) x + (1 − σ_min/σ) x̂₀(x, σ).
 *
 * The boundary condition holds by construction, and what distillation has to learn is only how paths bend.
 *
 * @param teacher a network under a head, on any process with an interval of times that reaches from σ_min to σ_max; its parameters
 * are copied.
 */
export function consistencyFrom(
  teacher: NetworkDenoiser,
  { sigmaMin = 0.002, sigmaMax = 80 }: Pick<ConsistencyOptions, 'sigmaMin' | 'sigmaMax'> = {},
): NetworkConsistency {
  // Cells are not type-checked before they run.
  const { network, head, params } = (teacher as Partial<NetworkDenoiser> | undefined) ?? {}
  if (!network || !head || !params)
    throw new TypeError(
      'consistencyFrom: the first argument must be a network that was trained as a denoiser, such as denoiser(…)',
    )
  const { process } = teacher
  const { timeOf, scale } = onOther(process, edm({ sigmaMax }), 'consistencyFrom')
  const share = (sigma: number): number => 1 - sigmaMin / sigma
  // x̂₀ = a x_t + b F, and x_t = scale · x_σ.
  return networkConsistency(
    network,
    parametersOf(() => params),
    {
      sigmaMin,
      sigmaMax,
      skip: (sigma) => sigmaMin / sigma + share(sigma) * head.x0(timeOf(sigma))[0] * scale(sigma),
      out: (sigma) => share(sigma) * head.x0(timeOf(sigma))[1],
      input: (sigma) => head.input(timeOf(sigma)) * scale(sigma),
      label: (sigma) => head.label(timeOf(sigma)),
    },
  )
}

interface Reading extends Required<Pick<ConsistencyOptions, 'sigmaMin' | 'sigmaMax'>> {
  readonly skip: Curve
  readonly out: Curve
  readonly input: Curve
  readonly label: Curve
}

/** f(x, σ) = skip x + out F(input x, label). */
function networkConsistency(network: Network, params: TrainableParams, reading: Reading): NetworkConsistency {
  const { sigmaMin, sigmaMax, skip, out, input, label } = reading
  const withParams = (params: Params): ConsistencyModel => {
    const f = (x: tf.Tensor, sigma: Time, condition: Condition = null): tf.Tensor => {
      expectStates(x, network.shape)
      const labels = over(sigma, label)
      const output = network(
        params,
        combine([over(sigma, input), x]),
        tf.tensor1d(typeof labels === 'number' ? [labels] : Float32Array.from(labels)),
        condition,
      )
      return combine([over(sigma, skip), x], [over(sigma, out), output])
    }
    return asConsistency(network.shape, { sigmaMin, sigmaMax }, holding(f, params))
  }
  const model = withParams(params)
  const own: NetworkConsistency = {
    ...model,
    network,
    params,
    skip,
    out,
    withParams,
    ...(network.conditions && { conditions: network.conditions }),
    loss: holding(
      (batch: tf.Tensor, stream: RandomStream, condition?: Condition): tf.Scalar =>
        finest(own, batch, stream, condition),
      params,
    ),
  }
  const finest = improvedConsistencyTraining({ steps: 1, first: 1280, last: 1280 })
  return own
}

/** Parameters of one's own with these values. */
function parametersOf(values: () => Params): TrainableParams {
  return tf.tidy(() =>
    Object.fromEntries(Object.entries(values()).map(([name, value]) => [name, parameter(value.clone())])),
  )
}
