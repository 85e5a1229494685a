/**
 * Convolution in two dimensions, and its gradients in the image and in the filter, as matrix products: with P the rows of
 * `native/patches.ts`,
 *
 *   y = P w,   dw = Pᵀ dy,   dP = dy wᵀ.
 *
 * Few rows of P are made at a time, so that they are still in the cache when they are multiplied.
 */
import * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { ACTIVATIONS } from './matmul'
import { addressOf, type Geometry, type Kernels } from './native'
import { override, type Call } from './registry'

interface Attributes {
  readonly strides: number | [number, number]
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding
  readonly dataFormat?: 'NHWC' | 'NCHW'
  readonly dilations?: number | [number, number]
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil'
}

interface FusedAttributes extends Attributes {
  readonly activation: string
  readonly leakyreluAlpha?: number
}

interface ForwardInputs {
  readonly x: tf.TensorInfo
  readonly filter: tf.TensorInfo
  readonly bias?: tf.TensorInfo
}

/** Numbers in the rows that are made at a time. */
const BLOCK = 2 ** 16

type Shape4 = [number, number, number, number]

/** A convolution that our kernels take. */
interface Convolution {
  readonly geometry: Geometry
  readonly outShape: Shape4
  /** Places of the output, and numbers that each sees. */
  readonly places: number
  readonly seen: number
  readonly outChannels: number
  /** Whether the image itself is P. */
  readonly plain: boolean
}

export function registerConvolutions(): void {
  override<ForwardInputs, Attributes>(tf.Conv2D, forward)
  override<ForwardInputs, FusedAttributes>(tf.FusedConv2D, (call, kernels) => {
    const { inputs, attrs, backend } = call
    const { bias, filter } = inputs
    const activation = ACTIVATIONS[attrs.activation]
    const n = filter.shape[3]!
    if (activation === undefined || (bias && (bias.shape.length !== 1 || bias.shape[0] !== n)))
      return undefined
    const out = forward(call, kernels)
    if (out && n)
      kernels.native.finishRows(
        addressOf(backend, out),
        tf.util.sizeFromShape(out.shape) / n,
        n,
        bias ? addressOf(backend, bias) : 0,
        activation,
        attrs.leakyreluAlpha ?? 0,
      )
    return out
  })
  override<
    { readonly x: tf.TensorInfo; readonly dy: tf.TensorInfo },
    Attributes & { readonly filterShape: Shape4 }
  >(tf.Conv2DBackpropFilter, ({ inputs: { x, dy }, attrs, backend }, kernels) => {
    const convolution = convolutionOf(x.shape as Shape4, attrs.filterShape, attrs, [x, dy])
    if (!convolution) return undefined
    const { outChannels, seen } = convolution
    const out = backend.makeOutput(attrs.filterShape, 'float32')
    const [atDy, atOut] = [addressOf(backend, dy), addressOf(backend, out)]
    kernels.native.clear(atOut, seen * outChannels)
    forEachBlock(convolution, backend, kernels, addressOf(backend, x), (rows, first, count) =>
      kernels.native.gemm(
        rows,
        true,
        atDy + 4 * first * outChannels,
        false,
        atOut,
        seen,
        outChannels,
        count,
        0,
        true,
      ),
    )
    return out
  })
  override<
    { readonly dy: tf.TensorInfo; readonly filter: tf.TensorInfo },
    Attributes & { readonly inputShape: Shape4 }
  >(tf.Conv2DBackpropInput, ({ inputs: { dy, filter }, attrs, backend }, { native }) => {
    const convolution = convolutionOf(attrs.inputShape, filter.shape as Shape4, attrs, [dy, filter])
    if (!convolution) return undefined
    const { geometry, outChannels, places, plain, seen } = convolution
    const out = backend.makeOutput(attrs.inputShape, 'float32')
    const [atDy, atFilter, atOut] = [
      addressOf(backend, dy),
      addressOf(backend, filter),
      addressOf(backend, out),
    ]
    if (plain) {
      native.gemm(atDy, false, atFilter, true, atOut, places, seen, outChannels, 0, false)
      return out
    }
    native.clear(atOut, tf.util.sizeFromShape(attrs.inputShape))
    const block = blockOf(convolution)
    const spare = backend.makeOutput([block * seen], 'float32')
    const rows = addressOf(backend, spare)
    for (let first = 0; first < places; first += block) {
      const count = Math.min(block, places - first)
      native.gemm(
        atDy + 4 * first * outChannels,
        false,
        atFilter,
        true,
        rows,
        count,
        seen,
        outChannels,
        0,
        false,
      )
      native.addPatches(atOut, rows, first, count, ...geometry)
    }
    backend.disposeData(spare.dataId)
    return out
  })
}

function forward(
  { inputs: { x, filter }, attrs, backend }: Call<ForwardInputs, Attributes>,
  kernels: Kernels,
): tf.TensorInfo | undefined {
  const convolution = convolutionOf(x.shape as Shape4, filter.shape as Shape4, attrs, [x, filter])
  if (!convolution) return undefined
  const { outChannels, outShape, seen } = convolution
  const out = backend.makeOutput(outShape, 'float32')
  const [atFilter, atOut] = [addressOf(backend, filter), addressOf(backend, out)]
  forEachBlock(convolution, backend, kernels, addressOf(backend, x), (rows, first, count) =>
    kernels.native.gemm(
      rows,
      false,
      atFilter,
      false,
      atOut + 4 * first * outChannels,
      count,
      outChannels,
      seen,
      0,
      false,
    ),
  )
  return out
}

/** Calls `f` with the address of rows of P, the first of them, and how many they are, until all were there. */
function forEachBlock(
  convolution: Convolution,
  backend: BackendWasm,
  { native }: Kernels,
  x: number,
  f: (rows: number, first: number, count: number) => void,
): void {
  const { geometry, places, plain, seen } = convolution
  if (plain) return f(x, 0, places)
  const block = blockOf(convolution)
  const spare = backend.makeOutput([block * seen], 'float32')
  const rows = addressOf(backend, spare)
  for (let first = 0; first < places; first += block) {
    const count = Math.min(block, places - first)
    native.gatherPatches(x, rows, first, count, ...geometry)
    f(rows, first, count)
  }
  backend.disposeData(spare.dataId)
}

/** How many rows of P are made at a time: a multiple of the six that the product takes. */
function blockOf({ places, seen }: Convolution): number {
  return Math.min(places, Math.max(48, 6 * Math.floor(BLOCK / Math.max(seen, 1) / 6)))
}

/** @returns undefined for what is left to TensorFlow.js: other types, the other format, groups. */
function convolutionOf(
  inShape: Shape4,
  filterShape: Shape4,
  { strides, pad, dataFormat = 'NHWC', dilations = 1, dimRoundingMode }: Attributes,
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
  const { outShape, padInfo } = info
  const places = info.batchSize * info.outHeight * info.outWidth
  const seen = info.filterHeight * info.filterWidth * info.inChannels
  if (info.inChannels !== filterShape[2]) return undefined
  return {
    outShape,
    places,
    seen,
    outChannels: info.outChannels,
    plain:
      info.filterHeight * info.filterWidth * info.strideHeight * info.strideWidth === 1 &&
      places === info.batchSize * info.inHeight * info.inWidth,
    geometry: [
      ...[info.inHeight, info.inWidth, info.inChannels, info.outHeight, info.outWidth],
      ...[info.filterHeight, info.filterWidth, info.strideHeight, info.strideWidth],
      ...[info.dilationHeight, info.dilationWidth, padInfo.top, padInfo.left],
    ] as unknown as Geometry,
  }
}
