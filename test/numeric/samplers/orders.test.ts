import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  ddim,
  dpmpp2M,
  dpmpp2MSde,
  dpmpp2S,
  dpmpp3M,
  dpmSolver,
  edm,
  edmHeun,
  euler,
  eulerMaruyama,
  exact,
  follow,
  grids,
  heun,
  rk4,
  rk45,
  stochasticHeun,
  unipc,
  ve,
  vp,
  type Denoiser,
  type Sampler,
  type State,
} from '../../../src/models'
import { selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'
import { doubles, EDM_ENDS, flowOfM1, largest, last, M1, STARTS, VP_ENDS } from './common'

before(() => selectBackend('cpu', files))

const process = vp()
const edmStarts = STARTS.map((x) => 80 * x)
const ends = Float64Array.from(STARTS, (x) =>
  flowOfM1([process.alpha(1), process.alpha(1e-3)], [process.sigma(1), process.sigma(1e-3)], x),
)
const edmEnds = edmStarts.map((x) => flowOfM1([1, 1], [80, 0.002], x))

type Make = <S extends State>(model: Denoiser<S>, steps: number) => Sampler<S>

/** The largest error over the five points, in doubles. */
async function error(make: Make, steps: number): Promise<number> {
  return largest(await last(make(doubles(process), steps), STARTS), ends)
}

/** The same on tensors of single precision. */
async function errorOfTensors(
  sampler: Sampler,
  start: Float64Array,
  expected: ArrayLike<number>,
): Promise<number> {
  const x = tf.tensor2d(Float32Array.from(start), [5, 1])
  const end = take(await follow(sampler, x))
  x.dispose()
  return largest(end, expected)
}

/** Solvers with their errors in 20, 80 and 320 steps, and the slope from 320 to 640. */
const TABLE: readonly (readonly [string, Make, readonly [number, number, number, number]])[] = [
  ['Euler, linear in t', (m, steps) => euler(m, { steps }), [0.2928, 0.04833, 0.01062, 1.03]],
  ['Heun, linear in t', (m, steps) => heun(m, { steps }), [0.02916, 0.002474, 1.658e-4, 1.98]],
  ['RK4, linear in t', (m, steps) => rk4(m, { steps }), [6.465e-4, 5.692e-6, 2.424e-8, 3.98]],
  [
    'DPM-Solver-1, even in λ',
    (m, steps) => dpmSolver(m, { steps, order: 1 }),
    [0.09618, 0.02408, 0.006027, 1],
  ],
  [
    'DDIM, even in λ',
    (m, steps) => ddim(m, { steps, grid: grids.logSnr, end: 1e-3 }),
    [0.09618, 0.02408, 0.006027, 1],
  ],
  ['DPM-Solver-2, even in λ', (m, steps) => dpmSolver(m, { steps }), [0.02626, 0.00195, 1.288e-4, 1.99]],
  [
    'DPM-Solver-3, even in λ',
    (m, steps) => dpmSolver(m, { steps, order: 3 }),
    [0.003026, 5.589e-5, 9.429e-7, 2.98],
  ],
  ['DPM-Solver++(2M), even in λ', (m, steps) => dpmpp2M(m, { steps }), [0.03325, 0.004218, 2.935e-4, 1.98]],
]

describe('the probability-flow ODE of M1', () => {
  test('its solution from VP’s pure noise, and from EDM’s', () => {
    approximately(ends, VP_ENDS, 1e-9)
    approximately(edmEnds, EDM_ENDS, 1e-8)
  })

  for (const [name, make, [at20, at80, at320, slope]] of TABLE)
    test(`${name}: known errors and slope`, async () => {
      const errors = [await error(make, 20), await error(make, 80), await error(make, 320)]
      for (const [i, known] of [at20, at80, at320].entries())
        // Half of the last of four digits.
        assert.ok(Math.abs(errors[i]! / known - 1) < 5.1e-4, `${errors[i]}, known ${known}`)
      const measured = Math.log2(errors[2]! / (await error(make, 640)))
      assert.ok(Math.abs(measured - slope) < 0.0051, `slope ${measured}, known ${slope}`)
    })

  for (const [name, make, [at20, at80]] of TABLE)
    test(`${name}: on tensors of single precision`, async () => {
      for (const [steps, known] of [
        [20, at20],
        [80, at80],
      ] as const) {
        const found = await errorOfTensors(make(exact(process, M1), steps), STARTS, ends)
        assert.ok(
          Math.abs(found - known) <= Math.max(0.02 * known, 3e-6),
          `${steps} steps: ${found}, known ${known}`,
        )
      }
    })

  // No published numbers: the order that the method promises, within a tenth (a fifth where warm-up steps of lower order still show).
  for (const [name, make, order, slack] of [
    ['DPM-Solver++(2S)', (m, steps) => dpmpp2S(m, { steps }), 2, 0.1],
    ['DPM-Solver++(3M)', (m, steps) => dpmpp3M(m, { steps }), 3, 0.1],
    ['SDE-DPM-Solver++(2M) with η = 0', (m, steps) => dpmpp2MSde(m, { steps, eta: 0 }), 2, 0.1],
    ['UniP-1', (m, steps) => unipc(m, { steps, order: 1, correct: false }), 1, 0.1],
    ['UniP-2', (m, steps) => unipc(m, { steps, order: 2, correct: false }), 2, 0.1],
    ['UniP-3', (m, steps) => unipc(m, { steps, order: 3, correct: false }), 3, 0.1],
    ['UniPC-1', (m, steps) => unipc(m, { steps, order: 1 }), 2, 0.1],
    ['UniPC-2, B₂', (m, steps) => unipc(m, { steps }), 3, 0.1],
    ['UniPC-2, B₁', (m, steps) => unipc(m, { steps, variant: 'bh1' }), 3, 0.1],
    [
      'the ODE as a reverse SDE with η = 0, by Euler',
      (m, steps) => eulerMaruyama(m, { steps, eta: 0 }),
      1,
      0.1,
    ],
    [
      'the ODE as a reverse SDE with η = 0, by Heun',
      (m, steps) => stochasticHeun(m, { steps, eta: 0 }),
      2,
      0.1,
    ],
    ['EDM’s Heun, on VP', (m, steps) => edmHeun(m, { steps, end: 1e-3, denoise: false }), 2, 0.1],
  ] satisfies [string, Make, number, number][])
    test(`${name}: order ${order}`, async () => {
      const measured = Math.log2((await error(make, 320)) / (await error(make, 640)))
      assert.ok(Math.abs(measured - order) < slack, `order ${measured}`)
    })

  test('UniPC-3: its corrector gains on UniP-3, as far as its first steps let it', async () => {
    const [corrected, predicted] = [3, 3].map(
      (order, i) => (steps: number) =>
        error((m, n) => unipc(m, { steps: n, order, correct: i === 0 }), steps),
    )
    assert.ok((await corrected!(320)) < 0.05 * (await predicted!(320)))
    assert.ok(Math.log2((await corrected!(80)) / (await corrected!(160))) > 3.8)
  })
})

describe('EDM', () => {
  const make: Make = (model, steps) => edmHeun(model, { steps, denoise: false })

  test('Heun and Euler on Karras’s grid: known errors', async () => {
    for (const [steps, ofHeun, ofEuler] of [
      [18, 0.0454, 0.1182],
      [40, 0.0102, 0.0539],
      [80, 0.00276, 0.0271],
      [160, 7.15e-4, 0.0136],
    ] as const) {
      const sampler = make(doubles(edm()), steps)
      const { times } = sampler
      const found = largest(await last(sampler, edmStarts), edmEnds)
      assert.ok(Math.abs(found / ofHeun - 1) < 5e-3, `Heun ${steps}: ${found}`)
      const first = largest(await last(euler(doubles(edm()), { times }), edmStarts), edmEnds)
      assert.ok(Math.abs(first / ofEuler - 1) < 5e-3, `Euler ${steps}: ${first}`)
      if (steps > 80) continue
      const single = await errorOfTensors(make(exact(edm(), M1), steps), edmStarts, edmEnds)
      assert.ok(Math.abs(single - ofHeun) < 0.02 * ofHeun, `single precision ${steps}: ${single}`)
    }
  })

  test('asks twice a step, and once more for clean data', () => {
    assert.equal(make(doubles(edm()), 18).evaluations, 36)
    const sampler = edmHeun(doubles(edm()), { steps: 17 })
    assert.equal(sampler.evaluations, 35)
    assert.equal(sampler.times.at(-1), 0)
    assert.equal(sampler.times.at(-2), 0.002)
  })

  test('on EDM’s process it is Heun’s method in σ', async () => {
    const { times } = make(doubles(edm()), 12)
    const one = await last(heun(doubles(edm()), { times }), edmStarts)
    approximately(await last(make(doubles(edm()), 12), edmStarts), one, 1e-12)
  })

  test('in τ = σ/α all processes are one: VE and EDM agree, and VP in its own units', async () => {
    // M1 seen from the same τ, from 50 to 0.01.
    const reference = STARTS.map((x) => flowOfM1([1, 1], [40, 0.01], 40 * x))
    for (const [process, name] of [
      [ve({ sigmaMin: 0.01, sigmaMax: 80 }), 'VE'],
      [edm(), 'EDM'],
      [vp(), 'VP'],
    ] as const) {
      const tau = (t: number) => process.sigma(t) / process.alpha(t)
      const [start, end] = [40, 0.01].map((level) => {
        let [low, high] = [process.times.from, process.times.to]
        for (let k = 0; k < 200; k++) {
          const middle = (low + high) / 2
          if (tau(middle) < level) low = middle
          else high = middle
        }
        return (low + high) / 2
      })
      const x = await last(
        edmHeun(doubles(process), { steps: 200, start: start!, end: end!, denoise: false }),
        STARTS.map((x) => 40 * x * process.alpha(start!)),
      )
      approximately(
        x.map((y) => y / process.alpha(end!)),
        reference,
        6e-4,
        name,
      )
    }
  })
})

describe('RK45', () => {
  async function run(options: object, model = doubles(process)) {
    let [evaluations, x]: [number, Float64Array] = [0, STARTS]
    for await (const state of rk45(model, options)(STARTS)) ({ evaluations, x } = state)
    return { evaluations, x }
  }

  test('its NFE and errors at two tolerances', async () => {
    for (const [tolerance, evaluations, known] of [
      [1e-3, 44, 2.98e-3],
      [1e-5, 92, 5.4e-5],
    ] as const) {
      const result = await run({ tolerance, control: 'batch' })
      assert.equal(result.evaluations, evaluations)
      const found = largest(result.x, ends)
      assert.ok(Math.abs(found / known - 1) < 0.01, `error ${found}`)
    }
  })

  test('on tensors of single precision: the same NFE, and the error within 2 %', async () => {
    const start = tf.tensor2d(Float32Array.from(STARTS), [5, 1])
    for (const [tolerance, known] of [
      [1e-3, 2.98e-3],
      [1e-5, 5.4e-5],
    ] as const) {
      let evaluations = 0
      const x = await follow(rk45(exact(process, M1), { tolerance, control: 'batch' }), start, {
        observe: (state) => void (evaluations = state.evaluations),
      })
      assert.equal(evaluations, tolerance === 1e-3 ? 44 : 92)
      const found = largest(take(x), ends)
      assert.ok(Math.abs(found - known) < Math.max(0.02 * known, 3e-6), `error ${found}`)
    }
    start.dispose()
  })

  test('with steps for each particle: what becomes of one does not depend on the others', async () => {
    const model = doubles(process)
    const all = await run({ tolerance: 1e-6 })
    assert.ok(largest(all.x, ends) < 1e-5)
    for (const [i, x] of STARTS.entries()) {
      const alone = await last(rk45(model, { tolerance: 1e-6 }), Float64Array.of(x))
      assert.ok(Math.abs(alone[0]! - all.x[i]!) < 1e-13, `particle ${i}`)
    }
  })

  test('up in time, it is the inverse', async () => {
    const model = doubles(process)
    const code = await last(rk45(model, { start: 1e-3, end: 1, tolerance: 1e-9 }), ends)
    approximately(code, STARTS, 1e-7)
  })

  test('leaves no tensors behind, finished or abandoned', async () => {
    const before = tf.memory().numTensors
    const start = tf.tensor2d([-1, 0, 1], [3, 1])
    for (const control of ['batch', 'particle'] as const)
      (await follow(rk45(exact(process, M1), { control, tolerance: 1e-2 }), start)).dispose()
    const walk = rk45(exact(process, M1), { tolerance: 1e-2 })(start)
    const seen: tf.Tensor[] = []
    for (let i = 0; i < 4; i++) {
      const { value } = await walk.next()
      if (value && value.x !== start) seen.push(value.x)
    }
    await walk.return()
    tf.dispose(seen)
    start.dispose()
    assert.equal(tf.memory().numTensors, before)
  })

  test('options that make no sense are named', () => {
    const model = doubles(process)
    assert.throws(() => rk45(model, { tolerance: 0 }), /relative must be positive, but is 0/)
    assert.throws(() => rk45(model, { control: 'all' as never }), /'batch' or 'particle'/)
    assert.throws(() => rk45(model, { start: 2 }), /start must be from 0 to 1, but is 2/)
    assert.throws(() => rk45(model, { end: 1 }), /must differ/)
    assert.throws(() => rk45({} as never), /must be a denoiser/)
  })
})
