import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { root } from '../../scripts/vscode-host/index.mjs'
import { selectBackend } from '../../src/tensor'
import { accelerateWasm, onWasm, type WasmBuild } from '../../src/tensor/wasm'
import { files } from '../numeric/backends'
import { median, type Benchmark } from './benchmark'
import { reverseOperations, reverseStep, trainingStep, TRAINING_OPERATIONS, type Loop } from './mlp'

const PARTICLES = 4096
const ROUNDS = 21

/** Something to be measured beside others: with which kernels, and what. */
interface Contestant {
  readonly name: string
  readonly build: WasmBuild | 'stock'
  readonly make: () => Loop
  readonly count: number
}

const benchmark: Benchmark = {
  title:
    'MLP 18-128-128-128-2 with SiLU on WASM, one thread: a training step of 512 rows with Adam, and a reverse step of ' +
    `${PARTICLES} particles; the fastest of ${ROUNDS} bursts in turns`,
  async run(report) {
    await selectBackend('wasm', files)
    for (const build of ['plain', 'relaxed'] as const) {
      await accelerateWasm(build)
      report(`${build} SIMD: products and sums in registers alone`, `${peak().toFixed(1)} GF/s`)
    }
    const torch = pytorch()
    await race(report, 'training step', TRAINING_OPERATIONS, torch?.train, (as) => trainingStep(as), 2)
    await race(
      report,
      'reverse step',
      reverseOperations(PARTICLES),
      torch?.reverse,
      (as) => reverseStep(as, PARTICLES),
      1,
    )
    if (torch) report('PyTorch', `${torch.version}, best of one and two threads`)
    await accelerateWasm('relaxed')
    for (const particles of [256, 1024, 4096, 16384, 65536]) {
      const loop = reverseStep('ours', particles)
      const count = Math.max(1, Math.round(4096 / particles))
      const times = Array.from({ length: ROUNDS }, () => burst(loop, count))
      report(
        `a reverse step of ${particles} particles`,
        `${((1e6 * Math.min(...times)) / particles).toFixed(0)} ns a particle`,
      )
      loop.dispose()
    }
    report('memory of TensorFlow.js after all that', `${(heapBytes() / 2 ** 20).toFixed(0)} MiB`)
    await accelerateWasm()
  },
}

export default benchmark

/** Runs the contestants in turns, in short bursts, so that what else the machine does slows all of them alike. */
async function race(
  report: Parameters<Benchmark['run']>[0],
  what: string,
  operations: number,
  torch: Times | undefined,
  make: (as: 'plain' | 'ours') => Loop,
  count: number,
): Promise<void> {
  const contestants: readonly Contestant[] = [
    { name: 'stock TensorFlow.js', build: 'stock', make: () => make('plain'), count: 1 },
    { name: 'the same code, plain SIMD', build: 'plain', make: () => make('plain'), count },
    { name: 'the same code, relaxed SIMD', build: 'relaxed', make: () => make('plain'), count },
    { name: "genbook's layers, plain SIMD", build: 'plain', make: () => make('ours'), count },
    { name: "genbook's layers, relaxed SIMD", build: 'relaxed', make: () => make('ours'), count },
  ]
  const times = contestants.map((): number[] => [])
  const loops: Loop[] = []
  for (const { build, make } of contestants) {
    await accelerateWasm(build)
    loops.push(make())
  }
  for (let round = -1; round < ROUNDS; round++)
    for (const [i, { build, count }] of contestants.entries()) {
      await accelerateWasm(build)
      const time = burst(loops[i]!, count)
      if (round >= 0) times[i]!.push(time)
    }
  for (const loop of loops) loop.dispose()
  const fastest = times.map((of) => Math.min(...of))
  for (const [i, { name }] of contestants.entries()) {
    const time = fastest[i]!
    const ratios = [
      `${(operations / time / 1e6).toFixed(1)} GF/s`,
      ...(i ? [`${(fastest[0]! / time).toFixed(1)} times as fast as stock`] : []),
      ...(torch ? [`${(time / torch.fastest).toFixed(2)} of PyTorch's time`] : []),
    ]
    report(
      `${what}: ${name}`,
      `${time.toFixed(2)} ms (median ${median(times[i]!).toFixed(2)}): ${ratios.join(', ')}`,
    )
  }
  if (torch) report(`${what}: PyTorch`, `${torch.fastest.toFixed(2)} ms (median ${torch.median.toFixed(2)})`)
}

/** Milliseconds a step. */
function burst({ step }: Loop, count: number): number {
  const start = performance.now()
  for (let i = 0; i < count; i++) step()
  return (performance.now() - start) / count
}

function peak(): number {
  const count = 10_000
  // Many short calls, because an engine optimises a function only between its calls.
  const rates = Array.from({ length: 1000 }, () => {
    const start = performance.now()
    onWasm([], ({ native }) => native.multiplyAdds(count, 0.999, 0.001))
    return (count * 12 * 4 * 2) / (performance.now() - start) / 1e6
  })
  return Math.max(...rates)
}

function heapBytes(): number {
  return (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length
}

interface Times {
  readonly median: number
  readonly fastest: number
}

interface Torch {
  readonly version: string
  readonly threads: number
  readonly train: Times
  readonly reverse: Times
}

/** Milliseconds of the same two steps in PyTorch, each with its better number of threads; undefined where there is none. */
function pytorch(): Torch | undefined {
  // The system's own Python may have it where another stands before it on the path.
  for (const python of ['python3', '/usr/bin/python3']) {
    const { status, stdout } = spawnSync(python, [join(root, 'test/bench/pytorch.py')], { encoding: 'utf8' })
    if (status !== 0) continue
    const runs = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Torch)
    const best = (what: 'train' | 'reverse') =>
      runs.map((run) => run[what]).reduce((a, b) => (b.fastest < a.fastest ? b : a))
    return { ...runs[0]!, train: best('train'), reverse: best('reverse') }
  }
  return undefined
}
