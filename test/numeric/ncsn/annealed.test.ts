import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  annealedLangevin,
  ascent,
  data,
  exact,
  geometricScales,
  hyvarinenScoreMatching,
  field,
  langevin,
  multiscaleScoreMatching,
  ncsn,
  runChain,
  sample,
  vp,
  type Sampler,
} from '../../../src/models'
import { particlesOf, RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files } from '../backends'

before(() => selectBackend('cpu', files))

const named = (name: string) => new RandomStream(3, name)
const variance = (x: Float64Array) => x.reduce((sum, value) => sum + value * value, 0) / x.length

async function last(sampler: Sampler<Float64Array>, start: Float64Array, stream: RandomStream) {
  let final = { x: start, t: NaN, step: 0, steps: NaN, evaluations: 0 }
  for await (const state of sampler(start, stream)) final = state
  return final
}

describe('annealed Langevin dynamics', () => {
  const sigmas = geometricScales(4, 0.5, 4)
  const process = ncsn({ sigmas })
  const law = data.gaussian({ mean: [0], covariance: [[0.49]] })
  const model = exact<Float64Array>(process, law)
  const [epsilon, each] = [0.05, 3]

  test('each step is x + (δ/2) s + √δ z with δ = ε σ²/σ_L², from the largest scale to the smallest', async () => {
    const stream = named('noise')
    const reference = particlesOf(named('noise'), 1)
    let step = 0
    let x = Float64Array.of(-3, 0.2, 5)
    for (const sigma of sigmas)
      for (let k = 0; k < each; k++) {
        const delta = (epsilon * sigma ** 2) / 0.5 ** 2
        reference.begin(++step)
        const z = reference.normal(3)
        x = x.map(
          (value, i) => value + (delta / 2) * (-value / (0.49 + sigma ** 2)) + Math.sqrt(delta) * z[i]!,
        )
      }
    const sampler = annealedLangevin(model, { epsilon, each })
    const final = await last(sampler, Float64Array.of(-3, 0.2, 5), stream)
    approximately(final.x, x, 1e-12)
    assert.deepEqual([final.t, final.step, final.steps, final.evaluations], [1, 12, 12, 12])
  })

  test('the variance on a Gaussian follows its recursion, the last step takes the noise away', async () => {
    const n = 65_536
    let expected = sigmas[0]! ** 2
    for (const sigma of sigmas)
      for (let k = 0; k < each; k++) {
        const delta = (epsilon * sigma ** 2) / 0.5 ** 2
        expected = (1 - delta / 2 / (0.49 + sigma ** 2)) ** 2 * expected + delta
      }
    const start = named('start')
      .normal(n)
      .map((z) => sigmas[0]! * z)
    const noisy = await last(annealedLangevin(model, { epsilon, each }), start, named('steps'))
    // A sample variance of normal values scatters by √(2/n).
    approximately(variance(noisy.x) / expected, 1, 4 * Math.sqrt(2 / n))
    const clean = await last(annealedLangevin(model, { epsilon, each, denoise: true }), start, named('steps'))
    approximately(
      clean.x,
      noisy.x.map((x) => (x * 0.49) / (0.49 + 0.25)),
      1e-12,
    )
    assert.deepEqual([clean.t, clean.evaluations], [0, 13])
  })

  test('tensors take the same walk', async () => {
    const tensors = exact(process, law)
    const start = named('start').normal(16)
    const doubles = await last(annealedLangevin(model, { epsilon, each }), start, named('steps'))
    const held = tf.memory().numTensors
    const x = tf.tensor2d(Float32Array.from(start), [16, 1])
    let final: tf.Tensor = x
    for await (const state of annealedLangevin(tensors, { epsilon, each })(x, named('steps'))) {
      if (state.x !== final && final !== x) final.dispose()
      final = state.x
    }
    approximately(final.dataSync(), doubles.x, 1e-5)
    tf.dispose([x, final])
    assert.equal(tf.memory().numTensors, held)
  })

  test('what cannot be is refused by name', () => {
    assert.throws(() => annealedLangevin(exact(vp(), law)), /no list of noise scales/)
    assert.throws(() => annealedLangevin(model, { epsilon: 0 }), /epsilon must be positive/)
    assert.throws(() => annealedLangevin(model, { epsilon: NaN }), /epsilon must be positive/)
    assert.throws(() => annealedLangevin(model, { each: 2.5 }), /each must be a positive whole number/)
    assert.throws(() => annealedLangevin({} as never), /must be a denoiser/)
  })
})

describe("the pitfalls of NCSN's paper", () => {
  const toy = data.ncsnToy()
  /** The share of points on the side of the mode at (5, 5). */
  const share = (x: Float64Array) => {
    let count = 0
    for (let i = 0; i < x.length; i += 2) if (x[i]! + x[i + 1]! > 0) count++
    return count / (x.length / 2)
  }
  const n = 4096
  const start = () => Float64Array.from(named('start').uniform(2 * n), (u) => 16 * u - 8)
  // The share's own standard error, twice: the reference values come from a simulation as well.
  const tolerance = 4 * Math.sqrt(2 * (0.25 / n))

  test('mode weights: Langevin dynamics alone gets them wrong', async () => {
    const x = await runChain(langevin<Float64Array>(toy, { epsilon: 0.1, steps: 1000 }), start(), {
      stream: named('Langevin'),
    })
    approximately(share(x), 0.511, tolerance)
  })

  test('mode weights: annealed from 20 to 1 it nearly gets them right', async () => {
    const process = ncsn({ sigmas: geometricScales(20, 1, 10) })
    const sampler = annealedLangevin(exact<Float64Array>(process, toy), { epsilon: 0.1, each: 100 })
    const { x } = await last(sampler, start(), named('annealed'))
    approximately(share(x), 0.784, tolerance)
  })

  test('mode weights: near the modes the score does not know them', () => {
    const weighted = (weight: number) =>
      data.mixture({
        means: [
          [5, 5],
          [-5, -5],
        ],
        weights: [weight, 1 - weight],
        deviations: 1,
      })
    const near = Float64Array.of(5, 5, 4, 6, -5.5, -4, -6, -6)
    // log p differs, but the other mode's share of the density is below e^{−½·9²·2/…} < 1e-15 there.
    approximately(weighted(0.8).score(near), weighted(0.3).score(near), 1e-12)
    const between = Float64Array.of(0, 0)
    assert.ok(Math.abs(weighted(0.8).score(between)[0]! - weighted(0.3).score(between)[0]!) > 4)
  })

  test('manifold: in a plane the objective has no lower bound, with noise σ it is least at −1/2σ²', () => {
    const plane = data.planeInSpace()
    const normal = tf.tensor2d([...plane.normal], [3, 1])
    // s(x) = −c n (n · x) pulls towards the plane: J(c) = ½ c² E(n·x)² − c.
    const across = (c: number) =>
      field((x: tf.Tensor) => tf.matMul(tf.matMul(x as tf.Tensor2D, normal), normal, false, true).mul(-c))
    const objective = (x: tf.Tensor, c: number) => hyvarinenScoreMatching(across(c), x).dataSync()[0]!
    const flat = plane.draw(256, named('plane'))
    for (const c of [1, 100, 1e4]) approximately(objective(flat, c) / -c, 1, 1e-4, `c = ${c}`)
    const sigma = 0.1
    const noisy = data.planeInSpace({ noise: sigma }).draw(16_384, named('noisy'))
    const values = [0.5, 1, 2].map((factor) => objective(noisy, factor / sigma ** 2))
    // ½ c² σ² − c at c = f/σ² is (½ f² − f)/σ²; E(n·x)² scatters by √(2/n).
    for (const [i, factor] of [0.5, 1, 2].entries())
      approximately(
        values[i]! * sigma ** 2,
        factor ** 2 / 2 - factor,
        4 * factor ** 2 * Math.sqrt(2 / 16_384),
      )
    assert.ok(values[1]! < values[0]! && values[1]! < values[2]!)
  })

  test('low density: an error where no data are costs nothing', () => {
    // A field that is wrong by 10 between the modes, where p has no mass to speak of.
    const x = toy.draw(8192, named('low'))
    const wrong = field((x: tf.Tensor) => {
      const middle = tf
        .abs(tf.sum(x, 1, true))
        .less(4)
        .toFloat()
      return toy.score(x).add(middle.mul(10))
    })
    const error = tf.mean(tf.square(tf.sub(wrong.score(x), toy.score(x)))).dataSync()[0]!
    const atOrigin = wrong
      .score(tf.zeros([1, 2]))
      .sub(toy.score(tf.zeros([1, 2])))
      .dataSync()[0]!
    assert.equal(Math.round(atOrigin), 10)
    // P(|x₁ + x₂| < 4) is Φ(−6/√2) = 1.1e-5 for each mode: on average a tenth of a point among 8192.
    assert.ok(error < (100 * 2) / 8192, `mean square error ${error}`)
  })

  test('without noise every point falls onto a mode', async () => {
    const law = data.mixture({ weights: [0.3, 0.7], means: [[-1], [1]], deviations: 0.3 })
    const start = Float64Array.of(-2, -0.7, 0.4, 1.9)
    const x = await runChain(ascent<Float64Array>(law, { epsilon: 0.05, steps: 400 }), start)
    const root = (low: number, high: number) => {
      const slope = (x: number) => law.score(Float64Array.of(x))[0]!
      for (let i = 0; i < 80; i++) {
        const middle = (low + high) / 2
        if (slope(middle) > 0) low = middle
        else high = middle
      }
      return low
    }
    const [left, right] = [root(-1.5, -0.5), root(0.5, 1.5)]
    approximately(x, [left, left, right, right], 1e-9)
  })
})

test('sampling with a sampler that starts at its largest scale', async () => {
  const process = ncsn({ sigmas: geometricScales(3, 0.1, 6) })
  const x = await sample(
    annealedLangevin(exact(process, data.gaussian({ mean: [2], covariance: [[0.04]] })), {
      epsilon: 2e-3,
      each: 40,
    }),
    2048,
    { stream: named('sample') },
  )
  const values = Float64Array.from(x.dataSync())
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  // The mean is forgotten through 240 steps; its standard error is √((0.04 + 0.01)/2048) = 0.005.
  approximately(mean, 2, 0.02)
  x.dispose()
})

test("NCSN's loss is least at the exact score, with every weight", () => {
  const law = data.gaussian({
    mean: [0, 0],
    covariance: [
      [0.6, 0],
      [0, 0.6],
    ],
  })
  const sigmas = [2, 0.7, 0.3]
  const x = law.draw(8192, named('batch'))
  const loss = (factor: number, weight: (sigma: number) => number) =>
    multiscaleScoreMatching(
      (noised, level) =>
        tf.mul(
          noised,
          tf.tensor2d(
            Float32Array.from(level, (i) => -factor / (0.6 + sigmas[i]! ** 2)),
            [8192, 1],
          ),
        ),
      x,
      { sigmas, weight, stream: named('levels') },
    ).dataSync()[0]!
  for (const weight of [(s: number) => s ** 2, () => 1, (s: number) => s]) {
    // For s = −f x̃/v_σ, ½ E‖s + z/σ‖² = ½ d (f²/v_σ − 2f/v_σ + 1/σ²): d = 2 numbers.
    const expected = (f: number) =>
      sigmas.reduce((sum, s) => sum + weight(s) * ((f * f - 2 * f) / (0.6 + s * s) + 1 / (s * s)), 0) / 3
    // Standard error: the terms are about λ/σ² times χ² variables, and which level a row gets is random.
    const largest = Math.max(...sigmas.map((s) => weight(s) / (s * s)))
    for (const f of [0.5, 1, 1.5])
      approximately(loss(f, weight) / largest, expected(f) / largest, 5 / Math.sqrt(8192))
    assert.ok(loss(1, weight) < loss(0.5, weight) && loss(1, weight) < loss(1.5, weight))
  }
})
