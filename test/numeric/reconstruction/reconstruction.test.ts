import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  ancestral,
  autoguidance,
  classifierFree,
  classifierGuidance,
  data,
  ddim,
  ddpm,
  diffpir,
  dps,
  dpsGuide,
  exact,
  exactClassifier,
  exactConditional,
  faithfulness,
  follow,
  given,
  grey,
  guided,
  guidedKernel,
  guideOf,
  linearOperator,
  mask,
  measurement,
  pigdm,
  pigdmGuide,
  projection,
  repaint,
  replacement,
  reverseKernel,
  sample,
  sdedit,
  train,
  twisted,
  vp,
  type Sampler,
} from '../../../src/models'
import { indicesHere, indicesThere } from '../../../src/models/reconstruction/twisted'
import { particlesOf, RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, on, take } from '../backends'

before(() => selectBackend('cpu', files))

const process = vp()
const RHO = 0.8
/** Correlation .8; given x₁ = 1, x₂ is N(.8, .36). */
const law = data.mixture({
  means: [[0, 0]],
  covariances: [
    [
      [1, RHO],
      [RHO, 1],
    ],
  ],
})
const model = exact<Float64Array>(process, law)
const known = measurement<Float64Array>(mask([1, 0]), [1])
const named = (name: string) => new RandomStream(13, name)
const start = (n: number, dim = 2) => named('start').normal(n * dim)
const N = 8000

/** Moments of the second coordinate. */
function second(x: Float64Array): { mean: number; variance: number } {
  const values = x.filter((_, i) => i % 2)
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length
  return { mean, variance: values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length }
}
const run = (sampler: Sampler<Float64Array>, n = N) => follow(sampler, start(n), { stream: named('noise') })

/** One step of DDPM from t to s in closed form, x ↦ m x + noise, for this law: E[x₀ | x_t] = αΣ(α²Σ + σ²)⁻¹ x_t. */
function affine(t: number, s: number) {
  const [alpha, sigma, alphaS, sigmaS] = [
    process.alpha(t),
    process.sigma(t),
    process.alpha(s),
    process.sigma(s),
  ]
  const ratio = alpha / alphaS
  const beta = sigma ** 2 - ratio ** 2 * sigmaS ** 2
  const [ofState, ofData] = [(ratio * sigmaS ** 2) / sigma ** 2, (alphaS * beta) / sigma ** 2]
  // In the axes (1, ±1)/√2 of Σ, whose values are 1 ± ρ.
  const [p, q] = [1 + RHO, 1 - RHO].map((v) => ofState + (ofData * alpha * v) / (alpha ** 2 * v + sigma ** 2))
  return {
    same: (p! + q!) / 2,
    other: (p! - q!) / 2,
    variance: (beta * sigmaS ** 2) / sigma ** 2,
    alphaS,
    sigmaS,
  }
}

describe('replacement', () => {
  const steps = 100
  const sampler = ancestral(model, { steps, after: replacement(process, known) })

  test('samples follow the law that its recursion says, and keep the known part', async () => {
    // x₁ is α_s + σ_s z at every s, x₂ an affine function of both before it: moments of (x₁, x₂), step by step.
    let [m1, m2, v1, v2, c] = [0, 0, process.sigma(1) ** 2, process.sigma(1) ** 2, 0]
    for (let i = 0; i < steps; i++) {
      const { same, other, variance, alphaS, sigmaS } = affine(1 - i / steps, 1 - (i + 1) / steps)
      const mean = other * m1 + same * m2
      v2 = other ** 2 * v1 + 2 * other * same * c + same ** 2 * v2 + variance
      m2 = mean
      ;[m1, v1, c] = [alphaS, sigmaS ** 2, 0]
    }
    const x = await run(sampler)
    const { mean, variance } = second(x)
    // Five standard errors.
    assert.ok(Math.abs(mean - m2) < 5 * Math.sqrt(v2 / N), `mean ${mean}, recursion ${m2}`)
    assert.ok(Math.abs(variance - v2) < 5 * v2 * Math.sqrt(2 / N), `variance ${variance}, recursion ${v2}`)
    approximately(
      x.filter((_, i) => i % 2 === 0),
      new Float64Array(N).fill(1),
      1e-9,
    )
    // Its bias: N(.8, .36) would be right.
    assert.ok(m2 < 0.7, `mean ${m2}`)
    assert.ok(Math.abs(v2 - 0.36) > 0.02, `variance ${v2}`)
  })

  test('one replacement: α_s A⁺y + σ_s A⁺A z + (I − A⁺A) x, for any operator, and part of the way', () => {
    const operator = linearOperator([[1, 1]])
    const replace = replacement(process, measurement<Float64Array>(operator, [3]))
    const x = Float64Array.of(0.4, -0.6)
    const z = named('z').normal(2)
    const [alpha, sigma] = [process.alpha(0.3), process.sigma(0.3)]
    const along = (v: ArrayLike<number>) => (v[0]! + v[1]!) / 2
    const shift = alpha * 1.5 + sigma * along(z) - along(x)
    approximately(replace(x, 0.3, named('z')), [x[0]! + shift, x[1]! + shift], 1e-12)
    const half = replacement(process, measurement<Float64Array>(operator, [3]), { strength: 0.5 })
    approximately(half(x, 0.3, named('z')), [x[0]! + shift / 2, x[1]! + shift / 2], 1e-12)
    // At clean data nothing is added.
    approximately(operator.apply(replace(x, 0, named('z'))), [3], 1e-12)
  })

  test('a noisy measurement is noised by what is missing, and left alone where it is noisier than the state', () => {
    const noisy = replacement(process, measurement<Float64Array>(mask([1, 0]), [1], { noise: 0.5 }))
    const x = Float64Array.of(0.4, -0.6)
    const [alpha, sigma] = [process.alpha(0.5), process.sigma(0.5)]
    const z = named('z').normal(2)
    approximately(
      noisy(x, 0.5, named('z')),
      [alpha + Math.sqrt(sigma ** 2 - (0.5 * alpha) ** 2) * z[0]!, -0.6],
      1e-12,
    )
    approximately(noisy(x, 0.02, named('z')), x, 1e-12)
  })

  test('colourises: the grey is kept, and colour is made for it', async () => {
    // Colours of two kinds, each with its own mixture of red, green and blue for every lightness.
    const colours = data.mixture({
      means: [
        [0.8, 0.2, 0.1],
        [0.1, 0.3, 0.9],
      ],
      deviations: 0.1,
    })
    const measured = measurement<Float64Array>(grey(), [1.2 / Math.sqrt(3)])
    const painter = ancestral(exact<Float64Array>(process, colours), {
      steps: 60,
      after: replacement(process, measured),
    })
    const n = 500
    const x = await follow(painter, start(n, 3), { stream: named('colours') })
    const sums = Array.from({ length: n }, (_, i) => x[3 * i]! + x[3 * i + 1]! + x[3 * i + 2]!)
    approximately(sums, new Array<number>(n).fill(1.2), 1e-9)
    // Almost all are one of the two kinds, and both appear.
    const red = Array.from({ length: n }, (_, i) => x[3 * i]! - x[3 * i + 2]!)
    assert.ok(red.filter((d) => Math.abs(Math.abs(d) - 0.75) < 0.5).length > 0.95 * n)
    const share = red.filter((d) => d > 0).length / n
    assert.ok(share > 0.1 && share < 0.9, `share ${share}`)
  })

  test('refuses what makes no sense', () => {
    assert.throws(() => replacement({} as never, known), /must be a process/)
    assert.throws(() => replacement(process, {} as never), /must be a measurement/)
    assert.throws(() => replacement(process, known, { strength: 2 }), /strength must be in \[0, 1\]/)
  })
})

describe('RePaint', () => {
  test('resampling brings the law towards the exact conditional', async () => {
    const bias = async (resamplings: number) => {
      const { mean, variance } = second(await run(repaint(model, known, { resamplings, steps: 40 }), 3000))
      return [Math.abs(mean - 0.8), Math.abs(variance - 0.36)] as const
    }
    const [once, often] = [await bias(1), await bias(12)]
    assert.ok(once[0] > 0.1, `r = 1: ${once[0]}`)
    // Five standard errors are .055.
    assert.ok(often[0] < 0.08, `r = 12: ${often[0]}`)
    assert.ok(often[0] < once[0] / 2)
  })

  test('goes up by the forward process, and its times say so', () => {
    const { times } = repaint(model, known, { resamplings: 3, times: [1, 0.5, 0] })
    assert.deepEqual(times, [1, 0.5, 1, 0.5, 1, 0.5, 0, 0.5, 0, 0.5, 0])
    assert.throws(
      () => repaint(model, known, { resamplings: 0 }),
      /resamplings must be a positive whole number/,
    )
    assert.throws(() => repaint(model, known, { times: [0, 1] }), /times must fall/)
    const other = measurement<Float64Array>(mask([1, 0, 0]), [1])
    assert.throws(() => repaint(model, other), /states of shape \[3\], but the model makes \[2\]/)
  })
})

describe('projection', () => {
  const round = data.mixture({ means: [[0, 0]], deviations: 1 })
  const x = Float64Array.of(0.4, -0.6, 1.5, 0.2)

  test('without noise the measured part of x̂₀ is the measurement’s, the rest the model’s', () => {
    const operator = linearOperator([[1, 2]])
    const projected = projection(model, measurement<Float64Array>(operator, [3])).predict(x, 0.4)
    approximately(operator.apply(projected.x0), [3, 3], 1e-12)
    const before = model.predict(x, 0.4).x0
    // What is orthogonal to (1, 2) has not moved.
    for (const row of [0, 1])
      approximately(
        2 * projected.x0[2 * row]! - projected.x0[2 * row + 1]!,
        2 * before[2 * row]! - before[2 * row + 1]!,
        1e-12,
      )
    const [alpha, sigma] = [process.alpha(0.4), process.sigma(0.4)]
    approximately(
      projected.x0.map((v, i) => alpha * v + sigma * projected.noise[i]!),
      x,
      1e-12,
    )
  })

  test('with noise it is E[x₀ | x_t, y] where x₀ given x_t is N(x̂₀, r² I), as for N(0, I)', () => {
    const operator = linearOperator([
      [1, 2],
      [0.5, -1],
      [1, 2],
    ])
    const y = [0.3, -0.4, 0.5]
    const measured = measurement<Float64Array>(operator, y, { noise: 0.7 })
    const exactly = exact<Float64Array>(process, exactConditional(round, operator, y, { noise: 0.7 }))
    for (const t of [0.1, 0.5, 0.9])
      approximately(
        projection(exact<Float64Array>(process, round), measured).predict(x, t).x0,
        exactly.predict(x, t).x0,
        1e-9,
      )
  })

  test('refuses what makes no sense', () => {
    assert.throws(() => projection({} as never, known), /must be a denoiser/)
    assert.throws(() => projection(model, {} as never), /needs a measurement/)
    assert.throws(() => projection(model, known, { spread: 3 as never }), /spread must be a function/)
    assert.throws(
      () =>
        projection(model, measurement<Float64Array>(mask([1, 0]), [1], { noise: 1 }), {
          spread: () => -1,
        }).predict(x, 0.5),
      /spread must give variances/,
    )
  })
})

describe('DPS and ΠGDM', () => {
  const operator = linearOperator([
    [1, 2],
    [0.5, -1],
    [1, 2],
  ])
  const y = [0.3, -0.4, 0.5]
  const v = 0.6
  const round = data.mixture({ means: [[0, 0]], deviations: Math.sqrt(v) })
  const prior = exact(process, round)
  const points = [0.4, -0.6, 1.5, 0.2]
  const x = () => tf.tensor2d(points, [2, 2])
  /** E[x₀ | x_t] = c x for N(0, v I). */
  const gain = (t: number) => (process.alpha(t) * v) / (process.alpha(t) ** 2 * v + process.sigma(t) ** 2)
  const residual = (t: number, row: number) =>
    operator.matrix.map((a, i) => y[i]! - gain(t) * (a[0]! * points[2 * row]! + a[1]! * points[2 * row + 1]!))
  const back = (r: readonly number[]) =>
    [0, 1].map((j) => r.reduce((sum, v, i) => sum + v * operator.matrix[i]![j]!, 0))

  test('ΠGDM is exact on a Gaussian whose spread it is told, with noise and without', () => {
    const spread = (t: number) =>
      (v * process.sigma(t) ** 2) / (process.alpha(t) ** 2 * v + process.sigma(t) ** 2)
    for (const [noise, seen] of [
      [0.7, y],
      [0, [0.3, -0.4, 0.3]],
    ] as const) {
      const conditional = exact(process, exactConditional(round, operator, seen, { noise }))
      const guide = pigdmGuide(prior, measurement(operator, seen, { noise }), { spread })
      for (const t of [0.15, 0.5]) {
        const expected = take(tf.tidy(() => conditional.score(x(), t).sub(prior.score(x(), t))))
        approximately(take(tf.tidy(() => guide(x(), t))), expected, 2e-3)
        approximately(take(tf.tidy(() => guide(x(), [t, t]))), expected, 2e-3)
      }
    }
  })

  test('ΠGDM’s own spread is σ²/(α² + σ²), exact for N(0, I)', () => {
    const unit = data.mixture({ means: [[0, 0]] })
    const guide = pigdmGuide(exact(process, unit), measurement(operator, y, { noise: 0.7 }))
    const conditional = exact(process, exactConditional(unit, operator, y, { noise: 0.7 }))
    approximately(
      take(tf.tidy(() => guide(x(), 0.4))),
      take(tf.tidy(() => conditional.score(x(), 0.4).sub(exact(process, unit).score(x(), 0.4)))),
      2e-3,
    )
  })

  test('DPS takes x₀ for certain: Jᵀ Aᵀ (y − A x̂₀)/σ_y²', () => {
    const t = 0.4
    const guide = dpsGuide(prior, measurement(operator, y, { noise: 0.7 }))
    const found = take(tf.tidy(() => guide(x(), t)))
    // The part of the residual outside the range of A has no gradient.
    const expected = [0, 1].flatMap((row) => back(residual(t, row)).map((g) => (gain(t) * g) / 0.49))
    approximately(found, expected, 1e-4)
    assert.throws(() => dpsGuide(prior, measurement(operator, y)), /no noise.*pigdmGuide/)
  })

  test('a step of DPS: ancestral, then −ζ ∇‖y − A x̂₀‖, for an operator and for any function', async () => {
    const [t, s] = [0.4, 0.2]
    const plain = take(await follow(ancestral(prior, { times: [t, s] }), x(), { stream: named('step') }))
    const expected = [0, 1].flatMap((row) => {
      const r = residual(t, row)
      const length = Math.hypot(...r)
      return back(r).map((g, j) => plain[2 * row + j]! + (0.3 * gain(t) * g) / length)
    })
    const linear = dps(prior, measurement(operator, y), { zeta: 0.3, times: [t, s] })
    approximately(take(await follow(linear, x(), { stream: named('step') })), expected, 1e-4)
    const a = tf.tensor2d(operator.matrix as number[][])
    const any = dps(
      prior,
      { measure: (x0) => tf.matMul(x0, a, false, true), y: tf.tensor2d([y]) },
      { zeta: 0.3, times: [t, s] },
    )
    approximately(take(await follow(any, x(), { stream: named('step') })), expected, 1e-4)
  })

  test('a step of ΠGDM: DDIM, then α_s α_t Jᵀ (A⁺y − A⁺A x̂₀)', async () => {
    const [t, s] = [0.4, 0.2]
    const plus = (r: readonly number[]) => [...operator.pseudoInverse(Float64Array.from(r))]
    for (const eta of [0, 1]) {
      const plain = take(await follow(ddim(prior, { eta, times: [t, s] }), x(), { stream: named('step') }))
      const expected = [0, 1].flatMap((row) => {
        const pull = plus(residual(t, row))
        // The pull lies in the measured directions, which are all of the plane; Jᵀ is the gain.
        return pull.map((g, j) => plain[2 * row + j]! + process.alpha(s) * process.alpha(t) * gain(t) * g)
      })
      const sampler = pigdm(prior, measurement(operator, y), { eta, times: [t, s] })
      approximately(take(await follow(sampler, x(), { stream: named('step') })), expected, 1e-4)
    }
  })

  test('samples guided by ΠGDM with the right spread follow the exact conditional', async () => {
    const measured = measurement(linearOperator([[1, 0]]), [1], { noise: 0.3 })
    const spread = (t: number) =>
      (v * process.sigma(t) ** 2) / (process.alpha(t) ** 2 * v + process.sigma(t) ** 2)
    const guidance = guided(prior, pigdmGuide(prior, measured, { spread }))
    const n = 4000
    const found = take(await sample(ancestral(guidance, { steps: 80 }), n, { stream: named('pigdm') }))
    const first = found.filter((_, i) => i % 2 === 0)
    const mean = first.reduce((sum, v) => sum + v, 0) / n
    const expected = exactConditional(round, measured.operator, [1], { noise: 0.3 })
    const variance = expected.covariance()[0]![0]!
    // Five standard errors, and one percent for 80 steps.
    assert.ok(Math.abs(mean - expected.mean()[0]!) < 5 * Math.sqrt(variance / n) + 0.01, `mean ${mean}`)
  })

  test('refuses what makes no sense', () => {
    const measured = measurement(operator, y)
    assert.throws(() => dps(prior, measured, { zeta: NaN }), /zeta must be a finite number/)
    assert.throws(() => dps(prior, {} as never), /a measurement, or \{ measure, y \}/)
    assert.throws(() => dps(prior, measured, { times: [0, 1] }), /times must fall/)
    assert.throws(() => pigdm(prior, measured, { eta: 2 }), /eta must be in \[0, 1\]/)
    assert.throws(() => pigdm(prior, measurement(mask([1, 0, 0]), [1])), /states of shape \[3\]/)
  })
})

describe('DiffPIR', () => {
  const operator = linearOperator([[1, 2]])
  const x = Float64Array.of(0.4, -0.6, 1.5, 0.2)

  test('a step: x̂ minimises both errors, then noise is put back', async () => {
    const [t, s, noise, lambda, zeta] = [0.4, 0.2, 0.5, 2, 0.3]
    const measured = measurement<Float64Array>(operator, [3], { noise })
    const found = await follow(diffpir(model, measured, { lambda, zeta, times: [t, s] }), x, {
      stream: named('pir'),
    })
    const x0 = model.predict(x, t).x0
    const [alpha, sigma] = [process.alpha(t), process.sigma(t)]
    const rho = (lambda * noise ** 2 * alpha ** 2) / sigma ** 2
    const noises = particlesOf(named('pir'), 2)
    noises.begin(1)
    const z = noises.normal(4)
    const expected = [0, 1].flatMap((row) => {
      const [a, b] = [x0[2 * row]!, x0[2 * row + 1]!]
      // The minimum of (3 − a′ − 2b′)² + ρ‖(a′, b′) − (a, b)‖², from its two linear equations.
      const shift = (3 - a - 2 * b) / (5 + rho)
      return [a + shift, b + 2 * shift].map((hat, j) => {
        const i = 2 * row + j
        const epsilon = (x[i]! - alpha * hat) / sigma
        return (
          process.alpha(s) * hat +
          process.sigma(s) * (Math.sqrt(1 - zeta) * epsilon + Math.sqrt(zeta) * z[i]!)
        )
      })
    })
    approximately(found, expected, 1e-10)
  })

  test('ends in agreement with a measurement without noise, in doubles and in tensors', async () => {
    const doubles = await run(diffpir(model, measurement<Float64Array>(operator, [3]), { steps: 20 }), 50)
    approximately(operator.apply(doubles), new Float64Array(50).fill(3), 1e-10)
    const beginning: tf.Tensor = tf.tensor2d([...start(50)], [50, 2])
    const tensors = await follow(
      diffpir(exact(process, law), measurement(operator, [3]), { steps: 20 }),
      beginning,
      { stream: named('noise') },
    )
    approximately(take(tensors), doubles, 1e-3)
  })

  test('refuses what makes no sense', () => {
    const measured = measurement<Float64Array>(operator, [3])
    assert.throws(() => diffpir(model, measured, { lambda: 0 }), /lambda must be positive/)
    assert.throws(() => diffpir(model, measured, { zeta: -1 }), /zeta must be in \[0, 1\]/)
    assert.throws(() => diffpir(model, measured, { times: [0, 1] }), /times must fall/)
  })
})

describe('twisted diffusion sampling', () => {
  const measured = measurement(mask([1, 0]), [1], { noise: 0.3 })
  const expected = exactConditional(law, measured.operator, [1], { noise: 0.3 })

  test('weights make an approximate guide exact: of a Gaussian, mean and variance of what was not measured', () =>
    on('wasm', async () => {
      const n = 2000
      const prior = exact(process, law)
      const moments = async (sampler: Sampler) =>
        second(Float64Array.from(take(await sample(sampler, n, { stream: named('twisted') }))))
      const [mean, variance] = [expected.mean()[1]!, expected.covariance()[1]![1]!]
      // A fifth of the spread that would be about right, so that the guide by itself is far too sure of itself.
      const spread = (t: number) => 0.2 * process.sigma(t) ** 2
      const found = await moments(twisted(prior, measured, { steps: 40, spread }))
      // Particles depend on each other: over other streams the mean varies by .03, the variance by .03.
      assert.ok(Math.abs(found.mean - mean) < 0.12, `mean ${found.mean}, ${mean}`)
      assert.ok(Math.abs(found.variance - variance) < 0.12, `variance ${found.variance}, ${variance}`)
      const guide = pigdmGuide(prior, measured, { spread })
      const alone = await moments(ancestral(guided(prior, guide), { steps: 40, variance: 'forward' }))
      assert.ok(alone.mean - mean > 0.15, `without weights: ${alone.mean}`)
    }))

  test('particles are chosen as often as their weights say, on the host and on a device', () => {
    const weights = [0.05, 0.4, 0, 0.25, 0.3]
    const places = Float32Array.from({ length: 20 }, (_, i) => (i + 0.3) / 20)
    const here = take(indicesHere(weights, places))
    assert.deepEqual(take(indicesThere(tf.tensor1d(weights), places)), here)
    // Twenty places for weights that are multiples of a twentieth: exactly so many each.
    assert.deepEqual(
      weights.map((_, k) => here.filter((chosen) => chosen === k).length),
      [1, 8, 0, 5, 6],
    )
  })

  test('refuses what makes no sense', () => {
    const prior = exact(process, law)
    assert.throws(() => twisted(prior, measurement(mask([1, 0]), [1])), /no noise.*no particle would meet it/)
    assert.throws(() => twisted(prior, measured, { times: [0, 1] }), /times must fall/)
    assert.throws(() => twisted({} as never, measured), /must be a denoiser/)
  })
})

describe('a changed operator', () => {
  test('one prior serves every number of projections; more of them reconstruct better', async () => {
    // Vectors of 24 numbers, neighbours alike: exp(−|i − j|/4).
    const dim = 24
    const covariance = Array.from({ length: dim }, (_, i) =>
      Array.from({ length: dim }, (_, j) => Math.exp(-Math.abs(i - j) / 4)),
    )
    const walks = data.mixture({ means: [new Array<number>(dim).fill(0)], covariances: [covariance] })
    const prior = exact<Float64Array>(process, walks)
    const rows = named('projections').normal(23 * dim)
    const views = (count: number) =>
      linearOperator(Array.from({ length: count }, (_, i) => [...rows.slice(i * dim, (i + 1) * dim)]))
    const n = 40
    const truth = Float64Array.from(walks.draw(n, named('truth')).dataSync())
    const error = async (count: number) => {
      const operator = views(count)
      const measured = measurement<Float64Array>(operator, operator.apply(truth))
      const x = await follow(diffpir(prior, measured, { steps: 40 }), start(n, dim), {
        stream: named('views'),
      })
      approximately(operator.apply(x), measured.of(x), 1e-8)
      return x.reduce((sum, v, i) => sum + (v - truth[i]!) ** 2, 0) / x.length
    }
    const [six, twelve, most] = [await error(6), await error(12), await error(23)]
    assert.ok(six > 1.5 * twelve && twelve > 3 * most, `${six}, ${twelve}, ${most}`)

    // A linear network trained for the first twelve projections, the best there is for them on a Gaussian, is worth nothing
    // when it is given twelve others: worse than not to look at all, which has the error 1.
    const [own, others] = [rows.slice(0, 12 * dim), rows.slice(11 * dim, 23 * dim)].map((some) =>
      tf.tensor2d(Array.from({ length: 12 }, (_, i) => [...some.slice(i * dim, (i + 1) * dim)])),
    ) as [tf.Tensor2D, tf.Tensor2D]
    const params = { w: tf.variable(tf.zeros([12, dim])) }
    const through = (views: tf.Tensor2D, x: tf.Tensor) =>
      tf
        .matMul(tf.matMul(x as tf.Tensor2D, views, false, true), params.w as tf.Tensor2D)
        .sub(x)
        .square()
        .mean()
    const loss = (x: tf.Tensor) => through(own, x).asScalar()
    await train({ params, loss }, walks, { steps: 300, batch: 128, rate: 1e-2, stream: named('network') })
    const clean = tf.tensor2d([...truth], [n, dim])
    const [right, wrong] = [take(through(own, clean))[0]!, take(through(others, clean))[0]!]
    assert.ok(right < 0.5, `its own projections: ${right}`)
    assert.ok(wrong > 1, `others: ${wrong}`)
  })
})

describe('SDEdit', () => {
  const table = ddpm()
  const v = 0.25
  const narrow = exact<Float64Array>(table, data.mixture({ means: [[0]], deviations: Math.sqrt(v) }))

  test('on a Gaussian: the sketch x becomes N(g α x, …) with g = αv/(α²v + σ²), from every t₀', async () => {
    const n = 4000
    for (const from of [100, 400]) {
      const sketch = new Float64Array(n).fill(2)
      const found = await sdedit(narrow, sketch, { from, steps: from, stream: named(`from ${from}`) })
      const [alpha, sigma] = [table.alpha(from), table.sigma(from)]
      const total = alpha ** 2 * v + sigma ** 2
      // x_{t₀} = 2α + σz, then x₀ from the posterior N(g x_{t₀}, vσ²/total).
      const g = (alpha * v) / total
      const [mean, variance] = [2 * g * alpha, g ** 2 * sigma ** 2 + (v * sigma ** 2) / total]
      const m = found.reduce((sum, x) => sum + x, 0) / n
      const s2 = found.reduce((sum, x) => sum + (x - m) ** 2, 0) / n
      // Five standard errors, and two percent for the bias of DDPM's steps.
      assert.ok(Math.abs(m - mean) < 5 * Math.sqrt(variance / n) + 0.02 * mean, `mean ${m}, ${mean}`)
      assert.ok(
        Math.abs(s2 - variance) < (5 * Math.sqrt(2 / n) + 0.02) * variance,
        `variance ${s2}, ${variance}`,
      )
      assert.deepEqual(sketch[0], 2)
    }
  })

  test('the later t₀, the less faithful and the more realistic', async () => {
    const sketch = new Float64Array(500).fill(2)
    const curve = await faithfulness(narrow, sketch, {
      from: [20, 200, 600],
      steps: 20,
      stream: named('curve'),
      realism: (x) => x.reduce((sum, x) => sum - (0.5 * x * x) / v, 0) / x.length,
    })
    assert.deepEqual(
      curve.map(({ from }) => from),
      [20, 200, 600],
    )
    for (const i of [1, 2]) {
      assert.ok(curve[i]!.distance > curve[i - 1]!.distance)
      assert.ok(curve[i]!.realism > curve[i - 1]!.realism)
    }
  })

  test('takes any sampler, and refuses what makes no sense', async () => {
    const sketch = tf.tensor2d([[0.5], [1]])
    const model = exact(process, data.mixture({ means: [[0]], deviations: 0.5 }))
    const count = tf.memory().numTensors
    const x = await sdedit(model, sketch, { from: 0.3, steps: 10, sampler: ddim, stream: named('ddim') })
    assert.equal(tf.memory().numTensors, count + 1)
    assert.deepEqual(x.shape, [2, 1])
    assert.throws(
      () => void sdedit(model, sketch, { from: 0 }),
      /from, .* must be after 0 and not after 1, but is 0/,
    )
    assert.throws(() => void sdedit(model, sketch, { from: 0.5, steps: 0 }), /steps must be a positive whole/)
    assert.throws(() => void sdedit({} as never, sketch, { from: 0.5 }), /must be a denoiser/)
  })
})

describe('guidance and reconstruction on tensors', () => {
  test('leave one tensor: the samples', async () => {
    const round = exact(process, data.mixture({ means: [[-1, 0], [1, 0]], deviations: 0.5 })) // prettier-ignore
    const measured = measurement(mask([1, 0]), [1], { noise: 0.2 })
    const samplers: Record<string, () => Sampler> = {
      classifierGuidance: () =>
        ancestral(classifierGuidance(round, exactClassifier(process, round.law), { class: 0 }), { steps: 3 }),
      classifierFree: () => ancestral(classifierFree(round, { class: [0, 1] }, { scale: 2 }), { steps: 3 }),
      autoguidance: () => ddim(autoguidance(round, given(round, null), { weight: 2 }), { steps: 3 }),
      guidedKernel: () =>
        ancestral(
          guidedKernel(
            reverseKernel(round),
            guideOf((x) => x.sum(1)),
          ),
          { steps: 3 },
        ),
      replacement: () => ancestral(round, { steps: 3, after: replacement(process, measured) }),
      repaint: () => repaint(round, measured, { steps: 3, resamplings: 2 }),
      projection: () => ddim(projection(round, measured), { steps: 3 }),
      dps: () => dps(round, measured, { steps: 3 }),
      dpsGuide: () => ancestral(guided(round, dpsGuide(round, measured)), { steps: 3 }),
      pigdm: () => pigdm(round, measured, { steps: 3 }),
      diffpir: () => diffpir(round, measured, { steps: 3 }),
      twisted: () => twisted(round, measured, { steps: 3 }),
    }
    for (const [name, make] of Object.entries(samplers)) {
      const sampler = make()
      const count = tf.memory().numTensors
      const x = await sample(sampler, 2, { stream: named(name) })
      assert.equal(tf.memory().numTensors, count + 1, name)
      assert.ok(x.dataSync().every(Number.isFinite), name)
      x.dispose()
    }
  })
})
