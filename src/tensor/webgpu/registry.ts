/** Puts our kernels in the place of TensorFlow.js's on WebGPU, with those behind them for whatever ours do not take. */
import * as tf from '@tensorflow/tfjs'
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'

/** A call of a kernel: `I` and `A` are what TensorFlow.js documents for it. */
export interface Call<I = tf.NamedTensorInfoMap, A = tf.NamedAttrMap> {
  readonly inputs: I
  readonly attrs: A
  readonly backend: WebGPUBackend
}

/** @returns the result, or undefined to leave the call to TensorFlow.js. */
export type Kernel<I = tf.NamedTensorInfoMap, A = tf.NamedAttrMap> = (
  call: Call<I, A>,
) => tf.TensorInfo | tf.TensorInfo[] | undefined

let ours = false

/** Whether our kernels are in use; without them all is left to TensorFlow.js. */
export function useWebGpuKernels(inUse: boolean): void {
  ours = inUse
}

/** Whether our kernels are in use, on the backend in use. */
export function onOurWebGpu(): boolean {
  return ours && tf.getBackend() === 'webgpu'
}

const overridden = new Set<string>()

/** Registers `kernel` for WebGPU in front of what is registered, if anything is; once for each name. */
export function override<I, A>(kernelName: string, kernel: Kernel<I, A>): void {
  if (overridden.has(kernelName)) return
  overridden.add(kernelName)
  const stock = tf.getKernel(kernelName, 'webgpu')
  if (stock) tf.unregisterKernel(kernelName, 'webgpu')
  tf.registerKernel({
    ...(stock ?? { kernelName, backendName: 'webgpu' }),
    kernelFunc: (call) => {
      const made = ours && kernel(call as unknown as Call<I, A>)
      if (made) return made
      if (!stock) throw new Error(`TensorFlow.js has no kernel ${kernelName} for these inputs on WebGPU`)
      return stock.kernelFunc(call)
    },
  })
}
