/**
 * Panoramas: a model of small pictures draws a large one. Windows of the small size overlap, noise is removed from all of them together,
 * and where they overlap their predictions are averaged:
 *
 *   D(x_t) = Σ_w W_wᵀ D_w(W_w x_t) / Σ_w W_wᵀ 1,   W_w cuts window w out.
 *
 * Of all pictures this is the one nearest, in squares, to what every window asks for. Windows agree in the end, since at every step each
 * sees what its neighbours have made of what they share; windows that do not overlap are pictures side by side, with seams.
 *
 * Bar-Tal, Yariv, Lipman and Dekel, "MultiDiffusion: fusing diffusion paths for controlled image generation", ICML 2023,
 * https://arxiv.org/abs/2302.08113
 */
import * as tf from '@tensorflow/tfjs'
import { holding } from '../../tensor'
import type { Condition } from '../condition'
import { asDenoiser, expectStates, type Denoiser } from '../denoiser'
import { Prediction } from '../prediction'
import type { Time } from '../state'

export interface PanoramaOptions {
  /** Height and width of the large picture, each at least those of a window. */
  readonly size: readonly [height: number, width: number]
  /** Pixels from one window to the next, at most a window's size; the last window ends with the picture. Default: half a window. */
  readonly stride?: number
  /**
   * What the window at a row and a column is told, so that what is shown can change along the picture. Default: what the panorama is told,
   * all windows alike.
   */
  readonly condition?: (top: number, left: number) => Condition
}

/**
 * The denoiser of large pictures, for any sampler.
 *
 * @param model a denoiser of pictures, whose shape [height, width, channels] is that of a window.
 * @throws RangeError where windows do not fit into the picture, or leave gaps.
 */
export function panorama(model: Denoiser, { size, stride, condition }: PanoramaOptions): Denoiser {
  const [height = 0, width = 0, channels = 0] = model.shape
  if (model.shape.length !== 3)
    throw new RangeError(
      `panorama: the model must be of pictures, but has the shape [${model.shape.join(', ')}]`,
    )
  const least = Math.min(height, width)
  const step = stride ?? Math.ceil(least / 2)
  if (!Number.isSafeInteger(step) || step < 1 || step > least)
    throw new RangeError(
      `panorama: stride must be a whole number from 1 to ${least}, or windows leave gaps, but is ${String(step)}`,
    )
  const [rows, columns] = size
  const tops = windowStarts('height', rows, height, step)
  const lefts = windowStarts('width', columns, width, step)
  const places = tops.flatMap((top) => lefts.map((left) => [top, left] as const))
  const shape = [rows, columns, channels]
  const covering = Float32Array.from({ length: rows * columns }, (_, pixel) => {
    const [row, column] = [Math.floor(pixel / columns), pixel % columns]
    const over = (starts: readonly number[], length: number, at: number): number =>
      starts.filter((start) => start <= at && at < start + length).length
    return 1 / (over(tops, height, row) * over(lefts, width, column))
  })

  const predict = (x: tf.Tensor, t: Time, told: Condition = null): Prediction<tf.Tensor> => {
    expectStates(x, shape)
    const n = x.shape[0]
    const windows = places.map(([top, left]) => {
      const seen = x.slice([0, top, left, 0], [n, height, width, channels])
      return model.predict(seen, t, condition ? condition(top, left) : told)
    })
    // Every reading of a prediction is linear in its parts, which are the same in all windows but for their values.
    const parts = windows[0]!.parts.map((part, k) => ({
      ...part,
      value: tf.tidy(() => {
        const placed = windows.map(({ parts }, w) => {
          const [top, left] = places[w]!
          return tf.pad(parts[k]!.value, [
            [0, 0],
            [top, rows - top - height],
            [left, columns - left - width],
            [0, 0],
          ])
        })
        return tf.addN(placed).mul(tf.tensor4d(covering, [1, rows, columns, 1]))
      }),
    }))
    return new Prediction(model.process, t, parts)
  }
  return asDenoiser(model.process, shape, holding(predict, model, condition))
}

/** Where windows begin along one side. */
function windowStarts(side: string, length: number, window: number, step: number): number[] {
  if (!Number.isSafeInteger(length) || length < window)
    throw new RangeError(
      `panorama: the ${side} must be a whole number of pixels from ${window} on, which a window has, but is ${String(length)}`,
    )
  const count = Math.ceil((length - window) / step) + 1
  return Array.from({ length: count }, (_, k) => Math.min(k * step, length - window))
}

/**
 * How visible the edges between pictures side by side are: the mean squared difference of the pixels on either side of the columns
 * `every`, 2 · `every`, …, over that of all other neighbouring columns. 1 where there are none to be seen.
 *
 * @param x pictures of shape [n, height, width, channels].
 */
export async function seams(x: tf.Tensor, every: number): Promise<number> {
  const width = x.shape[2] ?? 0
  if (x.rank !== 4 || !Number.isSafeInteger(every) || every < 2 || every >= width)
    throw new RangeError(
      `seams: pictures of shape [n, height, width, channels] and a whole number of pixels from 2 to below their width are needed, not [${x.shape.join(', ')}] and ${String(every)}`,
    )
  const means = tf.tidy(() => {
    const [n, height, , channels] = x.shape as [number, number, number, number]
    const part = (from: number) => x.slice([0, 0, from, 0], [n, height, width - 1, channels])
    return tf.squaredDifference(part(1), part(0)).mean([0, 1, 3])
  })
  const values = await means.data()
  means.dispose()
  const mean = (of: readonly number[]): number => of.reduce((sum, v) => sum + v, 0) / of.length
  const columns = Array.from(values)
  return (
    mean(columns.filter((_, k) => (k + 1) % every === 0)) /
    mean(columns.filter((_, k) => (k + 1) % every !== 0))
  )
}
