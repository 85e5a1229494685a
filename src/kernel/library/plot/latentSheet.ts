import * as tf from '@tensorflow/tfjs'
import { latentPoint, sheetAngles } from '../../../models'
import { latentSheetFigure } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { draw, isObject } from './draw'
import { readPoints, readTensor, type PointSource } from './points'

/** Something that decodes latent states, such as a flow, or a function that does. */
export type Decoder =
  | { readonly decode: (z: tf.Tensor) => tf.Tensor | Promise<tf.Tensor> }
  | ((z: tf.Tensor) => tf.Tensor | Promise<tf.Tensor>)

/** Four latent states: a tensor of shape [4, …], or four arrays of numbers. */
export type Corners = tf.Tensor | readonly (readonly number[])[]

export interface LatentSheetOptions {
  /** Angles in each direction. Default 15. */
  readonly size?: number
  /** Data in the plane, drawn behind the sheet. */
  readonly samples?: PointSource
  readonly title?: string
}

/**
 * What lies between four latent states: z = cos a (cos b z¹ + sin b z²) + sin a (cos b z³ + sin b z⁴), decoded. Data in the
 * plane are drawn as a net, numbers as a map, small grey pictures as a board.
 *
 * @throws TypeError where there is nothing that decodes, or there are not four corners.
 */
export function latentSheet(
  decoder: Decoder,
  corners: Corners,
  options: LatentSheetOptions = {},
): Promise<DisplayHandle> {
  const { size = 15, samples, title } = options
  return draw('the latent sheet', async () => {
    const decode = decoderOf(decoder)
    const angles = sheetAngles(size)
    const z = tf.tidy(() => {
      const four = cornersOf(corners)
      return tf.concat(angles.flatMap((a) => angles.map((b) => latentPoint(four, a, b))))
    })
    try {
      const x = await decode(z)
      const decoded = await readTensor(x)
      if (x !== z) x.dispose()
      return latentSheetFigure({
        size,
        decoded,
        ...(samples && { samples: await readPoints(samples, 'samples') }),
        ...(title !== undefined && { title }),
      })
    } finally {
      z.dispose()
    }
  })
}

function decoderOf(decoder: Decoder): (z: tf.Tensor) => tf.Tensor | Promise<tf.Tensor> {
  if (typeof decoder === 'function') return decoder
  const given: unknown = decoder
  if (isObject(given) && 'decode' in given && typeof given.decode === 'function')
    return (z) => decoder.decode(z)
  throw new TypeError(
    `plot.latentSheet draws what a flow, something with decode(z), makes of latent states; not ${preview(given, { depth: 0 })}`,
  )
}

function cornersOf(corners: Corners): [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor] {
  const all =
    corners instanceof tf.Tensor ? corners : isRows(corners) && tf.tensor2d(corners.map((z) => [...z]))
  if (!all || all.shape[0] !== 4)
    throw new TypeError(
      `plot.latentSheet: corners must be four latent states, a tensor of shape [4, …] or four arrays, but are ${preview(corners)}`,
    )
  return tf.split(all, 4) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
}

function isRows(corners: unknown): corners is readonly (readonly number[])[] {
  return Array.isArray(corners) && corners.every(Array.isArray)
}
