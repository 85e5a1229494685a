/** Faster WASM: our own kernels where TensorFlow.js 4.22 is slow or has none. */
import * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { registerAttention } from './attention'
import { registerChoices } from './choices'
import { registerConvolutions } from './convolution'
import { registerCopies } from './copies'
import { registerElementwise } from './elementwise'
import { registerLayers } from './layers'
import { registerProducts } from './matmul'
import { registerWasmWalks } from './executor'
import { registerOneHot } from './oneHot'
import { refuseTooMuch } from '../outOfMemory'
import { addressOf, bestBuild, openKernels, type Kernels, type WasmBuild } from './native'
import { registerRandom } from './random'
import { registerReductions } from './reduce'
import { currentKernels, useKernels } from './registry'
import { registerTrainingSteps } from './training'

export type { WasmBuild } from './native'

const KERNELS = [
  registerProducts,
  registerElementwise,
  registerReductions,
  registerCopies,
  registerRandom,
  registerConvolutions,
  registerLayers,
  registerAttention,
  registerOneHot,
  registerChoices,
  registerTrainingSteps,
]

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
  const backend = tf.backend() as BackendWasm
  refuseTooMuch(backend)
  if (build === undefined || build === 'stock') return useKernels(undefined)
  const builds = opened.get(backend) ?? new Map<WasmBuild, Kernels>()
  opened.set(backend, builds)
  const kernels = builds.get(build) ?? (await openKernels(backend, build))
  builds.set(build, kernels)
  for (const register of KERNELS) register()
  registerWasmWalks()
  useKernels(kernels)
}

/** Which kernels WASM tensors are computed with. */
export function wasmBuild(): WasmBuild | 'stock' {
  return currentKernels()?.build ?? 'stock'
}

/**
 * Runs `f` where our kernels are in use and all `tensors` are single-precision numbers in their memory.
 *
 * @returns what `f` does, or undefined elsewhere.
 */
export function onWasm<T>(
  tensors: readonly tf.Tensor[],
  f: (kernels: Kernels, addressOf: (tensor: tf.Tensor) => number) => T,
): T | undefined {
  const kernels = currentKernels()
  if (!kernels || tf.getBackend() !== 'wasm') return undefined
  const backend = tf.backend() as BackendWasm
  if (!tensors.every(({ dtype, dataId }) => dtype === 'float32' && backend.dataIdMap.has(dataId)))
    return undefined
  return f(kernels, (tensor) => addressOf(backend, tensor))
}
