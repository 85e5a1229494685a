import * as tf from '@tensorflow/tfjs'
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { findGpu } from '../../src/kernel/worker/gpu.node'
import { ancestral, ddpm, denoiser, linearBetas, mlp, sample } from '../../src/models'
import { RandomStream, selectBackend } from '../../src/tensor'
import { accelerateWebGpu } from '../../src/tensor/webgpu'
import { files } from '../numeric/backends'
import type { Benchmark } from './benchmark'
import {
  fusedTrainingStep,
  reverseOperations,
  reverseStep,
  trainingStep,
  TRAINING_OPERATIONS,
  type Loop,
} from './mlp'
import { race, raceTable, type Contestant } from './race'
import { startPython, type PythonBench } from './torch'
import { UNET_OPERATIONS, unetStep } from './unet'

const PARTICLES = 4096
/** Steps of a walk that is one burst. */
const STEPS = 200
/** A GPU that the processor emulates shows that this file works, and nothing of speed. */
const SOFTWARE = Boolean(process.env['GENBOOK_SOFTWARE_GPU'])
const ROUNDS = Number(process.env['GENBOOK_ROUNDS'] ?? 11)

const benchmark: Benchmark = {
  title: `On a GPU, beside PyTorch on the same card: ${ROUNDS} bursts in turns`,
  async run(report, table) {
    const missing = await findGpu('webgpu')
    const device = missing ? undefined : await selectBackend(SOFTWARE ? 'webgpu' : 'auto', files)
    if (device?.backend !== 'webgpu') {
      report('GPU', `none here, so that nothing is measured: ${missing ?? device?.reason ?? ''}`)
      return
    }
    report('GPU', device.name)
    const torch = await startPython('gpu.py')
    report('beside it', torch?.version ?? 'no PyTorch with CUDA')
    const restore = (): void => accelerateWebGpu()
    const count = SOFTWARE ? 1 : 50
    const training = [
      onKernels('TensorFlow.js alone', 'stock', () => trainingStep('plain'), count),
      onKernels('the same code, our kernels', 'ours', () => trainingStep('plain'), count),
      onKernels("Genbook's layers", 'ours', () => trainingStep('ours'), count),
      onKernels('in one pass', 'ours', fusedTrainingStep, count),
      ...rivals(torch, 'train', count),
    ]
    table(
      raceTable('training step, 512 rows, Adam', await race(training, ROUNDS, restore), TRAINING_OPERATIONS),
    )
    const reverse = [
      onKernels('TensorFlow.js alone', 'stock', () => reverseStep('plain', PARTICLES), count),
      onKernels("Genbook's layers", 'ours', () => reverseStep('ours', PARTICLES), count),
      walk(),
      ...rivals(torch, 'reverse', count),
    ]
    table(
      raceTable(
        `reverse step, ${PARTICLES} particles`,
        await race(reverse, ROUNDS, restore),
        reverseOperations(PARTICLES),
      ),
    )
    // Emulated, a step takes minutes.
    if (!SOFTWARE) {
      const unet = [
        onKernels('TensorFlow.js alone', 'stock', unetStep, 2),
        onKernels('our kernels', 'ours', unetStep, 5),
        ...rivals(torch, 'unet', 5),
      ]
      table(raceTable('U-Net, training step', await race(unet, ROUNDS, restore), UNET_OPERATIONS))
    }
    torch?.end()
    // What is still under way must not meet the end of the process.
    const { device: gpu } = tf.backend() as WebGPUBackend
    await gpu.queue.onSubmittedWorkDone()
    await selectBackend('cpu', files)
    gpu.destroy()
  },
}

export default benchmark

function onKernels(name: string, kernels: 'stock' | 'ours', make: () => Loop, count: number): Contestant {
  let loop: Loop | undefined
  return {
    name,
    ...(kernels === 'stock' && { rival: 'stock' }),
    burst: async () => {
      accelerateWebGpu(kernels)
      loop ??= make()
      await drained()
      const start = performance.now()
      for (let i = 0; i < count; i++) loop.step()
      await drained()
      return (performance.now() - start) / count
    },
    dispose: () => loop?.dispose(),
  }
}

/** Waits until the GPU has done all that it was told. */
async function drained(): Promise<void> {
  const backend = tf.backend() as WebGPUBackend
  backend.submitQueue()
  await backend.device.queue.onSubmittedWorkDone()
}

/** What `sample` does with ancestral steps: whole walks in one dispatch. */
function walk(): Contestant {
  const steps = SOFTWARE ? 2 : STEPS
  const stream = new RandomStream(1, 'walk')
  const network = mlp({ dim: 2, hidden: [128, 128, 128], embedding: 16 })
  const model = denoiser(ddpm({ betas: linearBetas(steps) }), network, { predicts: 'noise', stream })
  const sampler = ancestral(model, { steps })
  return {
    name: 'sample(), in one dispatch',
    burst: async () => {
      accelerateWebGpu()
      const start = performance.now()
      const x = await sample(sampler, PARTICLES, { stream })
      await x.data()
      x.dispose()
      return (performance.now() - start) / steps
    },
    dispose: () => tf.dispose(model.params),
  }
}

function rivals(torch: PythonBench | undefined, what: string, count: number): Contestant[] {
  if (!torch) return []
  return ([false, true] as const).map((graph) => ({
    name: graph ? 'PyTorch, CUDA graph' : 'PyTorch, eager',
    rival: graph ? 'CUDA graphs' : 'PyTorch eager',
    burst: () => torch.ask({ what, count, graph }),
  }))
}
