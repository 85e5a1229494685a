/**
 * Faster matrix products on WASM.
 *
 * TensorFlow.js 4.22 multiplies with SIMD only where neither factor is transposed, and both gradients of a product
 * transpose one. Transposing first and multiplying with SIMD is several times faster.
 */
import * as tf from '@tensorflow/tfjs'

interface Product {
  readonly inputs: { readonly a: tf.TensorInfo; readonly b: tf.TensorInfo }
  readonly attrs: { readonly transposeA: boolean; readonly transposeB: boolean }
  readonly backend: tf.KernelBackend
}

let done = false

/** Puts ours in place of the registered product; to be called once the WASM backend is registered. */
export function fasterWasmProducts(): void {
  if (done) return
  done = true
  const multiply = kernel(tf.BatchMatMul)
  const transpose = kernel(tf.Transpose)
  const transposed = (x: tf.TensorInfo, backend: tf.KernelBackend): tf.TensorInfo => {
    const perm = x.shape.map((_, axis) => axis)
    perm.push(...perm.splice(-2).reverse())
    return transpose({ inputs: { x }, attrs: { perm }, backend }) as tf.TensorInfo
  }

  tf.unregisterKernel(tf.BatchMatMul, 'wasm')
  tf.registerKernel({
    kernelName: tf.BatchMatMul,
    backendName: 'wasm',
    kernelFunc: (call) => {
      const { inputs, attrs, backend } = call as unknown as Product
      const a = attrs.transposeA ? transposed(inputs.a, backend) : inputs.a
      const b = attrs.transposeB ? transposed(inputs.b, backend) : inputs.b
      const product = multiply({ inputs: { a, b }, attrs: { transposeA: false, transposeB: false }, backend })
      for (const [used, given] of [
        [a, inputs.a],
        [b, inputs.b],
      ] as const)
        if (used !== given) backend.disposeData(used.dataId)
      return product
    },
  })
}

function kernel(name: string): tf.KernelFunc {
  const config = tf.getKernel(name, 'wasm')
  if (!config) throw new Error(`TensorFlow.js has no kernel ${name} for WASM`)
  return config.kernelFunc
}
