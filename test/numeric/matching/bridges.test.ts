/** Paths between two laws, against densities and derivatives computed here in doubles. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { data } from '../../../src/models/data'
import type { Mixture } from '../../../src/models/data'
import { mlp } from '../../../src/models/mlp'
import { vp } from '../../../src/models/processes'
import {
  bridge,
  bridgeLoss,
  exactBridge,
  interpolant,
  interpolants,
  interpolantSde,
  interpolate,
  interpolateVelocity,
  type Interpolant,
} from '../../../src/models/matching'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately, slope } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('cpu', files))

const named = (name: string) => new RandomStream(8, name)
const paths: Interpolant[] = [
  interpolants.straight(),
  interpolants.straight({ sigma: 0.2 }),
  interpolants.brownianBridge({ sigma: 0.7 }),
  interpolants.trigonometric(),
  interpolants.trigonometric({ sigma: 0.5 }),
  interpolants.throughNoise(),
  interpolants.along(vp()),
]

describe('paths', () => {
  test('start at x₀ and end at x₁', () => {
    for (const path of [...paths.slice(0, 6)]) {
      approximately([path.a(0), path.b(0), path.a(1), path.b(1)], [1, 0, 0, 1], 1e-15, path.name)
      if (path !== paths[1]) approximately([path.gamma(0), path.gamma(1)], [0, 0], 1e-15, path.name)
    }
  })

  test('their derivatives are those of the curves', () => {
    for (const path of paths)
      for (const t of [0.13, 0.31, 0.62, 0.87]) {
        const of = (curve: (t: number) => number) => slope((h) => curve(t + h), 1e-4)
        approximately(
          [path.aPrime(t), path.bPrime(t), path.gammaPrime(t), path.variancePrime(t)],
          [of(path.a), of(path.b), of(path.gamma), of((t) => path.gamma(t) ** 2)],
          1e-6,
          `${path.name} at ${t}`,
        )
      }
  })

  test('the trigonometric path keeps the variance of independent ends', () => {
    const path = interpolants.trigonometric()
    for (const t of [0, 0.2, 0.5, 0.9]) approximately(path.a(t) ** 2 + path.b(t) ** 2, 1, 1e-15)
  })

  test('the position and the velocity of a pair are their formulas', () => {
    const path = interpolants.brownianBridge({ sigma: 2 })
    const [x0, x1, z] = [Float64Array.of(1, 2), Float64Array.of(-3, 0), Float64Array.of(0.5, -1)]
    const t = 0.2
    approximately(interpolate(path, x0, x1, z, t), [0.8 - 0.6 + 2 * 0.4 * 0.5, 1.6 - 2 * 0.4], 1e-12)
    // γ′ = σ (1 − 2t) / 2√(t(1 − t)) = 2 · 0.6 / 0.8
    approximately(interpolateVelocity(path, x0, x1, z, t), [-4 + 0.75, -2 - 1.5], 1e-12)
  })

  test('options that make no sense are named', () => {
    assert.throws(() => interpolants.straight({ sigma: -1 }), /sigma must not be negative/)
    assert.throws(() => interpolants.brownianBridge({ sigma: NaN }), /sigma/)
    assert.throws(() => interpolants.straight().a(1.5), /times from 0 to 1; it was asked for t = 1.5/)
    assert.throws(() => interpolant('x', { a: 1 } as never), /a must be a function/)
    const half = { a: () => 1, b: () => 1, aPrime: () => 0, bPrime: () => 0, gamma: () => 1 }
    assert.throws(() => interpolant('x', half), /variancePrime/)
  })
})

const law0 = data.mixture({ means: [[-1], [1]], weights: [0.3, 0.7], deviations: [0.3, 0.5] })
const law1 = data.mixture({ means: [[0.5], [-2]], weights: [0.6, 0.4], deviations: [0.8, 0.4] })

/** The density of I_t for independent ends on a line, from the components. */
function density(path: Interpolant, p: Mixture, q: Mixture, x: number, t: number): number {
  let sum = 0
  for (const c of p.components)
    for (const d of q.components) {
      const mean = path.a(t) * c.mean[0]! + path.b(t) * d.mean[0]!
      const v = path.a(t) ** 2 * c.variances[0]! + path.b(t) ** 2 * d.variances[0]! + path.gamma(t) ** 2
      sum += (c.weight * d.weight * Math.exp(-((x - mean) ** 2) / (2 * v))) / Math.sqrt(2 * Math.PI * v)
    }
  return sum
}

describe('the exact bridge', () => {
  const points = [-2.1, -0.7, 0, 0.4, 1.3]

  test('its velocity carries the density: ∂p/∂t = −∂(vp)/∂x', () => {
    for (const path of paths) {
      const model = exactBridge<Float64Array>(path, law0, law1)
      for (const t of [0.15, 0.4, 0.8])
        for (const x of points) {
          const change = slope((h) => density(path, law0, law1, x, t + h), 1e-3)
          const flux = slope(
            (h) => density(path, law0, law1, x + h, t) * model.velocity(Float64Array.of(x + h), t)[0]!,
            1e-3,
          )
          // Differences extrapolated to the fourth order in 1e-3, for derivatives up to 1e3.
          approximately(change, -flux, 1e-6, `${path.name} at t = ${t}, x = ${x}`)
        }
    }
  })

  test('its score is that of the density', () => {
    for (const path of [paths[1]!, paths[2]!, paths[4]!, paths[5]!]) {
      const model = exactBridge<Float64Array>(path, law0, law1)
      for (const t of [0.15, 0.8])
        for (const x of points) {
          const expected = slope((h) => Math.log(density(path, law0, law1, x + h, t)), 1e-3)
          approximately(model.score(Float64Array.of(x), t)[0]!, expected, 1e-7, path.name)
          approximately(model.at(t).score(Float64Array.of(x))[0]!, expected, 1e-7, path.name)
        }
    }
  })

  test('in the plane, with slanted covariances: means of İ and z over draws near a point', () => {
    const p = data.mixture({
      means: [[0, 1]],
      covariances: [
        [
          [1, 0.6],
          [0.6, 0.8],
        ],
      ],
    })
    const q = data.mixture({
      means: [[1, -1]],
      covariances: [
        [
          [0.5, -0.3],
          [-0.3, 1.2],
        ],
      ],
    })
    const path = interpolants.brownianBridge({ sigma: 0.9 })
    const model = exactBridge<Float64Array>(path, p, q)
    const n = 40_000
    const stream = named('regression')
    const [x0, x1, z] = [take(p.draw(n, stream)), take(q.draw(n, stream)), [...stream.normal(2 * n)]].map(
      (x) => Float64Array.from(x),
    ) as [Float64Array, Float64Array, Float64Array]
    const t = 0.3
    const x = interpolate(path, x0, x1, z, t)
    const pairs = [
      [interpolateVelocity(path, x0, x1, z, t), model.velocity(x, t)],
      [z, model.latent(x, t)],
    ] as const
    // The conditional mean leaves an error that no function of x can predict.
    const functions = [
      () => 1,
      (i: number) => x[2 * i]!,
      (i: number) => x[2 * i + 1]!,
      (i: number) => x[2 * i]! * x[2 * i + 1]!,
    ]
    for (const [target, mean] of pairs)
      for (const phi of functions)
        for (const axis of [0, 1]) {
          let [sum, squares] = [0, 0]
          for (let i = 0; i < n; i++) {
            const term = (target[2 * i + axis]! - mean[2 * i + axis]!) * phi(i)
            sum += term
            squares += term * term
          }
          // Five standard errors; 16 of these are looked at.
          assert.ok(Math.abs(sum) < 5 * Math.sqrt(squares), `${sum / Math.sqrt(squares)} standard errors`)
        }
  })

  test('tensors agree with doubles, for one time and for a list', () => {
    const p = data.mixture({
      means: [
        [0, 1],
        [2, 2],
      ],
      covariances: [
        [
          [1, 0.6],
          [0.6, 0.8],
        ],
        [
          [0.3, 0],
          [0, 0.2],
        ],
      ],
    })
    const q = data.mixture({ means: [[1, -1]], deviations: 0.7 })
    const path = interpolants.trigonometric({ sigma: 0.4 })
    const [tensors, doubles] = [exactBridge(path, p, q), exactBridge<Float64Array>(path, p, q)]
    const x = [0.1, 0.7, -1, 2, 1.5, 1.5]
    for (const t of [0.3, 0, 1, [0.2, 0.9, 0.5]]) {
      const [a, b] = [tf.tensor2d(x, [3, 2]), Float64Array.from(x)]
      approximately(take(tensors.velocity(a, t)), doubles.velocity(b, t), 1e-5)
      approximately(take(tensors.latent(a, t)), doubles.latent(b, t), 1e-5)
      approximately(take(tensors.predict(a, t).velocity), doubles.velocity(b, t), 1e-5)
      if (t !== 0 && t !== 1) approximately(take(tensors.score(a, t)), doubles.score(b, t), 1e-5)
    }
  })

  test('what does not fit is named', () => {
    const plane = data.mixture({ means: [[0, 0]] })
    assert.throws(() => exactBridge({} as never, law0, law1), /must be a path/)
    assert.throws(() => exactBridge(paths[0]!, law0, {} as never), /law1 must be a mixture/)
    assert.throws(() => interpolants.along({} as never), /must be a process/)
    assert.throws(() => exactBridge(paths[0]!, law0, plane), /law0 has shape \[1\] and law1 \[2\]/)
    const model = exactBridge(paths[0]!, plane, plane)
    assert.throws(() => model.velocity(tf.zeros([3, 1]), 0.5), /points of shape \[n, 2\].*\[3, 1\]/)
    assert.throws(() => model.velocity(tf.zeros([3, 2]), [0.5]), /1 times .* \[3, 2\]/)
    assert.throws(() => model.score(tf.zeros([3, 2]), 0.5), /has no noise at t = 0.5/)
    assert.throws(
      () => exactBridge<Float64Array>(paths[0]!, plane, plane).velocity(new Float64Array(3), 0.5),
      /points of 2/,
    )
  })
})

describe('sampling along a bridge', () => {
  const path = interpolants.brownianBridge({ sigma: 0.8 })
  const gaussian = (mean: number, deviation: number) =>
    data.mixture({ means: [[mean]], deviations: deviation })
  const [p, q] = [gaussian(-1, 0.5), gaussian(2, 1.5)]
  const model = exactBridge<Float64Array>(path, p, q)

  /** The mean and variance after all Euler–Maruyama steps, whose every step is affine for a Gaussian. */
  function moments(steps: number, epsilon: (t: number) => number, up = false) {
    const at = (t: number) => {
      const mean = -(1 - t) + 2 * t
      const v = (1 - t) ** 2 * 0.25 + t ** 2 * 2.25 + 0.64 * t * (1 - t)
      // v(x) = m′ + ½ v′ (x − m)/v, score = −(x − m)/v
      const half = -(1 - t) * 0.25 + t * 2.25 + 0.32 * (1 - 2 * t)
      return { mean, v, half }
    }
    let [mean, variance] = up ? [-1, 0.25] : [2, 2.25]
    for (let i = 0; i < steps; i++) {
      const [t, h] = [up ? i / steps : 1 - i / steps, 1 / steps]
      const { mean: m, v, half } = at(t)
      const sign = up ? 1 : -1
      const slope = 1 + (sign * h * half) / v - (h * epsilon(t)) / v
      mean = m + slope * (mean - m) + sign * h * 3
      variance = slope ** 2 * variance + 2 * epsilon(t) * h
    }
    return { mean, variance }
  }

  async function run(
    steps: number,
    options: Parameters<typeof interpolantSde>[1],
    start: Float64Array,
    stream: RandomStream,
  ) {
    let x = start
    for await (const state of interpolantSde(model, { steps, ...options })(start, stream)) x = state.x
    return x
  }

  test('each ε has the mean and variance of its own recursion, down and up', async () => {
    const n = 8000
    const steps = 40
    for (const [name, options, epsilon, up] of [
      ['ODE', { epsilon: 0 }, () => 0, false],
      ['default', {}, path.gamma, false],
      ['more noise', { epsilon: (t: number) => 3 * path.gamma(t) }, (t: number) => 3 * path.gamma(t), false],
      ['up', { times: Array.from({ length: steps + 1 }, (_, i) => i / steps) }, path.gamma, true],
    ] as const) {
      const stream = named(name)
      const [mean, deviation] = up ? [-1, 0.5] : [2, 1.5]
      const start = stream.normal(n).map((z) => mean + deviation * z)
      const x = await run(steps, options, start, stream)
      const expected = moments(steps, epsilon, up)
      const m = x.reduce((a, b) => a + b, 0) / n
      const v = x.reduce((a, b) => a + (b - m) ** 2, 0) / n
      // Five standard errors of a mean and of a variance of n normal numbers.
      approximately(
        m,
        expected.mean,
        (5 * Math.sqrt(expected.variance / n)) / Math.max(1, Math.abs(expected.mean)),
        name,
      )
      approximately(v / expected.variance, 1, 5 * Math.sqrt(2 / n), name)
    }
  })

  test('all ε lead to the other law, to first order in the step', () => {
    for (const epsilon of [() => 0, path.gamma, (t: number) => 2 * path.gamma(t)]) {
      const errors = [50, 100, 200, 400].map((steps) => {
        const { mean, variance } = moments(steps, epsilon)
        return Math.abs(variance - 0.25) + Math.abs(mean + 1)
      })
      assert.ok(errors[3]! < 0.02 && errors[3]! < 0.6 * errors[2]!, String(errors))
    }
  })

  test('a mixture comes out with its weights', async () => {
    const two = exactBridge<Float64Array>(path, law0, law1)
    const n = 4000
    const stream = named('weights')
    const start = Float64Array.from(take(law1.draw(n, stream)))
    let x: Float64Array = start
    for await (const state of interpolantSde(two, { steps: 100 })(start, stream)) x = state.x
    const left = x.filter((value) => value < -0.2).length / n
    // Φ of both components at −0.2, .3·Φ(2.667) + .7·Φ(−2.4); five standard errors and the steps' own error.
    approximately(left, 0.3 * 0.99617 + 0.7 * 0.0082, 5 * Math.sqrt(0.21 / n) + 0.01)
  })

  test('noise where the path has none is refused', () => {
    assert.throws(
      () => interpolantSde(model, { epsilon: 1 }),
      /at t = 1 the path Brownian bridge has no noise/,
    )
    assert.throws(() => interpolantSde(model, { epsilon: -1 }), /epsilon must not be negative/)
    assert.throws(() => interpolantSde({} as never), /must be a bridge/)
  })
})

describe('a bridge of networks', () => {
  test('is told conditions, and trained with them', () => {
    const network = mlp({ dim: 2, hidden: [8], embedding: 4, conditions: { class: 2 } })
    const model = bridge(interpolants.brownianBridge(), network, { stream: named('told') })
    assert.deepEqual(model.conditions, { class: { classes: 2 } })
    // The last layer starts near zero: give it something to say.
    for (const p of Object.values(model.params)) p.assign(named(p.shape.join()).normalTensor(p.shape))
    const x = named('x').normalTensor([3, 2])
    for (const ask of [model.velocity, model.latent, model.score] as const) {
      const [zero, one] = [take(ask(x, 0.4, { class: 0 })), take(ask(x, 0.4, { class: 1 }))]
      assert.ok(zero.some((value, i) => Math.abs(value - one[i]!) > 1e-3))
    }
    approximately(take(model.at(0.4, { class: 1 }).score(x)), take(model.score(x, 0.4, { class: 1 })), 1e-6)
    approximately(
      take(model.predict(x, 0.4, { class: 1 }).velocity),
      take(model.velocity(x, 0.4, { class: 1 })),
      1e-6,
    )
    const batch = named('batch').normalTensor([8, 2, 2])
    const [a, b] = [0, 1].map((label) => take(model.loss(batch, named('loss'), { class: label }))[0]!) as [
      number,
      number,
    ]
    assert.notEqual(a, b)
  })

  test('its loss is least at the exact bridge, and what is left is the variance that x does not explain', () => {
    // Straight paths with noise between Gaussians: all is linear, so errors have closed forms.
    const path = interpolants.brownianBridge({ sigma: 1 })
    const unit = data.mixture({ means: [[0]] })
    const model = exactBridge(path, unit, unit)
    const n = 2000
    const stream = named('loss')
    const batch = tf.stack([unit.draw(n, stream), unit.draw(n, stream)], 1)
    const loss = take(bridgeLoss(model, batch, { stream }))[0]!
    // At t: Var I = (1−t)² + t² + t(1−t), Var İ = 2 + γ′², Cov(I, İ) = ½ (Var I)′, Cov(I, z) = γ.
    const steps = 20_000
    let expected = 0
    for (let i = 0; i < steps; i++) {
      const t = 1e-3 + (0.998 * (i + 0.5)) / steps
      const v = (1 - t) ** 2 + t ** 2 + t * (1 - t)
      const half = -(1 - t) + t + (1 - 2 * t) / 2
      const gammaPrime = (1 - 2 * t) / (2 * Math.sqrt(t * (1 - t)))
      expected += (2 + gammaPrime ** 2 - half ** 2 / v + 1 - (t * (1 - t)) / v) / steps
    }
    // Squares of normal numbers, n · 2 of them with much the same variance at all times.
    approximately(loss, expected, (5 * Math.sqrt(2 / n) * expected) / Math.max(1, expected))
  })

  test('has two sets of parameters by name, and a gradient for each', () => {
    const model = bridge(interpolants.brownianBridge(), mlp({ dim: 2, hidden: [8], embedding: 4 }), {
      stream: named('b'),
    })
    const names = Object.keys(model.params)
    assert.ok(names.includes('velocity.W0') && names.includes('latent.W0'))
    const batch = named('batch').normalTensor([16, 2, 2])
    const { grads } = tf.variableGrads(() => model.loss(batch, named('loss')), Object.values(model.params))
    for (const [name, p] of Object.entries(model.params))
      assert.ok(
        take(grads[p.name]!).some((g) => g !== 0),
        `${name} has no gradient`,
      )
    assert.throws(() => bridge({} as never, mlp({ dim: 2 })), /must be a path/)
    assert.throws(() => bridgeLoss({} as never, batch), /must be a bridge/)
    assert.throws(
      () => model.loss(named('batch').normalTensor([16, 3]), named('loss')),
      /pairs of shape \[n, 2, 2\]/,
    )
  })
})
