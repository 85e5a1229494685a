/** Faster WebGPU: our own kernels where TensorFlow.js 4.22 takes many dispatches, or slow ones. */
import * as tf from '@tensorflow/tfjs'
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { registerAffine } from './affine'
import { ATTENTION_SHADERS, registerAttention } from './attention'
import { convolutionShaders, registerConvolutions } from './convolution'
import { ELEMENTWISE_SHADERS, registerElementwise } from './elementwise'
import { registerFused } from './fused'
import { GROUP_NORM_SHADERS, registerGroupNorm } from './groupNorm'
import { matrixShaders, registerProducts } from './matmul'
import { registerParticles } from './particles'
import { warm } from './pipelines'
import { PARTS_SHADERS } from './product'
import { RANDOM_SHADERS, registerRandom } from './random'
import { REDUCTION_SHADERS, registerReductions } from './reduce'
import { onOurWebGpu, useWebGpuKernels } from './registry'
import { registerSoftmax, SOFTMAX_SHADERS } from './softmax'
import { lanesOf, type Lanes } from './subgroups'
import { UPDATE_SHADERS } from './updates'

const KERNELS = [
  registerRandom,
  registerParticles,
  registerElementwise,
  registerProducts,
  registerAffine,
  registerReductions,
  registerConvolutions,
  registerGroupNorm,
  registerSoftmax,
  registerAttention,
  registerFused,
]

const shadersFor = (lanes?: Lanes) => [
  ...RANDOM_SHADERS,
  ...ELEMENTWISE_SHADERS,
  ...matrixShaders(lanes),
  ...PARTS_SHADERS,
  ...REDUCTION_SHADERS,
  ...convolutionShaders(lanes),
  ...GROUP_NORM_SHADERS,
  ...SOFTMAX_SHADERS,
  ...ATTENTION_SHADERS,
  ...UPDATE_SHADERS,
]

/** Puts our kernels in front of TensorFlow.js's. @param kernels `stock` leaves everything to TensorFlow.js. */
export function accelerateWebGpu(kernels: 'ours' | 'stock' = 'ours'): void {
  useWebGpuKernels(kernels === 'ours')
  if (kernels === 'stock') return
  for (const register of KERNELS) register()
}

/**
 * Compiles the shaders that nearly every notebook needs beside whatever else goes on, so that none has to wait for them.
 *
 * @returns when they are there; nothing needs to wait for it.
 */
export function warmWebGpu(device: GPUDevice): Promise<void> {
  return warm(device, shadersFor(lanesOf(device)))
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
