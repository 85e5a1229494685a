/**
 * Flows of discrete data, such as pictures whose pixels are bytes: the probability of a cell is bounded by the density inside it,
 *
 *   log P(x) ≥ log (1/K) Σ_k p(x + u_k) / q(u_k | x),   u_k from q(u | x),
 *
 * in expectation, and the bound rises with K to log P(x) itself. Training maximises it with K = 1; noise that is learned is trained
 * together with the flow. −log₂ P(x) / D is in bits per dimension, whatever the data's scale.
 *
 * Theis, van den Oord and Bethge, 2016, https://arxiv.org/abs/1511.01844; Ho et al., "Flow++", 2019, https://arxiv.org/abs/1902.00275;
 * more draws: Burda, Grosse and Salakhutdinov, 2016, https://arxiv.org/abs/1509.00519
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, holding, parameter, type RandomStream } from '../../tensor'
import type { Data } from '../data/data'
import { cellOf, quantise, type Cells } from '../data/images/cells'
import type { Trainable } from '../denoiser'
import { expectStates } from './bijection'
import { uniformNoise, type Dequantiser } from './dequantiser'
import type { Flow, FlowLaw } from './flow'

export interface DiscreteOptions extends Cells {
  /** What fills the cells. Default: `uniformNoise`; `learnedNoise({ shape })` is variational dequantisation. */
  readonly noise?: Dequantiser
  /** What its parameters are drawn from. Default: the cell's own stream. */
  readonly stream?: RandomStream
}

/** A flow of discrete data, whose draws are the middles of cells. */
export interface DiscreteFlow extends Trainable, Data {
  /** The flow of what fills the cells: latent states, densities and gradients are its. */
  readonly flow: Flow
  readonly levels: number
  readonly range: readonly [number, number]
  /**
   * A lower bound on log P(x) in nats, [n], in expectation; divided by −D ln 2 in bits per dimension.
   *
   * @param x the middles of cells, as `data.quantised` draws them.
   * @param options.draws K, all of which are on the device at once. Default 1.
   */
  readonly logProbability: (
    x: tf.Tensor,
    options?: { readonly draws?: number; readonly stream?: RandomStream },
  ) => tf.Tensor1D
  /** Pictures from a flow, or from a law of its such as `flow.tempered(0.7)`, rounded to the middles of cells. */
  readonly drawFrom: (law: Pick<FlowLaw, 'draw'>, n: number, stream?: RandomStream) => tf.Tensor
  /** Begins where a first batch of data suggests, for flows that do. */
  adaptTo(batch: tf.Tensor, stream?: RandomStream): void
}

/**
 * @param density a flow of pictures, whose parameters are trained on.
 * @param options.levels how many values each number can have.
 * @param options.range the interval that they divide. Default [−1, 1].
 */
export function discrete(
  density: Flow,
  { levels, range = [-1, 1], noise = uniformNoise, stream = currentStream() }: DiscreteOptions,
): DiscreteFlow {
  // Cells are not type-checked before they run.
  if (typeof (density as Partial<Flow> | undefined)?.adaptTo !== 'function')
    throw new TypeError(
      'discrete: the first argument must be a flow, such as flow(glow({ shape: [16, 16, 1] }))',
    )
  const cell = cellOf('discrete', { levels, range })
  const own = tf.tidy(() =>
    Object.fromEntries(
      Object.entries(noise.initial(stream)).map(([name, value]) => [name, parameter(value)] as const),
    ),
  )
  const params = {
    ...density.params,
    ...Object.fromEntries(Object.entries(own).map(([name, value]) => [`noise.${name}`, value])),
  }
  /** log p(x + u) − log q(u | x) for one draw of u. */
  const bound = (x: tf.Tensor, stream: RandomStream): tf.Tensor1D =>
    tf.tidy(() => {
      const { noise: u, logDensity } = noise.draw(own, x, cell, stream)
      return density.logDensity(x.add(u)).sub(logDensity)
    })
  const logProbability: DiscreteFlow['logProbability'] = (
    x,
    { draws = 1, stream = currentStream() } = {},
  ) => {
    expectStates(x, density.shape, 'discrete')
    if (!Number.isSafeInteger(draws) || draws < 1)
      throw new RangeError(`discrete: draws must be a positive whole number, but is ${String(draws)}`)
    return tf.tidy(() => {
      const copies = tf.tile(x, [draws, ...density.shape.map(() => 1)])
      const bounds = bound(copies, stream).reshape([draws, x.shape[0]])
      return tf.logSumExp(bounds, 0).sub<tf.Tensor1D>(Math.log(draws))
    })
  }
  const drawFrom: DiscreteFlow['drawFrom'] = (law, n, stream = currentStream()) =>
    tf.tidy(() => quantise(law.draw(n, stream), { levels, range }))
  return {
    name: density.name,
    shape: density.shape,
    flow: density,
    levels,
    range,
    params,
    loss: holding(
      (batch: tf.Tensor, stream: RandomStream) => tf.tidy(() => bound(batch, stream).mean().neg().asScalar()),
      params,
    ),
    logProbability: holding(logProbability, params),
    drawFrom,
    draw: holding((n: number, stream = currentStream()) => drawFrom(density, n, stream), params),
    adaptTo: holding((batch: tf.Tensor, stream = currentStream()) => {
      const filled = tf.tidy(() => batch.add(noise.draw(own, batch, cell, stream).noise))
      density.adaptTo(filled)
      filled.dispose()
    }, params),
  }
}
