import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { data, type Mixture } from '../../../src/models/data'
import { exact, exactMap } from '../../../src/models/exact'
import { ddpm, subVp, ve, vp, rectified } from '../../../src/models/processes'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately, slope } from '../approximately'
import { files, on, take } from '../backends'

before(() => selectBackend('cpu', files))

const stream = (name: string) => new RandomStream(8, name)

/** .3 · N(−1, .3²) + .7 · N(1, .3²). */
const M1 = data.mixture({ weights: [0.3, 0.7], means: [[-1], [1]], deviations: 0.3 })
const PLANE = data.mixture({
  weights: [1, 2, 1],
  means: [
    [0, 1],
    [2, -1],
    [-1, 0.5],
  ],
  covariances: [
    [
      [1, 0.6],
      [0.6, 2],
    ],
    [
      [0.4, 0],
      [0, 0.4],
    ],
    [
      [2, -0.5],
      [-0.5, 0.6],
    ],
  ],
  labels: [0, 1, 0],
})

/** The density of N(mean, variance) at x. */
const normal = (x: number, mean: number, variance: number) =>
  Math.exp((-0.5 * (x - mean) ** 2) / variance) / Math.sqrt(2 * Math.PI * variance)

/** ∫ f over [from, to] by the trapezium rule, which is exact to all digits for smooth f that vanish at the ends. */
function integral(f: (x: number) => number, from = -12, to = 12, steps = 6000): number {
  const h = (to - from) / steps
  let sum = 0
  for (let i = 0; i <= steps; i++) sum += f(from + i * h)
  return sum * h
}

/** The density of M1 itself, written out. */
const clean = (x: number) => 0.3 * normal(x, -1, 0.09) + 0.7 * normal(x, 1, 0.09)

const PROCESSES = {
  VP: vp(),
  VE: ve({ sigmaMin: 0.01, sigmaMax: 5 }),
  'sub-VP': subVp(),
  rectified: rectified(),
}

for (const [name, process] of Object.entries(PROCESSES))
  describe(`exact models under ${name}`, () => {
    const t = 0.45
    const s = 0.2
    const [alpha, sigma] = [process.alpha(t), process.sigma(t)]
    const model = exact<Float64Array>(process, M1)

    test('log p_t is that of the convolution, and the score its derivative', () => {
      for (const x of [-1.5, -0.2, 0.4, 2]) {
        const density = integral((x0) => clean(x0) * normal(x, alpha * x0, sigma ** 2))
        approximately(model.logDensity(Float64Array.of(x), t), Math.log(density), 1e-9)
        approximately(model.marginal(t).logDensity(Float64Array.of(x)), Math.log(density), 1e-9)
        approximately(model.at(t).logDensity(Float64Array.of(x)), Math.log(density), 1e-9)
        approximately(
          model.score(Float64Array.of(x), t),
          slope((h) => model.logDensity(Float64Array.of(x + h), t)[0]!),
          1e-7,
        )
      }
    })

    test('the posterior of clean data by Bayes’ rule: density, mean, variance, responsibilities', () => {
      for (const x of [-1, 0.1, 0.7]) {
        const posterior = model.posterior([x], t)
        const joint = (x0: number) => clean(x0) * normal(x, alpha * x0, sigma ** 2)
        const total = integral(joint)
        const mean = integral((x0) => x0 * joint(x0)) / total
        const variance = integral((x0) => (x0 - mean) ** 2 * joint(x0)) / total
        approximately(posterior.mean(), [mean], 1e-9)
        approximately(posterior.covariance()[0]!, [variance], 1e-9)
        approximately(model.predict(Float64Array.of(x), t).x0, [mean], 1e-9)
        for (const x0 of [-1.2, 0, 0.8])
          approximately(posterior.logDensity(Float64Array.of(x0)), Math.log(joint(x0) / total), 1e-8)
        const first = integral((x0) => 0.3 * normal(x0, -1, 0.09) * normal(x, alpha * x0, sigma ** 2)) / total
        approximately(
          model.logResponsibilities(Float64Array.of(x), t).map(Math.exp),
          [first, 1 - first],
          1e-9,
        )
      }
    })

    test('the reverse transition q(x_s | x_t) by Bayes’ rule', () => {
      const [alphaS, sigmaS] = [process.alpha(s), process.sigma(s)]
      const x = 0.3
      // q(x_t | x_s), from the definition of the process rather than from its functions.
      const scale = alpha / alphaS
      const variance = sigma ** 2 - (scale * sigmaS) ** 2
      const marginal = (xs: number) =>
        0.3 * normal(xs, -alphaS, alphaS ** 2 * 0.09 + sigmaS ** 2) +
        0.7 * normal(xs, alphaS, alphaS ** 2 * 0.09 + sigmaS ** 2)
      const joint = (xs: number) => marginal(xs) * normal(x, scale * xs, variance)
      const total = integral(joint)
      const reverse = model.reverse([x], t, s)
      for (const xs of [-1, 0, 0.5, 1.2])
        approximately(reverse.logDensity(Float64Array.of(xs)), Math.log(joint(xs) / total), 1e-8)
      approximately(
        integral((xs) => Math.exp(reverse.logDensity(Float64Array.of(xs))[0]!)),
        1,
        1e-9,
      )
    })

    test('tensors agree with doubles, in the plane, for one time and for one each', () => {
      const doubles = Float64Array.of(0.2, -0.1, 1.5, 1, -2, 0.3, 0.4, 2)
      const x = tf.tensor2d([...doubles], [4, 2])
      const [a, b] = [exact(process, PLANE), exact<Float64Array>(process, PLANE)]
      for (const time of [t, Float64Array.of(0.1, 0.3, 0.5, 0.9)]) {
        approximately(take(a.logDensity(x, time)), b.logDensity(doubles, time), 2e-5)
        approximately(take(a.logResponsibilities(x, time)), b.logResponsibilities(doubles, time), 5e-5)
        approximately(take(a.logClass(x, time)), b.logClass(doubles, time), 5e-5)
        for (const label of [1, [0, 1, 1, 0]]) {
          approximately(take(a.classScore(x, time, label)), b.classScore(doubles, time, label), 1e-4)
          approximately(
            take(a.score(x, time, { class: label })),
            b.score(doubles, time, { class: label }),
            1e-4,
          )
        }
      }
      approximately(take(a.at(t).logDensity(x)), b.at(t).logDensity(doubles), 2e-5)
    })

    test('class posteriors sum to one, follow from Bayes’ rule, and have their gradient', () => {
      const model = exact<Float64Array>(process, PLANE)
      const at = (x: readonly number[]) => model.logClass(Float64Array.from(x), t)
      const x = [0.7, -0.4]
      const log = at(x)
      approximately(Math.exp(log[0]!) + Math.exp(log[1]!), 1, 1e-12)
      // Components 0 and 2 have half of the weight together, and component 1 the other half.
      const of = (law: Mixture) => exact<Float64Array>(process, law).logDensity(Float64Array.from(x), t)[0]!
      approximately(log[1]! - log[0]!, of(PLANE.given(1)) - of(PLANE.given(0)), 1e-12)
      for (const label of [0, 1]) {
        approximately(
          model.classScore(Float64Array.from(x), t, label),
          x.map((_, i) => slope((h) => at(x.map((v, j) => (i === j ? v + h : v)))[label]!)),
          1e-7,
        )
        // Told the class, it is the exact model of that class.
        const told = { class: label }
        const alone = exact<Float64Array>(process, PLANE.given(label))
        approximately(model.score(Float64Array.from(x), t, told), alone.score(Float64Array.from(x), t), 1e-12)
        approximately(
          model.logDensity(Float64Array.from(x), t, told),
          alone.logDensity(Float64Array.from(x), t),
          1e-12,
        )
      }
    })
  })

describe('draws', () => {
  const process = vp()
  const [t, s, n] = [0.4, 0.15, 20_000]

  test('from the posterior and the reverse transition have their exact moments, on tensors and doubles', () => {
    const x = [0.5, -0.3]
    const model = exact(process, PLANE)
    const cases = {
      posterior: [model.posterior(x, t), (y: tf.Tensor) => model.drawPosterior(y, t, stream('a'))],
      reverse: [model.reverse(x, t, s), (y: tf.Tensor) => model.drawReverse(y, t, s, stream('b'))],
    } as const
    const doubles = exact<Float64Array>(process, PLANE)
    const repeated = Float64Array.from({ length: 2 * n }, (_, i) => x[i % 2]!)
    for (const [name, [law, draw]] of Object.entries(cases)) {
      const onTensors = take(draw(tf.tensor2d([...repeated], [n, 2])))
      const onDoubles =
        name === 'posterior'
          ? doubles.drawPosterior(repeated, t, stream('c'))
          : doubles.drawReverse(repeated, t, s, stream('d'))
      for (const drawn of [onTensors, onDoubles]) {
        const set = data.points({ values: drawn, shape: [n, 2] })
        const [mean, covariance] = [law.mean(), law.covariance()]
        for (let i = 0; i < 2; i++) {
          const error = Math.sqrt(covariance[i]![i]! / n)
          assert.ok(Math.abs(set.mean()[i]! - mean[i]!) < 5 * error, `${name}: mean ${i}`)
          // A variance's standard error is at most √(kurtosis/n) of it; mixtures this flat have a kurtosis below 4.
          for (let j = 0; j < 2; j++) {
            const size = Math.sqrt(covariance[i]![i]! * covariance[j]![j]!)
            assert.ok(Math.abs(set.covariance()[i]![j]! - covariance[i]![j]!) < (5 * 2 * size) / Math.sqrt(n))
          }
        }
      }
    }
  })

  test('reverse transitions walk exactly from p_t back to the data, in two long steps', () => {
    const model = exact<Float64Array>(process, M1)
    const noisy = Float64Array.from(take(model.marginal(1).draw(n, stream('start'))))
    const middle = model.drawReverse(noisy, 1, 0.3, stream('middle'))
    const end = model.drawReverse(middle, 0.3, 0, stream('end'))
    const mean = end.reduce((a, b) => a + b) / n
    const square = end.reduce((sum, x) => sum + x * x, 0) / n
    const left = end.filter((x) => x < 0).length / n
    assert.ok(Math.abs(mean - 0.4) < (5 * Math.sqrt(0.93)) / Math.sqrt(n), `${mean}`)
    assert.ok(Math.abs(square - 1.09) < (5 * 0.65) / Math.sqrt(n), `${square}`)
    assert.ok(Math.abs(left - 0.3) < 5 * Math.sqrt(0.21 / n), `${left}`)
  })

  test('q(x_s | x_t) is nearly Gaussian for a small step, and has two modes for a large one', () => {
    const chain = ddpm()
    const model = exact<Float64Array>(chain, M1)
    const kurtosis = (s: number) => {
      const law = model.reverse([0], 500, s)
      const [mean] = law.mean() as [number]
      const variance = law.covariance()[0]![0]!
      const p = (x: number) => Math.exp(law.logDensity(Float64Array.of(x))[0]!)
      return integral((x) => (x - mean) ** 4 * p(x), -4, 4, 8000) / variance ** 2
    }
    // A Gaussian has 3; two equal points have 1, and a valley between two modes less than a Gaussian.
    assert.ok(Math.abs(kurtosis(499) - 3) < 0.01, `${kurtosis(499)}`)
    assert.ok(kurtosis(1) < 2.1, `${kurtosis(1)}`)
    const [left, valley, right] = model.reverse([0], 500, 1).logDensity(Float64Array.of(-1, 0, 1))
    assert.ok(valley! < left! - 2 && valley! < right! - 2)
  })
})

describe('a set of points', () => {
  const process = vp()
  const points = data.points(
    [
      [0, 0],
      [1, 2],
      [-1, 1],
      [0.5, -1],
    ],
    { labels: [0, 1, 1, 0] },
  )
  const narrow = data.mixture({
    means: [
      [0, 0],
      [1, 2],
      [-1, 1],
      [0.5, -1],
    ],
    deviations: 1e-9,
    labels: [0, 1, 1, 0],
  })
  const x = Float64Array.of(0.3, 0.1, -1, 2, 0.5, 0.5)

  test('is a mixture without variance, on doubles and tensors', () => {
    const [a, b, c] = [
      exact<Float64Array>(process, points),
      exact<Float64Array>(process, narrow),
      exact(process, points),
    ]
    const tensor = tf.tensor2d([...x], [3, 2])
    for (const t of [0.3, Float64Array.of(0.1, 0.5, 1)]) {
      approximately(a.logDensity(x, t), b.logDensity(x, t), 1e-9)
      approximately(a.score(x, t), b.score(x, t), 1e-9)
      approximately(a.logClass(x, t), b.logClass(x, t), 1e-9)
      approximately(a.classScore(x, t, [0, 1, 0]), b.classScore(x, t, [0, 1, 0]), 1e-9)
      for (const quantity of ['x0', 'noise', 'velocity'] as const)
        approximately(a.predict(x, t).read(quantity), b.predict(x, t).read(quantity), 1e-9)
      approximately(take(c.logDensity(tensor, t)), a.logDensity(x, t), 2e-5)
      approximately(take(c.score(tensor, t)), a.score(x, t), 2e-5)
      approximately(take(c.logClass(tensor, t)), a.logClass(x, t), 2e-5)
      approximately(take(c.logResponsibilities(tensor, t)), a.logResponsibilities(x, t), 2e-5)
      approximately(take(c.score(tensor, t, { class: 1 })), b.score(x, t, { class: 1 }), 2e-5)
    }
    approximately(a.marginal(0.3).logDensity(x), a.logDensity(x, 0.3), 1e-12)
    approximately(a.reverse([0.3, 0.1], 0.3, 0.1).mean(), b.reverse([0.3, 0.1], 0.3, 0.1).mean(), 1e-12)
  })

  test('memorises: its posterior is its points, and draws are training points', () => {
    const model = exact(process, points)
    const posterior = model.posterior([0.3, 0.1], 0.05)
    assert.ok(posterior.components.every(({ variances }) => variances.every((v) => v === 0)))
    approximately(
      posterior.mean(),
      exact<Float64Array>(process, points).predict(x.subarray(0, 2), 0.05).x0,
      1e-12,
    )
    assert.throws(() => posterior.logDensity(x), /single points has no density/)
    const drawn = take(model.drawPosterior(stream('far').normalTensor([200, 2]), 0.9, stream('memory')))
    const seen = new Set<string>()
    for (let i = 0; i < 400; i += 2) seen.add(`${drawn[i]},${drawn[i + 1]}`)
    assert.deepEqual([...seen].sort(), ['-1,1', '0,0', '0.5,-1', '1,2'])
    assert.throws(() => model.score(tf.zeros([1, 2]), 0), /no density without noise/)
  })

  test('of any shape', () => {
    const images = data.points({
      values: Float64Array.from({ length: 24 }, (_, i) => Math.sin(i)),
      shape: [4, 2, 3],
    })
    const flat = data.points({ values: images.values, shape: [4, 6] })
    const y = stream('image').normalTensor([5, 2, 3])
    const [a, b] = [
      exact(process, images).predict(y, 0.2).x0,
      exact(process, flat).predict(y.reshape([5, 6]), 0.2).x0,
    ]
    assert.deepEqual(a.shape, [5, 2, 3])
    approximately(take(a), take(b), 1e-6)
    assert.throws(() => exact(process, images).score(tf.zeros([5, 6]), 0.2), /shape \[n, 2, 3\]/)
  })
})

describe('exact flow maps', () => {
  test('of a Gaussian: the derivative along time is the velocity, and the way back undoes it', () => {
    const law = data.gaussian({
      mean: [1, -2],
      covariance: [
        [2, 0.5],
        [0.5, 0.3],
      ],
    })
    const x = Float64Array.of(0.3, 1, -2, 0.5)
    for (const process of [vp(), ve({ sigmaMin: 0.01, sigmaMax: 5 }), subVp()]) {
      const map = exactMap(process, law)
      const model = exact<Float64Array>(process, law)
      for (let i = 0; i < x.length; i++)
        approximately(
          slope((h) => map(x, 0.5, 0.5 + h)[i]!),
          model.predict(x, 0.5).velocity[i]!,
          1e-7,
        )
      approximately(map(map(x, 0.5, 0.9), 0.9, 0.5), x, 1e-12)
      approximately(map(map(x, 0.5, 0.7), 0.7, 0.1), map(x, 0.5, 0.1), 1e-12)
      approximately(take(map(tf.tensor2d([...x], [2, 2]), 0.5, 0.1)), map(x, 0.5, 0.1), 2e-6)
    }
  })

  test('of M1 under VP and under σ = t, computed elsewhere', () => {
    const start = Float64Array.of(-2, -0.5, 0, 0.5, 2)
    approximately(
      exactMap(vp(), M1)(start, 1, 1e-3),
      [-1.431279468, 0.311177754, 0.828741402, 1.043670664, 1.552993122],
      2e-9,
    )
  })

  test('on a line: velocity, tensors, far tails', () => {
    const map = exactMap(vp(), M1)
    const model = exact<Float64Array>(vp(), M1)
    const x = Float64Array.of(-1.3, 0.1, 0.9, 6, -6)
    for (let i = 0; i < x.length; i++)
      approximately(
        slope((h) => map(x, 0.4, 0.4 + h)[i]!),
        model.predict(x, 0.4).velocity[i]!,
        1e-6,
      )
    approximately(take(map(tf.tensor2d([...x], [5, 1]), 0.4, 0.1)), map(x, 0.4, 0.1), 2e-6)
  })

  test('there is none in closed form for mixtures in the plane', () => {
    assert.throws(() => exactMap(vp(), PLANE), /3 components in 2 dimensions/)
    assert.throws(() => exactMap(vp(), data.moons() as never), /must be a mixture/)
  })
})

test('on WASM tensors agree with doubles as well', () =>
  on('wasm', () => {
    const doubles = Float64Array.of(0.2, -0.1, 1.5, 1)
    const x = tf.tensor2d([...doubles], [2, 2])
    for (const law of [
      PLANE,
      data.points(
        [
          [0, 1],
          [1, 0],
          [2, 2],
        ],
        { labels: [0, 1, 0] },
      ),
    ]) {
      const [a, b] = [exact(vp(), law), exact<Float64Array>(vp(), law)]
      const t = Float64Array.of(0.3, 0.6)
      approximately(take(a.logDensity(x, t)), b.logDensity(doubles, t), 2e-5)
      approximately(take(a.score(x, t, { class: [1, 0] })), b.score(doubles, t, { class: [1, 0] }), 1e-4)
      approximately(take(a.logClass(x, t)), b.logClass(doubles, t), 5e-5)
      assert.ok(take(a.drawReverse(x, 0.5, 0.2, stream('wasm'))).every(Number.isFinite))
    }
  }))

test('arguments of exact models that make no sense are refused', () => {
  assert.throws(() => exact(M1 as never, M1), /must be a process/)
  assert.throws(() => exact(vp(), data.moons() as never), /law that is known/)
  const model = exact<Float64Array>(vp(), PLANE)
  assert.throws(() => model.posterior([1], 0.5), /one point of 2 numbers/)
  assert.throws(() => model.reverse([1, 2], 0.5, 0.7), /s < t/)
  assert.throws(() => model.classScore(Float64Array.of(0, 0), 0.5, 2), /from 0 to 1/)
  assert.throws(() => model.score(Float64Array.of(0, 0), 0.5, { class: 5 }), /from 0 to 1/)
  assert.throws(() => model.score(Float64Array.of(0, 0), 0.5, { y: 1 }), /not y/)
  assert.throws(() => model.score(Float64Array.of(0, 0), 2), /from 0 to 1/)
  const unlabelled = exact<Float64Array>(vp(), data.points([[1, 2]]))
  assert.throws(() => unlabelled.score(Float64Array.of(0, 0), 0.5, { class: 0 }), /without labels/)
})
