/** The steps by which score matching is derived, verified as a notebook would, and each refuted where it is wrong. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { data } from '../../../src/models/data'
import type { Field } from '../../../src/models/field'
import { divergence, explicitTerms, hyvarinenTerms, perturbed, slicedTerms } from '../../../src/models/score'
import { probedDivergence, probes } from '../../../src/models/ode'
import { verify, VerificationError } from '../../../src/models/verify'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { files } from '../backends'

before(() => selectBackend('cpu', files))

const named = (name: string) => new RandomStream(91, name)
const law = data.mixture({
  weights: [2, 1],
  means: [
    [-0.8, 0],
    [1, 0.5],
  ],
  deviations: [0.7, 0.5],
})
const sigma = 0.6
const noisyLaw = perturbed(law, sigma)
/** Scores of normal laws about a point, more or less wide: fields to be compared at. */
const at: readonly Field[] = [0.6, 1, 2].map((tau) => ({
  score: (x) => tf.mul(tf.sub(x, tf.tensor1d([0.2, -0.1])), -1 / tau),
}))
const f: Field = {
  score: (x) =>
    tf.tanh(
      tf.matMul(
        x,
        tf.tensor2d([
          [1, -0.5],
          [0.3, 0.8],
        ]),
      ),
    ),
}
const dot = (a: tf.Tensor, b: tf.Tensor) => tf.mul(a, b).sum(1)
const clean = (n: number, stream: RandomStream) => law.draw(n, stream)
const noisy = (n: number, stream: RandomStream) => {
  const x = law.draw(n, stream)
  const z = stream.normalTensor([n, 2])
  return { x, z, noisy: tf.add(x, z.mul(sigma)) }
}
const refuted = (promise: Promise<unknown>) =>
  assert.rejects(promise, (error) => error instanceof VerificationError && error.failure === 'false')

describe('integration by parts', () => {
  const step = (sign: 1 | -1) =>
    verify.equal('E⟨f, ∇log p⟩ = −E div f', {
      draw: clean,
      left: { 'f·s': (x) => dot(f.score(x), law.score(x)) },
      right: { 'div f': (x) => divergence(f, x).mul(-sign) },
      stream: named('parts'),
    })
  test('integration by parts: E⟨f, ∇log p⟩ = −E div f', async () => {
    await step(1)
  })
  test('with the other sign it does not', () => refuted(step(-1)))
})

describe('Hyvärinen’s loss', () => {
  const step = (factor: number) =>
    verify.upToConstant('ESM = ISM + const', {
      draw: clean,
      at,
      left: { explicit: (x, s: Field) => explicitTerms(s, x, law).error },
      right: {
        '½‖s‖²': (x, s: Field) => hyvarinenTerms(s, x).norm,
        'tr ∇s': (x, s: Field) => hyvarinenTerms(s, x).trace.mul(factor),
      },
      stream: named('Hyvärinen'),
    })
  test('explicit score matching is Hyvärinen’s plus a constant', async () => {
    await step(1)
  })
  test('Hyvärinen’s is refuted with half of the trace, and with its negative', async () => {
    await refuted(step(0.5))
    await refuted(step(-1))
  })
})

test('the sliced Fisher divergence is sliced score matching plus a constant', async () => {
  await verify.upToConstant('sliced Fisher = SSM + const', {
    draw: (n, stream) => ({ x: clean(n, stream), v: probes('rademacher', [n, 2], stream) }),
    at,
    left: {
      sliced: ({ x, v }, s: Field) =>
        dot(v, tf.sub(law.score(x), s.score(x)))
          .square()
          .mul(0.5),
    },
    right: {
      '½(vᵀs)²': ({ x, v }, s: Field) => dot(v, s.score(x)).square().mul(0.5),
      'vᵀ∇s v': ({ x, v }, s: Field) => probedDivergence(s.score, x, v).divergence,
    },
    stream: named('slices'),
  })
})

describe('the denoising loss', () => {
  const step = (sign: 1 | -1) =>
    verify.upToConstant('ESM(q_σ) = DSM + const', {
      draw: noisy,
      at,
      left: { explicit: (d, s: Field) => explicitTerms(s, d.noisy, noisyLaw).error },
      right: {
        denoising: (d, s: Field) =>
          tf
            .add(s.score(d.noisy), d.z.mul(sign / sigma))
            .square()
            .sum(1)
            .mul(0.5),
      },
      stream: named('Vincent'),
    })
  test('denoising is explicit score matching of the noisy law plus a constant', async () => {
    await step(1)
  })
  test('denoising with the other sign is refuted', () => refuted(step(-1)))
})

describe('Tweedie’s formula', () => {
  const step = (power: number) =>
    verify.pointwise('E[x | x̃] = x̃ + σ²∇log q_σ(x̃)', {
      draw: noisy,
      at: (d) => d.noisy,
      left: { x: (d) => d.x },
      right: { x̃: (d) => d.noisy, 'σ² score': (d) => noisyLaw.score(d.noisy).mul(sigma ** power) },
      stream: named('Tweedie'),
    })
  test('Tweedie’s formula holds for every x̃', async () => {
    await step(2)
  })
  test('not with σ in place of σ²', () => refuted(step(1)))
})

describe('gradients of means', () => {
  // d/dθ of E f(x) for x ~ N(θ, 1) and f = sin: with the sample moved, and with the density moved.
  const theta = 0.4
  const step = (factor: number) =>
    verify.equal('E f′(θ + z) = E f(x) ∇θ log p(x)', {
      draw: (n, stream) => stream.normal(n),
      left: { reparameterised: (z) => z.map((value) => Math.cos(theta + value)) },
      right: { 'log-derivative': (z) => z.map((value) => factor * Math.sin(theta + value) * value) },
      stream: named('gradients'),
    })
  test('reparameterisation and the log-derivative trick give one gradient', async () => {
    await step(1)
  })
  test('not with half of the score', () => refuted(step(0.5)))

  test('p∇log p = ∇p', async () => {
    const h = 1e-4
    await verify.equal('p∇log p = ∇p', {
      draw: (n, stream) => stream.uniform(2 * n).map((u) => 4 * u - 2),
      left: {
        'p s': (x) => {
          const [log, score] = [law.logDensity(x), law.score(x)]
          // The first coordinate, over a square on which points are uniform, weighted so that the mean is not zero.
          return log.map((l, i) => Math.exp(l) * score[2 * i]! * x[2 * i]!)
        },
      },
      right: {
        '∂p': (x) => {
          const moved = (by: number) =>
            law.logDensity(x.map((value, i) => (i % 2 ? value : value + by))).map(Math.exp)
          const [up, down] = [moved(h), moved(-h)]
          return up.map((p, i) => ((p - down[i]!) / (2 * h)) * x[2 * i]!)
        },
      },
      discretisation: h * h,
      stream: named('log'),
    })
  })
})

test('Jensen: E log w ≤ log E w, and not the other way round', async () => {
  const step = (turned: boolean) => {
    const log = { 'log w': (z: Float64Array) => z.map((value) => 0.8 * value) }
    // w = e^{0.8 z} has mean e^{0.32}.
    const ofMean = { 'log E w': (z: Float64Array) => z.map(() => 0.32) }
    return verify.atMost('Jensen', {
      draw: (n, stream) => stream.normal(n),
      left: turned ? ofMean : log,
      right: turned ? log : ofMean,
      stream: named('Jensen'),
    })
  }
  await step(false)
  await refuted(step(true))
})

test('the slicing identity: E vᵀAv = tr A, and E(vᵀs)² = ‖s‖²', async () => {
  const A = [
    [-1, 0.7],
    [0.2, -2],
  ]
  for (const kind of ['gaussian', 'rademacher'] as const) {
    await verify.equal(`E vᵀAv = tr A, ${kind}`, {
      draw: (n, stream) => probes(kind, [n, 2], stream),
      left: { vᵀAv: (v) => dot(tf.matMul(v, tf.tensor2d(A), false, true), v) },
      right: { 'tr A': (v) => tf.fill([v.shape[0]], -3) },
      stream: named(kind),
    })
    await verify.equal(`E(vᵀs)² = ‖s‖², ${kind}`, {
      draw: (n, stream) => ({ x: clean(n, stream), v: probes(kind, [n, 2], stream) }),
      left: { '(vᵀs)²': ({ x, v }) => dot(v, law.score(x)).square() },
      right: { '‖s‖²': ({ x }) => law.score(x).square().sum(1) },
      stream: named(kind),
    })
  }
})

test('x + σz has a density, the data’s convolved with N(0, σ²), though x has none', async () => {
  // Three points on a line; their noisy law is a mixture.
  const places = [-1, 0.2, 1.3]
  await verify.sameLaw('x + σz', {
    first: (n, stream) => {
      const which = stream.integers(n, 0, 3)
      const z = stream.normal(n)
      return tf.tensor2d(
        Float32Array.from(which, (k, i) => places[k]! + sigma * z[i]!),
        [n, 1],
      )
    },
    second: (n, stream) =>
      data.mixture({ means: places.map((place) => [place]), deviations: sigma }).draw(n, stream),
    stream: named('law'),
  })
})

test('the terms of the sliced loss are what the steps above use', () => {
  const x = clean(3, named('x'))
  const terms = slicedTerms(at[0]!, x, { stream: named('v') })
  assert.deepEqual(terms.norm.shape, [3])
  assert.deepEqual(terms.trace.shape, [3])
})
