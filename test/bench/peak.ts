/** What the processor can do at most through WebAssembly, and what has been used of memory. */
import * as tf from '@tensorflow/tfjs'
import { onWasm } from '../../src/tensor/wasm'

/** GF/s of products and sums in registers, with the kernels in use. */
export function peakRate(): number {
  const count = 10_000
  // Many short calls, because an engine optimises a function only between its calls.
  const rates = Array.from({ length: 1000 }, () => {
    const start = performance.now()
    onWasm([], ({ native }) => native.multiplyAdds(count, 0.999, 0.001))
    return (count * 12 * 4 * 2) / (performance.now() - start) / 1e6
  })
  return Math.max(...rates)
}

/** Bytes of the memory that TensorFlow.js's WASM backend has taken; it never gives any back. */
export function wasmBytes(): number {
  return (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length
}

export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`
}
