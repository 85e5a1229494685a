import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { ddpm, gaussianProcess, linearBetas, vp } from '../../src/models'
import { RandomStream, selectBackend } from '../../src/tensor'
import { approximately, slope } from './approximately'
import { files } from './backends'

before(() => selectBackend('cpu', files))

describe('variance-preserving process', () => {
  // t, α, σ, λ: from exp(−½∫β) with score_sde's β from 0.1 to 20, in double precision.
  const TABLE = [
    [0.001, 0.999945027, 0.010485416, 4.557715],
    [0.1, 0.946721799, 0.322052536, 1.078291],
    [0.5, 0.281182881, 0.959654202, -1.227568],
    [1, 0.006571586, 0.999978407, -5.024978],
  ] as const

  test('the table of its values', () => {
    const process = vp()
    for (const [t, alpha, sigma, lambda] of TABLE) {
      approximately(process.alpha(t), alpha, 1e-9)
      approximately(process.sigma(t), sigma, 1e-9)
      approximately(process.logSnr(t), lambda, 1e-6)
    }
  })

  test('derivatives against differences; f and g² against their definition −β/2 and β', () => {
    const process = vp({ betaMin: 0.3, betaMax: 7 })
    for (const t of [0.05, 0.3, 0.77, 0.95]) {
      approximately(
        process.alphaPrime(t),
        slope((h) => process.alpha(t + h)),
        1e-9,
      )
      approximately(
        process.sigmaPrime(t),
        slope((h) => process.sigma(t + h)),
        1e-7,
      )
      approximately(
        process.variancePrime(t),
        slope((h) => process.sigma(t + h) ** 2),
        1e-9,
      )
      const beta = 0.3 + t * 6.7
      approximately(process.drift(t), -beta / 2, 1e-12)
      approximately(process.diffusion(t), beta, 1e-12)
    }
    // g² is finite at t = 0, where σ′ is not.
    approximately(process.diffusion(0), 0.3, 1e-12)
  })

  test('steps compose: q(x_t | x_s) after q(x_s | x_r) is q(x_t | x_r)', () => {
    const process = vp()
    const [r, s, t] = [0.2, 0.45, 0.9]
    const first = process.transition(r, s)
    const second = process.transition(s, t)
    const both = process.transition(r, t)
    approximately(second.scale * first.scale, both.scale, 1e-14)
    approximately(second.scale ** 2 * first.variance + second.variance, both.variance, 1e-14)
  })

  test('the posterior is what conditioning the joint Gaussian of x_s and x_t on x_t gives', () => {
    const process = vp()
    const [s, t] = [0.3, 0.6]
    const { scale } = process.transition(s, t)
    const varianceS = process.sigma(s) ** 2
    const covariance = scale * varianceS
    const gain = covariance / process.sigma(t) ** 2
    const posterior = process.posterior(s, t)
    approximately(posterior.ofState, gain, 1e-14)
    approximately(posterior.ofData, process.alpha(s) - gain * process.alpha(t), 1e-14)
    approximately(posterior.variance, varianceS - gain * covariance, 1e-14)
  })

  test('draws have the kernel’s mean and variance, one time for all or one each', () => {
    const process = vp()
    const n = 40_000
    const x0 = new Float64Array(n).fill(1.5)
    const stream = new RandomStream(1, 'draw')
    const times = Float64Array.from({ length: n }, (_, i) => (i % 2 ? 0.2 : 0.7))
    const x = process.draw(x0, times, stream)
    for (const [parity, t] of [
      [1, 0.2],
      [0, 0.7],
    ] as const) {
      const half = x.filter((_, i) => i % 2 === parity)
      const mean = half.reduce((a, b) => a + b) / half.length
      const variance = half.reduce((sum, a) => sum + (a - mean) ** 2, 0) / half.length
      const sigma = process.sigma(t)
      // Five standard errors.
      assert.ok(Math.abs(mean - 1.5 * process.alpha(t)) < (5 * sigma) / Math.sqrt(half.length))
      assert.ok(Math.abs(variance - sigma ** 2) < 5 * sigma ** 2 * Math.sqrt(2 / half.length))
    }
  })

  test('what makes no sense is refused, saying what would', () => {
    const process = vp()
    assert.throws(() => process.alpha(1.2), /VP is defined for times from 0 to 1 .* t = 1.2/)
    assert.throws(() => process.sigma(NaN), /NaN/)
    assert.throws(() => process.transition(0.5, 0.2), /s ≤ t/)
    assert.throws(() => process.posterior(0.5, 0.5), /s < t/)
    assert.throws(() => vp({ betaMin: 3, betaMax: 1 }), /betaMin = 3/)
    assert.throws(() => vp({ betaMax: Infinity }), /betaMax/)
  })
})

describe("DDPM's table", () => {
  const process = ddpm()

  test('values of the linear schedule, counted from 0 as in diffusers', () => {
    const betas = linearBetas()
    approximately([betas[0]!, betas[499]!, betas[999]!], [1e-4, 0.01004004, 0.02], 1e-8)
    for (const [i, expected] of [
      [0, 0.9999],
      [249, 0.52408537],
      [499, 0.07858724],
      [999, 4.03583e-5],
    ] as const) {
      approximately(process.alpha(i + 1) ** 2, expected, 1e-8)
      approximately(process.sigma(i + 1) ** 2, 1 - expected, 1e-8)
    }
    assert.equal(process.alpha(0), 1)
    assert.ok(process.sigma(0) === 0)
  })

  test('posterior means and variances', () => {
    for (const [i, ofData, ofState] of [
      [1, 0.5452915, 0.4547085],
      [499, 0.00307007, 0.99410667],
      [999, 1.283515e-4, 0.98994868],
    ] as const) {
      const posterior = process.posterior(i, i + 1)
      approximately([posterior.ofData, posterior.ofState], [ofData, ofState], 1e-7)
    }
    for (const [i, variance] of [
      [1, 5.453188e-5],
      [487, 0.00979157],
      [999, 0.01999998],
    ] as const)
      approximately(process.posterior(i, i + 1).variance, variance, 1e-8)
    // DDIM's, over twenty steps.
    approximately(process.posterior(401, 421).variance, 0.14772, 1e-5)
    approximately(process.posterior(961, 981).variance, 0.324605, 1e-6)
  })

  test('is defined at whole times, has no derivatives, and needs β in [0, 1]', () => {
    assert.throws(() => process.alpha(1.5), /whole numbers from 0 to 1000/)
    assert.throws(() => process.diffusion(5), /table of steps/)
    assert.throws(() => ddpm({ betas: [0.1, 1.5] }), /betas\[1\] = 1.5/)
  })
})

test('a process of one’s own gets everything that follows from its curves', () => {
  const straight = gaussianProcess(
    'rectified',
    { from: 0, to: 1 },
    {
      alpha: (t) => 1 - t,
      sigma: (t) => t,
      alphaPrime: () => -1,
      variancePrime: (t) => 2 * t,
    },
  )
  approximately(straight.sigmaPrime(0.3), 1, 1e-15)
  approximately(straight.drift(0.3), -1 / 0.7, 1e-15)
  approximately(straight.diffusion(0.3), 2 * 0.3 + (2 * 0.09) / 0.7, 1e-15)
})

test('drawing leaves nothing behind but what it returns', () => {
  const x = tf.zeros([3, 2])
  const held = tf.memory().numTensors
  const noised = vp().draw(x, [0.1, 0.2, 0.3], new RandomStream(1, 'held'))
  assert.equal(tf.memory().numTensors, held + 1)
  tf.dispose([x, noised])
})
