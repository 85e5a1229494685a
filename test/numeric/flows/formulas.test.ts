/** Each flow's own formula. */
import * as tf from '@tensorflow/tfjs'
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { mixture } from '../../../src/models/data/mixture'
import {
  bases,
  bijections,
  checkerboard,
  compose,
  contracted,
  flipped,
  flow,
  glow,
  halves,
  nice,
  realNvp,
  residualFlow,
  spectralNorm,
} from '../../../src/models/flows'
import { mlp } from '../../../src/models/mlp'
import { jacobian } from '../../../src/models/ode'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, on, take } from '../backends'
import { logAbsDet, moved } from './cases'

before(() => selectBackend('cpu', files))

describe('change of variables', () => {
  // Latent to data is x = A z, so data to latent is the inverse.
  const pushed = (matrix: readonly (readonly number[])[], bias?: readonly number[]) =>
    flow(bijections.inverted(bijections.linear({ matrix, ...(bias && { bias }) })), {
      base: bases.uniform({ dim: matrix.length }),
    })

  test('2z + 1 of uniform numbers has the density 1/2 on [1, 3]', () => {
    const law = pushed([[2]], [1])
    const density = tf.tidy(() => law.logDensity(tf.tensor2d([0.9, 1.1, 2.9, 3.1], [4, 1])).exp())
    approximately(take(density), [0, 0.5, 0.5, 0], 1e-6)
    tf.dispose(law.params)
  })

  test('a uniform square through A has the density 1/|ad − bc| on its parallelogram', () => {
    const [a, b, c, d] = [2, 1, -0.5, 1.5]
    const law = pushed([
      [a, b],
      [c, d],
    ])
    const area = Math.abs(a * d - b * c)
    const inside = [0.2, 0.3, 0.9, 0.9, 0.5, 0.01]
    const outside = [1.1, 0.5, 0.5, -0.1]
    const through = [...inside, ...outside].map((_, i, z) =>
      i % 2 ? c * z[i - 1]! + d * z[i]! : a * z[i]! + b * z[i + 1]!,
    )
    const density = tf.tidy(() => law.logDensity(tf.tensor2d(through, [5, 2])).exp())
    approximately(take(density), [1 / area, 1 / area, 1 / area, 0, 0], 1e-6)
    tf.dispose(law.params)
  })

  test('its histogram is that density', () => {
    const law = pushed([
      [2, 1],
      [-0.5, 1.5],
    ])
    const n = 40_000
    const x = take(law.draw(n, new RandomStream(1, 'square')))
    // A small square around A (½, ½) holds its area over |ad − bc| = 3.5 of the draws.
    const [cx, cy, half] = [1.5, 0.5, 0.25]
    let count = 0
    for (let i = 0; i < n; i++)
      if (Math.abs(x[2 * i]! - cx) < half && Math.abs(x[2 * i + 1]! - cy) < half) count++
    const p = (2 * half) ** 2 / 3.5
    assert.ok(Math.abs(count / n - p) < 4 * Math.sqrt((p * (1 - p)) / n), `${count / n}, expected ${p}`)
    tf.dispose(law.params)
  })

  test('of a Gaussian by a triangular map is the Gaussian of covariance (TᵀT)⁻¹', () => {
    const b = bijections.triangular({ dim: 2 })
    const law = flow(b)
    law.params['T']!.assign(tf.tensor2d([0, 0, 0.7, 0], [2, 2]))
    law.params['logScale']!.assign(tf.tensor1d([Math.log(2), Math.log(0.5)]))
    law.params['shift']!.assign(tf.tensor1d([1, -1]))
    // z = T x + b with T = [[2, 0], [.7, .5]]: precision TᵀT, mean −T⁻¹b.
    const gaussian = mixture({
      means: [[-0.5, 2.7]],
      covariances: [
        inverse([
          [4 + 0.49, 0.35],
          [0.35, 0.25],
        ]),
      ],
    })
    const x = [0.3, 1, -1, 2, 0, 5]
    const logDensity = law.logDensity(tf.tensor2d(x, [3, 2]))
    approximately(take(logDensity), gaussian.logDensity(Float64Array.from(x)), 1e-5)
    tf.dispose(law.params)
  })

  test('log-determinants of a composition add up, and z is f_K(…f_1(x))', () => {
    const parts = [
      bijections.affine({ dim: 2 }),
      bijections.permutation({ dim: 2 }),
      bijections.planar({ dim: 2 }),
    ]
    const both = compose(parts)
    const params = moved(both)
    tf.tidy(() => {
      const x = tf.tensor2d([0.3, -1], [1, 2])
      let value: tf.Tensor = x
      let logDet = 0
      for (const [k, part] of parts.entries()) {
        const own = Object.fromEntries(
          Object.entries(params).flatMap(([name, v]) =>
            name.startsWith(`${k}.`) ? [[name.slice(2), v]] : [],
          ),
        )
        const mapped = part.forward(own, value)
        value = mapped.value
        logDet += mapped.logDet.dataSync()[0]!
      }
      const mapped = both.forward(params, x)
      approximately(mapped.value.dataSync(), value.dataSync(), 1e-6)
      approximately(mapped.logDet.dataSync(), [logDet], 1e-6)
    })
    tf.dispose(params)
  })
})

function inverse([[a, b], [c, d]]: readonly [
  readonly [number, number],
  readonly [number, number],
]): number[][] {
  const det = a * d - b * c
  return [
    [d / det, -b / det],
    [-c / det, a / det],
  ]
}

describe('couplings', () => {
  const x = (): tf.Tensor2D => new RandomStream(2, 'x').normalTensor<tf.Rank.R2>([4, 5])

  test('additive: the kept part stays, volume stays, the rest moves by μ(x₁)', () => {
    const b = bijections.additiveCoupling({ dim: 5, hidden: [6] })
    const params = moved(b)
    tf.tidy(() => {
      const batch = x()
      const { value, logDet } = b.forward(params, batch)
      approximately(value.slice([0, 0], [-1, 2]).dataSync(), batch.slice([0, 0], [-1, 2]).dataSync(), 1e-7)
      assert.deepEqual([...logDet.dataSync()], [0, 0, 0, 0])
      // The same x₁ with another x₂ moves by the same.
      const other = tf.concat([batch.slice([0, 0], [-1, 2]), tf.zeros([4, 3])], 1)
      const shift = value.sub(batch).slice([0, 2], [-1, 3])
      const shiftOfOther = b.forward(params, other).value.slice([0, 2], [-1, 3])
      approximately(shift.dataSync(), shiftOfOther.dataSync(), 1e-6)
    })
    tf.dispose(params)
  })

  test('affine: z₂ = x₂ e^{a(x₁)} + μ(x₁), and log |det| = Σ a(x₁)', () => {
    const b = bijections.affineCoupling({ dim: 5, hidden: [6] })
    const params = moved(b)
    tf.tidy(() => {
      const kept = x().slice([0, 0], [-1, 2])
      const at = (x2: number): tf.Tensor =>
        b.forward(params, tf.concat([kept, tf.fill([4, 3], x2)], 1)).value.slice([0, 2], [-1, 3])
      const shift = at(0)
      const scale = at(1).sub(shift)
      approximately(at(2.5).dataSync(), scale.mul(2.5).add(shift).dataSync(), 1e-5)
      approximately(b.forward(params, x()).logDet.dataSync(), scale.log().sum(1).dataSync(), 1e-5)
    })
    tf.dispose(params)
  })

  test('the scale of one layer stays within e^±bound, whatever the network says', () => {
    const b = bijections.affineCoupling({ dim: 2, hidden: [4], bound: 1.5 })
    const params = moved(b, 100)
    const { value, logDet } = b.forward(params, tf.tensor2d([1, 0, -1, 3], [2, 2]))
    for (const a of take(logDet)) assert.ok(Math.abs(a) <= 1.5 + 1e-6, `${a}`)
    tf.dispose([params, value])
  })

  test('masks: halves, a chess board, and the other way round', () => {
    assert.deepEqual(halves([5]), [1, 1, 0, 0, 0])
    assert.deepEqual(halves([1, 2, 4]), [1, 1, 0, 0, 1, 1, 0, 0])
    assert.deepEqual(checkerboard([4]), [1, 0, 1, 0])
    assert.deepEqual(checkerboard([2, 3]), [1, 0, 1, 0, 1, 0])
    assert.deepEqual(flipped([1, 0]), [0, 1])
  })

  test('alternate masks: after two couplings every number has changed', () => {
    const b = realNvp({ dim: 4, couplings: 2, hidden: [6] })
    const params = moved(b)
    tf.tidy(() => {
      const batch = new RandomStream(2, 'x').normalTensor([3, 4])
      const change = b.forward(params, batch).value.sub(batch).abs().min().dataSync()[0]!
      assert.ok(change > 1e-4)
    })
    tf.dispose(params)
  })

  test('NICE keeps volume but for its last layer, whose log |det| is Σ log S', () => {
    const b = nice({ dim: 3, couplings: 3, hidden: [5] })
    const params = moved(b)
    tf.tidy(() => {
      const [logDet] = b.forward(params, tf.tensor2d([0.1, 2, -1], [1, 3])).logDet.dataSync()
      approximately(logDet!, params['3.logScale']!.sum().dataSync()[0]!, 1e-6)
    })
    tf.dispose(params)
  })

  test('splines: monotone, the identity beyond the bound, and curved within', () => {
    const b = bijections.splineCoupling({ dim: 2, hidden: [4], bound: 2, bins: 5, mask: [1, 0] })
    const params = moved(b)
    tf.tidy(() => {
      const n = 101
      const line = Array.from({ length: n }, (_, i) => -3 + (6 * i) / (n - 1))
      const z = b.forward(
        params,
        tf.tensor2d(
          line.flatMap((x) => [0.4, x]),
          [n, 2],
        ),
      ).value
      const second = [...z.slice([0, 1], [-1, 1]).dataSync()]
      second.forEach((value, i) => {
        if (i > 0) assert.ok(value > second[i - 1]!, `not monotone at ${line[i]}`)
        if (Math.abs(line[i]!) >= 2) approximately(value, line[i]!, 1e-6)
      })
      assert.ok(second.some((value, i) => Math.abs(value - line[i]!) > 0.05))
    })
    tf.dispose(params)
  })
})

test('Flow++: with one law of scale s the map is affine, z = (x − μ)/s', () => {
  // logit σ(u) = u: the mixture of one law does nothing but scale and shift.
  const b = bijections.logisticMixtureCoupling({ dim: 2, hidden: [4], components: 1, mask: [1, 0] })
  const params = moved(b)
  tf.tidy(() => {
    const at = (x: number): number => b.forward(params, tf.tensor2d([[0.3, x]])).value.dataSync()[1]!
    approximately(at(3) - at(2), at(1) - at(0), 1e-5)
    const { logDet } = b.forward(params, tf.tensor2d([[0.3, 0.7]]))
    approximately(logDet.dataSync(), [Math.log(at(1) - at(0))], 1e-5)
  })
  tf.dispose(params)
  // Of three laws it bends, and stays monotone with tails that are straight.
  const three = bijections.logisticMixtureCoupling({ dim: 2, hidden: [4], components: 3, mask: [1, 0] })
  const other = moved(three, 0.6)
  tf.tidy(() => {
    const line = Array.from({ length: 161 }, (_, i) => -20 + i / 4)
    const z = three.forward(
      other,
      tf.tensor2d(
        line.flatMap((x) => [0.3, x]),
        [161, 2],
      ),
    ).value
    const values = line.map((_, i) => z.dataSync()[2 * i + 1]!)
    const slopes = values.slice(1).map((value, i) => 4 * (value - values[i]!))
    assert.ok(Math.min(...slopes) > 0)
    approximately(slopes[0]!, slopes[1]!, 1e-3)
    assert.ok(Math.max(...slopes) - Math.min(...slopes) > 0.1)
  })
  tf.dispose(other)
})

describe('Glow', () => {
  test('the 1 × 1 convolution is W x_ij + b at every pixel, with log |det| = h w log |det W|', () => {
    const matrix = [
      [1, 2, 0],
      [0.5, -1, 1],
      [2, 0, 0.3],
    ]
    const bias = [0.1, -0.2, 0.3]
    const b = bijections.convolution1x1({ shape: [2, 4, 3], matrix, bias })
    const params = b.initial(new RandomStream(1, 'w'))
    tf.tidy(() => {
      const x = new RandomStream(2, 'x').normalTensor([2, 2, 4, 3])
      const { value, logDet } = b.forward(params, x)
      const expected = [...x.dataSync()].map((_, k, all) => {
        const pixel = Math.floor(k / 3) * 3
        return matrix[k % 3]!.reduce((sum, w, j) => sum + w * all[pixel + j]!, bias[k % 3]!)
      })
      approximately(value.dataSync(), expected, 1e-5)
      const each = 2 * 4 * logAbsDet(matrix)
      approximately(logDet.dataSync(), [each, each], 1e-5)
    })
    tf.dispose(params)
  })

  test('on 8 × 8 × 3 its log-determinant is that of the dense Jacobian, 192 × 192', async () => {
    await on('wasm', () => {
      const b = glow({ shape: [8, 8, 3], steps: 1, channels: 6 })
      const params = moved(b, 0.05)
      tf.tidy(() => {
        const x = new RandomStream(11, 'x').normalTensor([1, 8, 8, 3])
        const { value, logDet } = b.forward(params, x)
        const dense = jacobian((y) => b.forward(params, y).value.reshape(y.shape), x).arraySync()[0]!
        // 192 pivots, each of them right to single precision.
        approximately(logDet.dataSync(), [logAbsDet(dense)], 192 * 1e-6)
        approximately(b.inverse(params, value).value.dataSync(), x.dataSync(), 1e-5)
      })
      tf.dispose(params)
    })
  })

  test('it begins as a rotation, the same for the same seed', () => {
    const rotation = (seed: number): number[] => {
      const b = bijections.linear({ dim: 4, seed })
      const params = b.initial(new RandomStream(1, 'w'))
      const columns = b.forward(params, tf.eye(4)).value
      tf.dispose(params)
      return take(columns)
    }
    const w = rotation(1)
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < 4; j++) {
        const dot = [0, 1, 2, 3].reduce((sum, k) => sum + w[4 * i + k]! * w[4 * j + k]!, 0)
        approximately(dot, i === j ? 1 : 0, 1e-5)
      }
    assert.deepEqual(rotation(1), w)
    assert.notDeepEqual(rotation(2), w)
  })

  test('actnorm begins by making the first batch’s channels mean zero and variance one', () => {
    const law = flow(bijections.actnorm({ shape: [2, 2, 3] }))
    const batch = tf.tidy(() =>
      new RandomStream(3, 'b')
        .normalTensor([50, 2, 2, 3])
        .mul(tf.tensor1d([1, 5, 0.2]))
        .add(3),
    )
    law.adaptTo(batch)
    tf.tidy(() => {
      const z = law.encode(batch).reshape([-1, 3])
      approximately(z.mean(0).dataSync(), [0, 0, 0], 1e-4)
      approximately(z.square().mean(0).dataSync(), [1, 1, 1], 1e-3)
    })
    tf.dispose([batch, law.params])
  })

  test('all of its actnorms adapt, each to what the layers before it pass on', () => {
    const law = flow(glow({ shape: [4, 4, 1], steps: 2, channels: 4 }))
    const batch = tf.tidy(() => new RandomStream(4, 'b').normalTensor([64, 4, 4, 1]).mul(4).add(1))
    const before = tf.memory().numTensors
    law.adaptTo(batch)
    assert.equal(tf.memory().numTensors, before)
    tf.tidy(() => {
      const z = law.encode(batch).reshape([-1, 4])
      approximately(z.mean(0).dataSync(), [0, 0, 0, 0], 1e-3)
      approximately(z.square().mean().dataSync()[0]!, 1, 1e-2)
    })
    tf.dispose([batch, law.params])
  })

  test('squeeze takes squares of 2 × 2 pixels apart and together', () => {
    const b = bijections.squeeze({ shape: [2, 4, 1] })
    const { value } = b.forward({}, tf.tensor4d([0, 1, 2, 3, 4, 5, 6, 7], [1, 2, 4, 1]))
    assert.deepEqual(value.shape, [1, 1, 2, 4])
    assert.deepEqual(take(value), [0, 1, 4, 5, 2, 3, 6, 7])
  })
})

describe('residual flows', () => {
  test('the bound of the largest singular value is right within its promise, and never below', () => {
    for (const [rows, columns] of [
      [2, 2],
      [5, 30],
      [30, 5],
    ] as const) {
      const w = new RandomStream(5, `${rows}`).normalTensor<tf.Rank.R2>([rows, columns])
      // Power iteration in doubles, long enough.
      const values = [...w.dataSync()]
      let v = Array.from({ length: columns }, (_, j) => 1 + (j % 3))
      let sigma = 0
      for (let k = 0; k < 500; k++) {
        const u = Array.from({ length: rows }, (_, i) =>
          v.reduce((sum, x, j) => sum + x * values[i * columns + j]!, 0),
        )
        v = v.map((_, j) => u.reduce((sum, x, i) => sum + x * values[i * columns + j]!, 0))
        sigma = Math.sqrt(Math.hypot(...v))
        v = v.map((x) => x / sigma ** 2)
      }
      const [bound] = take(spectralNorm(w))
      const rank = Math.min(rows, columns)
      assert.ok(
        bound! > sigma * (1 - 1e-5) && bound! < sigma * rank ** (1 / 256) * (1 + 1e-5),
        `${bound} for ${sigma}`,
      )
      const [smaller] = tf.tidy(() => spectralNorm(contracted(w, 0.5)).dataSync())
      approximately(smaller!, 0.5, 1e-3)
      const same = tf.tidy(() => contracted(w, 100).sub(w).abs().max().dataSync()[0]!)
      assert.equal(same, 0)
      w.dispose()
    }
  })

  test('g contracts: no two points come out farther apart than (1 + L) or closer than (1 − L) of their distance', () => {
    const b = bijections.residual({ dim: 2, hidden: [16], lipschitz: 0.8 })
    const params = moved(b, 3)
    tf.tidy(() => {
      const stream = new RandomStream(6, 'pairs')
      const [x, y] = [stream.normalTensor([200, 2]), stream.normalTensor([200, 2])]
      const length = (a: tf.Tensor) => a.square().sum(1).sqrt()
      const [fx, fy] = [b.forward(params, x).value, b.forward(params, y).value]
      const ratio = length(fx.sub(fy))
        .div(length(x.sub(y)))
        .dataSync()
      for (const r of ratio) assert.ok(r > 0.2 && r < 1.8, `${r}`)
      const g = length(fx.sub(x).sub(fy.sub(y)))
        .div(length(x.sub(y)))
        .dataSync()
      assert.ok(Math.max(...g) < 0.8 + 1e-4 && Math.max(...g) > 0.1)
    })
    tf.dispose(params)
  })

  test('the power series comes close to the exact log-determinant, the roulette meets it in the mean', () => {
    const n = 3000
    const options = { dim: 3, hidden: [12], lipschitz: 0.7 }
    const b = bijections.residual({ ...options, logDet: 'exact' })
    const params = moved(b)
    const point = tf.tensor2d([0.4, -0.9, 0.2], [1, 3])
    const [truth] = tf.tidy(() => b.forward(params, point).logDet.dataSync())
    const many = tf.tidy(() => point.tile([n, 1]))
    for (const [logDet, terms, bias] of [
      // What is cut off is below 3 · 0.7¹³/13 (1 − 0.7) = 0.007.
      ['series', 12, 0.007],
      ['roulette', 2, 0],
    ] as const) {
      const estimator = bijections.residual({ ...options, logDet, terms })
      const values: number[] = []
      // The roulette draws one length for a batch: several batches.
      for (let k = 0; k < 30; k++) {
        const { value, logDet } = estimator.forward(
          params,
          many.slice([0, 0], [n / 30, 3]),
          new RandomStream(k, logDet0(k)),
        )
        value.dispose()
        values.push(...take(logDet))
      }
      const batchMeans = Array.from({ length: 30 }, (_, k) => {
        const batch = values.slice((k * n) / 30, ((k + 1) * n) / 30)
        return batch.reduce((a, b) => a + b) / batch.length
      })
      const mean = batchMeans.reduce((a, b) => a + b) / 30
      const error = Math.sqrt(batchMeans.reduce((a, b) => a + (b - mean) ** 2, 0) / 29 / 30)
      assert.ok(Math.abs(mean - truth!) < 4.5 * error + bias, `${logDet}: ${mean} ± ${error}, exact ${truth}`)
      assert.ok(error > 0)
    }
    tf.dispose([params, point, many])
  })

  test('in many dimensions the estimate is the default', () => {
    const b = residualFlow({ dim: 12, blocks: 1, hidden: [8] })
    const params = moved(b)
    tf.tidy(() => {
      const x = new RandomStream(8, 'x').normalTensor([2, 12])
      const [a, c] = [1, 2].map((seed) => b.forward(params, x, new RandomStream(seed, 'v')).logDet.dataSync())
      assert.notDeepEqual(a, c)
    })
    tf.dispose(params)
  })
})

const logDet0 = (k: number): string => `batch ${k}`

describe('planar flows', () => {
  test('log |det| is that of the matrix determinant lemma, and wᵀû > −1 for any u', () => {
    const b = bijections.planar({ dim: 3 })
    const w = [1, -0.5, 2]
    for (const u of [
      [0.3, 0.2, -0.1],
      [-4, 2, -9],
    ]) {
      const params = { w: tf.tensor1d(w), u: tf.tensor1d(u), b: tf.tensor1d([0.2]) }
      tf.tidy(() => {
        const x = tf.tensor2d([0.1, 0.4, -0.3], [1, 3])
        const [logDet] = b.forward(params, x).logDet.dataSync()
        const rows = jacobian((y) => b.forward(params, y).value, x).arraySync()[0]!
        approximately(logDet!, logAbsDet(rows), 1e-5)
        // det > 0 at the steepest point, where tanh′ = 1.
        const atZero = tf.tensor2d([-0.2, 0, 0], [1, 3])
        assert.ok(Number.isFinite(b.forward(params, atZero).logDet.dataSync()[0]!))
      })
      tf.dispose(params)
    }
  })
})

describe('continuous flows', () => {
  const network = mlp({ dim: 2, hidden: [12], embedding: 4 })

  test('a linear field dx/dt = −x over T is x e^{−T}, with log |det| = −2T', () => {
    const shrink = Object.assign((_: unknown, x: tf.Tensor) => x.neg(), { shape: [2], initial: () => ({}) })
    for (const options of [{ steps: 10 }, { tolerance: 1e-5 }]) {
      const b = bijections.continuous({ network: shrink, time: 1.5, ...options })
      const { value, logDet } = b.forward({}, tf.tensor2d([1, -2], [1, 2]))
      approximately(take(value), [Math.exp(-1.5), -2 * Math.exp(-1.5)], 1e-4)
      approximately(take(logDet), [-3], 1e-5)
    }
  })

  test('the Hutchinson trace is unbiased for the exact one, with either kind of vector', () => {
    const n = 2000
    const params = moved(bijections.continuous({ network, steps: 6 }))
    const point = tf.tensor2d([0.4, -0.9], [1, 2])
    const [truth] = tf.tidy(() =>
      bijections.continuous({ network, steps: 6 }).forward(params, point).logDet.dataSync(),
    )
    for (const trace of ['gaussian', 'rademacher'] as const) {
      const b = bijections.continuous({ network, steps: 6, trace })
      const values = take(
        tf.tidy(() => b.forward(params, point.tile([n, 1]), new RandomStream(3, trace)).logDet),
      )
      const mean = values.reduce((a, b) => a + b) / n
      const deviation = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / n)
      assert.ok(deviation > 1e-3)
      assert.ok(Math.abs(mean - truth!) < (4 * deviation) / Math.sqrt(n), `${trace}: ${mean}, exact ${truth}`)
    }
    tf.dispose([params, point])
  })
})

describe('base densities', () => {
  test('integrate to one and are what they draw', () => {
    for (const [base, [from, to], mean, variance] of [
      [bases.normal({ dim: 1, deviation: 1.5 }), [-15, 15], 0, 2.25],
      [bases.logistic({ dim: 1 }), [-40, 40], 0, Math.PI ** 2 / 3],
      [bases.uniform({ dim: 1, from: -1, to: 3 }), [-1, 3], 1, 16 / 12],
    ] as const) {
      const n = 20_000
      const h = (to - from) / n
      const grid = Float64Array.from({ length: n }, (_, i) => from + h * (i + 0.5))
      const density = base.logDensity(grid).map(Math.exp)
      approximately(density.reduce((a, b) => a + b) * h, 1, 1e-6, base.name)
      approximately(
        grid.reduce((sum, x, i) => sum + x * x * density[i]! * h, 0),
        variance + mean ** 2,
        1e-4,
        base.name,
      )
      const draws = take(base.draw(n, new RandomStream(7, base.name)))
      const sample = draws.reduce((a, b) => a + b) / n
      const spread = draws.reduce((a, b) => a + (b - mean) ** 2, 0) / n
      assert.ok(Math.abs(sample - mean) < 4 * Math.sqrt(variance / n), base.name)
      // The variance of the square of a logistic number is 3.2 times that of its variance squared.
      assert.ok(Math.abs(spread / variance - 1) < 4 * Math.sqrt(3.2 / n), base.name)
      const tensor = tf.tensor2d([0.3, -0.8], [2, 1])
      approximately(take(base.logDensity(tensor)), base.logDensity(Float64Array.of(0.3, -0.8)), 1e-6)
      tensor.dispose()
    }
  })

  test('the normal one has its constant (2π)^{−d/2}', () => {
    approximately(
      bases.normal({ shape: [2, 3] }).logDensity(new Float64Array(6)),
      [-3 * Math.log(2 * Math.PI)],
      1e-12,
    )
  })
})

describe('what makes no sense is refused', () => {
  test('shapes and masks', () => {
    assert.throws(
      () => bijections.affine({ dim: 0 }),
      /affine: shape must be a list of positive whole numbers/,
    )
    assert.throws(() => realNvp({ dim: 1 }), /mask must keep some numbers \(1\) and change others \(0\)/)
    assert.throws(() => realNvp({ dim: 2, mask: [1, 1] }), /but is all 1/)
    assert.throws(() => realNvp({ dim: 3, mask: [1, 0] }), /a 0 or 1 for each of the 3 numbers/)
    assert.throws(
      () => realNvp({ dim: 2, mask: 'quarters' as 'halves' }),
      /'halves', 'checkerboard' or a list/,
    )
    assert.throws(() => realNvp({ dim: 2, couplings: 0 }), /couplings must be a positive whole number/)
    assert.throws(() => bijections.squeeze({ shape: [3, 4, 1] }), /even height and width/)
    assert.throws(() => bijections.convolution1x1({ shape: [4] }), /\[height, width, channels\]/)
    assert.throws(
      () => compose([bijections.affine({ dim: 2 }), bijections.affine({ dim: 3 })]),
      /affine, number 1, takes states of shape \[3\], but affine before it gives \[2\]/,
    )
    const b = bijections.affine({ dim: 2 })
    assert.throws(
      () => b.forward({}, tf.zeros([3])),
      /affine takes states of shape \[n, 2\], but was given .* \[3\]/,
    )
    assert.throws(
      () => b.inverse({}, [1, 2] as unknown as tf.Tensor),
      /states must be a tensor of shape \[n, 2\]/,
    )
    assert.throws(
      () => flow(b, { base: bases.normal({ dim: 3 }) }),
      /the base has states of shape \[3\], but affine gives \[2\]/,
    )
    assert.throws(() => flow({} as typeof b), /the first argument must be a bijection/)
  })

  test('singular matrices, orders, numbers out of range', () => {
    assert.throws(
      () =>
        bijections.linear({
          matrix: [
            [1, 2],
            [2, 4],
          ],
        }),
      /matrix must be invertible, but is singular/,
    )
    assert.throws(() => bijections.linear({ matrix: [[1, 2]] }), /must be a square matrix/)
    assert.throws(() => bijections.linear({ matrix: [[1]], bias: [1, 2] }), /bias must be 1 finite numbers/)
    assert.throws(
      () => bijections.permutation({ dim: 3, order: [0, 1, 1] }),
      /the numbers from 0 to 2, each once/,
    )
    assert.throws(
      () => bijections.residual({ dim: 2, lipschitz: 1 }),
      /lipschitz must be between 0 and 1, but is 1/,
    )
    assert.throws(() => bijections.residual({ dim: 2, logDet: 'guess' as 'exact' }), /logDet must be/)
    assert.throws(() => bijections.splineCoupling({ dim: 2, bins: 1 }), /bins must be a whole number from 2/)
    assert.throws(() => bijections.affineCoupling({ dim: 2, bound: 0 }), /bound must be positive/)
    assert.throws(
      () => bijections.logisticMixtureCoupling({ dim: 2, components: 0 }),
      /components must be a whole number from 1 to 100/,
    )
    assert.throws(() => bijections.continuous({ network: 3 as never }), /network must be a network/)
    const network = mlp({ dim: 2, hidden: [4] })
    assert.throws(() => bijections.continuous({ network, tolerance: 2 }), /tolerance must be between 0 and 1/)
    assert.throws(() => bijections.continuous({ network, trace: 'some' as 'exact' }), /trace must be/)
    assert.throws(() => bases.uniform({ dim: 1, from: 2, to: 1 }), /from must be less than to/)
    assert.throws(() => bases.normal({ dim: 1, deviation: 0 }), /deviation must be positive/)
  })
})
