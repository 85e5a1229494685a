import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { data } from '../../../src/models/data'
import { metrics } from '../../../src/models/metrics'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files } from '../backends'

before(() => selectBackend('cpu', files))

const stream = (name: string) => new RandomStream(6, name)

/** n draws from N(mean, deviation²) on a line. */
const line = (n: number, mean: number, deviation: number, name: string) =>
  [...stream(name).normal(n)].map((z) => mean + deviation * z)

/** n draws from N(mean, deviation² I) in the plane. */
const plane = (n: number, mean: readonly [number, number], deviation: number, name: string) => {
  const z = stream(name).normal(2 * n)
  return Array.from({ length: n }, (_, i) => [
    mean[0] + deviation * z[2 * i]!,
    mean[1] + deviation * z[2 * i + 1]!,
  ])
}

/** Within five standard errors of what it should be, the standard error being no excuse. */
function near({ value, standardError }: metrics.Estimate, expected: number, largestError: number): void {
  assert.ok(standardError > 0 && standardError < largestError, `standard error ${standardError}`)
  assert.ok(
    Math.abs(value - expected) < 5 * standardError,
    `${value} ± ${standardError}, expected ${expected}`,
  )
}

/** The standard errors that an estimate claims agree with how it scatters: over 60 repetitions its spread is known to 10 %. */
async function calibrated(estimate: (name: string) => Promise<metrics.Estimate>, slack = 0.4): Promise<void> {
  const found = await Promise.all(Array.from({ length: 60 }, (_, i) => estimate(`repetition ${i}`)))
  const mean = found.reduce((sum, { value }) => sum + value, 0) / 60
  const spread = Math.sqrt(found.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / 59)
  const claimed = Math.sqrt(found.reduce((sum, { standardError }) => sum + standardError ** 2, 0) / 60)
  assert.ok(Math.abs(Math.log(claimed / spread)) < slack, `claimed ${claimed}, but it scatters by ${spread}`)
}

describe('Fréchet distance', () => {
  test('between N(0, 1) and N(1, 4) is 2, exactly from moments and within its error from samples', async () => {
    const [a, b] = [data.gaussian({ mean: [0] }), data.gaussian({ mean: [1], deviation: 2 })]
    const exact = await metrics.frechet(a, b)
    approximately(exact.value, 2, 1e-14)
    assert.equal(exact.features, 'identity')
    assert.ok(exact.standardError < 1e-12)
    near(await metrics.frechet(line(20_000, 0, 1, 'a'), line(10_000, 1, 2, 'b')), 2, 0.1)
    near(await metrics.frechet(line(20_000, 0, 1, 'a'), b), 2, 0.1)
  })

  test('of Gaussians in the plane whose axes differ, against the trace of a 2 × 2 root', async () => {
    const [first, second] = [
      [
        [2, 0.7],
        [0.7, 0.5],
      ],
      [
        [0.6, -0.4],
        [-0.4, 1.5],
      ],
    ] as const
    // tr M^½ = √(tr M + 2 √det M) for M = Σ₁ Σ₂.
    const product = (i: 0 | 1, j: 0 | 1) => first[i][0] * second[0][j] + first[i][1] * second[1][j]
    const determinant = (m: typeof first | typeof second) => m[0][0] * m[1][1] - m[0][1] * m[1][0]
    const root = Math.sqrt(
      product(0, 0) + product(1, 1) + 2 * Math.sqrt(determinant(first) * determinant(second)),
    )
    const expected = 1 + 4 + 2.5 + 2.1 - 2 * root
    const found = await metrics.frechet(
      data.gaussian({ mean: [0, 0], covariance: first }),
      data.gaussian({ mean: [1, -2], covariance: second }),
    )
    approximately(found.value, expected, 1e-12)
  })

  test('in a feature space, whose name it tells', async () => {
    const features = { name: 'squares', of: (x: tf.Tensor) => x.square() }
    const [a, b] = [plane(2000, [0, 0], 1, 'c'), plane(2000, [0, 0], 2, 'd')]
    const found = await metrics.frechet(tf.tensor2d(a), b, { features })
    assert.equal(found.features, 'squares')
    const squared = (rows: number[][]) => rows.map((row) => row.map((x) => x * x))
    approximately(found.value, (await metrics.frechet(squared(a), squared(b))).value, 1e-5)
    // z² has mean 1 and variance 2: two coordinates of (4 − 1)² + (√32 − √2)².
    near(found, 2 * (9 + 18), 5)
  })

  test('claims the error that it has', () =>
    calibrated((name) => metrics.frechet(line(400, 0, 1, name), line(400, 1, 2, `${name}/b`))))
})

describe('kernels', () => {
  /** E k(X, Y) for X ~ N(m, v), Y ~ N(0, w) on a line and the kernel exp(−(x − y)²/2h²). */
  const smoothed = (h: number, m: number, v: number, w: number) => {
    const total = h * h + v + w
    return Math.sqrt((h * h) / total) * Math.exp((-m * m) / (2 * total))
  }

  test('MMD of Gaussians in closed form', async () => {
    const h = 0.8
    const expected = smoothed(h, 0, 1, 1) + smoothed(h, 0, 4, 4) - 2 * smoothed(h, 1, 1, 4)
    near(await metrics.mmd(line(2500, 0, 1, 'a'), line(2000, 1, 2, 'b'), { bandwidth: h }), expected, 0.02)
  })

  test('energy distance of Gaussians in closed form', async () => {
    // E|N(m, v)| by the folded normal law; erf by its integral.
    const folded = (m: number, v: number) => {
      const steps = 20_000
      let sum = 0
      for (let i = 0; i < steps; i++) {
        const x = m - 12 * Math.sqrt(v) + (24 * Math.sqrt(v) * (i + 0.5)) / steps
        sum += Math.abs(x) * Math.exp(-((x - m) ** 2) / (2 * v))
      }
      return (sum * 24 * Math.sqrt(v)) / steps / Math.sqrt(2 * Math.PI * v)
    }
    const expected = 2 * folded(1, 5) - folded(0, 2) - folded(0, 8)
    near(await metrics.energyDistance(line(2500, 0, 1, 'c'), line(2000, 1, 2, 'd')), expected, 0.05)
  })

  test('as U-statistics, pair by pair, and the jackknife sample by sample', async () => {
    const [a, b] = [plane(7, [0, 0], 1, 'e'), plane(5, [1, 0], 1, 'f')]
    const h = 1.3
    const k = (x: readonly number[], y: readonly number[]) =>
      Math.exp(-((x[0]! - y[0]!) ** 2 + (x[1]! - y[1]!) ** 2) / (2 * h * h))
    const statistic = (x: number[][], y: number[][]) => {
      const mean = (pairs: [number[], number[]][]) =>
        pairs.reduce((sum, [u, v]) => sum + k(u, v), 0) / pairs.length
      const inside = (z: number[][]) =>
        mean(z.flatMap((u, i) => z.filter((_, j) => j !== i).map((v): [number[], number[]] => [u, v])))
      return inside(x) + inside(y) - 2 * mean(x.flatMap((u) => y.map((v): [number[], number[]] => [u, v])))
    }
    const found = await metrics.mmd(a, b, { bandwidth: h })
    approximately(found.value, statistic(a, b), 1e-12)
    const variance = (values: number[]) => {
      const mean = values.reduce((x, y) => x + y) / values.length
      return ((values.length - 1) / values.length) * values.reduce((sum, v) => sum + (v - mean) ** 2, 0)
    }
    const without = (z: number[][], i: number) => z.filter((_, j) => j !== i)
    approximately(
      found.standardError,
      Math.sqrt(
        variance(a.map((_, i) => statistic(without(a, i), b))) +
          variance(b.map((_, i) => statistic(a, without(b, i)))),
      ),
      1e-12,
    )
  })

  test('are unbiased: for equal laws they are zero on average, and sometimes negative', async () => {
    const found = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        metrics.mmd(line(100, 0, 1, `u${i}`), line(100, 0, 1, `v${i}`), { bandwidth: 1 }),
      ),
    )
    const mean = found.reduce((sum, { value }) => sum + value, 0) / 60
    const spread = Math.sqrt(found.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / 59)
    assert.ok(Math.abs(mean) < (4 * spread) / Math.sqrt(60), `${mean} ± ${spread / Math.sqrt(60)}`)
    assert.ok(found.some(({ value }) => value < 0))
  })

  test('claim the errors that they have', async () => {
    await calibrated((name) =>
      metrics.mmd(line(150, 0, 1, name), line(150, 1, 2, `${name}/b`), { bandwidth: 1 }),
    )
    await calibrated((name) => metrics.energyDistance(line(150, 0, 1, name), line(150, 1, 2, `${name}/b`)))
  })

  test('the default bandwidth is the median distance', async () => {
    const { bandwidth } = await metrics.mmd([[0], [1], [2]], [[10], [11], [12]])
    // Of the fifteen distances, 1 1 1 1 2 2 8 9 9 10 10 10 11 11 12, the eighth.
    approximately(bandwidth, 9, 1e-12)
  })
})

describe('sliced Wasserstein distance', () => {
  test('on a line: W₂ and W₁ of Gaussians', async () => {
    const [a, b] = [line(20_000, 0, 1, 'a'), line(20_000, 1, 2, 'b')]
    near(await metrics.slicedWasserstein(a, b), Math.SQRT2, 0.05)
    near(await metrics.slicedWasserstein(a, line(20_000, 3, 1, 'c'), { order: 1 }), 3, 0.05)
  })

  test('in the plane: round Gaussians of different width, in every direction', async () => {
    const [a, b] = [plane(8000, [0, 0], 1, 'd'), plane(8000, [0, 0], 2, 'e')]
    near(await metrics.slicedWasserstein(a, b, { directions: 32 }), 1, 0.05)
    // W₁ = E|z| (2 − 1).
    near(await metrics.slicedWasserstein(a, b, { directions: 32, order: 1 }), Math.sqrt(2 / Math.PI), 0.05)
  })

  test('of a shift: the mean of its squared length along the directions', async () => {
    const a = plane(500, [0, 0], 1, 'f')
    const b = a.map(([x, y]) => [x! + 3, y! + 4])
    const theta = Array.from(
      { length: 16 },
      ((from) => () => {
        const [x, y] = from.normal(2) as unknown as [number, number]
        return [x / Math.hypot(x, y), y / Math.hypot(x, y)] as const
      })(stream('directions')),
    )
    const expected = Math.sqrt(theta.reduce((sum, [x, y]) => sum + (3 * x + 4 * y) ** 2, 0) / 16)
    const found = await metrics.slicedWasserstein(a, b, { directions: 16, stream: stream('directions') })
    approximately(found.value, expected, 1e-12)
  })

  test('of sets of different sizes, by their quantiles', async () => {
    // Every value repeated changes nothing.
    const a = line(40, 0, 1, 'g')
    const b = line(60, 1, 2, 'h')
    const twice = [...a, ...a]
    const thrice = [...b, ...b, ...b]
    for (const order of [1, 2] as const)
      approximately(
        (await metrics.slicedWasserstein(twice, thrice, { order })).value,
        (await metrics.slicedWasserstein(a, b, { order })).value,
        1e-12,
      )
    const same = await metrics.slicedWasserstein(a, twice)
    assert.ok(same.value < 1e-7)
  })

  test('has the same directions every time, and claims the error that it has', async () => {
    const [a, b] = [plane(100, [0, 0], 1, 'i'), plane(100, [1, 0], 1, 'j')]
    assert.equal((await metrics.slicedWasserstein(a, b)).value, (await metrics.slicedWasserstein(a, b)).value)
    await calibrated((name) =>
      metrics.slicedWasserstein(plane(200, [0, 0], 1, name), plane(200, [1, 1], 2, `${name}/b`), {
        directions: 16,
      }),
    )
  })
})

describe('densities', () => {
  const [p, q] = [data.gaussian({ mean: [0] }), data.gaussian({ mean: [1], deviation: 2 })]
  const divergence = Math.LN2 + 2 / 8 - 0.5

  test('KL on a grid of N(0, 1) and N(1, 4), of laws and of samples', async () => {
    const found = await metrics.klOnGrid(p, q, { dim: 1, range: [-8, 8], cells: 400 })
    // Single precision, summed over 400 cells.
    approximately(found.value, divergence, 1e-5)
    approximately([found.covered.p, found.covered.q], [1, 0.99976], 1e-4)
    // Cells of a quarter lose little of the divergence.
    const sampled = await metrics.klOnGrid(line(20_000, 0, 1, 'a'), q, { range: [-6, 6], cells: 48 })
    near(sampled, divergence, 0.01)
    await calibrated((name) => metrics.klOnGrid(line(500, 0, 1, name), q, { range: [-5, 5], cells: 20 }))
  })

  test('KL on a grid in the plane, with different ranges', async () => {
    const [a, b] = [
      data.gaussian({ mean: [0, 1], deviation: 0.5 }),
      data.gaussian({ mean: [0.5, 1], deviation: 0.5 }),
    ]
    const found = await metrics.klOnGrid(a, (x) => b.logDensity(x), {
      range: [
        [-3, 3],
        [-2, 4],
      ],
    })
    approximately(found.value, 0.5, 1e-4)
    assert.equal((await metrics.klOnGrid(a, () => tf.fill([10_000], -Infinity))).value, Infinity)
  })

  test('samples fall into the right cells of a plane', async () => {
    const four = [
      [-0.5, -0.5],
      [0.5, -0.5],
      [0.5, -0.6],
      [0.5, 0.5],
    ]
    // q has 0.1, 0.2, 0.3 and 0.4 in the quadrants, x₁ running fastest.
    const q = (x: tf.Tensor) =>
      tf.tidy(() => {
        const [a, b] = tf.split(x.greater(0).toFloat(), 2, 1) as [tf.Tensor, tf.Tensor]
        return a.add(b.mul(2)).add(1).mul(0.1).log().squeeze([1])
      })
    const found = await metrics.klOnGrid(four, q, { range: [-1, 1], cells: 2 })
    const expected = 0.25 * Math.log(0.25 / 0.1) + 0.5 * Math.log(0.5 / 0.2) + 0.25 * Math.log(0.25 / 0.4)
    approximately(found.value, expected - 2 / 8, 1e-6)
  })

  test('NLL: the entropy of a Gaussian, in nats and in bits per dimension', async () => {
    const law = data.gaussian({ mean: [0, 0], deviation: 2 })
    const entropy = Math.log(2 * Math.PI * Math.E * 4)
    const x = law.draw(20_000, stream('nll'))
    // The information of a Gaussian in d dimensions has variance d/2.
    const found = await metrics.nll(law, x)
    near(found, entropy, 0.01)
    approximately(found.standardError, Math.sqrt(1 / 20_000), 0.001)
    const bits = await metrics.nll((y) => law.logDensity(y), data.points(x), {
      unit: 'bits per dimension',
      offset: 7,
    })
    approximately(bits.value, found.value / (2 * Math.LN2) + 7, 1e-6)
    approximately(bits.standardError, found.standardError / (2 * Math.LN2), 1e-6)
  })
})

describe('classes and modes', () => {
  test('Inception score: one for no knowledge, the number of classes for certainty, and between', async () => {
    const rows = (f: (i: number) => number[]) => Array.from({ length: 100 }, (_, i) => f(i))
    const certain = await metrics.inceptionScore(rows((i) => [0, 1, 2, 3].map((y) => (y === i % 4 ? 1 : 0))))
    approximately(certain.value, 4, 1e-12)
    approximately((await metrics.inceptionScore(rows(() => [0.5, 0.25, 0.25]))).value, 1, 1e-12)
    const between = await metrics.inceptionScore(rows((i) => (i % 2 ? [0.9, 0.1] : [0.1, 0.9])))
    approximately(between.value, Math.exp(Math.LN2 + 0.9 * Math.log(0.9) + 0.1 * Math.log(0.1)), 1e-12)
    // One class only: certainty is worth nothing.
    approximately((await metrics.inceptionScore(rows(() => [1, 0]))).value, 1, 1e-12)
    await assert.rejects(metrics.inceptionScore(rows(() => [0.7, 0.7])), /row 0 must be probabilities/)
    await calibrated((name) => {
      const u = stream(name).uniform(200)
      return metrics.inceptionScore(Array.from(u, (x) => (x < 0.3 ? [0.9, 0.1] : [1 - x, x])))
    })
  })

  test('coverage: all modes with their shares by the law itself, few by a collapsed sample', async () => {
    const law = data.eightGaussians()
    const all = await metrics.coverage(law.draw(20_000, stream('modes')), law)
    assert.deepEqual([all.modes, all.of], [8, 8])
    // In the plane P(r ≤ 3) = 1 − e^(−4.5).
    near(all, 1 - Math.exp(-4.5), 0.002)
    assert.ok(all.imbalance < 0.02 && all.shares.every((s) => Math.abs(s - 0.125) < 0.015))
    const few = await metrics.coverage(
      [
        [1.4, 0],
        [1.45, 0],
        [0, 1.4],
        [0, 0],
      ],
      law,
    )
    assert.deepEqual([few.modes, few.nearModes], [2, 0.75])
    approximately(few.imbalance, 0.75, 1e-12)
    // Distance in a component's own axes: (0, 0.9) lies 9 deviations off the first and 3 off the second.
    const oblong = data.mixture({
      means: [
        [0, 0],
        [0, 1.2],
      ],
      covariances: [
        [
          [4, 0],
          [0, 0.01],
        ],
        [
          [0.01, 0],
          [0, 0.01],
        ],
      ],
    })
    const found = await metrics.coverage(
      [
        [0, 0.9001],
        [5, 0.1],
      ],
      oblong,
    )
    assert.deepEqual(found.shares, [0.5, 0.5])
    await assert.rejects(metrics.coverage([[1], [2]], law), /1 numbers each, the mixture 2/)
    await assert.rejects(
      metrics.coverage(
        [
          [1, 2],
          [1, 2],
        ],
        law,
        { radius: 0 },
      ),
      /radius/,
    )
  })
})

describe('images', () => {
  const image = (f: (i: number, j: number) => number, h = 12, w = 13) =>
    tf.tensor2d(Array.from({ length: h }, (_, i) => Array.from({ length: w }, (_, j) => f(i, j))))

  test('PSNR by hand', async () => {
    const [x, y] = [image(() => 0.5), image((i) => (i % 2 ? 0.5 : 0.6))]
    // Half of the pixels are off by 0.1.
    approximately((await metrics.psnr(x, y)).value, 10 * Math.log10(1 / 0.005), 1e-6)
    approximately((await metrics.psnr(x, y, { range: 2 })).value, 10 * Math.log10(4 / 0.005), 1e-6)
    assert.equal((await metrics.psnr(x, x)).value, Infinity)
    const batch = await metrics.psnr(tf.stack([x, x]), tf.stack([y, x.add(0.1)]))
    approximately(batch.each, [10 * Math.log10(200), 20], 1e-5)
    approximately(batch.value, (10 * Math.log10(200) + 20) / 2, 1e-5)
  })

  test('SSIM: equal images, flat images, an inverted one, a window over the whole', async () => {
    const x = image((i, j) => 0.5 + 0.3 * Math.sin(i + 2 * j))
    // Single precision pixels.
    approximately((await metrics.ssim(x, x)).value, 1, 1e-12)
    const c1 = 1e-4
    approximately(
      (
        await metrics.ssim(
          image(() => 0.25),
          image(() => 0.75),
        )
      ).value,
      (2 * 0.25 * 0.75 + c1) / (0.25 ** 2 + 0.75 ** 2 + c1),
      1e-9,
    )
    assert.ok((await metrics.ssim(x, x.mul(-1).add(1))).value < -0.8)
    // Written out for one window of three by three.
    const [a, b] = [
      [0.1, 0.5, 0.9, 0.3, 0.2, 0.7, 0.4, 0.8, 0.6],
      [0.2, 0.4, 0.7, 0.5, 0.1, 0.9, 0.3, 0.6, 0.8],
    ]
    const raw = [-1, 0, 1].flatMap((i) => [-1, 0, 1].map((j) => Math.exp(-(i * i + j * j) / 4.5)))
    const w = raw.map((v) => v / raw.reduce((p, q) => p + q))
    const mean = (values: number[]) => values.reduce((sum, v, i) => sum + w[i]! * v, 0)
    const covariance = (u: number[], v: number[]) => mean(u.map((p, i) => (p - mean(u)) * (v[i]! - mean(v))))
    const expected =
      ((2 * mean(a) * mean(b) + 1e-4) * (2 * covariance(a, b) + 9e-4)) /
      ((mean(a) ** 2 + mean(b) ** 2 + 1e-4) * (covariance(a, a) + covariance(b, b) + 9e-4))
    approximately((await metrics.ssim(tf.tensor2d(a, [3, 3]), tf.tensor2d(b, [3, 3]))).value, expected, 1e-6)
  })

  test('SSIM of several images with channels is the mean of theirs', async () => {
    const [x, y] = [stream('x').uniformTensor([2, 14, 13, 3]), stream('y').uniformTensor([2, 14, 13, 3])]
    const whole = await metrics.ssim(x, y)
    const parts: number[] = []
    for (const image of [0, 1])
      for (const channel of [0, 1, 2]) {
        const of = (z: tf.Tensor) =>
          z.slice([image, 0, 0, channel], [1, 14, 13, 1]).reshape<tf.Tensor2D>([14, 13])
        parts.push((await metrics.ssim(of(x), of(y))).value)
      }
    approximately(
      whole.each,
      [0, 3].map((i) => (parts[i]! + parts[i + 1]! + parts[i + 2]!) / 3),
      1e-9,
    )
    approximately(whole.value, parts.reduce((a, b) => a + b) / 6, 1e-9)
    await assert.rejects(metrics.ssim(x, y, { window: 4 }), /odd number of pixels/)
    await assert.rejects(metrics.psnr(x, x.reshape([-1, 3])), /one shape/)
    await assert.rejects(metrics.psnr(x, y, { range: 0 }), /range/)
    await assert.rejects(metrics.psnr([[1]] as never, y), /must be tensors/)
  })
})

describe('floor', () => {
  test('is the mean distance between real sets', async () => {
    const law = data.moons()
    const found = await metrics.floor(law, (a, b) => metrics.slicedWasserstein(a, b, { directions: 8 }), {
      n: 200,
      pairs: 10,
      stream: stream('floor'),
    })
    const from = stream('floor')
    const expected: number[] = []
    for (let i = 0; i < 10; i++) {
      const [a, b] = [law.draw(200, from), law.draw(200, from)]
      expected.push((await metrics.slicedWasserstein(a, b, { directions: 8 })).value)
    }
    approximately(found.each, expected, 0)
    approximately(found.value, expected.reduce((a, b) => a + b) / 10, 1e-12)
    approximately(found.deviation / Math.sqrt(10), found.standardError, 1e-12)
    await assert.rejects(metrics.floor(law, metrics.slicedWasserstein, { pairs: 1 }), /pairs/)
    await assert.rejects(metrics.floor([] as never, metrics.slicedWasserstein), /draw from/)
    await assert.rejects(metrics.floor(law, 'swd' as never), /must be a distance/)
  })

  test('on a line, W₁ between two sets of a uniform law is √(π/n)/4 in the limit', async () => {
    // E ∫ |Brownian bridge| = √(π/32); two sets differ by √(2/n) times that.
    const uniform = {
      name: 'uniform',
      shape: [1],
      draw: (n: number, s?: RandomStream) => s!.uniformTensor([n, 1]),
    }
    const found = await metrics.floor(uniform, (a, b) => metrics.slicedWasserstein(a, b, { order: 1 }), {
      n: 1000,
      pairs: 60,
      stream: stream('bridge'),
    })
    near(found, Math.sqrt(Math.PI / 32) * Math.sqrt(2 / 1000), 0.002)
  })
})

test('samples that are none are refused, and named', async () => {
  await assert.rejects(
    metrics.mmd(data.moons() as never, [1, 2, 3]),
    /mmd: the first set must be rows of numbers/,
  )
  await assert.rejects(
    metrics.mmd(
      [[1, 2]],
      [
        [1, 2],
        [3, 4],
      ],
    ),
    /mmd: the first set: at least two samples/,
  )
  await assert.rejects(
    metrics.mmd(
      [[1], [2], [3]],
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ),
    /1 numbers, the second of 2/,
  )
  await assert.rejects(metrics.energyDistance([[1], [NaN], [2]], [[1], [2], [3]]), /first set.*NaN/)
  await assert.rejects(metrics.mmd(line(9, 0, 1, 'x'), line(9, 0, 1, 'y'), { bandwidth: -1 }), /bandwidth/)
  await assert.rejects(metrics.frechet(line(30, 0, 1, 'x'), line(50, 0, 1, 'y')), /30 samples, but 40/)
  await assert.rejects(metrics.frechet(line(50, 0, 1, 'x'), plane(50, [0, 0], 1, 'y')), /points of 1 numbers/)
  await assert.rejects(
    metrics.slicedWasserstein(line(50, 0, 1, 'x'), line(50, 0, 1, 'y'), { order: 3 as never }),
    /order/,
  )
  await assert.rejects(metrics.slicedWasserstein(line(5, 0, 1, 'x'), line(50, 0, 1, 'y')), /at least 20/)
  await assert.rejects(metrics.nll({} as never, line(5, 0, 1, 'x')), /must have a density/)
  await assert.rejects(
    metrics.nll(() => tf.zeros([3]), line(5, 0, 1, 'x')),
    /one log p for each of the 5/,
  )
  await assert.rejects(
    metrics.nll(data.gaussian({ mean: [0] }), line(5, 0, 1, 'x'), { offset: 7 }),
    /bits per dimension/,
  )
  await assert.rejects(metrics.klOnGrid(data.ncsnToy(), data.ncsnToy(), { range: [1, 1] }), /range/)
  await assert.rejects(metrics.klOnGrid(data.ncsnToy(), data.ncsnToy(), { dim: 3 }), /one and two dimensions/)
})
