/** Reads what cells plot: tensors from their device, arrays as they are, laws by drawing from them. */
import * as tf from '@tensorflow/tfjs'
import type { Data } from '../../../models'
import type { Points } from '../../../renderers/figures'
import { preview } from '../../display/preview'

/** Points in the plane, in any form that a cell may have them. */
export type PointSource = tf.Tensor | Data | Points

/** How many samples of a law are drawn to show it. */
const DRAWN = 4096

/**
 * The numbers of `source`.
 *
 * @param name what it is called, for errors.
 * @throws TypeError where it is neither a tensor, nor a law, nor an array of pairs.
 */
export async function readPoints(source: PointSource, name: string): Promise<Points> {
  if (source instanceof tf.Tensor) return readTensor(source)
  if (
    typeof source === 'object' &&
    source !== null &&
    'draw' in source &&
    typeof source.draw === 'function'
  ) {
    const drawn = source.draw(DRAWN)
    try {
      return await readTensor(drawn)
    } finally {
      drawn.dispose()
    }
  }
  if (Array.isArray(source) || (typeof source === 'object' && source !== null && 'values' in source))
    return source as Points
  throw new TypeError(
    `${name} is ${preview(source, { depth: 0 })}, but points are a tensor of shape [n, 2], an array of pairs, or data to draw from.`,
  )
}

/** The values of a tensor with their shape. */
export async function readTensor(tensor: tf.Tensor): Promise<{ values: Float32Array; shape: number[] }> {
  const shape = [...tensor.shape]
  return { values: Float32Array.from(await tensor.data()), shape }
}
