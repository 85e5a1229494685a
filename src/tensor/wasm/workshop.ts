/** The kernels in TensorFlow.js's own module, with its memory: what computations need that go on over several calls. */
import * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import type { WasmBuild } from './native'
import { currentKernels } from './registry'
import type { Workshop } from './walk'

/** The Emscripten module behind the backend, beyond what its types say. */
interface Emscripten {
  readonly asm: { readonly memory: WebAssembly.Memory }
  _malloc(bytes: number): number
  _free(address: number): void
}

/** The kernels in use, and which build they are; undefined where tensors are not on our WASM kernels. */
export function workshop(): (Workshop & { readonly build: WasmBuild }) | undefined {
  const kernels = currentKernels()
  if (!kernels || tf.getBackend() !== 'wasm') return undefined
  const { wasm } = tf.backend() as BackendWasm
  const module = wasm as unknown as Emscripten
  return {
    native: kernels.native,
    build: kernels.build,
    allocate(bytes) {
      // Addresses beyond 2 GiB come back negative.
      const address = module._malloc(bytes) >>> 0
      if (!address)
        throw new Error(`There is no memory left for ${bytes} bytes of a walk: take fewer particles.`)
      return address
    },
    free: (address) => module._free(address),
    buffer: () => module.asm.memory.buffer,
  }
}
