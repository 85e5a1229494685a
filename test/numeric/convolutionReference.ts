/** Convolutions as what they are: sums of products, one by one. */
import * as tf from '@tensorflow/tfjs'

export type Shape4 = [number, number, number, number]

export interface ConvolutionCase {
  readonly x: Shape4
  readonly filter: Shape4
  readonly strides: [number, number]
  readonly pad: 'same' | 'valid' | number
  readonly dilations?: [number, number]
}

/**
 * Calls `f` for every product of the convolution, with the places of its factors and of what it is added to.
 *
 * @returns the shape of the result.
 */
export function terms(
  { x, filter, strides, pad, dilations = [1, 1] }: ConvolutionCase,
  f: (input: number, weight: number, output: number) => void,
): Shape4 {
  const { outShape, padInfo } = tf.backend_util.computeConv2DInfo(x, filter, strides, dilations, pad)
  const [batch, outHeight, outWidth, outChannels] = outShape
  const [filterHeight, filterWidth, channels] = filter
  for (let b = 0; b < batch; b++)
    for (let r = 0; r < outHeight; r++)
      for (let c = 0; c < outWidth; c++)
        for (let i = 0; i < filterHeight; i++)
          for (let j = 0; j < filterWidth; j++) {
            const y = r * strides[0] - padInfo.top + i * dilations[0]
            const z = c * strides[1] - padInfo.left + j * dilations[1]
            if (y < 0 || y >= x[1] || z < 0 || z >= x[2]) continue
            for (let k = 0; k < channels; k++)
              for (let o = 0; o < outChannels; o++)
                f(
                  ((b * x[1] + y) * x[2] + z) * channels + k,
                  ((i * filterWidth + j) * channels + k) * outChannels + o,
                  ((b * outHeight + r) * outWidth + c) * outChannels + o,
                )
          }
  return outShape
}
