/**
 * Networks inside bijections: what a coupling layer asks how to change one part of a state, given the other.
 *
 * They see states as rows of `size` numbers and answer k numbers for each of these, as rows of k·size, the first answers
 * for all numbers before the second ones. The last layer begins at zero, so that flows begin near the identity.
 */
import * as tf from '@tensorflow/tfjs'
import { affine, silu, type RandomStream } from '../../tensor'
import type { Params } from '../network'
import { sizeOf } from './bijection'

export interface Conditioner {
  (params: Params, rows: tf.Tensor2D): tf.Tensor2D
  /** Fresh parameters. They belong to the caller. */
  initial(stream: RandomStream): Params
}

/** Makes the network for states of a shape, with k answers for each number. */
export type ConditionerMaker = (shape: readonly number[], answers: number) => Conditioner

/** What keeps the size of SiLU's outputs, E[SiLU(z)²]^(−½) for a standard normal z. */
const SILU_GAIN = 1.68

/** A multilayer perceptron with SiLU between its layers. @param hidden widths. Default [64, 64]. */
export function perceptron({
  hidden = [64, 64],
}: { readonly hidden?: readonly number[] } = {}): ConditionerMaker {
  expectWidths(hidden, 'perceptron')
  return (shape, answers) => {
    const size = sizeOf(shape)
    const widths = [size, ...hidden, answers * size]
    const network = (params: Params, rows: tf.Tensor2D): tf.Tensor2D => {
      let h = rows
      for (let layer = 0; layer + 1 < widths.length; layer++) {
        if (layer > 0) h = silu(h)
        h = affine(params[`b${layer}`]!, [h, params[`W${layer}`]!])
      }
      return h
    }
    return Object.assign(network, { initial: (stream: RandomStream) => layers(stream, widths) })
  }
}

/**
 * A small convolutional network for states [h, w, c]: 3 × 3, 1 × 1, 3 × 3, as in Glow.
 *
 * @param channels of the layers between. Default 32.
 */
export function convolutional({ channels = 32 }: { readonly channels?: number } = {}): ConditionerMaker {
  expectWidths([channels], 'convolutional')
  return (shape, answers) => {
    const [h = 0, w = 0, c = 0] = shape
    if (shape.length !== 3)
      throw new RangeError(
        `convolutional: states must have the shape [height, width, channels], not [${shape.join(', ')}]`,
      )
    const network = (params: Params, rows: tf.Tensor2D): tf.Tensor2D => {
      const image = rows.reshape<tf.Tensor4D>([-1, h, w, c])
      const near = silu(convolved(params, 0, image)).reshape<tf.Tensor2D>([-1, channels])
      const deep = silu(affine(params.b1!, [near, params.W1!]))
      return convolved(params, 2, deep.reshape([-1, h, w, channels]))
        .reshape([-1, h * w, answers, c])
        .transpose([0, 2, 1, 3])
        .reshape([-1, answers * h * w * c])
    }
    const initial = (stream: RandomStream): Params => ({
      ...layers(stream, [9 * c, channels, channels], false),
      W2: tf.zeros([9 * channels, answers * c]),
      b2: tf.zeros([answers * c]),
    })
    return Object.assign(network, { initial })
  }
}

/** A 3 × 3 convolution; its weights are kept as a matrix, a row for each channel of each of the nine neighbours. */
function convolved(params: Params, layer: number, image: tf.Tensor4D): tf.Tensor4D {
  const weights = params[`W${layer}`]!
  const filter = weights.reshape<tf.Tensor4D>([3, 3, image.shape[3], weights.shape[1]!])
  return tf.conv2d(image, filter, 1, 'same').add(params[`b${layer}`]!)
}

/** Weights and biases of dense layers; the last begins at zero. */
function layers(stream: RandomStream, widths: readonly number[], lastIsZero = true): Params {
  const params: Record<string, tf.Tensor> = {}
  for (let layer = 0; layer + 1 < widths.length; layer++) {
    const [inputs, outputs] = [widths[layer]!, widths[layer + 1]!]
    const last = lastIsZero && layer + 2 === widths.length
    params[`W${layer}`] = last ? tf.zeros([inputs, outputs]) : normalWeights(stream, inputs, outputs)
    params[`b${layer}`] = tf.zeros([outputs])
  }
  return params
}

/** Normal weights that keep the size of what SiLU passes on. */
export function normalWeights(stream: RandomStream, inputs: number, outputs: number): tf.Tensor2D {
  return tf.mul(stream.normalTensor([inputs, outputs]), SILU_GAIN / Math.sqrt(inputs))
}

/** @throws RangeError for a width that is not a positive whole number. */
export function expectWidths(widths: readonly number[], name: string): void {
  const given: unknown = widths
  if (!Array.isArray(given))
    throw new TypeError(`${name}: hidden must be an array of widths, such as [64, 64]`)
  for (const width of widths)
    if (!Number.isSafeInteger(width) || width < 1)
      throw new RangeError(`${name}: widths must be positive whole numbers, but one is ${width}`)
}
