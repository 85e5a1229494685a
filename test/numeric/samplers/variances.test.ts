import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  ancestral,
  ddim,
  dpmpp2M,
  dpmpp2MSde,
  dpmpp2S,
  dpmSolver,
  edmHeun,
  euler,
  eulerMaruyama,
  heun,
  reverseDiffusion,
  rk4,
  sra1,
  stochasticHeun,
  vp,
  type Denoiser,
  type Sampler,
} from '../../../src/models'
import { RandomStream } from '../../../src/tensor'
import { approximately } from '../approximately'
import { doubles, gaussian, last, scripted } from './common'
import {
  ancestralWalk,
  ddimWalk,
  diagonal,
  dpm2Walk,
  dpm3Walk,
  edmWalk,
  eulerMaruyamaWalk,
  heunWalk,
  pp2SWalk,
  reverseDiffusionWalk,
  rk4Walk,
  Scalar,
  sde2MWalk,
  sra1Walk,
  stochasticHeunWalk,
  varianceOf,
  VARIANCES,
  type ScalarWalk,
} from './gaussians'

const process = vp()
const STEPS = 200

type Make = (model: Denoiser<Float64Array>, steps: number) => Sampler<Float64Array>
/** A sampler, the same written out for a scalar, and how many noises it draws a step. */
type Case = readonly [name: string, make: Make, walk: ScalarWalk, fresh: number]

const STOCHASTIC: readonly Case[] = [
  ['Euler–Maruyama', (m, steps) => eulerMaruyama(m, { steps }), eulerMaruyamaWalk(1), 1],
  ['stochastic Heun', (m, steps) => stochasticHeun(m, { steps }), stochasticHeunWalk, 1],
  ['the reverse diffusion predictor', (m, steps) => reverseDiffusion(m, { steps }), reverseDiffusionWalk, 1],
  ['ancestral, β̃', (m, steps) => ancestral(m, { steps }), ancestralWalk('posterior'), 1],
  ['SDE-DPM-Solver++(2M)', (m, steps) => dpmpp2MSde(m, { steps }), sde2MWalk(1), 1],
]

const OTHERS: readonly Case[] = [
  ['ancestral, β', (m, steps) => ancestral(m, { steps, variance: 'forward' }), ancestralWalk('forward'), 1],
  ['Euler–Maruyama, η = 0.6', (m, steps) => eulerMaruyama(m, { steps, eta: 0.6 }), eulerMaruyamaWalk(0.6), 1],
  ['SRA1', (m, steps) => sra1(m, { steps }), sra1Walk, 2],
  ['DDIM, η = 0.5', (m, steps) => ddim(m, { steps, eta: 0.5 }), ddimWalk(0.5), 1],
  ['DDIM, η = 1', (m, steps) => ddim(m, { steps, eta: 1 }), ddimWalk(1), 1],
  ['SDE-DPM-Solver++(2M), η = 0.5', (m, steps) => dpmpp2MSde(m, { steps, eta: 0.5 }), sde2MWalk(0.5), 1],
  [
    'EDM’s Heun with churn',
    (m, steps) => edmHeun(m, { steps, churn: 40, end: 1e-3, denoise: false }),
    edmWalk(40),
    1,
  ],
  ['DDIM', (m, steps) => ddim(m, { steps }), ddimWalk(0), 0],
  ['Euler', (m, steps) => euler(m, { steps }), eulerMaruyamaWalk(0), 0],
  ['Heun', (m, steps) => heun(m, { steps }), heunWalk, 0],
  ['RK4', (m, steps) => rk4(m, { steps }), rk4Walk, 0],
  ['DPM-Solver-1', (m, steps) => dpmSolver(m, { steps, order: 1 }), ddimWalk(0), 0],
  ['DPM-Solver-2', (m, steps) => dpmSolver(m, { steps, order: 2 }), dpm2Walk, 0],
  ['DPM-Solver-3', (m, steps) => dpmSolver(m, { steps, order: 3 }), dpm3Walk, 0],
  ['DPM-Solver++(2S)', (m, steps) => dpmpp2S(m, { steps }), pp2SWalk, 0],
  ['DPM-Solver++(2M)', (m, steps) => dpmpp2M(m, { steps }), sde2MWalk(0), 0],
  ['EDM’s Heun', (m, steps) => edmHeun(m, { steps, end: 1e-3, denoise: false }), edmWalk(0), 0],
]

/**
 * The variances that a linear sampler ends with, exactly: one particle starts at one, and one each is hit by one of the
 * noises, alone.
 */
async function variancesOf(
  make: Make,
  steps: number,
  fresh: number,
  variances = VARIANCES,
): Promise<number[]> {
  const d = variances.length
  const sampler = make(diagonal(process, variances), steps)
  const noises = steps * fresh
  const start = new Float64Array(d * (noises + 1)).fill(1, 0, d)
  const impulse = scripted((call, n) => new Float64Array(n).fill(1, d * (call + 1), d * (call + 2)))
  const end = await last(sampler, start, impulse)
  return variances.map((_, axis) => {
    let variance = (end[axis]! * process.sigma(sampler.times[0]!)) ** 2
    for (let k = 1; k <= noises; k++) variance += end[d * k + axis]! ** 2
    return variance
  })
}

describe('N(0, diag(0.001, 1)) in 200 steps', () => {
  for (const [name, make, walk, fresh] of [...STOCHASTIC, ...OTHERS])
    test(`${name}: every coefficient, against the formulas for one number`, async () => {
      const { times } = make(diagonal(process), STEPS)
      const expected = VARIANCES.map((v) => varianceOf(walk, v, times, fresh))
      approximately(await variancesOf(make, STEPS, fresh), expected, 1e-9)
    })

  for (const [name, make, walk, fresh] of STOCHASTIC)
    test(`${name}: 65,536 samples`, async () => {
      const n = 65_536
      const stream = new RandomStream(3, name)
      const sampler = make(diagonal(process), STEPS)
      const sigma = process.sigma(1)
      const x = await last(
        sampler,
        stream.normal(2 * n).map((z) => sigma * z),
        stream,
      )
      for (const [axis, v] of VARIANCES.entries()) {
        let square = 0
        for (let i = 0; i < n; i++) square += x[2 * i + axis]! ** 2
        const expected = varianceOf(walk, v, sampler.times, fresh)
        // Four standard errors of a variance.
        assert.ok(
          Math.abs(square / n / expected - 1) < 4 * Math.sqrt(2 / n),
          `axis ${axis}: ${square / n}, expected ${expected}`,
        )
      }
    })
})

describe('orders of the reverse SDE', () => {
  /** The error of the variance of N(0, ¼) at t = 1e-3, whose exact value follows from that of the start. */
  async function weakError(make: Make, steps: number, fresh: number): Promise<number> {
    const [found] = await variancesOf(make, steps, fresh, [0.25] as never)
    const law = new Scalar(0.25)
    return found! - law.total(1e-3)
  }

  test('Euler–Maruyama: the known bias', async () => {
    const target = new Scalar(0.25).total(1e-3)
    approximately(target, 0.2500825, 5e-8)
    const make: Make = (m, steps) => eulerMaruyama(m, { steps })
    approximately(target + (await weakError(make, 50, 1)), 0.258256, 5e-7)
    approximately(target + (await weakError(make, 200, 1)), 0.251931, 5e-7)
  })

  for (const [name, make, fresh, order, steps] of [
    ['Euler–Maruyama', (m, steps) => eulerMaruyama(m, { steps }), 1, 1, 100],
    ['Euler–Maruyama with η = 1.3', (m, steps) => eulerMaruyama(m, { steps, eta: 1.3 }), 1, 1, 200],
    ['the reverse diffusion predictor', (m, steps) => reverseDiffusion(m, { steps }), 1, 1, 100],
    ['ancestral sampling', (m, steps) => ancestral(m, { steps, end: 1e-3 }), 1, 1, 300],
    ['stochastic Heun', (m, steps) => stochasticHeun(m, { steps }), 1, 2, 100],
    ['SRA1', (m, steps) => sra1(m, { steps }), 2, 2, 100],
  ] satisfies [string, Make, number, number, number][])
    test(`${name}: weak order ${order}`, async () => {
      // Differences of two grids are free of the error of the start, which is not p_1.
      const [a, b, c] = await Promise.all([1, 2, 4].map((k) => weakError(make, k * steps, fresh)))
      const found = Math.log2((a! - b!) / (b! - c!))
      assert.ok(Math.abs(found - order) < 0.15, `order ${found}`)
    })

  test('Euler–Maruyama and stochastic Heun: strong order 1; SRA1: at least 3/2', async () => {
    const n = 300
    const finest = 1024
    const steps = [64, 128, 256]
    const start = new RandomStream(8, 'start').normal(n)
    // Two overlapping bumps: a nonlinear drift without the cliff between far ones, where a few paths decide.
    const model = doubles(process, overlapping)
    const noise = brownian(n, finest)
    const reference = await last(sra1(model, { steps: finest }), start, noise(finest, true))
    for (const [make, two, low, high] of [
      [(steps: number) => eulerMaruyama(model, { steps }), false, 0.85, 1.15],
      [(steps: number) => stochasticHeun(model, { steps }), false, 0.85, 1.2],
      [(steps: number) => sra1(model, { steps }), true, 1.45, 2.1],
    ] as const) {
      const errors: number[] = []
      for (const count of steps) {
        const x = await last(make(count), start, noise(count, two))
        errors.push(Math.sqrt(x.reduce((sum, value, i) => sum + (value - reference[i]!) ** 2, 0) / n))
      }
      const order = Math.log2(errors[0]! / errors[2]!) / 2
      assert.ok(order > low && order < high, `order ${order}`)
    }
  })
})

const overlapping = gaussianPair()

function gaussianPair() {
  const one = gaussian(0.25, -0.7).components[0]!
  const two = gaussian(0.25, 0.9).components[0]!
  return {
    ...gaussian(0.25),
    components: [
      { ...one, weight: 0.4 },
      { ...two, weight: 0.6 },
    ],
  }
}

/** One Brownian path for each particle, with its time integral, as it is seen from grids of any number of steps. */
function brownian(n: number, finest: number) {
  const stream = new RandomStream(7, 'paths')
  const [increments, bends] = [0, 1].map(() => Array.from({ length: finest }, () => stream.normal(n)))
  return (steps: number, two: boolean) =>
    scripted((call, count) => {
      const every = finest / steps
      const step = two ? Math.floor(call / 2) : call
      return Float64Array.from({ length: count }, (_, i) => {
        // In units where a fine step has length one.
        let [w, integral] = [0, 0]
        for (let j = 0; j < every; j++) {
          const d = increments![step * every + j]![i]!
          integral += w + 0.5 * (d + bends![step * every + j]![i]! / Math.sqrt(3))
          w += d
        }
        const z0 = w / Math.sqrt(every)
        return two && call % 2 === 1 ? Math.sqrt(3) * ((2 * integral) / every ** 1.5 - z0) : z0
      })
    })
}
