import * as tf from '@tensorflow/tfjs'
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { findGpu } from '../../src/kernel/worker/gpu.node'
import { denoiser, mlp, unet, vp, type Network } from '../../src/models'
import { adam } from '../../src/models/training'
import { RandomStream, selectBackend } from '../../src/tensor'
import { accelerateWebGpu } from '../../src/tensor/webgpu'
import { files } from '../numeric/backends'
import { counted } from '../numeric/webgpu/count'
import type { Benchmark } from './benchmark'

const benchmark: Benchmark = {
  title:
    'Dispatches of a training step on WebGPU: gradients of the squared error of the noise, and Adam. Their number depends on the network alone, not on ' +
    'its widths or the batch, so both are tiny',
  async run(report) {
    const missing = await findGpu('webgpu')
    if (missing) throw new Error(missing)
    await selectBackend('webgpu', files)
    // Small tensors must not be computed on the processor.
    tf.env().set('WEBGPU_CPU_FORWARD', false)
    const stream = new RandomStream(2, 'steps')
    const networks: Record<string, readonly [Network, number[]]> = {
      'perceptron, three hidden layers': [mlp({ dim: 2, hidden: [8, 8, 8] }), [4, 2]],
      'U-Net, two levels, attention': [unet({ shape: [4, 4, 1], channels: 4, groups: 2 }), [2, 4, 4, 1]],
    }
    for (const [name, [network, shape]] of Object.entries(networks))
      for (const kernels of ['stock', 'ours'] as const) {
        accelerateWebGpu(kernels)
        const { count, tensors } = measured(network, stream.normalTensor(shape))
        const whose = kernels === 'ours' ? 'our kernels' : "TensorFlow.js's"
        report(
          `${name}, ${tensors} tensors, ${whose}`,
          `${count.dispatches} dispatches, ${count.copies} copies between buffers`,
        )
      }
    // What is still under way must not meet the end of the process.
    const { device } = tf.backend() as WebGPUBackend
    await device.queue.onSubmittedWorkDone()
    await selectBackend('cpu', files)
    device.destroy()
  },
}

export default benchmark

function measured(network: Network, points: tf.Tensor) {
  const model = denoiser(vp(), network, { predicts: 'noise' })
  const { params } = model
  const names = Object.keys(params)
  const state = adam().start(params)
  const target = tf.zerosLike(points)
  const step = (): void => {
    const { grads } = tf.variableGrads(
      () => tf.losses.meanSquaredError(target, model.predict(points, 0.5).noise),
      Object.values(params),
    )
    state.step(Object.fromEntries(names.map((name) => [name, grads[params[name]!.name]!])), 1e-3)
  }
  try {
    return { count: counted(step), tensors: names.length }
  } finally {
    state.dispose()
    tf.dispose([params, target, points])
  }
}
