/** Gaussian pictures of known covariance: what models of pictures should come to, in doubles. */
import * as tf from '@tensorflow/tfjs'
import type { Data } from '../../../src/models/data'
import { asDenoiser, type Denoiser } from '../../../src/models/denoiser'
import { Prediction } from '../../../src/models/prediction'
import type { GaussianProcess } from '../../../src/models/process'
import { combine } from '../../../src/models/state'
import { currentStream } from '../../../src/tensor'

export const SIDE = 4
const PIXELS = SIDE * SIDE

/** Cosines of the pixels, one row each: an orthonormal basis in which the covariance is diagonal. */
const basis: number[][] = Array.from({ length: PIXELS }, (_, k) =>
  Array.from(
    { length: PIXELS },
    (_, i) => cosine(Math.floor(k / SIDE), Math.floor(i / SIDE)) * cosine(k % SIDE, i % SIDE),
  ),
)

function cosine(frequency: number, place: number): number {
  const length = frequency === 0 ? Math.sqrt(1 / SIDE) : Math.sqrt(2 / SIDE)
  return length * Math.cos((Math.PI * frequency * (place + 0.5)) / SIDE)
}

/** The variance along each of them: smooth pictures, whose pixels are alike. */
export const variances: number[] = basis.map(
  (_, k) => 4 / (1 + 4 * (Math.floor(k / SIDE) ** 2 + (k % SIDE) ** 2)),
)

/** Pictures N(0, C), C = Σ variance_k b_k b_kᵀ. */
export const gaussianPictures: Data = {
  name: 'Gaussian pictures',
  shape: [SIDE, SIDE, 1],
  draw: (n, stream = currentStream()) =>
    tf.tidy(() => scaledAlong(stream.normalTensor([n, SIDE, SIDE, 1]), variances.map(Math.sqrt))),
}

/** Pictures whose share of b_k is multiplied by factors_k. */
export function scaledAlong(x: tf.Tensor, factors: readonly number[]): tf.Tensor {
  return tf.tidy(() => {
    const b = tf.tensor2d(basis)
    const shares = tf.matMul(x.reshape([-1, PIXELS]), b, false, true).mul(tf.tensor1d([...factors]))
    return tf.matMul(shares, b).reshape(x.shape)
  })
}

/** The exact denoiser of these pictures: x̂₀ = Σ αv/(α²v + σ²) b_k b_kᵀ x, at one time for all. */
export function exactPictures(process: GaussianProcess): Denoiser {
  return asDenoiser(process, gaussianPictures.shape, (x: tf.Tensor, t) => {
    if (typeof t !== 'number') throw new Error('one time at once')
    const [alpha, sigma] = [process.alpha(t), process.sigma(t)]
    const total = variances.map((v) => alpha ** 2 * v + sigma ** 2)
    const x0 = scaledAlong(
      x,
      variances.map((v, k) => (alpha * v) / total[k]!),
    )
    const noise = scaledAlong(
      x,
      total.map((w) => sigma / w),
    )
    return new Prediction(process, t, [
      { value: x0, ofX0: () => 1, ofNoise: () => 0 },
      { value: noise, ofX0: () => 0, ofNoise: () => 1 },
    ])
  })
}

/** log N(x; 0, α²C + σ²I) of each picture. */
export function logDensity(x: tf.Tensor, alpha = 1, sigma = 0): number[] {
  return tf.tidy(() => {
    const w = variances.map((v) => alpha ** 2 * v + sigma ** 2)
    const scaled = scaledAlong(
      x,
      w.map((each) => each ** -0.5),
    )
    const constant = w.reduce((sum, each) => sum + Math.log(2 * Math.PI * each), 0)
    return [...scaled.reshape([-1, PIXELS]).square().sum(1).add(constant).mul(-0.5).dataSync()]
  })
}

/**
 * E‖x̂₀ − exact‖² as a share of what the best denoiser would err by that looks at every pixel alone: that, for Gaussian pictures,
 * shrinks all of them alike.
 */
export function errorShare(model: Denoiser, x0: tf.Tensor, noise: tf.Tensor, t: number): number {
  return tf.tidy(() => {
    const { process } = model
    const [alpha, sigma] = [process.alpha(t), process.sigma(t)]
    const xt = combine([alpha, x0], [sigma, noise])
    const truth = exactPictures(process).predict(xt, t).x0
    const pixel = variances.reduce((a, b) => a + b) / PIXELS
    const alone = xt.mul((alpha * pixel) / (alpha ** 2 * pixel + sigma ** 2))
    const square = (x: tf.Tensor): number => x.sub(truth).square().mean().dataSync()[0]!
    return square(model.predict(xt, t).x0) / square(alone)
  })
}
