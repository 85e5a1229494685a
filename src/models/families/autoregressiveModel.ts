/**
 * Autoregressive models: by the chain rule any density is a product of densities of one number each,
 *
 *   p(x) = ∏_i p(x_i | x_1, …, x_{i−1}),
 *
 * and a network that sees the numbers before gives the parameters of each. On a line nothing is intractable: here p(x_i | ·) is
 * constant on bins, with a softmax for their probabilities, or a mixture of Gaussians. So log p(x) is exact and training is
 * maximum likelihood; but sampling takes one network after the other, once for each coordinate.
 *
 * Bengio and Bengio, "Modeling high-dimensional discrete data with multi-layer neural networks", NeurIPS 1999; van den Oord,
 * Kalchbrenner and Kavukcuoglu, "Pixel recurrent neural networks", ICML 2016, https://arxiv.org/abs/1601.06759
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, holding, type RandomStream } from '../../tensor'
import { expectCount } from '../data/data'
import { logSumExp } from '../energy/logSumExp'
import type { Params } from '../network'
import { trainable } from '../score/network'
import { expectRows } from '../score/perceptron'
import { expectCountOf, initialOf, networkOf, partOf, type GenerativeModel } from './parts'

export interface AutoregressiveOptions {
  /** Length of one state. */
  readonly dim: number
  /** Widths of the hidden layers. Default [64, 64]. */
  readonly hidden?: readonly number[]
  /** So many bins of equal width on `range`, or so many Gaussians. Default: 60 bins. */
  readonly conditionals?: { readonly bins: number } | { readonly gaussians: number }
  /** Where the bins are: the density is zero outside, and training counts what lies there to the last bin. Default [−3, 3]. */
  readonly range?: readonly [number, number]
  /** What the parameters are drawn from. Default: the cell's own. */
  readonly stream?: RandomStream
}

export interface AutoregressiveModel extends GenerativeModel {
  /** log p(x), exactly: shape [n] for x of shape [n, dim]. */
  readonly logDensity: (x: tf.Tensor) => tf.Tensor1D
  /** log p(x_i | x_1, …, x_{i−1}) of every coordinate: shape [n, dim]. */
  readonly logConditionals: (x: tf.Tensor) => tf.Tensor
}

/** A density of one number, whose parameters are rows [n, size]. */
interface Conditional {
  readonly size: number
  /** log p of values [n, 1], as [n]; `inside` counts values outside of the range as within. */
  readonly logDensity: (rows: tf.Tensor, x: tf.Tensor, inside: boolean) => tf.Tensor1D
  /** One draw for each row: [n, 1]. */
  readonly draw: (rows: tf.Tensor, stream: RandomStream) => tf.Tensor
}

/** @throws RangeError for an option that makes no sense. */
export function autoregressiveModel({
  dim,
  hidden = [64, 64],
  conditionals = { bins: 60 },
  range = [-3, 3],
  stream = currentStream(),
}: AutoregressiveOptions): AutoregressiveModel {
  const name = 'autoregressiveModel'
  expectCountOf(name, 'dim', dim)
  const conditional = conditionalOf(name, conditionals, range)
  // The first coordinate has nothing before it: its network sees a constant.
  const networks = Object.fromEntries(
    Array.from({ length: dim }, (_, i) => [
      `x${i}`,
      networkOf(name, { dim: Math.max(i, 1), hidden: i === 0 ? [] : hidden }, conditional.size),
    ]),
  )
  const params = trainable(() => initialOf(networks, stream))
  const rowsFor = (params: Params, i: number, before: tf.Tensor): tf.Tensor =>
    networks[`x${i}`]!(partOf(params, `x${i}`), i === 0 ? tf.zeros([before.shape[0], 1]) : before)

  const each = (x: tf.Tensor, inside: boolean): tf.Tensor1D[] => {
    expectRows(x, dim, 'the autoregressive model')
    const columns = tf.split(x, dim, 1)
    return columns.map((column, i) =>
      conditional.logDensity(rowsFor(params, i, x.slice([0, 0], [-1, i])), column, inside),
    )
  }
  return {
    name: 'autoregressive',
    shape: [dim],
    params,
    evaluations: dim,
    loss: holding(
      (x: tf.Tensor): tf.Scalar => tf.tidy(() => tf.addN(each(x, true)).mean().neg().asScalar()),
      params,
    ),
    logDensity: holding((x: tf.Tensor): tf.Tensor1D => tf.tidy(() => tf.addN(each(x, false))), params),
    logConditionals: holding((x: tf.Tensor): tf.Tensor => tf.tidy(() => tf.stack(each(x, false), 1)), params),
    draw: holding((n: number, stream = currentStream()): tf.Tensor => {
      expectCount(n)
      return tf.tidy(() => {
        let x = tf.zeros([n, 0])
        for (let i = 0; i < dim; i++) x = tf.concat([x, conditional.draw(rowsFor(params, i, x), stream)], 1)
        return x
      })
    }, params),
  }
}

function conditionalOf(
  name: string,
  options: NonNullable<AutoregressiveOptions['conditionals']>,
  [low, high]: readonly [number, number],
): Conditional {
  if ('bins' in options) {
    expectCountOf(name, 'bins', options.bins)
    if (!(high > low && Number.isFinite(high - low)))
      throw new RangeError(`${name}: range must be a rising pair such as [-3, 3], but is [${low}, ${high}]`)
    return binned(options.bins, low, high)
  }
  if (!('gaussians' in options))
    throw new RangeError(`${name}: conditionals must be { bins: … } or { gaussians: … }`)
  expectCountOf(name, 'gaussians', options.gaussians)
  return mixed(options.gaussians)
}

/** p = softmax of the bin over its width. */
function binned(bins: number, low: number, high: number): Conditional {
  const width = (high - low) / bins
  return {
    size: bins,
    logDensity(logits, x, inside) {
      const place = x.sub(low).div(width).floor()
      const bin = place.clipByValue(0, bins - 1).squeeze<tf.Tensor1D>([1])
      const own = tf.oneHot(bin.toInt(), bins).toFloat().mul(logits).sum<tf.Tensor1D>(1)
      const log = own.sub<tf.Tensor1D>(logSumExp(logits)).sub<tf.Tensor1D>(Math.log(width))
      if (inside) return log
      const within = tf.logicalAnd(x.greaterEqual(low), x.lessEqual(high)).squeeze<tf.Tensor1D>([1])
      return tf.where(within, log, tf.fill(log.shape, -Infinity))
    },
    draw(logits, stream) {
      const n = logits.shape[0]
      const bin = categorical(logits, stream)
      return bin
        .toFloat()
        .add(stream.uniformTensor([n]))
        .mul(width)
        .add(low)
        .expandDims(1)
    },
  }
}

/** The smallest deviation of a Gaussian: without one, a Gaussian on a single point would have no bound. */
const SMALLEST = 0.01

/** Σ_k w_k N(m_k, s_k²) with w a softmax and s = softplus + SMALLEST. */
function mixed(count: number): Conditional {
  const read = (rows: tf.Tensor) => {
    const [logits, mean, raw] = tf.split(rows, 3, 1) as [tf.Tensor, tf.Tensor, tf.Tensor]
    // Begun side by side: components that begin alike would stay alike.
    const begin = count > 1 ? tf.linspace(-1, 1, count) : tf.scalar(0)
    return { logits, mean: mean.add(begin), deviation: tf.softplus(raw).add(SMALLEST) }
  }
  return {
    size: 3 * count,
    logDensity(rows, x) {
      const { logits, mean, deviation } = read(rows)
      const z = x.sub(mean).div(deviation)
      const joint = logits
        .sub(z.square().div(2))
        .sub(deviation.log())
        .sub(0.5 * Math.log(2 * Math.PI))
      return logSumExp(joint).sub(logSumExp(logits))
    },
    draw(rows, stream) {
      const { logits, mean, deviation } = read(rows)
      const chosen = tf.oneHot(categorical(logits, stream), count).toFloat()
      const z = stream.normalTensor([rows.shape[0]])
      return mean.mul(chosen).sum(1).add(deviation.mul(chosen).sum(1).mul(z)).expandDims(1)
    },
  }
}

/** One of K for each row, with probabilities softmax(logits): the largest of logits with noise of Gumbel's law. */
function categorical(logits: tf.Tensor, stream: RandomStream): tf.Tensor1D {
  const u = stream.uniform(logits.size)
  const gumbel = Float32Array.from(u, (x) => -Math.log(-Math.log(x || 2 ** -25)))
  return logits.add(tf.tensor(gumbel, logits.shape)).argMax(1)
}
