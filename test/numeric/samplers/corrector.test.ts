import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  ddpm,
  exact,
  langevinCorrector,
  linearBetas,
  predictorCorrector,
  reverseDiffusion,
  ve,
  vp,
} from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'
import { doubles, last, M1 } from './common'
import { diagonal, Scalar } from './gaussians'

before(() => selectBackend('cpu', files))

describe('predictor–corrector', () => {
  test('Algorithm 2: on VE the predictor is x + (σ² − σ′²) s + √(σ² − σ′²) z', () => {
    const process = ve()
    for (const { t, s, next } of reverseDiffusion(doubles(process), { steps: 5 }).linear!) {
      const difference = process.sigma(t) ** 2 - process.sigma(s) ** 2
      approximately(next.state, 1, 0)
      // s = −ε̂/σ
      approximately(next.predictions[0]!, [0, -difference / process.sigma(t)], 1e-12)
      approximately(next.fresh, [Math.sqrt(difference)], 1e-12)
    }
  })

  test('Algorithm 3: on DDPM’s table the predictor is (2 − √(1 − β)) x + β s + √β z', () => {
    const betas = linearBetas(20, 1e-3, 0.3)
    const process = ddpm({ betas })
    const steps = reverseDiffusion(doubles(process), { steps: 20 }).linear!
    assert.equal(steps.length, 20)
    for (const { t, s, next } of steps) {
      assert.equal(t - s, 1)
      const beta = betas[t - 1]!
      approximately(next.state, 2 - Math.sqrt(1 - beta), 1e-12)
      approximately(next.predictions[0]!, [0, -beta / process.sigma(t)], 1e-12)
      approximately(next.fresh, [Math.sqrt(beta)], 1e-12)
    }
  })

  test('the corrector’s step is ε = 2α(r‖z‖/‖s‖)² for each particle, or for the batch', () => {
    const process = ddpm({ betas: [0.1, 0.2, 0.3] })
    const model = diagonal(process, [0.2, 3])
    const x = Float64Array.of(0.3, -1, 0.2, 0.9, -2, 0.1)
    const z = Float64Array.of(1, 0.5, -0.3, 2, 0.7, -1.5)
    const stream = { normal: () => z } as unknown as RandomStream
    const score = model.predict(x, 2).score
    const length = (v: Float64Array, i: number) => Math.hypot(v[2 * i]!, v[2 * i + 1]!)
    const mean = (v: Float64Array) => (length(v, 0) + length(v, 1) + length(v, 2)) / 3
    for (const norm of ['particle', 'batch'] as const) {
      const found = langevinCorrector<Float64Array>({ ratio: 0.2, norm })(model, x, { t: 3, s: 2, stream })
      const expected = x.map((value, k) => {
        const i = Math.floor(k / 2)
        const ratio = norm === 'particle' ? length(z, i) / length(score, i) : mean(z) / mean(score)
        // α is 1 − β of the step from 3 to 2.
        const epsilon = 2 * 0.7 * (0.2 * ratio) ** 2
        return value + epsilon * score[k]! + Math.sqrt(2 * epsilon) * z[k]!
      })
      approximately(found, expected, 1e-12, norm)
    }
  })

  test('by the noise level the step is ε = 2α(rσ)², for one time and for a time each', () => {
    const process = ddpm({ betas: [0.1, 0.2, 0.3] })
    const model = doubles(process)
    const x = Float64Array.of(0.3, -1, 0.2)
    const z = Float64Array.of(1, 0.5, -1.5)
    const stream = { normal: () => z } as unknown as RandomStream
    const correct = langevinCorrector<Float64Array>({ ratio: 0.2 })
    const expected = (s: readonly number[], alphas: readonly number[]) =>
      x.map((value, i) => {
        const epsilon = 2 * alphas[i]! * (0.2 * process.sigma(s[i]!)) ** 2
        const [score] = model.score(Float64Array.of(value), s[i]!)
        return value + epsilon * score! + Math.sqrt(2 * epsilon) * z[i]!
      })
    approximately(correct(model, x, { t: 3, s: 2, stream }), expected([2, 2, 2], [0.7, 0.7, 0.7]), 1e-12)
    const each = { t: Float64Array.of(3, 2, 3), s: Float64Array.of(2, 1, 2), stream }
    approximately(correct(model, x, each), expected([2, 1, 2], [0.7, 0.8, 0.7]), 1e-12)
  })

  test('by the noise level N(0, I) stays what it is, as far as long steps let it', () => {
    const model = diagonal(ve({ sigmaMax: 10 }), [1, 1])
    const stream = new RandomStream(9, 'level')
    const [t, s] = [0.81, 0.8]
    const sigma = ve({ sigmaMax: 10 }).sigma(s)
    const total = 1 + sigma ** 2
    const epsilon = 2 * (0.3 * sigma) ** 2
    const correct = langevinCorrector<Float64Array>({ ratio: 0.3, steps: 60 })
    const n = 8000
    const start = stream.normal(2 * n).map((z) => Math.sqrt(total) * z)
    const x = correct(model, start, { t, s, stream })
    const variance = x.reduce((sum, value) => sum + value ** 2, 0) / (2 * n)
    // The stationary variance of x ← (1 − ε/v) x + √(2ε) z, and five standard errors.
    approximately(variance / (total / (1 - epsilon / (2 * total))), 1, 5 * Math.sqrt(1 / n))
  })

  test('by the noise level, what becomes of a particle does not depend on the others', async () => {
    const model = doubles(vp())
    const start = new RandomStream(1, 'start').normal(9)
    const walked = (n: number) =>
      last(
        predictorCorrector(model, { steps: 6, corrections: 2 }),
        start.subarray(0, n),
        new RandomStream(2, 'z'),
      )
    const all = await walked(9)
    for (const n of [1, 4]) approximately(await walked(n), all.subarray(0, n), 0)
  })

  test('on tensors as on doubles, and as often as it is told', async () => {
    for (const norm of ['level', 'particle', 'batch'] as const) {
      const process = vp()
      const start = new RandomStream(1, 'start').normal(4)
      const options = { steps: 6, corrections: 2, norm, ratio: 0.1 }
      const expected = await last(
        predictorCorrector(doubles(process), options),
        start,
        new RandomStream(2, 'z'),
      )
      const x = tf.tensor2d(Float32Array.from(start), [4, 1])
      let [evaluations, found] = [0, x as tf.Tensor]
      for await (const state of predictorCorrector(exact(process, M1), options)(
        x,
        new RandomStream(2, 'z'),
      )) {
        if (found !== state.x && found !== x) found.dispose()
        ;({ evaluations, x: found } = state)
      }
      assert.equal(evaluations, 6 * 3)
      approximately(take(found), expected, 1e-3)
      x.dispose()
    }
  })

  /** The variance after a walk with a score that is wrong by a factor, of a large batch, by its own recursion. */
  function expected(wrong: number, steps: number, ratio: number | undefined): number {
    const law = new Scalar(1)
    let variance = law.sigma(1) ** 2
    for (let i = 0; i < steps; i++) {
      const [t, s] = [i, i + 1].map((k) => 1 + (k / steps) * (1e-3 - 1)) as [number, number]
      const alpha = (law.alpha(t) / law.alpha(s)) ** 2
      const factor = 2 - Math.sqrt(alpha) - (wrong * (1 - alpha)) / law.total(t)
      variance = factor ** 2 * variance + 1 - alpha
      if (ratio === undefined) continue
      // In a large batch, E‖z‖/E‖s‖ is that of the standard deviations.
      const rho = law.total(s) / (wrong * Math.sqrt(variance))
      const epsilon = 2 * alpha * (ratio * rho) ** 2
      variance = (1 - (epsilon * wrong) / law.total(s)) ** 2 * variance + 2 * epsilon
    }
    return variance
  }

  const DIM = 16
  const N = 2000

  /** The same with `N` samples in sixteen dimensions, and its standard error. */
  async function measured(
    wrong: number,
    steps: number,
    ratio: number | undefined,
  ): Promise<[number, number]> {
    const process = vp()
    const model = diagonal(
      process,
      Array.from({ length: DIM }, () => 1),
      wrong,
    )
    const sampler =
      ratio === undefined
        ? reverseDiffusion(model, { steps })
        : predictorCorrector(model, { steps, ratio, norm: 'batch' })
    const stream = new RandomStream(5, `${wrong} ${steps} ${ratio}`)
    const x = await last(
      sampler,
      stream.normal(N * DIM).map((z) => process.sigma(1) * z),
      stream,
    )
    const variance = x.reduce((sum, value) => sum + value ** 2, 0) / x.length
    return [variance, variance * Math.sqrt(2 / x.length)]
  }

  test('the corrector repairs a wrong score, at equal NFE', async () => {
    const [alone, error] = await measured(0.9, 100, undefined)
    const [corrected] = await measured(0.9, 50, 0.16)
    approximately(alone, expected(0.9, 100, undefined), 4 * error)
    approximately(corrected, expected(0.9, 50, 0.16), 4 * error)
    // Five standard errors of the difference; the effect is about seven.
    assert.ok(alone - corrected > 5 * Math.SQRT2 * error, `${alone} and ${corrected} ± ${error}`)
    assert.ok(corrected > 1)
  })

  test('with exact scores the predictor alone wins, at equal NFE', async () => {
    const [alone, error] = await measured(1, 20, undefined)
    const [corrected] = await measured(1, 10, 0.16)
    approximately(alone, expected(1, 20, undefined), 4 * error)
    approximately(corrected, expected(1, 10, 0.16), 4 * error)
    // Both are too wide, the corrected one more.
    assert.ok(alone > 1 && corrected - alone > 5 * Math.SQRT2 * error, `${alone} and ${corrected} ± ${error}`)
  })

  test('each particle’s own norms widen N(0, I) by (1 + 2/d)², which the batch’s do not', () => {
    // Many corrections at one level, from near the rule's own stationary law. d = 8.
    const process = ve({ sigmaMax: 10 })
    const model = diagonal(
      process,
      Array.from({ length: 8 }, () => 1),
    )
    const variance = (norm: 'particle' | 'batch', start: number): number => {
      const stream = new RandomStream(9, norm)
      const corrector = langevinCorrector<Float64Array>({ ratio: 0.1, norm, steps: 100 })
      const x = corrector(
        model,
        stream.normal(8 * 2000).map((z) => start * z),
        { t: 0.011, s: 0.01, stream },
      )
      return x.reduce((sum, value) => sum + value ** 2, 0) / x.length
    }
    // Standard error 1.1 %, and steps of 2 % of the variance.
    approximately(variance('particle', 1.25), 1.25 ** 2, 0.06)
    approximately(variance('batch', 1), 1 / (1 - 0.01), 0.045)
  })
})
