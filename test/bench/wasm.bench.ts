import { selectBackend } from '../../src/tensor'
import { accelerateWasm } from '../../src/tensor/wasm'
import { files } from '../numeric/backends'
import type { Benchmark } from './benchmark'
import { startJax } from './jax'
import { reverseOperations, reverseStep, trainingStep, TRAINING_OPERATIONS, type Loop } from './mlp'
import { peakRate } from './peak'
import { onBuild, race, raceTable, type Contestant } from './race'
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
    const training = [...layers(trainingStep, 2), ...rivals('train', 2)]
    table(raceTable('training step, 512 rows, Adam', await race(training, ROUNDS), TRAINING_OPERATIONS))
    const reverse = [...layers((as) => reverseStep(as, PARTICLES), 1), ...rivals('reverse', 1)]
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

/** TensorFlow.js alone, and with our kernels under the same code or under our layers. */
function layers(make: (as: 'plain' | 'ours') => Loop, count: number): Contestant[] {
  return [
    onBuild('TensorFlow.js alone', 'stock', () => make('plain'), 1),
    onBuild('the same code, plain SIMD', 'plain', () => make('plain'), count),
    onBuild('the same code, relaxed SIMD', 'relaxed', () => make('plain'), count),
    onBuild("Genbook's layers, plain SIMD", 'plain', () => make('ours'), count),
    onBuild("Genbook's layers, relaxed SIMD", 'relaxed', () => make('ours'), count),
  ]
}
