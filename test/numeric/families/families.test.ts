import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { data } from '../../../src/models/data'
import { autoregressiveModel, gan, hierarchicalVae, vae } from '../../../src/models/families'
import type { TrainableParams } from '../../../src/models/network'
import { train } from '../../../src/models/train'
import { cosine } from '../../../src/models/training'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, on, take } from '../backends'

before(() => selectBackend('cpu', files))

const stream = (name: string) => new RandomStream(9, name)

/** Puts numbers into the parameters of a model. */
function assign(
  params: TrainableParams,
  values: Readonly<Record<string, number | number[] | number[][]>>,
): void {
  for (const [name, value] of Object.entries(values)) {
    assert.ok(name in params, `${name} among ${Object.keys(params).join(', ')}`)
    params[name]!.assign(tf.tensor(value, params[name]!.shape))
  }
}

/** What makes the network of a log deviation say log s: it is bounded by 6 tanh(·/6). */
const rawDeviation = (s: number) => 6 * Math.atanh(Math.log(s) / 6)

/** log N(x; mean, covariance) in two dimensions. */
function logNormal2(
  [x, y]: readonly number[],
  mean: readonly number[],
  [[a, b], [, d]]: readonly [readonly number[], readonly number[]],
): number {
  const [u, v] = [x! - mean[0]!, y! - mean[1]!]
  const det = a! * d! - b! * b!
  return -0.5 * ((d! * u * u - 2 * b! * u * v + a! * v * v) / det + Math.log(det)) - Math.log(2 * Math.PI)
}

describe('variational autoencoders', () => {
  // Data in the plane with mean (1, −1), variance 4 along (cos 0.6, sin 0.6) and 0.25 across.
  const [c, s] = [Math.cos(0.6), Math.sin(0.6)]
  const [kept, lost] = [4, 0.25]
  const mean = [1, -1]
  /** The best log-likelihood of a linear model with one code (probabilistic PCA), on average over the data. */
  const best = -0.5 * (2 * Math.log(2 * Math.PI) + Math.log(kept) + Math.log(lost) + 2)
  const covariance: readonly [number[], number[]] = [
    [kept * c * c + lost * s * s, (kept - lost) * c * s],
    [(kept - lost) * c * s, kept * s * s + lost * c * c],
  ]
  /** The maximum-likelihood solution, and its exact posterior in the encoder. */
  const optimal = () => {
    const model = vae({ dim: 2, latent: 1, hidden: [], stream: stream('linear') })
    const w = [c * Math.sqrt(kept - lost), s * Math.sqrt(kept - lost)]
    // q(z | x) = N(w · (x − μ) / M, σ² / M) with M = w · w + σ², which is the kept variance.
    assign(model.params, {
      'decoder0/W0': [w],
      'decoder0/b0': mean,
      'encoder0/W0': w.map((x) => [x / kept, 0]),
      'encoder0/b0': [-(w[0]! * mean[0]! + w[1]! * mean[1]!) / kept, rawDeviation(Math.sqrt(lost / kept))],
      logDeviation: 0.5 * Math.log(lost),
    })
    return model
  }
  /** Four points with exactly this mean and covariance. */
  const points = [
    [1 + Math.sqrt(2 * kept) * c, -1 + Math.sqrt(2 * kept) * s],
    [1 - Math.sqrt(2 * kept) * c, -1 - Math.sqrt(2 * kept) * s],
    [1 - Math.sqrt(2 * lost) * s, -1 + Math.sqrt(2 * lost) * c],
    [1 + Math.sqrt(2 * lost) * s, -1 - Math.sqrt(2 * lost) * c],
  ]

  test('a linear one at its optimum is probabilistic PCA: with the exact posterior any one draw gives log p(x)', () => {
    const model = optimal()
    const x = tf.tensor2d(points)
    const log = take(model.logDensity(x, { samples: 1, stream: stream('one') }))
    approximately(
      log,
      points.map((point) => logNormal2(point, mean, covariance)),
      2e-5,
    )
    approximately(log.reduce((a, b) => a + b) / 4, best, 1e-5)
    // The bound is tight, and its estimates scatter around it.
    const n = 4000
    const bound = take(model.elbo(tf.tile(x, [n, 1]), stream('bound')))
    const average = bound.reduce((a, b) => a + b) / (4 * n)
    const spread = Math.sqrt(bound.reduce((sum, b) => sum + (b - average) ** 2, 0)) / (4 * n)
    assert.ok(Math.abs(average - best) < 5 * spread, `${average} ± ${spread}, expected ${best}`)
  })

  test('its codes, decodings and samples', () => {
    const model = optimal()
    approximately(take(model.encode(tf.tensor2d([mean]))), [0], 1e-6)
    approximately(
      take(model.decode(tf.tensor2d([[2]]))),
      [1 + 2 * c * Math.sqrt(3.75), -1 + 2 * s * Math.sqrt(3.75)],
      1e-6,
    )
    const n = 20_000
    const set = data.points(model.draw(n, stream('draw')))
    for (const i of [0, 1]) {
      assert.ok(Math.abs(set.mean()[i]! - mean[i]!) < 5 * Math.sqrt(covariance[i]![i]! / n))
      for (const j of [0, 1]) {
        const error = Math.sqrt((covariance[i]![i]! * covariance[j]![j]! + covariance[i]![j]! ** 2) / n)
        assert.ok(Math.abs(set.covariance()[i]![j]! - covariance[i]![j]!) < 5 * error)
      }
    }
  })

  test('codes are not unique: turned codes explain the data as well', () => {
    const [a, b] = [vae({ dim: 2, latent: 2, hidden: [] }), vae({ dim: 2, latent: 2, hidden: [] })]
    const turn = (angle: number) => {
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
      // W = [[cos, sin], [−sin, cos]] and s = 1, so that x ~ N(0, 2 I), and q(z | x) = N(Wx/2, I/2).
      return {
        'decoder0/W0': [
          [cos, sin],
          [-sin, cos],
        ],
        'decoder0/b0': [0, 0],
        'encoder0/W0': [
          [cos / 2, -sin / 2, 0, 0],
          [sin / 2, cos / 2, 0, 0],
        ],
        'encoder0/b0': [0, 0, rawDeviation(Math.SQRT1_2), rawDeviation(Math.SQRT1_2)],
        logDeviation: 0,
      }
    }
    assign(a.params, turn(0))
    assign(b.params, turn(2))
    const x = tf.tensor2d(points)
    const logs = [a, b].map((model) => take(model.logDensity(x, { samples: 1, stream: stream('turned') })))
    approximately(logs[0]!, logs[1]!, 1e-5)
    approximately(
      logs[0]!,
      points.map((p) =>
        logNormal2(
          p,
          [0, 0],
          [
            [2, 0],
            [0, 2],
          ],
        ),
      ),
      1e-5,
    )
    const [codeA, codeB] = [take(a.encode(x)), take(b.encode(x))]
    assert.ok(Math.hypot(...codeA.map((z, i) => z - codeB[i]!)) > Math.hypot(...codeA))
  })

  test('trained, a linear one comes to the likelihood of PCA and not beyond', async () => {
    const model = vae({ dim: 2, latent: 1, hidden: [], stream: stream('initial') })
    const law = data.gaussian({ mean, covariance })
    await train(model, law, { steps: 500, batch: 128, rate: cosine(0.05), stream: stream('train') })
    const x = tf.tensor2d(points)
    const log = take(model.logDensity(x, { samples: 200, stream: stream('after') }))
    const found = log.reduce((a, b) => a + b) / 4
    // 64,000 samples leave parameters off by about 1/√64000 each, and the likelihood by its square; the step size leaves more.
    assert.ok(found > best - 0.02 && found < best + 1e-3, `${found}, the best is ${best}`)
  })

  test('a non-linear one: bounds below log p by quadrature over its code, sharper with more samples', () => {
    const model = vae({ dim: 1, latent: 1, hidden: [8], deviation: 0.3, stream: stream('bent') })
    // The last layer begins near zero: make the decoder bend.
    model.params['decoder0/W1']!.assign(stream('bend').normalTensor([8, 1]))
    const x = 0.7
    const steps = 4000
    const z = Float32Array.from({ length: steps }, (_, i) => -8 + (16 * (i + 0.5)) / steps)
    const f = take(model.decode(tf.tensor2d(z, [steps, 1])))
    const p = f.reduce(
      (sum, value, i) =>
        sum + (Math.exp(-0.5 * (((x - value) / 0.3) ** 2 + z[i]! ** 2)) / (2 * Math.PI * 0.3)) * (16 / steps),
      0,
    )
    const many = 400
    const at = tf.fill([many, 1], x)
    const meanOf = (values: number[]) => values.reduce((a, b) => a + b) / values.length
    const errorOf = (values: number[]) =>
      Math.sqrt(values.reduce((sum, v) => sum + (v - meanOf(values)) ** 2, 0)) / values.length
    const elbo = take(model.elbo(at, stream('elbo')))
    const [one, ten, hundred] = [1, 10, 300].map((samples) =>
      take(model.logDensity(at, { samples, stream: stream(`iw ${samples}`) })),
    ) as [number[], number[], number[]]
    const log = Math.log(p)
    // One weight is the bound itself, estimated with a draw in place of the known divergence.
    assert.ok(Math.abs(meanOf(one) - meanOf(elbo)) < 5 * Math.hypot(errorOf(one), errorOf(elbo)))
    assert.ok(meanOf(elbo) < meanOf(ten) - 0.01 && meanOf(ten) < meanOf(hundred))
    assert.ok(
      meanOf(hundred) < log + 5 * errorOf(hundred) && meanOf(hundred) > log - 0.05,
      `${meanOf(hundred)} against ${log}`,
    )
    // Importance weights are unbiased: their mean is p(x) itself.
    const weights = one.map(Math.exp)
    assert.ok(Math.abs(meanOf(weights) - p) < 5 * errorOf(weights))
  })

  test('a hierarchical one with linear layers and its exact posterior: log p(x) from one draw', () => {
    // z₂ ~ N(0, 1), z₁ | z₂ ~ N(0.8 z₂ + 0.1, 0.6²), x | z₁ ~ N(1.5 z₁ − 0.2, 0.5²).
    const model = hierarchicalVae({
      dim: 1,
      latents: [1, 1],
      hidden: [],
      deviation: 0.5,
      stream: stream('deep'),
    })
    const variance1 = 0.8 ** 2 + 0.6 ** 2
    const [mean1, meanX] = [0.1, 1.5 * 0.1 - 0.2]
    const varianceX = 1.5 ** 2 * variance1 + 0.25
    const gain1 = (1.5 * variance1) / varianceX
    const gain2 = 0.8 / variance1
    assign(model.params, {
      'decoder1/W0': [[0.8, 0]],
      'decoder1/b0': [0.1, rawDeviation(0.6)],
      'decoder0/W0': [[1.5]],
      'decoder0/b0': [-0.2],
      'encoder0/W0': [[gain1, 0]],
      'encoder0/b0': [mean1 - gain1 * meanX, rawDeviation(Math.sqrt(variance1 - gain1 * 1.5 * variance1))],
      'encoder1/W0': [[gain2, 0]],
      'encoder1/b0': [-gain2 * mean1, rawDeviation(Math.sqrt(1 - gain2 * 0.8))],
    })
    const x = [-2, 0.3, 1.7]
    const log = take(model.logDensity(tf.tensor2d(x, [3, 1]), { samples: 1, stream: stream('deep draw') }))
    approximately(
      log,
      x.map((v) => -0.5 * ((v - meanX) ** 2 / varianceX + Math.log(2 * Math.PI * varianceX))),
      1e-5,
    )
    approximately(take(model.decode(tf.tensor2d([[1]]))), [1.5 * 0.9 - 0.2], 1e-6)
    approximately(
      take(model.encode(tf.tensor2d([[2]]))),
      [gain2 * (gain1 * (2 - meanX) + mean1 - mean1)],
      1e-6,
    )
    const set = data.points(model.draw(20_000, stream('deep samples')))
    assert.ok(Math.abs(set.mean()[0]! - meanX) < 5 * Math.sqrt(varianceX / 20_000))
    assert.ok(Math.abs(set.covariance()[0]![0]! - varianceX) < 5 * varianceX * Math.sqrt(2 / 20_000))
    assert.equal(model.evaluations, 2)
  })

  test('beta weighs the divergence, and everything reaches a gradient', () => {
    const x = tf.tensor2d(points)
    const losses = [0, 1, 3].map((beta) => {
      const model = vae({ dim: 2, latent: 1, hidden: [6], beta, stream: stream('beta') })
      const { value, grads } = tf.variableGrads(
        () => model.loss(x, stream('same')),
        Object.values(model.params),
      )
      for (const [name, p] of Object.entries(model.params))
        // Biases and weights behind the near-zero start still have gradients.
        assert.ok(
          grads[p.name] && take(grads[p.name]!).some((g) => g !== 0) === !(beta === 0 && name === 'none'),
          name,
        )
      return take(value)[0]!
    })
    approximately(losses[2]! - losses[1]!, 2 * (losses[1]! - losses[0]!), 1e-4)
  })

  test('options that make no sense', () => {
    assert.throws(() => vae({ dim: 0 }), /vae: dim/)
    assert.throws(() => vae({ dim: 2, latent: 0 }), /latent length/)
    assert.throws(() => vae({ dim: 2, deviation: 0 }), /deviation/)
    assert.throws(() => vae({ dim: 2, beta: -1 }), /beta/)
    assert.throws(() => vae({ dim: 2, hidden: [0] }), /vae: hidden/)
    assert.throws(() => hierarchicalVae({ dim: 2, latents: [] }), /at least one/)
    const model = vae({ dim: 2 })
    assert.throws(() => model.encode(tf.zeros([1, 3])), /shape \[n, 2\]/)
    assert.throws(() => model.decode(tf.zeros([1, 3])), /vae\.decode takes states of shape \[n, 2\]/)
    assert.throws(() => model.logDensity(tf.zeros([1, 2]), { samples: 0 }), /samples/)
    assert.throws(() => model.draw(0), /positive whole number/)
  })
})

describe('autoregressive models', () => {
  /** A model whose conditionals are far from uniform; mixtures stay wide enough for sums in place of integrals. */
  const rough = (conditionals: { bins: number } | { gaussians: number }, dim = 2) => {
    const model = autoregressiveModel({
      dim,
      hidden: [8],
      conditionals,
      range: [-2, 2],
      stream: stream('rough'),
    })
    for (const [name, p] of Object.entries(model.params))
      if (name.endsWith('b0') || name.endsWith('W1'))
        p.assign(
          stream(name)
            .normalTensor(p.shape)
            .mul('bins' in conditionals ? 0.7 : 0.25),
        )
    return model
  }

  test('binned: normalised exactly on its grid, for each coordinate and together', () => {
    const model = rough({ bins: 10 })
    // Middles of ten bins of 0.4 along each axis: the density is constant along the second, not along the first, inside a bin
    // of which the network of the second coordinate still sees where it is.
    const middles = Array.from({ length: 10 }, (_, i) => -1.8 + 0.4 * i)
    const x = tf.tensor2d(middles.flatMap((a) => middles.map((b) => [a, b])))
    const p = take(model.logDensity(x).exp())
    approximately(
      p.reduce((sum, v) => sum + v * 0.16, 0),
      1,
      1e-5,
    )
    const parts = take(model.logConditionals(x))
    approximately(
      take(model.logDensity(x)),
      Array.from({ length: 100 }, (_, i) => parts[2 * i]! + parts[2 * i + 1]!),
      1e-6,
    )
    // p(x₁) does not know x₂, and p(x₂ | x₁) sums to one for each x₁.
    for (let i = 0; i < 10; i++) {
      const row = parts.slice(20 * i, 20 * (i + 1))
      for (let j = 1; j < 10; j++) assert.equal(row[2 * j], row[0])
      approximately(
        row.filter((_, k) => k % 2).reduce((sum, l) => sum + 0.4 * Math.exp(l), 0),
        1,
        1e-5,
      )
    }
    assert.ok(new Set(p.map((v) => v.toFixed(5))).size > 50, 'the density is not flat')
    assert.deepEqual(
      take(
        model.logDensity(
          tf.tensor2d([
            [2.1, 0],
            [0, -2.1],
          ]),
        ),
      ),
      [-Infinity, -Infinity],
    )
  })

  test('mixtures: integrate to one', () => {
    const model = rough({ gaussians: 3 })
    const steps = 161
    const axis = Array.from({ length: steps }, (_, i) => -16 + (32 * i) / (steps - 1))
    const h = 32 / (steps - 1)
    const log = take(model.logDensity(tf.tensor2d(axis.flatMap((a) => axis.map((b) => [a, b])))))
    // The trapezium rule is exact to far more digits for Gaussians wider than the steps.
    approximately(
      log.reduce((sum, l) => sum + Math.exp(l) * h * h, 0),
      1,
      1e-3,
    )
  })

  for (const conditionals of [{ bins: 8 }, { gaussians: 2 }])
    test(`samples follow the density: ${JSON.stringify(conditionals)}`, () => {
      const model = rough(conditionals)
      const n = 20_000
      const drawn = take(model.draw(n, stream('draws')))
      // Probabilities of four quadrants, by the density in the middles of fine cells.
      const [cells, from, to] = [200, -10, 10]
      const h = (to - from) / cells
      const middles = Array.from({ length: cells }, (_, i) => from + h * (i + 0.5))
      const log = take(model.logDensity(tf.tensor2d(middles.flatMap((a) => middles.map((b) => [a, b])))))
      const expected = [0, 0, 0, 0]
      const quadrant = (a: number, b: number) => (a > 0 ? 1 : 0) + (b > 0 ? 2 : 0)
      log.forEach((l, i) => {
        expected[quadrant(middles[Math.floor(i / cells)]!, middles[i % cells]!)]! += Math.exp(l) * h * h
      })
      approximately(
        expected.reduce((a, b) => a + b),
        1,
        2e-3,
      )
      const counts = [0, 0, 0, 0]
      for (let i = 0; i < n; i++) counts[quadrant(drawn[2 * i]!, drawn[2 * i + 1]!)]!++
      for (const [k, p] of expected.entries())
        assert.ok(
          Math.abs(counts[k]! / n - p) < 5 * Math.sqrt((p * (1 - p)) / n) + 2e-3,
          `${counts[k]! / n}, ${p}`,
        )
    })

  test('trained on a line, binned, it comes to the entropy of the bins', async () => {
    // Ten bins with known frequencies: nothing has a higher likelihood than these.
    const set = data.points(Array.from({ length: 100 }, (_, i) => -2 + 0.4 * Math.floor(Math.sqrt(i)) + 0.2))
    const frequencies = Array.from({ length: 10 }, (_, k) => ((k + 1) ** 2 - k ** 2) / 100)
    const entropy = frequencies.reduce((sum, p) => sum - p * Math.log(p / 0.4), 0)
    const model = autoregressiveModel({
      dim: 1,
      conditionals: { bins: 10 },
      range: [-2, 2],
      stream: stream('line'),
    })
    await train(model, set, { steps: 200, batch: 512, rate: cosine(0.2), stream: stream('train') })
    const log = take(model.logDensity(set.all()))
    const found = -log.reduce((a, b) => a + b) / 100
    assert.ok(found > entropy - 1e-5 && found < entropy + 0.005, `${found} against ${entropy}`)
  })

  test('trained in the plane, it learns what depends on what', async () => {
    // Points near the line x₂ = −x₁.
    const law = data.gaussian({
      mean: [0, 0],
      covariance: [
        [0.5, -0.48],
        [-0.48, 0.5],
      ],
    })
    const model = autoregressiveModel({
      dim: 2,
      hidden: [16],
      conditionals: { gaussians: 1 },
      stream: stream('corr'),
    })
    const run = await train(model, law, {
      steps: 300,
      batch: 128,
      rate: cosine(0.03),
      stream: stream('train'),
    })
    const entropy = Math.log(2 * Math.PI * Math.E) + 0.5 * Math.log(0.25 - 0.48 ** 2)
    assert.ok(run.loss > entropy - 0.1 && run.loss < entropy + 0.1, `${run.loss} against ${entropy}`)
  })

  test('options that make no sense', () => {
    assert.throws(() => autoregressiveModel({ dim: 0 }), /dim/)
    assert.throws(() => autoregressiveModel({ dim: 2, conditionals: { bins: 0 } }), /bins/)
    assert.throws(() => autoregressiveModel({ dim: 2, conditionals: {} as never }), /conditionals must be/)
    assert.throws(() => autoregressiveModel({ dim: 2, range: [1, -1] }), /range/)
    assert.throws(() => autoregressiveModel({ dim: 2 }).logDensity(tf.zeros([3, 1])), /shape \[n, 2\]/)
  })
})

describe('generative adversarial networks', () => {
  /** Real N(1, 1), generated N(−1, 1), and the logit that tells them apart best: log p − log q = 2x. */
  const known = (objective: 'nonSaturating' | 'minimax' = 'nonSaturating', penalty = 0) => {
    const model = gan({ dim: 1, generator: [], discriminator: [], objective, penalty, stream: stream('gan') })
    assign(model.params, {
      'generator/W0': [[1]],
      'generator/b0': [-1],
      'discriminator/W0': [[2]],
      'discriminator/b0': [0],
    })
    return model
  }
  const real = data.gaussian({ mean: [1] })

  /** ∫ f over the line. */
  const integral = (f: (x: number) => number) => {
    let sum = 0
    for (let x = -12; x < 12; x += 0.01) sum += f(x) * 0.01
    return sum
  }
  const p = (x: number, mean: number) => Math.exp(-0.5 * (x - mean) ** 2) / Math.sqrt(2 * Math.PI)
  const softplus = (x: number) => Math.log1p(Math.exp(x))

  test('with the best discriminator L_D is 2 log 2 − 2 JSD', () => {
    const n = 40_000
    const { discriminator, generator } = known().losses(real.draw(n, stream('real')), stream('fake'))
    const half = (x: number) => (p(x, 1) + p(x, -1)) / 2
    const divergence = integral(
      (x) => 0.5 * (p(x, 1) * Math.log(p(x, 1) / half(x)) + p(x, -1) * Math.log(p(x, -1) / half(x))),
    )
    const expected = 2 * Math.LN2 - 2 * divergence
    // The losses of single samples have a standard deviation below one.
    assert.ok(Math.abs(take(discriminator)[0]! - expected) < (5 * 1.5) / Math.sqrt(n))
    const saturating = integral((x) => p(x, -1) * softplus(-2 * x))
    assert.ok(Math.abs(take(generator)[0]! - saturating) < (5 * 2) / Math.sqrt(n))
    const minimax = known('minimax').losses(real.draw(n, stream('real')), stream('fake')).generator
    assert.ok(
      Math.abs(take(minimax)[0]! + integral((x) => p(x, -1) * softplus(2 * x))) < (5 * 1) / Math.sqrt(n),
    )
  })

  test('R₁ adds half γ times the squared slope of the discriminator', () => {
    const x = real.draw(64, stream('real'))
    const [without, withIt] = [known(), known('nonSaturating', 0.7)].map(
      (model) => take(model.losses(x, stream('fake')).discriminator)[0]!,
    )
    approximately(withIt! - without!, 0.35 * 4, 1e-5)
  })

  test('each player gets the gradient of its own loss and of nothing else', () => {
    for (const objective of ['nonSaturating', 'minimax'] as const) {
      const model = known(objective, 0.3)
      const x = real.draw(50, stream('real'))
      const { grads } = tf.variableGrads(() => model.loss(x, stream('fake')), Object.values(model.params))
      for (const [name, variable] of Object.entries(model.params)) {
        const player = name.startsWith('generator') ? 'generator' : 'discriminator'
        const start = take(variable.clone())[0]!
        const at = (value: number) => {
          variable.assign(tf.fill(variable.shape, value))
          return take(model.losses(x, stream('fake'))[player])[0]!
        }
        const h = 0.01
        const difference = (at(start + h) - at(start - h)) / (2 * h)
        at(start)
        // Single precision over a step of 0.02.
        approximately(take(grads[variable.name]!), [difference], 2e-3, name)
      }
    }
  })

  for (const backend of ['cpu', 'wasm'] as const)
    test(`R₁ through a hidden layer: its gradient against differences, on ${backend}`, () =>
      on(backend, () => {
        const model = gan({ dim: 2, discriminator: [6], penalty: 2, stream: stream('hidden') })
        // The last layer begins near zero, where there is little to see.
        model.params['discriminator/W1']!.assign(stream('last').normalTensor([6, 1]))
        const x = stream('x').normalTensor([20, 2])
        const loss = () => model.losses(x, stream('fake')).discriminator
        const weights = model.params['discriminator/W0']!
        const start = weights.clone()
        const direction = stream('direction').normalTensor([2, 6])
        const { grads } = tf.variableGrads(loss, [weights])
        const along = take(grads[weights.name]!.mul(direction).sum())[0]!
        const at = (h: number) => {
          weights.assign(start.add(direction.mul(h)))
          return take(loss())[0]!
        }
        // Single precision: 1e-7 of a loss of about one, over a step of 0.02; and the third derivative's share.
        approximately(along, (at(0.01) - at(-0.01)) / 0.02, 5e-3)
      }))

  test('samples and logits are those of its networks', () => {
    const model = known()
    approximately(take(model.generate(tf.tensor2d([[0], [2]]))), [-1, 1], 1e-6)
    approximately(take(model.discriminate(tf.tensor2d([[0.5]]))), [1], 1e-6)
    approximately(
      take(model.draw(5, stream('z'))),
      take(model.generate(stream('z').normalTensor([5, 1]))),
      1e-6,
    )
  })

  test('trained, the generator takes the place and the width of the data', async () => {
    const model = gan({ dim: 1, generator: [], discriminator: [16], penalty: 1, stream: stream('initial') })
    const law = data.gaussian({ mean: [2], deviation: 0.5 })
    await train(model, law, { steps: 600, batch: 64, rate: cosine(0.02), ema: 0.98, stream: stream('train') })
    const set = data.points(model.draw(5000, stream('after')))
    assert.ok(Math.abs(set.mean()[0]! - 2) < 0.15, `mean ${set.mean()[0]}`)
    const deviation = Math.sqrt(set.covariance()[0]![0]!)
    assert.ok(deviation > 0.35 && deviation < 0.7, `deviation ${deviation}`)
  })

  test('options that make no sense', () => {
    assert.throws(() => gan({ dim: 2, latent: 0 }), /latent/)
    assert.throws(() => gan({ dim: 2, objective: 'wasserstein' as never }), /objective/)
    assert.throws(() => gan({ dim: 2, penalty: -1 }), /penalty/)
    assert.throws(() => gan({ dim: 2 }).generate(tf.zeros([1, 3])), /the generator takes/)
    assert.throws(() => gan({ dim: 2 }).loss(tf.zeros([1, 3]), stream('x')), /the GAN takes/)
  })
})
