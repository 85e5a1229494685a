/** Puts our kernels in the place of TensorFlow.js's, with those behind them for whatever ours do not take. */
import * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import type { Kernels } from './native'

/** A call of a kernel: `I` and `A` are what TensorFlow.js documents for it. */
export interface Call<I = tf.NamedTensorInfoMap, A = tf.NamedAttrMap> {
  readonly inputs: I
  readonly attrs: A
  readonly backend: BackendWasm
}

/** @returns the result, or undefined to leave the call to TensorFlow.js. */
export type Kernel<I = tf.NamedTensorInfoMap, A = tf.NamedAttrMap> = (
  call: Call<I, A>,
  kernels: Kernels,
) => tf.TensorInfo | tf.TensorInfo[] | undefined

let current: Kernels | undefined

/** Chooses what the registered kernels run on; undefined leaves all to TensorFlow.js. */
export function useKernels(kernels: Kernels | undefined): void {
  current = kernels
}

/** What the registered kernels run on. */
export function currentKernels(): Kernels | undefined {
  return current
}

const overridden = new Set<string>()

/** Registers `kernel` for WASM in front of what is registered, if anything is; once for each name. */
export function override<I, A>(kernelName: string, kernel: Kernel<I, A>): void {
  if (overridden.has(kernelName)) return
  const stock = tf.getKernel(kernelName, 'wasm')
  overridden.add(kernelName)
  if (stock) tf.unregisterKernel(kernelName, 'wasm')
  tf.registerKernel({
    ...(stock ?? { kernelName, backendName: 'wasm' }),
    kernelFunc: (call) => {
      const ours = current && kernel(call as unknown as Call<I, A>, current)
      if (ours) return ours
      if (!stock) throw new Error(`TensorFlow.js has no kernel ${kernelName} for these inputs on WASM`)
      return stock.kernelFunc(call)
    },
  })
}

/** Registers a kernel of our own for WASM, which is only called where ours are in use; once for each name. */
export function register<I, A = object>(
  kernelName: string,
  kernel: (call: Call<I, A>, kernels: Kernels) => tf.TensorInfo | tf.TensorInfo[],
): void {
  if (tf.getKernel(kernelName, 'wasm')) return
  tf.registerKernel({
    kernelName,
    backendName: 'wasm',
    kernelFunc: (call) => kernel(call as unknown as Call<I, A>, current!),
  })
}
