/**
 * How close images are to those that they should be.
 *
 *   PSNR = 10 log₁₀(range² / MSE)   in decibels,
 *   SSIM = mean over windows of (2 μ_x μ_y + C₁)(2 σ_xy + C₂) / ((μ_x² + μ_y² + C₁)(σ_x² + σ_y² + C₂)),
 *
 * with means, variances and covariance weighted by a Gaussian window, C₁ = (0.01 range)² and C₂ = (0.03 range)². Both are
 * better when higher; SSIM is 1 for equal images.
 *
 * Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to structural similarity", 2004,
 * https://doi.org/10.1109/TIP.2003.819861
 */
import * as tf from '@tensorflow/tfjs'
import { meanOf, type Estimate } from './estimate'

export interface ImageQuality extends Estimate {
  /** One number for each image. */
  readonly each: readonly number[]
}

/**
 * Peak signal-to-noise ratio, in decibels; infinite for equal images.
 *
 * @param x, y images of one shape: [h, w], or [n, h, w] or [n, h, w, channels].
 * @param range from the least to the greatest value that a pixel can have. Default 1; images in [−1, 1] have 2.
 * @returns the mean over images, with its standard error where there are several.
 */
export async function psnr(
  x: tf.Tensor,
  y: tf.Tensor,
  { range = 1 }: { range?: number } = {},
): Promise<ImageQuality> {
  const { a, b, n } = await imagesOf(x, y, 'psnr', range)
  const size = a.length / n
  const each = Array.from({ length: n }, (_, image) => {
    let sum = 0
    for (let i = image * size; i < (image + 1) * size; i++) sum += (a[i]! - b[i]!) ** 2
    return 10 * Math.log10((range * range * size) / sum)
  })
  return { ...meanOf(each), each }
}

/** The window's standard deviation, in pixels, and its width where images are large enough. */
const DEVIATION = 1.5
const WINDOW = 11

/**
 * Structural similarity, at most 1.
 *
 * @param x, y as for `psnr`.
 * @param window width of the window in pixels, an odd number. Default 11, or what fits into smaller images.
 */
export async function ssim(
  x: tf.Tensor,
  y: tf.Tensor,
  { range = 1, window }: { range?: number; window?: number } = {},
): Promise<ImageQuality> {
  const { a, b, n, height, width, channels } = await imagesOf(x, y, 'ssim', range)
  const fitting = Math.min(height, width, WINDOW)
  const side = window ?? (fitting % 2 ? fitting : fitting - 1)
  if (!Number.isSafeInteger(side) || side % 2 === 0 || side < 1 || side > Math.min(height, width))
    throw new RangeError(
      `ssim: window must be an odd number of pixels, at most ${Math.min(height, width)}, but is ${side}`,
    )
  const weights = gaussianWindow(side)
  const size = a.length / n
  const each = Array.from({ length: n }, (_, image) => {
    const images = [a, b].map((all) => all.subarray(image * size, (image + 1) * size)) as [
      Float64Array,
      Float64Array,
    ]
    let [sum, count] = [0, 0]
    for (let channel = 0; channel < channels; channel++)
      for (let row = 0; row + side <= height; row++)
        for (let column = 0; column + side <= width; column++) {
          const at = (i: number, j: number) => ((row + i) * width + column + j) * channels + channel
          sum += similarity(images, at, side, weights, range)
          count++
        }
    return sum / count
  })
  return { ...meanOf(each), each }
}

function similarity(
  [x, y]: readonly [Float64Array, Float64Array],
  at: (i: number, j: number) => number,
  side: number,
  weights: Float64Array,
  range: number,
): number {
  let [mx, my, xx, yy, xy] = [0, 0, 0, 0, 0]
  for (let i = 0; i < side; i++)
    for (let j = 0; j < side; j++) {
      const w = weights[i * side + j]!
      const [u, v] = [x[at(i, j)]!, y[at(i, j)]!]
      mx += w * u
      my += w * v
      xx += w * u * u
      yy += w * v * v
      xy += w * u * v
    }
  const [c1, c2] = [(0.01 * range) ** 2, (0.03 * range) ** 2]
  return (
    ((2 * mx * my + c1) * (2 * (xy - mx * my) + c2)) /
    ((mx * mx + my * my + c1) * (xx - mx * mx + yy - my * my + c2))
  )
}

/** Weights with the sum 1. */
function gaussianWindow(side: number): Float64Array {
  const middle = (side - 1) / 2
  const raw = Float64Array.from({ length: side * side }, (_, at) => {
    const [i, j] = [Math.floor(at / side) - middle, (at % side) - middle]
    return Math.exp(-(i * i + j * j) / (2 * DEVIATION ** 2))
  })
  const total = raw.reduce((a, b) => a + b, 0)
  return raw.map((w) => w / total)
}

async function imagesOf(x: tf.Tensor, y: tf.Tensor, what: string, range: number) {
  // Cells are not type-checked before they run.
  if (!(x instanceof tf.Tensor && y instanceof tf.Tensor))
    throw new TypeError(`${what}: images must be tensors of shape [h, w], [n, h, w] or [n, h, w, channels]`)
  const { shape } = x
  if (shape.length < 2 || shape.length > 4 || shape.join() !== y.shape.join())
    throw new RangeError(
      `${what}: both must have one shape, [h, w], [n, h, w] or [n, h, w, channels], but have [${shape.join(', ')}] and [${y.shape.join(', ')}]`,
    )
  if (!(range > 0 && range < Infinity))
    throw new RangeError(`${what}: range must be positive, but is ${range}`)
  const [n, height, width, channels] = (shape.length === 2 ? [1, ...shape, 1] : [...shape, 1]) as [
    number,
    number,
    number,
    number,
  ]
  return {
    a: Float64Array.from(await x.data()),
    b: Float64Array.from(await y.data()),
    ...{ n, height, width, channels },
  }
}
