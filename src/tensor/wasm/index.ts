/** Faster WASM: our own kernels where TensorFlow.js 4.22 is slow or has none. */
import * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { registerCopies } from './copies'
import { registerElementwise } from './elementwise'
import { registerProducts } from './matmul'
import { bestBuild, openKernels, type Kernels, type WasmBuild } from './native'
import { registerReductions } from './reduce'
import { currentKernels, useKernels } from './registry'

export type { WasmBuild } from './native'

const KERNELS = [registerProducts, registerElementwise, registerReductions, registerCopies]

/** Instances by build, for each backend that was ever in use. */
const opened = new WeakMap<BackendWasm, Map<WasmBuild, Kernels>>()

/**
 * Puts our kernels in front of TensorFlow.js's; to be called with its WASM backend in use.
 *
 * @param build which build: by default the best that the engine takes, and none where it has no SIMD; `stock` leaves
 * everything to TensorFlow.js.
 * @throws WebAssembly.CompileError for a build that this engine does not take.
 */
export async function accelerateWasm(build: WasmBuild | 'stock' | undefined = bestBuild()): Promise<void> {
  if (build === undefined || build === 'stock') return useKernels(undefined)
  const backend = tf.backend() as BackendWasm
  const builds = opened.get(backend) ?? new Map<WasmBuild, Kernels>()
  opened.set(backend, builds)
  const kernels = builds.get(build) ?? (await openKernels(backend, build))
  builds.set(build, kernels)
  for (const register of KERNELS) register()
  useKernels(kernels)
}

/** Which kernels WASM tensors are computed with. */
export function wasmBuild(): WasmBuild | 'stock' {
  return currentKernels()?.build ?? 'stock'
}
