import * as tf from '@tensorflow/tfjs'
import { threads } from '../../src/kernel/worker/workers.node'
import { ancestral, ddpm, denoiser, linearBetas, mlp, sample } from '../../src/models'
import { RandomStream, selectBackend, useWorkers } from '../../src/tensor'
import { accelerateWasm, type WasmBuild } from '../../src/tensor/wasm'
import { files } from '../numeric/backends'
import type { Benchmark } from './benchmark'
import { startJax } from './jax'
import {
  fusedTrainingStep,
  reverseOperations,
  reverseStep,
  trainingStep,
  TRAINING_OPERATIONS,
  type Loop,
} from './mlp'
import { peakRate } from './peak'
import { onBuild, race, raceTable, timed, type Contestant } from './race'
import { startTorch } from './torch'

const PARTICLES = 4096
const ROUNDS = Number(process.env['GENBOOK_ROUNDS'] ?? 21)

const benchmark: Benchmark = {
  title: `Perceptron 18-128-128-128-2 with SiLU on the processor, ${ROUNDS} bursts in turns`,
  async run(report, table) {
    await selectBackend('wasm', files)
    for (const build of ['plain', 'relaxed'] as const) {
      await accelerateWasm(build)
      report(`products and sums in registers alone, ${build} SIMD`, `${peakRate().toFixed(1)} GF/s`)
    }
    const [torch, jax] = [await startTorch(), await startJax()]
    report('beside it', [torch?.version ?? 'no PyTorch', jax?.version ?? 'no jax-js'].join(', '))
    const rivals = (what: 'train' | 'reverse', count: number): Contestant[] => [
      ...(jax ? [jax.contestant(what, count)] : []),
      ...(torch?.contestants(what, count) ?? []),
    ]
    const training = [...layers(trainingStep, 10), ...inOneGo(), ...rivals('train', 10)]
    table(raceTable('training step, 512 rows, Adam', await race(training, ROUNDS), TRAINING_OPERATIONS))
    const reverse = [...layers((as) => reverseStep(as, PARTICLES), 4), ...walks(), ...rivals('reverse', 4)]
    table(
      raceTable(
        `reverse step, ${PARTICLES} particles`,
        await race(reverse, ROUNDS),
        reverseOperations(PARTICLES),
      ),
    )
    torch?.end()
  },
}

export default benchmark

/** TensorFlow.js alone, and with our kernels under the same code or under our layers, all by one thread. */
function layers(make: (as: 'plain' | 'ours') => Loop, count: number): Contestant[] {
  const contestants = [
    onBuild('TensorFlow.js alone', 'stock', () => make('plain'), 1),
    onBuild('the same code, plain SIMD', 'plain', () => make('plain'), count),
    onBuild('the same code, relaxed SIMD', 'relaxed', () => make('plain'), count),
    onBuild("Genbook's layers, plain SIMD", 'plain', () => make('ours'), count),
    onBuild("Genbook's layers, relaxed SIMD", 'relaxed', () => make('ours'), count),
  ]
  return contestants.map((contestant) => ({
    ...contestant,
    burst: () => {
      // Otherwise the other thread would be busy with their kernels, and not there for whole steps.
      useWorkers(threads, 1)
      return contestant.burst()
    },
  }))
}

/** What `train` does with each batch. */
function inOneGo(): Contestant[] {
  const step = (name: string, build: WasmBuild, count: number): Contestant => {
    let loop: Loop | undefined
    return {
      name: `in one pass, ${name} SIMD${count > 1 ? ', two threads' : ''}`,
      burst: async () => {
        await accelerateWasm(build)
        useWorkers(threads, count)
        loop ??= fusedTrainingStep()
        return timed(loop.step, 10)
      },
      dispose: () => loop?.dispose(),
    }
  }
  return [
    step('plain', 'plain', 1),
    step('relaxed', 'relaxed', 1),
    ...(threads.processors > 1 ? [step('relaxed', 'relaxed', threads.processors)] : []),
  ]
}

/** Steps of one burst of a walk, beside which its beginning does not count. */
const STEPS = 50

/** What `sample` does with ancestral steps, all of them in one go. */
function walks(): Contestant[] {
  const walk = (name: string, build: WasmBuild, count: number): Contestant => {
    let loop: { readonly step: () => Promise<void>; readonly dispose: () => void } | undefined
    return {
      name: `sample(), ${name} SIMD${count > 1 ? `, ${count} threads` : ''}`,
      burst: async () => {
        await accelerateWasm(build)
        useWorkers(threads, count)
        loop ??= ancestralWalk()
        return (await timed(loop.step, 1)) / STEPS
      },
      dispose: () => loop?.dispose(),
    }
  }
  return [
    walk('plain', 'plain', 1),
    walk('relaxed', 'relaxed', 1),
    ...(threads.processors > 1 ? [walk('relaxed', 'relaxed', threads.processors)] : []),
  ]
}

function ancestralWalk() {
  const stream = new RandomStream(1, 'walk')
  const network = mlp({ dim: 2, hidden: [128, 128, 128], embedding: 16 })
  const model = denoiser(ddpm({ betas: linearBetas(STEPS) }), network, { predicts: 'noise', stream })
  const sampler = ancestral(model, { steps: STEPS })
  return {
    step: async () => (await sample(sampler, PARTICLES, { stream })).dispose(),
    dispose: () => tf.dispose(model.params),
  }
}
