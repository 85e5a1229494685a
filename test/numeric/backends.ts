/** Devices for tests, with the binaries that the product ships. */
import type * as tf from '@tensorflow/tfjs'
// esbuild reads the file at build time.
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm'
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm'
import { selectBackend, type BackendFiles } from '../../src/tensor'

export const files: BackendFiles = {
  wasm: { 'tfjs-backend-wasm-simd.wasm': simd, 'tfjs-backend-wasm.wasm': plain },
}

/** Runs `f` on the device, and leaves plain JavaScript in place. */
export async function on<T>(backend: 'cpu' | 'wasm', f: () => T | Promise<T>): Promise<T> {
  await selectBackend(backend, files)
  try {
    return await f()
  } finally {
    await selectBackend('cpu', files)
  }
}

/** Values of a tensor, which is disposed of. */
export function take(tensor: tf.Tensor): number[] {
  const values = [...tensor.dataSync()]
  tensor.dispose()
  return values
}
