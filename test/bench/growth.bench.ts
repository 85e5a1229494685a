import * as tf from '@tensorflow/tfjs'
import { ancestral, ddpm, denoiser, linearBetas, mlp, sample } from '../../src/models'
import { RandomStream, selectBackend } from '../../src/tensor'
import { files } from '../numeric/backends'
import type { Benchmark, Table } from './benchmark'
import { mebibytes, wasmBytes } from './peak'
import { race, timed, type Contestant } from './race'

const ROUNDS = Number(process.env['GENBOOK_ROUNDS'] ?? 7)
/** Particle-steps of one burst, so that all take about as long. */
const BURST = 2 ** 17

interface Case {
  readonly particles: number
  readonly width: number
  readonly steps: number
}

const benchmark: Benchmark = {
  title: `How ancestral sampling grows with particles, width and steps; the fastest of ${ROUNDS} bursts in turns`,
  async run(_, table) {
    await selectBackend('wasm', files)
    await grow(
      table,
      'particles',
      [256, 1024, 4096, 16_384, 65_536].map((particles) => ({ particles, width: 128, steps: 0 })),
    )
    await grow(
      table,
      'width',
      [32, 64, 128, 256, 512].map((width) => ({ particles: 1024, width, steps: 0 })),
    )
    await grow(
      table,
      'steps',
      [10, 100, 1000].map((steps) => ({ particles: 256, width: 128, steps })),
    )
  },
}

export default benchmark

/** Of one row for each case: with `steps` 0, as many as make a burst. */
async function grow(table: Table, by: keyof Case, cases: readonly Case[]): Promise<void> {
  const rows = cases.map((one) => {
    const steps = one.steps || Math.max(2, Math.round((BURST * 128) / one.particles / one.width))
    return { ...one, steps, ...sampling({ ...one, steps }) }
  })
  const memory: number[] = []
  const raced = await race(
    rows.map(({ burst, dispose }, i): Contestant => ({
      name: '',
      burst: async () => {
        const time = await burst()
        memory[i] = wasmBytes()
        return time
      },
      dispose,
    })),
    ROUNDS,
  )
  table([
    [by, 'nanoseconds a particle and step', 'nanoseconds a product and sum', 'WASM memory by then'],
    ...rows.map(({ particles, steps, width }, i) => {
      const { times } = raced[i]!
      if (typeof times === 'string') return [String({ particles, steps, width }[by]), times]
      const each = (1e6 * Math.min(...times)) / particles / steps
      // Two layers between three of that width, and the first and the last.
      const products = 2 * width * width + 4 * width
      return [
        String({ particles, steps, width }[by]),
        each.toFixed(0),
        (each / products).toFixed(4),
        mebibytes(memory[i]!),
      ]
    }),
  ])
}

function sampling({ particles, width, steps }: Case): Pick<Contestant, 'burst' | 'dispose'> {
  const stream = new RandomStream(1, 'growth')
  const model = denoiser(
    ddpm({ betas: linearBetas(steps) }),
    mlp({ dim: 2, hidden: [width, width, width], embedding: 16 }),
    {
      predicts: 'noise',
      stream,
    },
  )
  const sampler = ancestral(model, { steps })
  return {
    burst: () => timed(async () => (await sample(sampler, particles, { stream })).dispose(), 1),
    dispose: () => tf.dispose(model.params),
  }
}
