/** TensorFlow.js as cells get it: what is random draws from the current stream, whatever the device. */
import * as tf from '@tensorflow/tfjs'
import { holding } from '../holding'
import { currentStream, RandomStream } from './stream'

/** The stream of an explicit seed, else the current one. */
function streamOf(seed?: number | string): RandomStream {
  return seed === undefined || seed === null ? currentStream() : new RandomStream(0, `seed/${seed}`)
}

type Shape<R extends tf.Rank> = tf.ShapeMap[R]
type NumberType = 'float32' | 'int32'

/** `tf.randomNormal` on the current stream. */
function randomNormal<R extends tf.Rank>(
  shape: Shape<R>,
  mean = 0,
  deviation = 1,
  dtype: NumberType = 'float32',
  seed?: number,
): tf.Tensor<R> {
  const stream = streamOf(seed)
  if (dtype === 'float32')
    return tf.tidy(() => tf.add<tf.Tensor<R>>(tf.mul(stream.normalTensor(shape), deviation), mean))
  return filled(shape, dtype, stream.normal(tf.util.sizeFromShape(shape)), (z) => mean + deviation * z)
}

function randomStandardNormal<R extends tf.Rank>(
  shape: Shape<R>,
  dtype?: NumberType,
  seed?: number,
): tf.Tensor<R> {
  return randomNormal(shape, 0, 1, dtype, seed)
}

/** Normal numbers, those beyond two standard deviations drawn again. */
function truncatedNormal<R extends tf.Rank>(
  shape: Shape<R>,
  mean = 0,
  deviation = 1,
  dtype: NumberType = 'float32',
  seed?: number,
): tf.Tensor<R> {
  const stream = streamOf(seed)
  const size = tf.util.sizeFromShape(shape)
  const kept: number[] = []
  while (kept.length < size)
    for (const z of stream.normal(size - kept.length + 16))
      if (Math.abs(z) <= 2 && kept.length < size) kept.push(z)
  return filled(shape, dtype, kept, (z) => mean + deviation * z)
}

function randomUniform<R extends tf.Rank>(
  shape: Shape<R>,
  low = 0,
  high = 1,
  dtype: NumberType | 'bool' = 'float32',
  seed?: number | string,
): tf.Tensor<R> {
  if (dtype === 'float32') return streamOf(seed).uniformTensor(shape, low, high)
  const uniforms = streamOf(seed).uniform(tf.util.sizeFromShape(shape))
  return filled(shape, dtype, uniforms, (u) => low + u * (high - low))
}

function randomUniformInt<R extends tf.Rank>(
  shape: Shape<R>,
  low: number,
  high: number,
  seed?: number | string,
): tf.Tensor<R> {
  return streamOf(seed).integerTensor(shape, low, high)
}

/** Gamma numbers of shape `alpha` and rate `beta` (Marsaglia and Tsang, 2000). */
function randomGamma<R extends tf.Rank>(
  shape: Shape<R>,
  alpha: number,
  beta = 1,
  dtype: NumberType = 'float32',
  seed?: number,
): tf.Tensor<R> {
  if (!(alpha > 0 && beta > 0))
    throw new RangeError(`randomGamma needs positive alpha and beta, not ${alpha} and ${beta}`)
  const stream = streamOf(seed)
  const draws = Float64Array.from({ length: tf.util.sizeFromShape(shape) }, () => gamma(stream, alpha))
  return filled(shape, dtype, draws, (g) => g / beta)
}

function gamma(stream: RandomStream, alpha: number): number {
  if (alpha < 1) return gamma(stream, alpha + 1) * (1 - stream.next()) ** (1 / alpha)
  const d = alpha - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const [z = 0] = stream.normal(1)
    const v = (1 + c * z) ** 3
    if (v > 0 && Math.log(1 - stream.next()) < 0.5 * z * z + d * (1 - v + Math.log(v))) return d * v
  }
}

/** Draws classes from rows of log-probabilities: the smallest index whose cumulated probability exceeds a uniform. */
function multinomial(
  logits: tf.Tensor1D | tf.Tensor2D | tf.TensorLike,
  count: number,
  seed?: number,
  normalized = false,
): tf.Tensor1D | tf.Tensor2D {
  const stream = streamOf(seed)
  return tf.tidy(() => {
    const given = tf.util.isTypedArray(logits) || !isTensor(logits) ? tf.tensor(logits) : logits
    const rows = (given.rank === 1 ? given.expandDims(0) : given) as tf.Tensor2D
    const probabilities = (normalized ? rows : tf.softmax(rows)).arraySync()
    const uniforms = stream.uniform(probabilities.length * count)
    const draws = Int32Array.from(uniforms, (u, i) => choose(probabilities[Math.floor(i / count)]!, u))
    return given.rank === 1
      ? tf.tensor1d(draws, 'int32')
      : tf.tensor2d(draws, [rows.shape[0], count], 'int32')
  })
}

function isTensor(value: unknown): value is tf.Tensor {
  return value instanceof tf.Tensor
}

function choose(probabilities: readonly number[], u: number): number {
  let sum = 0
  for (const [index, p] of probabilities.entries()) {
    sum += p
    if (u < sum) return index
  }
  return probabilities.findLastIndex((p) => p > 0)
}

/** Sets a fraction `rate` of the numbers to zero and scales up the others by 1/(1 − rate). */
function dropout(
  x: tf.Tensor | tf.TensorLike,
  rate: number,
  noiseShape?: number[],
  seed?: number | string,
): tf.Tensor {
  if (!(rate >= 0 && rate < 1)) throw new RangeError(`dropout's rate must be in [0, 1), but is ${rate}`)
  return tf.tidy(() => {
    const values = isTensor(x) ? x : tf.tensor(x)
    const shape = noiseShape?.map((size, axis) => size ?? values.shape[axis]!) ?? values.shape
    const keep = randomUniform(shape, 0, 1, 'float32', seed).greaterEqual(rate).cast('float32')
    return values.mul(keep).div(1 - rate)
  })
}

function filled<R extends tf.Rank>(
  shape: Shape<R>,
  dtype: NumberType | 'bool',
  draws: ArrayLike<number>,
  f: (draw: number) => number,
): tf.Tensor<R> {
  const values = dtype === 'float32' ? Float32Array.from(draws, f) : Int32Array.from(draws, f)
  return tf.tensor(dtype === 'bool' ? Uint8Array.from(values) : values, shape, dtype)
}

/** Functions of functions return closures, whose contents the walk over live tensors must know. */
const closures = {
  grad: (f: Parameters<typeof tf.grad>[0]) => holding(tf.grad(f), f),
  grads: (f: Parameters<typeof tf.grads>[0]) => holding(tf.grads(f), f),
  valueAndGrad: (f: Parameters<typeof tf.valueAndGrad>[0]) => holding(tf.valueAndGrad(f), f),
  valueAndGrads: (f: Parameters<typeof tf.valueAndGrads>[0]) => holding(tf.valueAndGrads(f), f),
  customGrad: (f: Parameters<typeof tf.customGrad>[0]) => holding(tf.customGrad(f), f),
}

/** The namespace `tf` of cells. */
export const cellTf: typeof tf = {
  ...tf,
  ...closures,
  randomNormal,
  randomStandardNormal,
  truncatedNormal,
  randomUniform,
  randomUniformInt,
  randomGamma,

  multinomial,
  dropout,
} as typeof tf

/**
 * Lets `Math.random` draw from the current stream, for a program that runs nothing but cells. TensorFlow.js seeds its own
 * generators from it, those of layers among them, so that they repeat as well.
 *
 * @returns a function that puts the old one back.
 */
export function rerouteRandom(): () => void {
  const old = Math.random
  Math.random = () => currentStream().next()
  return () => {
    Math.random = old
  }
}
