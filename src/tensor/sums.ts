/**
 * Sums of many tensors on WebGPU.
 *
 * TensorFlow.js 4.22 binds all terms of `tf.addN` to one shader. A device binds as few as eight buffers, the result among
 * them; beyond that the shader is invalid and the result silently wrong. Here such a sum is made of shorter ones.
 */
import * as tf from '@tensorflow/tfjs'

/** Terms that every device can bind beside the result. */
const MOST = 7

let done = false

/** Puts ours in place of the registered sum; to be called once TensorFlow.js's WebGPU kernels are registered. */
export function shorterGpuSums(): void {
  if (done) return
  const config = tf.getKernel(tf.AddN, 'webgpu')
  if (!config) throw new Error(`TensorFlow.js has no kernel ${tf.AddN} for WebGPU`)
  done = true
  const add = (inputs: readonly tf.TensorInfo[], backend: object): tf.TensorInfo =>
    config.kernelFunc({
      inputs: inputs as unknown as tf.NamedTensorInfoMap,
      attrs: {},
      backend,
    }) as tf.TensorInfo

  tf.unregisterKernel(tf.AddN, 'webgpu')
  tf.registerKernel({
    ...config,
    kernelFunc: ({ inputs, backend }) => {
      const terms = Object.values(inputs) as tf.TensorInfo[]
      let sum = add(terms.slice(0, MOST), backend)
      for (let i = MOST; i < terms.length; i += MOST - 1) {
        const longer = add([sum, ...terms.slice(i, i + MOST - 1)], backend)
        ;(backend as tf.KernelBackend).disposeData(sum.dataId)
        sum = longer
      }
      return sum
    },
  })
}
