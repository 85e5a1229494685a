/** Faster WebGPU: our own kernels where TensorFlow.js 4.22 takes many dispatches, or slow ones. */
import * as tf from '@tensorflow/tfjs'
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { registerWalks } from '../fused'
import { webGpuWalks } from './fused/walk'
import { warm } from './pipelines'
import { RANDOM_SHADERS, registerRandom } from './random'
import { onOurWebGpu, useWebGpuKernels } from './registry'

const KERNELS = [registerRandom]

/** What is compiled ahead: what nearly every notebook needs. */
const SHADERS = [...RANDOM_SHADERS]

/**
 * Puts our kernels in front of TensorFlow.js's, and begins to compile their shaders; to be called with its WebGPU backend in use.
 *
 * @param kernels `stock` leaves everything to TensorFlow.js.
 * @returns when the shaders are compiled; nothing needs to wait for it.
 */
export async function accelerateWebGpu(kernels: 'ours' | 'stock' = 'ours'): Promise<void> {
  useWebGpuKernels(kernels === 'ours')
  if (kernels === 'stock') return
  for (const register of KERNELS) register()
  registerWalks('webgpu', () => (onOurWebGpu() ? webGpuWalks : undefined))
  await warm((tf.backend() as WebGPUBackend).device, SHADERS)
}

/**
 * Runs `f` where our WebGPU kernels are in use and all `tensors` are single-precision numbers of that backend.
 *
 * @returns what `f` does, or undefined elsewhere.
 */
export function onWebGpu<T>(tensors: readonly tf.Tensor[], f: (backend: WebGPUBackend) => T): T | undefined {
  if (!onOurWebGpu()) return undefined
  const backend = tf.backend() as WebGPUBackend
  const all = tensors.every(({ dtype, dataId }) => dtype === 'float32' && backend.tensorMap.has(dataId))
  return all ? f(backend) : undefined
}
