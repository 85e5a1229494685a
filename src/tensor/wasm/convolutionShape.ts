/** Which convolutions our kernels take, and what they are told of them. */
import * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import type { Geometry, Kernels, Native } from './native'

export interface ConvolutionAttributes {
  readonly strides: number | [number, number]
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding
  readonly dataFormat?: 'NHWC' | 'NCHW'
  readonly dilations?: number | [number, number]
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil'
}

export type Shape4 = [number, number, number, number]

/** A convolution that our kernels take. */
export interface Convolution {
  readonly info: tf.backend_util.Conv2DInfo
  readonly geometry: Geometry
  readonly outShape: Shape4
  /** Places of the output, and numbers that each sees. */
  readonly places: number
  readonly seen: number
}

/** What a method works with. */
export interface Run {
  readonly backend: BackendWasm
  readonly native: Native
  readonly kernels: Kernels
}

/** A way to compute convolutions y = x ∗ w + b and their gradients. All tensors are given by their addresses. */
export interface Method {
  /** @param bias and `rest`, numbers of y's shape that are added: 0 for none. */
  forward(
    convolution: Convolution,
    run: Run,
    x: number,
    w: number,
    bias: number,
    y: number,
    rest: number,
  ): void
  inputGradient(convolution: Convolution, run: Run, dy: number, w: number, dx: number): void
  filterGradient(convolution: Convolution, run: Run, x: number, dy: number, dw: number): void
}

/** @returns undefined for what is left to TensorFlow.js: other types, the other format, groups. */
export function convolutionOf(
  inShape: Shape4,
  filterShape: Shape4,
  { strides, pad, dataFormat = 'NHWC', dilations = 1, dimRoundingMode }: ConvolutionAttributes,
  tensors: readonly tf.TensorInfo[],
): Convolution | undefined {
  if (dataFormat !== 'NHWC' || tensors.some(({ dtype }) => dtype !== 'float32')) return undefined
  const info = tf.backend_util.computeConv2DInfo(
    inShape,
    filterShape,
    strides,
    dilations,
    pad,
    dimRoundingMode,
  )
  if (info.inChannels !== filterShape[2]) return undefined
  const { outShape, padInfo } = info
  return {
    info,
    outShape,
    places: info.batchSize * info.outHeight * info.outWidth,
    seen: info.filterHeight * info.filterWidth * info.inChannels,
    geometry: [
      ...[info.inHeight, info.inWidth, info.inChannels, info.outHeight, info.outWidth],
      ...[info.filterHeight, info.filterWidth, info.strideHeight, info.strideWidth],
      ...[info.dilationHeight, info.dilationWidth, padInfo.top, padInfo.left],
    ] as unknown as Geometry,
  }
}
