import * as tf from '@tensorflow/tfjs'
import type { Data, LabelledData, Trajectory } from '../../../models'
import { imagesFigure, type ImagesOptions, type PictureSet } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { draw, isObject } from './draw'
import { readTensor } from './points'
import { isTrajectory } from './trajectories'

/** Pictures: a tensor, data to draw from, or a recorded trajectory, whose states a slider walks through. */
export type PictureSource = tf.Tensor | Data | Trajectory

export interface ImagePlotOptions extends ImagesOptions {
  /** What stands below each picture of a tensor: words, or numbers. Data with labels bring their own. */
  readonly labels?: ArrayLike<number | string>
  /** Below each picture, the one of these that is nearest to it in squared distance: a set [m, height, width, channels]. */
  readonly nearest?: tf.Tensor
  /** How many pictures are drawn of data. Default 64. */
  readonly count?: number
  /** Moments of a trajectory. Default 12. */
  readonly frames?: number
}

/**
 * A sheet of pictures, or several by name side by side.
 *
 * @param sources tensors of shape [n, height, width], [n, height, width, 1] or [n, height, width, 3]; data such as `data.digits()`; or what
 *   `await trajectory(sampler, n)` returned of pictures.
 * @throws TypeError where there are no pictures; FigureError where a shape is none of pictures.
 */
export function images(
  sources: PictureSource | Readonly<Record<string, PictureSource>>,
  { labels, nearest, count = 64, frames = 12, ...options }: ImagePlotOptions = {},
): Promise<DisplayHandle> {
  return draw('pictures', async () => {
    const named = isSource(sources) ? { [nameOf(sources)]: sources } : sources
    if (!isObject(named) || !Object.keys(named).length || !Object.values(named).every(isSource))
      throw new TypeError(
        `plot.images draws pictures: a tensor of shape [n, height, width, channels], data such as data.digits(), await trajectory(…), or several by name; not ${preview(sources, { depth: 0 })}`,
      )
    for (const [option, value, least] of [
      ['count', count, 1],
      ['frames', frames, 2],
    ] as const)
      if (!Number.isSafeInteger(value) || value < least)
        throw new RangeError(
          `plot.images: ${option} must be a whole number from ${least} on, but is ${value}`,
        )
    const sets: PictureSet[] = []
    for (const [name, source] of Object.entries(named)) {
      const set = await read(name, source, count, frames)
      const own = labels ? { labels: Array.from(labels, String) } : {}
      sets.push({ ...set, ...own, ...(nearest && { below: await nearestTo(set, nearest) }) })
    }
    return imagesFigure(sets, options)
  })
}

function isSource(value: unknown): value is PictureSource {
  return (
    value instanceof tf.Tensor ||
    isTrajectory(value) ||
    (isObject(value) && 'draw' in value && typeof value.draw === 'function')
  )
}

function nameOf(source: PictureSource): string {
  return 'draw' in source ? source.name : 'pictures'
}

async function read(name: string, source: PictureSource, count: number, frames: number): Promise<PictureSet> {
  if (source instanceof tf.Tensor) return { name, ...(await pixelsOf(source)) }
  if (isTrajectory(source)) return walked(name, source, frames)
  if ('drawLabelled' in source) {
    const { x, labels } = (source as LabelledData).drawLabelled(count)
    const { classes } = source as LabelledData
    return { name, ...(await pixelsOf(x, true)), labels: Array.from(labels, (label) => classes[label]!) }
  }
  return { name, ...(await pixelsOf(source.draw(count), true)) }
}

async function pixelsOf(x: tf.Tensor, dispose = false): Promise<Pick<PictureSet, 'pixels' | 'shape'>> {
  try {
    const { values, shape } = await readTensor(x)
    return { pixels: values, shape }
  } finally {
    if (dispose) x.dispose()
  }
}

/** Some of the states of a trajectory, the first and the last among them. */
async function walked(name: string, { times, states }: Trajectory, frames: number): Promise<PictureSet> {
  const moments = Math.min(frames, times.length)
  const steps = Array.from({ length: moments }, (_, k) =>
    Math.round((k / (moments - 1)) * (times.length - 1)),
  )
  const chosen = tf.tidy(() => tf.concat(steps.map((step) => states.slice([step], [1]))))
  return {
    name,
    ...(await pixelsOf(chosen, true)),
    moments: steps.map((step) => `t = ${Number(times[step]!.toPrecision(3))}`),
  }
}

/** For each picture of a set, the nearest of others: ‖x − y‖² = ‖x‖² − 2⟨x, y⟩ + ‖y‖². */
async function nearestTo(
  { pixels, shape, moments }: PictureSet,
  others: tf.Tensor,
): Promise<NonNullable<PictureSet['below']>> {
  const inner = moments ? shape.slice(1) : shape
  const size = inner.slice(1).reduce((product, length) => product * length, 1)
  if (
    !(others instanceof tf.Tensor) ||
    others.size % size ||
    others.shape.slice(1).join() !== inner.slice(1).join()
  )
    throw new RangeError(
      `plot.images: nearest must be pictures of shape [m, ${inner.slice(1).join(', ')}], but is ${preview(others, { depth: 0 })}`,
    )
  const n = inner[0]!
  const found = tf.tidy(() => {
    const last = Float32Array.from(pixels).subarray(pixels.length - n * size)
    const x = tf.tensor2d(last, [n, size])
    const y = others.reshape<tf.Tensor2D>([-1, size])
    const distances = x
      .square()
      .sum(1, true)
      .sub(tf.matMul(x, y, false, true).mul(2))
      .add(y.square().sum(1))
    const index = distances.argMin<tf.Tensor1D>(1)
    return { index, picked: tf.gather(y, index), distance: distances.min(1).relu().sqrt() }
  })
  try {
    return {
      name: 'nearest',
      pixels: await found.picked.data<'float32'>(),
      distances: await found.distance.data<'float32'>(),
    }
  } finally {
    tf.dispose(found)
  }
}
