import * as tf from '@tensorflow/tfjs'
import { metrics } from '../../../models'
import {
  reconstructionsFigure,
  type Reconstructed,
  type ReconstructionsOptions,
} from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { draw, isObject } from './draw'

export interface ReconstructionPlotOptions extends ReconstructionsOptions {
  /** Other maps of each picture, of the truth's shape, such as the standard deviation of samples: drawn as bright as errors are. */
  readonly maps?: Readonly<Record<string, tf.Tensor>>
  /** How many pictures are drawn, the first ones. Default 4. */
  readonly count?: number
}

/** A window of SSIM needs this many pixels to say anything. */
const LEAST_FOR_SSIM = 7

/**
 * Reconstructions side by side with the truth, each with its PSNR in decibels and its SSIM, and below it where it errs.
 *
 * @param truth pictures of shape [n, height, width, channels], with 1 or 3 channels.
 * @param reconstructions of that shape, by name.
 * @throws TypeError where they are no tensors; RangeError where shapes differ.
 */
export function reconstructions(
  truth: tf.Tensor,
  reconstructions: Readonly<Record<string, tf.Tensor>>,
  { maps = {}, count = 4, range = [0, 1], ...options }: ReconstructionPlotOptions = {},
): Promise<DisplayHandle> {
  return draw('reconstructions', async () => {
    for (const [name, x] of Object.entries({ truth, ...expectNamed(reconstructions), ...expectNamed(maps) }))
      if (!(x instanceof tf.Tensor) || x.rank !== 4 || x.shape.join() !== truth.shape.join())
        throw new RangeError(
          `plot.reconstructions: truth and all others must be pictures of one shape [n, height, width, channels], but ${name} is ${preview(x, { depth: 0 })}`,
        )
    if (!Number.isSafeInteger(count) || count < 1)
      throw new RangeError(`plot.reconstructions: count must be a whole number from 1 on, but is ${count}`)
    const n = Math.min(count, truth.shape[0])
    const first = (x: tf.Tensor): tf.Tensor => x.slice([0], [n])
    const shown: Reconstructed[] = []
    const held: tf.Tensor[] = [first(truth)]
    try {
      const [drawn] = held as [tf.Tensor]
      for (const [name, x] of Object.entries(reconstructions)) {
        const some = first(x)
        held.push(some)
        shown.push({
          name,
          pixels: await some.data(),
          labels: await quality(some, drawn, range[1] - range[0]),
        })
      }
      for (const [name, x] of Object.entries(maps)) {
        const some = first(x)
        held.push(some)
        shown.push({ name, pixels: await some.data(), map: true })
      }
      return reconstructionsFigure(drawn.shape, await drawn.data(), shown, { range, ...options })
    } finally {
      tf.dispose(held)
    }
  })
}

/** `29.6 dB, 0.93` for each picture. */
async function quality(x: tf.Tensor, truth: tf.Tensor, range: number): Promise<string[]> {
  const { each: decibels } = await metrics.psnr(x, truth, { range })
  const side = Math.min(x.shape[1]!, x.shape[2]!)
  const similar = side < LEAST_FOR_SSIM ? undefined : (await metrics.ssim(x, truth, { range })).each
  return decibels.map((db, i) =>
    [`${db === Infinity ? '∞' : db.toFixed(1)} dB`, similar && similar[i]!.toFixed(2)]
      .filter(Boolean)
      .join(', '),
  )
}

function expectNamed(sources: Readonly<Record<string, tf.Tensor>>): Readonly<Record<string, tf.Tensor>> {
  if (isObject(sources) && !(sources instanceof tf.Tensor)) return sources
  throw new TypeError(
    `plot.reconstructions draws pictures by name, such as { 'filtered back projection': x }; not ${preview(sources, { depth: 0 })}`,
  )
}
