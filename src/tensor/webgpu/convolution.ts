/**
 * Convolution in two dimensions, and its gradients in the image and in the filter, as matrix products whose first factor is read from a
 * picture (`wgsl/patches.ts`). The filter's gradient is a long sum over all places for few numbers: it is made in parts.
 */
import * as tf from '@tensorflow/tfjs'
import {
  convolutionOf,
  type Convolution,
  type ConvolutionAttributes,
  type Shape4,
} from '../wasm/convolutionShape'
import { CONVOLUTION_ONTO, type OntoInputs } from '../wasm/convolution'
import { matrixReader } from './matmul'
import { multiply, productShader, type Factors, type Finish } from './product'
import { override, type Call } from './registry'
import type { Shader } from './shader'
import type { Lanes } from './subgroups'
import { ACTIVATIONS } from './wgsl/activation'
import { MEETINGS, PATCH_PARAMS, PATCHES, TRANSPOSED_PATCHES, TURNED_FILTER } from './wgsl/patches'

interface FusedAttributes extends ConvolutionAttributes {
  readonly activation: string
  readonly leakyreluAlpha?: number
}

interface ForwardInputs {
  readonly x: tf.TensorInfo
  readonly filter: tf.TensorInfo
  readonly bias?: tf.TensorInfo
  readonly preluActivationWeights?: tf.TensorInfo
}

const PARAMS = {
  ...PATCH_PARAMS,
  together: 'u32',
  bRun: 'u32',
  bBatch: 'u32',
  bStep: 'u32',
  bInnerStep: 'u32',
} as const

const matrix = matrixReader('b', false)
const FORWARD: Factors<typeof PARAMS> = { name: 'patches and filter', a: PATCHES, b: matrix, params: PARAMS }
const FILTER: Factors<typeof PARAMS> = {
  name: 'transposed patches and gradient',
  a: TRANSPOSED_PATCHES,
  b: matrix,
  params: PARAMS,
}
const INPUT: Factors<typeof PATCH_PARAMS> = {
  name: 'meetings and filter',
  a: MEETINGS,
  b: TURNED_FILTER,
  params: PATCH_PARAMS,
}

/** Those of networks on small pictures. */
export function convolutionShaders(lanes?: Lanes): Shader[] {
  return ([64, 32] as const).flatMap((tile) => [
    productShader(FORWARD as unknown as Factors<never>, tile, { added: true }, lanes),
    productShader(FILTER as unknown as Factors<never>, tile, {}, lanes),
    productShader(INPUT as unknown as Factors<never>, tile, {}, lanes),
  ])
}

export function registerConvolutions(): void {
  override<OntoInputs, ConvolutionAttributes>(CONVOLUTION_ONTO, (call) =>
    forward(call, { addend: call.inputs.bias, rest: call.inputs.rest }),
  )

  override<ForwardInputs, ConvolutionAttributes>(tf.Conv2D, (call) => forward(call))

  override<ForwardInputs, FusedAttributes>(tf.FusedConv2D, (call) => {
    const { inputs, attrs } = call
    const { bias: addend, filter } = inputs
    const activation = ACTIVATIONS[attrs.activation]
    if (activation === undefined || inputs.preluActivationWeights) return undefined
    if (
      addend &&
      (addend.dtype !== 'float32' || addend.shape.length !== 1 || addend.shape[0] !== filter.shape[3])
    )
      return undefined
    return forward(call, { ...(addend && { addend }), activation, alpha: attrs.leakyreluAlpha ?? 0 })
  })

  override<
    { readonly x: tf.TensorInfo; readonly dy: tf.TensorInfo },
    ConvolutionAttributes & { readonly filterShape: Shape4 }
  >(tf.Conv2DBackpropFilter, ({ inputs: { x, dy }, attrs, backend }) => {
    const convolution = convolutionOf(x.shape as Shape4, attrs.filterShape, attrs, [x, dy])
    if (!convolution) return undefined
    const { places, seen, info } = convolution
    const sizes = { rows: seen, columns: info.outChannels, depth: places, batches: 1 }
    return multiply(backend, FILTER, [x, dy], told(convolution), sizes, attrs.filterShape)
  })

  override<
    { readonly dy: tf.TensorInfo; readonly filter: tf.TensorInfo },
    ConvolutionAttributes & { readonly inputShape: Shape4 }
  >(tf.Conv2DBackpropInput, ({ inputs: { dy, filter }, attrs, backend }) => {
    const convolution = convolutionOf(attrs.inputShape, filter.shape as Shape4, attrs, [dy, filter])
    if (!convolution) return undefined
    const { info } = convolution
    const sizes = {
      rows: info.batchSize * info.inHeight * info.inWidth,
      columns: info.inChannels,
      depth: info.filterHeight * info.filterWidth * info.outChannels,
      batches: 1,
    }
    return multiply(backend, INPUT, [dy, filter], told(convolution), sizes, attrs.inputShape)
  })
}

function forward(
  { inputs: { x, filter }, attrs, backend }: Call<Pick<ForwardInputs, 'x' | 'filter'>, ConvolutionAttributes>,
  finish: Finish = {},
): tf.TensorInfo | undefined {
  const convolution = convolutionOf(x.shape as Shape4, filter.shape as Shape4, attrs, [x, filter])
  if (!convolution) return undefined
  const { info, outShape, places, seen } = convolution
  const sizes = { rows: places, columns: info.outChannels, depth: seen, batches: 1 }
  return multiply(backend, FORWARD, [x, filter], told(convolution), sizes, outShape, finish)
}

function told({ info }: Convolution): Record<keyof typeof PARAMS, number> {
  return {
    height: info.inHeight,
    width: info.inWidth,
    channels: info.inChannels,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    outChannels: info.outChannels,
    filterWidth: info.filterWidth,
    strideY: info.strideHeight,
    strideX: info.strideWidth,
    dilationY: info.dilationHeight,
    dilationX: info.dilationWidth,
    top: info.padInfo.top,
    left: info.padInfo.left,
    together: 1,
    bRun: 0,
    bBatch: 0,
    bStep: 1,
    bInnerStep: info.outChannels,
  }
}
