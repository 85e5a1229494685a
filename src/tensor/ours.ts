/** Where kernels of our own are in use, on whichever device. */
import type * as tf from '@tensorflow/tfjs'
import { onWasm } from './wasm'
import { onWebGpu } from './webgpu'

/**
 * Runs `f` where kernels of our own are in use, on WASM or on WebGPU, and all `tensors` are single-precision numbers there.
 *
 * @returns what `f` does, or undefined elsewhere.
 */
export function onOurKernels<T>(tensors: readonly tf.Tensor[], f: () => T): T | undefined {
  return onWasm(tensors, f) ?? onWebGpu(tensors, f)
}
