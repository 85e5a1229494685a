import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import type { Field } from '../../../src/models/field'
import {
  denoisingScoreMatching,
  denoisingTerms,
  explicitScoreMatching,
  fisherDivergence,
  hyvarinenScoreMatching,
  slicedFisherDivergence,
  slicedScoreMatching,
  slicedScoreMatchingVR,
  slicedTerms,
  slicedVRTerms,
} from '../../../src/models/score'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('cpu', files))

const named = (name: string) => new RandomStream(21, name)
/** The score of N(0, τI). */
const gaussian = (tau: number): Field => ({ score: (x) => tf.mul(x, -1 / tau) })
const [d, v, n] = [3, 0.6, 50_000]
let x: tf.Tensor
/** Mean of ‖x‖² over the batch, in doubles: what v·d is in the mean. */
let square: number
before(() => {
  x = tf.mul(named('data').normalTensor([n, d]), Math.sqrt(v))
  square = Float64Array.from(x.dataSync()).reduce((sum, value) => sum + value * value, 0) / n
})
const value = (loss: tf.Tensor) => take(loss)[0]!
const meanAndError = (terms: readonly number[]) => {
  const mean = terms.reduce((a, b) => a + b) / terms.length
  const variance = terms.reduce((sum, term) => sum + (term - mean) ** 2, 0) / terms.length
  return [mean, Math.sqrt(variance / terms.length)] as const
}

describe('on a Gaussian', () => {
  test('Hyvärinen’s loss is d(v/2τ² − 1/τ), least at τ = v, where it is −d/2v', () => {
    for (const tau of [0.3, 0.6, 2]) {
      const loss = value(hyvarinenScoreMatching(gaussian(tau), x))
      approximately(loss, square / (2 * tau * tau) - d / tau, 1e-5)
      // With v·d in place of the batch's mean square: √(2/nd) relative, five times.
      assert.ok(
        Math.abs(loss - d * (v / (2 * tau * tau) - 1 / tau)) <
          ((5 * d * v) / (2 * tau * tau)) * Math.sqrt(2 / (n * d)),
      )
    }
    const at = (tau: number) => value(hyvarinenScoreMatching(gaussian(tau), x))
    const best = square / d
    approximately(at(best), (-d / 2) * (d / square), 1e-5)
    assert.ok(at(best) < at(best * 0.9) && at(best) < at(best * 1.1))
    assert.ok(Math.abs(best - v) < 5 * v * Math.sqrt(2 / (n * d)))
  })

  test('explicit less Hyvärinen is one constant, d/2v, for every τ', () => {
    for (const tau of [0.3, 0.6, 2]) {
      const explicit = value(explicitScoreMatching(gaussian(tau), x, gaussian(v)))
      approximately(explicit, 0.5 * square * (1 / v - 1 / tau) ** 2, 1e-5)
      const difference = explicit - value(hyvarinenScoreMatching(gaussian(tau), x))
      // Its own value is ½‖x‖²/v² + (tr ∇s − sᵀ∇ log p): the standard errors of both, with √(2nd) on ‖x‖²/v.
      const error = (1 / (2 * v) + 1 / tau) * Math.sqrt((2 * d) / n)
      assert.ok(Math.abs(difference - d / (2 * v)) < 5 * error, `${difference} at ${tau}`)
    }
  })

  test('both sliced losses have Hyvärinen’s mean, and reduced variance has less', () => {
    for (const law of ['gaussian', 'rademacher'] as const) {
      const options = () => ({ law, stream: named(law) })
      const sum = ({ norm, trace }: { norm: tf.Tensor; trace: tf.Tensor }) => take(tf.add(norm, trace))
      const [sliced, error] = meanAndError(sum(slicedTerms(gaussian(0.5), x, options())))
      const [reduced, less] = meanAndError(sum(slicedVRTerms(gaussian(0.5), x, options())))
      const expected = square / (2 * 0.25) - d / 0.5
      assert.ok(Math.abs(sliced - expected) < 5 * error)
      assert.ok(Math.abs(reduced - expected) < 5 * less)
      assert.ok(less < error)
    }
  })

  test('denoising has its least value ½ d·v/(σ²(v + σ²)), at the score of the noisy law', () => {
    for (const sigma of [0.3, 1.2]) {
      const at = (tau: number) =>
        meanAndError(take(denoisingTerms(gaussian(tau), x, { sigma, stream: named(`noise ${sigma}`) }).error))
      const [least, error] = at(v + sigma ** 2)
      const expected = (0.5 * d * v) / (sigma ** 2 * (v + sigma ** 2))
      assert.ok(Math.abs(least - expected) < 5 * error, `${least} for ${expected}`)
      assert.ok(error < 0.01 * expected)
      // The score of clean data is not where it is least.
      assert.ok(least < at(v)[0])
      assert.ok(least < at(1.2 * (v + sigma ** 2))[0])
    }
  })

  test('Fisher divergence of two Gaussians is ½ d·v(1/v − 1/τ)²; sliced alike', () => {
    const expected = 0.5 * square * (1 / v - 1 / 2) ** 2
    approximately(value(fisherDivergence(gaussian(v), gaussian(2), x)), expected, 1e-5)
    const doubles = (tau: number): Field<Float64Array> => ({ score: (y) => y.map((value) => -value / tau) })
    approximately(
      fisherDivergence(doubles(v), doubles(2), Float64Array.from(x.dataSync()), d),
      expected,
      1e-6,
    )
    const sliced = value(
      slicedFisherDivergence(gaussian(v), gaussian(2), x, { law: 'gaussian', stream: named('slices') }),
    )
    // (vᵀa)² given a has mean ‖a‖² and variance 2‖a‖⁴; E‖x‖⁴ = d(d + 2)v².
    const spread = 0.5 * (1 / v - 1 / 2) ** 2 * v * Math.sqrt(2 * d * (d + 2))
    assert.ok(Math.abs(sliced - expected) < (5 * spread) / Math.sqrt(n))
  })
})

describe('term by term', () => {
  const j = [
    [-1, 0.4],
    [0.9, -2],
  ]
  const field: Field = {
    score: (x) => tf.matMul(x, tf.tensor2d(j), false, true).add(tf.tensor1d([0.3, -0.1])),
  }
  const points = [0.7, -1.2, 2, 0.1]
  const at = (row: number) => [points[2 * row]!, points[2 * row + 1]!] as const
  const score = (row: number) => {
    const [a, b] = at(row)
    return [-a + 0.4 * b + 0.3, 0.9 * a - 2 * b - 0.1] as const
  }

  test('each projection is used as the formula says', () => {
    for (const law of ['gaussian', 'rademacher'] as const) {
      const stream = named('directions')
      // Two projections of shape [2, 2], drawn one after the other.
      const drawn = [0, 1].flatMap(() =>
        law === 'gaussian' ? [...stream.normal(4)] : Array.from(stream.uniform(4), (u) => (u < 0.5 ? -1 : 1)),
      )
      const options = () => ({ law, projections: 2, stream: named('directions') })
      const sliced = slicedTerms(field, tf.tensor2d(points, [2, 2]), options())
      const reduced = slicedVRTerms(field, tf.tensor2d(points, [2, 2]), options())
      for (const row of [0, 1]) {
        const directions = [0, 1].map((k) => [drawn[4 * k + 2 * row]!, drawn[4 * k + 2 * row + 1]!] as const)
        const [s0, s1] = score(row)
        const trace = directions.map(
          ([a, b]) => a * (a * j[0]![0]! + b * j[1]![0]!) + b * (a * j[0]![1]! + b * j[1]![1]!),
        )
        const norm = directions.map(([a, b]) => 0.5 * (a * s0 + b * s1) ** 2)
        const half = (values: number[]) => (values[0]! + values[1]!) / 2
        approximately(sliced.trace.dataSync()[row]!, half(trace), 1e-5)
        approximately(sliced.norm.dataSync()[row]!, half(norm), 1e-5)
        approximately(reduced.trace.dataSync()[row]!, half(trace), 1e-5)
        approximately(reduced.norm.dataSync()[row]!, 0.5 * (s0 * s0 + s1 * s1), 1e-5)
      }
    }
  })

  test('the denoising target is −(x̃ − x)/σ²', () => {
    const sigma = 0.4
    const z = named('z').normal(4)
    const { error } = denoisingTerms(field, tf.tensor2d(points, [2, 2]), { sigma, stream: named('z') })
    for (const row of [0, 1]) {
      const noisy = at(row).map((value, i) => value + sigma * z[2 * row + i]!)
      const [a, b] = noisy as [number, number]
      const s = [-a + 0.4 * b + 0.3, 0.9 * a - 2 * b - 0.1]
      const expected = s.reduce(
        (sum, value, i) => sum + 0.5 * (value + (noisy[i]! - at(row)[i]!) / sigma ** 2) ** 2,
        0,
      )
      approximately(error.dataSync()[row]!, expected, 1e-5)
    }
  })
})

test('arguments that make no sense are named', () => {
  const field = gaussian(1)
  assert.throws(() => denoisingScoreMatching(field, x, { sigma: 0 }), /sigma must be positive/)
  assert.throws(() => hyvarinenScoreMatching({} as never, x), /hyvarinenScoreMatching.*must be a field/)
  assert.throws(
    () => slicedScoreMatching({ score: () => x, predict: 1 } as never, x),
    /take the field of one of them, model\.at\(t\)/,
  )
  assert.throws(() => slicedScoreMatchingVR(field, x, { projections: 1.5 }), /projections/)
  assert.throws(
    () =>
      fisherDivergence(
        { score: (y: Float64Array) => y },
        { score: (y: Float64Array) => y },
        Float64Array.of(1, 2, 3),
        2,
      ),
    /3 numbers are no states of dim = 2/,
  )
})
