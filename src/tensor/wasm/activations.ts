/** What TensorFlow.js's fused operations do to their result: everything but `prelu`, which has weights. */
import * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { addressOf, type Native } from './native'

export interface ActivationAttributes {
  readonly activation: string
  readonly leakyreluAlpha?: number
}

/** Those that `finishRows` knows, by their number there. */
const OF_ROWS: Readonly<Record<string, number>> = { linear: 0, relu: 1, relu6: 2, leakyrelu: 3 }
/** Those that are kernels. */
const KERNELS: Readonly<Record<string, string>> = { sigmoid: tf.Sigmoid, elu: tf.Elu }

/** Whether `activate` takes it. */
export function isActivation(activation: string): boolean {
  return activation in OF_ROWS || activation in KERNELS
}

/** The activation of what was made just now, in its place where that can be. */
export function activate(
  made: tf.TensorInfo,
  { activation, leakyreluAlpha = 0 }: ActivationAttributes,
  backend: BackendWasm,
  native: Native,
): tf.TensorInfo {
  const size = tf.util.sizeFromShape(made.shape)
  if (activation === 'linear' || !size) return made
  const name = KERNELS[activation]
  if (name) {
    const out = tf.getKernel(name, 'wasm').kernelFunc({ inputs: { x: made }, attrs: {}, backend })
    backend.disposeData(made.dataId)
    return out as tf.TensorInfo
  }
  const n = made.shape.at(-1)!
  native.finishRows(addressOf(backend, made), size / n, n, 0, OF_ROWS[activation]!, leakyreluAlpha)
  return made
}
