/**
 * Dequantisation: what is added to whole numbers so that a density can be fitted to them. With u in the cell around each value x,
 *
 *   log P(x) = log ∫ p(x + u) du ≥ E_q [log p(x + u) − log q(u | x)],
 *
 * and the bound is tight where q(u | x) ∝ p(x + u).
 *
 *   uniform    q = 1/cell^D                                                      (Theis et al.)
 *   learned    u = cell (σ(v) − ½),   v = f_x(ε),   ε logistic                   (variational dequantisation)
 *
 * f_x are affine couplings with checkerboards whose networks see the picture x. They begin as the identity, and σ makes uniform numbers
 * of logistic ones: so a fresh q is uniform, and what it learns is gain.
 *
 * Theis, van den Oord and Bethge, 2016, https://arxiv.org/abs/1511.01844; Ho, Chen, Srinivas, Duan and Abbeel, "Flow++", ICML 2019,
 * section 3.1, https://arxiv.org/abs/1902.00275
 */
import * as tf from '@tensorflow/tfjs'
import { silu, type RandomStream } from '../../tensor'
import type { Params } from '../network'
import { perMember } from '../ode'
import { convolution, freshOf } from '../unet/layers'
import { bases } from './base'
import { expectShape, sizeOf } from './bijection'
import { checkerboardOfPlaces, flipped } from './masks'

/** Noise of a cell's width, and its log-density: u of x's shape, and log q(u | x) in nats, [n]. */
export interface Noise {
  readonly noise: tf.Tensor
  readonly logDensity: tf.Tensor1D
}

export interface Dequantiser {
  readonly name: string
  /** Fresh parameters. They belong to the caller. */
  initial(stream: RandomStream): Params
  /**
   * Draws u from q(u | x).
   *
   * @param x the middles of cells, of shape [n, …].
   * @param cell the width of a cell.
   */
  draw(params: Params, x: tf.Tensor, cell: number, stream: RandomStream): Noise
}

/** Noise that fills cells evenly. */
export const uniformNoise: Dequantiser = {
  name: 'uniform',
  initial: () => ({}),
  draw: (_, x, cell, stream) => ({
    noise: stream.uniformTensor(x.shape, -cell / 2, cell / 2),
    logDensity: tf.fill([x.shape[0]], (-x.size / x.shape[0]) * Math.log(cell)),
  }),
}

export interface LearnedNoiseOptions {
  /** [height, width, channels] of one picture. */
  readonly shape: readonly number[]
  /** How many couplings. Default 2, so that each number is changed once. */
  readonly couplings?: number
  /** Channels inside their networks. Default 16. */
  readonly channels?: number
}

/** The scale of a coupling stays within e^±3. */
const BOUND = 3

/** Variational dequantisation of pictures. @throws RangeError for sizes that make no sense. */
export function learnedNoise({ shape, couplings = 2, channels = 16 }: LearnedNoiseOptions): Dequantiser {
  const [height = 0, width = 0, c = 0] = expectShape(shape, 'learnedNoise')
  if (shape.length !== 3 || height * width < 2)
    throw new RangeError(
      `learnedNoise: shape must be [height, width, channels] of more than one pixel, but is [${shape.join(', ')}]`,
    )
  for (const [name, value] of Object.entries({ couplings, channels }))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`learnedNoise: ${name} must be a positive whole number, but is ${String(value)}`)
  const base = bases.logistic({ shape })
  const seen = convolution('seen', c, channels, { gain: 1.68 })
  const parts = Array.from({ length: couplings }, (_, k) => {
    const mask = checkerboardOfPlaces(shape)
    return {
      mask: k % 2 ? flipped(mask) : mask,
      first: convolution(`${k}.first`, c + channels, channels, { gain: 1.68 }),
      second: convolution(`${k}.second`, channels, channels, { size: 1, gain: 1.68 }),
      last: convolution(`${k}.last`, channels, 2 * c, { gain: 0 }),
    }
  })
  return {
    name: 'learned',
    initial: (stream) =>
      tf.tidy(() =>
        freshOf([seen, ...parts.flatMap(({ first, second, last }) => [first, second, last])], stream),
      ),
    draw: (params, x, cell, stream) =>
      tf.tidy(() => {
        const picture = silu(seen.apply(params, x))
        let v: tf.Tensor = base.draw(x.shape[0], stream)
        let logDensity = base.logDensity(v) as tf.Tensor1D
        for (const { mask, first, second, last } of parts) {
          const kept = tf.tensor([...mask], [1, height, width, c])
          const changed = tf.sub(1, kept)
          const h = silu(first.apply(params, tf.concat([v.mul(kept), picture], 3)))
          const [shift, scale] = tf.split(last.apply(params, silu(second.apply(params, h))), 2, 3) as [
            tf.Tensor,
            tf.Tensor,
          ]
          const a = tf.tanh(scale.div(BOUND)).mul(BOUND).mul(changed)
          v = v.mul(a.exp()).add(shift.mul(changed))
          logDensity = logDensity.sub<tf.Tensor1D>(perMember(a))
        }
        // log σ′(v) = −softplus(v) − softplus(−v): finite however far v is.
        const logSlope = perMember(tf.softplus(v).add(tf.softplus(v.neg())).neg())
        return {
          noise: tf.sigmoid(v).sub(0.5).mul(cell),
          logDensity: logDensity.sub(logSlope).sub<tf.Tensor1D>(sizeOf(shape) * Math.log(cell)),
        }
      }),
  }
}
