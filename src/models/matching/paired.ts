/**
 * Couplings: laws of pairs (x₀, x₁) whose parts have given laws, drawn as tensors of shape [n, 2, …].
 *
 * Which points are paired decides which paths a flow has to imitate. Drawn independently, straight paths cross, and their
 * mean velocity bends; paired by optimal transport within each batch they hardly cross, and the flow is nearly straight.
 *
 * Pooladian et al., "Multisample flow matching: straightening flows with minibatch couplings", ICML 2023,
 * https://arxiv.org/abs/2304.14772; Tong et al., 2023, https://arxiv.org/abs/2302.00482
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, type RandomStream } from '../../tensor'
import { expectCount, type Data, type LabelledData } from '../data/data'
import { assignment } from './assignment'
import { drawFromPlan, sinkhorn, type SinkhornOptions } from './sinkhorn'

/** For n points of each law, with the squared distances between them: the partner in x₁ of each x₀. */
export type Pairing = (cost: Float64Array, n: number, stream: RandomStream) => Int32Array

/** Each x₀ gets the x₁ that makes the sum of squared distances over the batch least. */
export const optimalPairing: Pairing = (cost, n) => assignment(cost, n)

/** Each x₀ gets an x₁ drawn from the entropic transport plan; some x₁ are taken twice, others not at all. */
export function entropicPairing(options: SinkhornOptions): Pairing {
  const epsilon = (options as SinkhornOptions | undefined)?.epsilon
  if (!(epsilon !== undefined && epsilon > 0))
    throw new RangeError(`entropicPairing: epsilon must be positive, but is ${String(epsilon)}`)
  return (cost, n, stream) => drawFromPlan(sinkhorn(cost, n, n, options), n, n, stream)
}

/** A law of pairs: draws have shape [n, 2, …shape of one part]. */
export type Pairs = Data

/** Pairs of which each has a label, that of its x₀. */
export type LabelledPairs = LabelledData

export interface PairedOptions {
  /** Who is paired with whom. Default: as they are drawn, independently. */
  readonly pairing?: Pairing
}

/**
 * Pairs of a draw of `x0` and a draw of `x1`. Where `x0` has labels, so have the pairs.
 *
 * @param x1 default: standard normal noise of x0's shape.
 * @throws RangeError where the laws differ in shape.
 */
export function paired(x0: LabelledData, x1?: Data, options?: PairedOptions): LabelledPairs
export function paired(x0: Data, x1?: Data, options?: PairedOptions): Pairs
export function paired(
  x0: Data | LabelledData,
  x1: Data = standardNormal(x0.shape),
  { pairing }: PairedOptions = {},
): Pairs {
  for (const [name, law] of Object.entries({ x0, x1 }))
    if (typeof (law as Partial<Data> | undefined)?.draw !== 'function')
      throw new TypeError(`paired: ${name} must be data to draw from, such as data.moons()`)
  if (x0.shape.join() !== x1.shape.join())
    throw new RangeError(`paired: x0 has shape [${x0.shape.join(', ')}] and x1 [${x1.shape.join(', ')}]`)
  if (pairing !== undefined && typeof pairing !== 'function')
    throw new TypeError('paired: pairing must be a function such as optimalPairing')
  const couple = (first: tf.Tensor, second: tf.Tensor, n: number, stream: RandomStream): tf.Tensor => {
    if (!pairing) return tf.stack([first, second], 1)
    const partners = pairing(squaredDistances(first.dataSync(), second.dataSync(), n), n, stream)
    return tf.stack([first, tf.gather(second, tf.tensor1d(partners, 'int32'))], 1)
  }
  const pairs: Pairs = {
    name: `${x0.name} and ${x1.name}`,
    shape: [2, ...x0.shape],
    draw(n, stream = currentStream()) {
      expectCount(n)
      return tf.tidy(() => {
        const first = x0.draw(n, stream)
        return couple(first, x1.draw(n, stream), n, stream)
      })
    },
  }
  if (!('drawLabelled' in x0)) return pairs
  const labelled: LabelledPairs = {
    ...pairs,
    classes: x0.classes,
    drawLabelled(n, stream = currentStream()) {
      expectCount(n)
      const { x: first, labels } = x0.drawLabelled(n, stream)
      const x = tf.tidy(() => couple(first, x1.draw(n, stream), n, stream))
      first.dispose()
      return { x, labels }
    },
  }
  return labelled
}

/** N(0, I) in any shape, as data. */
export function standardNormal(shape: readonly number[]): Data {
  return {
    name: 'noise',
    shape,
    draw(n, stream = currentStream()) {
      expectCount(n)
      return stream.normalTensor([n, ...shape])
    },
  }
}

/**
 * ‖xᵢ − yⱼ‖² between n points and n points, row after row.
 *
 * @param x, y n points of the same length each, one after the other.
 */
export function squaredDistances(x: ArrayLike<number>, y: ArrayLike<number>, n: number): Float64Array {
  const dim = x.length / n
  if (!Number.isInteger(dim) || x.length !== y.length)
    throw new RangeError(
      `squaredDistances: ${x.length} and ${y.length} numbers are not ${n} points of one length`,
    )
  const cost = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0
      for (let k = 0; k < dim; k++) sum += (x[i * dim + k]! - y[j * dim + k]!) ** 2
      cost[i * n + j] = sum
    }
  return cost
}
