/**
 * More noise, an easier score: quality of data against accuracy of estimation.
 *
 * On N(0, v) the field −c x is fitted by denoising score matching to n data. Given x̃, the residual z/σ − x̃/(v + σ²) is
 * independent noise of variance v/(σ²(v + σ²)), so that least squares has
 *
 *   E‖s_θ − s‖² = (v + σ²) E(ĉ − c)² = v/((n − 2) σ² (v + σ²)),
 *
 * which falls with σ, while the law that is learnt leaves the data's: KL(p ‖ q_σ) = ½(log((v + σ²)/v) + v/(v + σ²) − 1).
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { data, denoisingScoreMatching, field, perturbed } from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { files, take } from '../backends'

before(() => selectBackend('cpu', files))

const V = 1.5
const [N, FITS] = [20, 400]
const SIGMAS = [0.3, 1, 3]

/** ĉ of one set of data: the loss is a parabola in c, which three values say. */
function fitted(sigma: number, k: number): number {
  return tf.tidy(() => {
    const x = new RandomStream(k, 'data').normalTensor([N, 1]).mul(Math.sqrt(V))
    const [a, b, c] = [0, 1, 2].map(
      (c) =>
        take(
          denoisingScoreMatching(
            field((x: tf.Tensor) => tf.mul(x, -c)),
            x,
            { sigma, stream: new RandomStream(k, `noise ${sigma}`) },
          ),
        )[0]!,
    ) as [number, number, number]
    const curvature = a - 2 * b + c
    return -(b - a - curvature / 2) / curvature
  })
}

test('the error of a fitted score falls with σ as v/((n − 2) σ²(v + σ²))', () => {
  for (const sigma of SIGMAS) {
    const total = V + sigma ** 2
    let sum = 0
    for (let k = 0; k < FITS; k++) sum += (fitted(sigma, k) - 1 / total) ** 2
    const found = (total * sum) / FITS
    const expected = V / ((N - 2) * sigma ** 2 * total)
    // ĉ − c is Student's t with n degrees of freedom: its square scatters by less than 1.6 of its mean.
    assert.ok(
      Math.abs(found / expected - 1) < (4 * 1.6) / Math.sqrt(FITS),
      `σ = ${sigma}: ${found}, expected ${expected}`,
    )
  }
})

test('the law that is learnt leaves the data’s: KL(p ‖ q_σ) grows with σ', () => {
  const law = data.mixture({ means: [[0]], deviations: Math.sqrt(V) })
  const h = 0.01
  const grid = Float64Array.from({ length: 2001 }, (_, i) => -10 + i * h)
  const clean = law.logDensity(grid)
  for (const sigma of SIGMAS) {
    const noisy = perturbed(law, sigma).logDensity(grid)
    const kl = clean.reduce((sum, log, i) => sum + h * Math.exp(log) * (log - noisy[i]!), 0)
    const total = V + sigma ** 2
    assert.ok(Math.abs(kl - 0.5 * (Math.log(total / V) + V / total - 1)) < 1e-9)
  }
})
