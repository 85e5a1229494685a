/** Convolution in two dimensions, and its gradients in the image and in the filter. */
import * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { activate, isActivation, type ActivationAttributes } from './activations'
import {
  convolutionOf,
  type Convolution,
  type ConvolutionAttributes,
  type Method,
  type Run,
  type Shape4,
} from './convolutionShape'
import { addressOf, type Kernels } from './native'
import { patches } from './patches'
import { override, register, type Call } from './registry'
import { isForTurning, turned } from './turned'
import { isForWinograd, winograd } from './winograd'

/** rest + x ∗ filter + bias: inputs `rest`, `x`, `filter` and `bias`, and the attributes of a convolution. */
export const CONVOLUTION_ONTO = 'GenbookConvolutionOnto'

export interface OntoInputs {
  readonly rest: tf.TensorInfo
  readonly x: tf.TensorInfo
  readonly filter: tf.TensorInfo
  readonly bias: tf.TensorInfo
}

interface ForwardInputs {
  readonly x: tf.TensorInfo
  readonly filter: tf.TensorInfo
  readonly bias?: tf.TensorInfo
}

/** The fastest way. */
function methodOf(convolution: Convolution): Method {
  if (isForWinograd(convolution)) return winograd
  return isForTurning(convolution) ? turned : patches
}

export function registerConvolutions(): void {
  register<OntoInputs, ConvolutionAttributes>(CONVOLUTION_ONTO, (call, kernels) => {
    const { inputs, backend } = call
    const out = forward(call, kernels, addressOf(backend, inputs.bias), addressOf(backend, inputs.rest))
    if (!out)
      throw new Error('A convolution onto other numbers takes pictures as [n, height, width, channels].')
    return out
  })

  override<ForwardInputs, ConvolutionAttributes>(tf.Conv2D, (call, kernels) => forward(call, kernels))

  override<ForwardInputs, ConvolutionAttributes & ActivationAttributes>(tf.FusedConv2D, (call, kernels) => {
    const { inputs, attrs, backend } = call
    const { bias, filter } = inputs
    const fits = !bias || tf.util.arraysEqual(bias.shape, [filter.shape[3]!])
    if (!fits || !isActivation(attrs.activation)) return undefined
    const out = forward(call, kernels, bias && addressOf(backend, bias))
    return out && activate(out, attrs, backend, kernels.native)
  })

  override<
    { readonly x: tf.TensorInfo; readonly dy: tf.TensorInfo },
    ConvolutionAttributes & { readonly filterShape: Shape4 }
  >(tf.Conv2DBackpropFilter, ({ inputs: { x, dy }, attrs, backend }, kernels) => {
    const convolution = convolutionOf(x.shape as Shape4, attrs.filterShape, attrs, [x, dy])
    if (!convolution) return undefined
    const out = backend.makeOutput(attrs.filterShape, 'float32')
    const [atX, atDy, atOut] = [addressOf(backend, x), addressOf(backend, dy), addressOf(backend, out)]
    methodOf(convolution).filterGradient(convolution, runOf(backend, kernels), atX, atDy, atOut)
    return out
  })

  override<
    { readonly dy: tf.TensorInfo; readonly filter: tf.TensorInfo },
    ConvolutionAttributes & { readonly inputShape: Shape4 }
  >(tf.Conv2DBackpropInput, ({ inputs: { dy, filter }, attrs, backend }, kernels) => {
    const convolution = convolutionOf(attrs.inputShape, filter.shape as Shape4, attrs, [dy, filter])
    if (!convolution) return undefined
    const out = backend.makeOutput(attrs.inputShape, 'float32')
    const [atDy, atW, atOut] = [addressOf(backend, dy), addressOf(backend, filter), addressOf(backend, out)]
    methodOf(convolution).inputGradient(convolution, runOf(backend, kernels), atDy, atW, atOut)
    return out
  })
}

function runOf(backend: BackendWasm, kernels: Kernels): Run {
  return { backend, native: kernels.native, kernels }
}

function forward(
  { inputs: { x, filter }, attrs, backend }: Call<Pick<ForwardInputs, 'x' | 'filter'>, ConvolutionAttributes>,
  kernels: Kernels,
  bias = 0,
  rest = 0,
): tf.TensorInfo | undefined {
  const convolution = convolutionOf(x.shape as Shape4, filter.shape as Shape4, attrs, [x, filter])
  if (!convolution) return undefined
  const out = backend.makeOutput(convolution.outShape, 'float32')
  const [atX, atW, atOut] = [addressOf(backend, x), addressOf(backend, filter), addressOf(backend, out)]
  methodOf(convolution).forward(convolution, runOf(backend, kernels), atX, atW, bias, atOut, rest)
  return out
}
