/** Rearrangements, which stretch nothing: log |det| = 0. */
import * as tf from '@tensorflow/tfjs'
import { bijection, expectShape, noLogDet, shapeOf, type Bijection, type ShapeOption } from './bijection'
import { unitRows } from './triangularSystems'

/**
 * z_i = x_{order[i]} on the last axis of states. Between couplings it decides what changes next.
 *
 * @param order the numbers 0, …, c − 1 in any order. Default: reversed.
 */
export function permutation({
  order,
  ...option
}: ShapeOption & { readonly order?: readonly number[] }): Bijection {
  const shape = shapeOf(option, 'permutation')
  const c = shape.at(-1)!
  const chosen = order ?? Array.from({ length: c }, (_, i) => c - 1 - i)
  if (String([...chosen].sort((a, b) => a - b)) !== String(Array.from({ length: c }, (_, i) => i)))
    throw new RangeError(
      `permutation: order must be the numbers from 0 to ${c - 1}, each once, but is [${chosen.join(', ')}]`,
    )
  // A product with a matrix of zeros and ones: a gather's gradient is not to be had on every device.
  const move = (x: tf.Tensor, back: boolean): tf.Tensor =>
    tf.matMul(x.reshape([-1, c]), unitRows(chosen), false, !back).reshape(x.shape)
  return bijection({
    name: 'permutation',
    shape,
    forward: (_, x) => ({ value: move(x, false), logDet: noLogDet(x) }),
    inverse: (_, z) => ({ value: move(z, true), logDet: noLogDet(z) }),
  })
}

/**
 * Squares of 2 × 2 pixels become pixels of four times the channels: [h, w, c] → [h/2, w/2, 4c]. It gives 1 × 1
 * convolutions and channel couplings neighbouring pixels to mix.
 *
 * Dinh, Sohl-Dickstein and Bengio, "Density estimation using Real NVP", 2016, https://arxiv.org/abs/1605.08803
 */
export function squeeze({ shape }: { readonly shape: readonly number[] }): Bijection {
  const [h = 0, w = 0, c = 0] = expectShape(shape, 'squeeze')
  if (shape.length !== 3 || h % 2 || w % 2)
    throw new RangeError(
      `squeeze: shape must be [height, width, channels] with even height and width, but is [${shape.join(', ')}]`,
    )
  return bijection({
    name: 'squeeze',
    shape: [h, w, c],
    latentShape: [h / 2, w / 2, 4 * c],
    forward: (_, x) => ({
      value: x
        .reshape([-1, h / 2, 2, w / 2, 2 * c])
        .transpose([0, 1, 3, 2, 4])
        .reshape([-1, h / 2, w / 2, 4 * c]),
      logDet: noLogDet(x),
    }),
    inverse: (_, z) => ({
      value: z
        .reshape([-1, h / 2, w / 2, 2, 2 * c])
        .transpose([0, 1, 3, 2, 4])
        .reshape([-1, h, w, c]),
      logDet: noLogDet(z),
    }),
  })
}
