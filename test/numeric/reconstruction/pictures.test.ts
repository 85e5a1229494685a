import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  coarse,
  data,
  fourier,
  grey,
  linearOperator,
  mask,
  measure,
  measurement,
  metrics,
  radon,
  totalVariation,
  type LinearOperator,
} from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('cpu', files))

const stream = (name: string) => new RandomStream(11, name)
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, v, i) => sum + v * b[i]!, 0)
const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1)

const OPERATORS: Readonly<Record<string, LinearOperator>> = {
  'a mask of pixels in colour': mask([1, 0, 0, 1, 1, 0], { shape: [2, 3, 3] }),
  'a mask of numbers': mask([true, false, true]),
  'grey of a picture': grey({ shape: [2, 3, 3] }),
  'means of blocks': coarse([6, 9, 2], { factor: 3 }),
  'Fourier rows': fourier([9, 6, 1], { acceleration: 3 }),
  'all Fourier coefficients': fourier([4, 5, 1], { acceleration: 1 }),
  'a Radon transform': radon([7, 7, 1], { views: 4 }),
}

describe('operators on pictures', () => {
  for (const [name, operator] of Object.entries(OPERATORS)) {
    const inputs = sizeOf(operator.shape)

    test(`⟨A x, y⟩ = ⟨x, Aᵀ y⟩ for ${name}, in doubles and in tensors`, () => {
      const [x, y] = [stream('x').normal(3 * inputs), stream('y').normal(3 * operator.outputs)]
      const scale = Math.sqrt(dot(x, x) * dot(y, y))
      const gap = (ax: ArrayLike<number>, ay: ArrayLike<number>) => Math.abs(dot(ax, y) - dot(x, ay)) / scale
      assert.ok(gap(operator.apply(x), operator.adjoint(y)) < 1e-14)
      const tx = tf.tensor(Float32Array.from(x), [3, ...operator.shape])
      const ty = tf.tensor(Float32Array.from(y), [3, operator.outputs])
      const [ax, ay] = [operator.apply<tf.Tensor>(tx), operator.adjoint<tf.Tensor>(ty)]
      assert.deepEqual(
        [ax.shape, ay.shape],
        [
          [3, operator.outputs],
          [3, ...operator.shape],
        ],
      )
      approximately([...ax.dataSync()], [...operator.apply(x)], 1e-5)
      approximately([...ay.dataSync()], [...operator.adjoint(y)], 1e-5)
      // Single precision, some hundred terms.
      assert.ok(gap(take(ax), take(ay)) < 1e-6)
    })

    test(`${name}: its gradient is its adjoint, and its factors make it up`, () => {
      const y = tf.tensor(Float32Array.from(stream('dy').normal(operator.outputs)), [1, operator.outputs])
      const slope = tf.grad((x: tf.Tensor) => operator.apply(x).mul(y).sum())(
        tf.zeros([1, ...operator.shape]),
      )
      approximately(take(slope), take(operator.adjoint<tf.Tensor>(y)), 1e-5)

      const { values, left, right } = operator.factors
      for (const { back } of [left, right])
        for (const [i] of values.entries()) {
          // Columns of U and V are orthonormal.
          const unit = (k: number) => Float64Array.from(values, (_, j) => Number(j === k))
          const mine = back.doubles(unit(i))
          assert.ok(Math.abs(dot(mine, mine) - 1) < 1e-10)
          const other = back.doubles(unit((i + 1) % values.length))
          if (values.length > 1) assert.ok(Math.abs(dot(mine, other)) < 1e-10)
        }
      const x = stream('factors').normal(inputs)
      const through = right.forward.doubles(x).map((c, i) => c * values[i]!)
      approximately([...left.back.doubles(through)], [...operator.apply(x)], 1e-9)
      // A A⁺ A = A.
      approximately(
        [...operator.apply(operator.pseudoInverse(operator.apply(x)))],
        [...operator.apply(x)],
        1e-9,
      )
      approximately([...operator.pseudoInverse(operator.apply(x))], [...operator.project(x)], 1e-9)
    })
  }

  test('a wide matrix of hundreds of rows is decomposed', () => {
    const operator = radon([16, 16, 1], { views: 5 })
    const x = stream('wide').normal(256)
    approximately(
      [...operator.apply(operator.pseudoInverse(operator.apply(x)))],
      [...operator.apply(x)],
      1e-8,
    )
  })

  test('errors say what does not fit', () => {
    assert.throws(() => mask([1, 0], { shape: [3, 1] }), /has 3 numbers, but known has 2/)
    assert.throws(() => coarse([5, 4, 1]), /factor must be a whole number that divides 5 and 4, but is 2/)
    assert.throws(() => fourier([4, 4, 3 as 1]), /one channel here, not 3/)
    assert.throws(() => fourier([4, 4, 1], { known: [1] }), /known must be 16 numbers/)
    assert.throws(() => fourier([2, 2, 1], { known: [0, 0, 0, 0] }), /at least one coefficient/)
    assert.throws(() => radon([4, 5, 1]), /pictures must be square/)
    assert.throws(() => radon([4, 4, 1], { views: 0 }), /views must be a positive whole number/)
    assert.throws(() => grey({ shape: [2, 2, 1] }), /colours are three numbers/)
    assert.throws(
      () => OPERATORS['a Radon transform']!.apply(new Float64Array(5)),
      /takes 49 numbers for each state, but was given 5/,
    )
  })
})

test('Fourier coefficients are those of the definition', () => {
  const [h, w] = [4, 5]
  const x = stream('dft').normal(h * w)
  const measured = fourier([h, w, 1], { acceleration: 1 }).apply(x)
  assert.equal(measured.length, h * w, 'a real picture has as many real coefficients as pixels')
  const coefficient = (k: number, l: number) => {
    let [re, im] = [0, 0]
    for (let i = 0; i < h; i++)
      for (let j = 0; j < w; j++) {
        const angle = -2 * Math.PI * ((k * i) / h + (l * j) / w)
        re += x[i * w + j]! * Math.cos(angle)
        im += x[i * w + j]! * Math.sin(angle)
      }
    return [re / Math.sqrt(h * w), im / Math.sqrt(h * w)] as const
  }
  // (0, 0) is its own partner; (0, 1) is the first pair.
  approximately([measured[0]!], [coefficient(0, 0)[0]], 1e-12)
  approximately(
    [...measured.slice(1, 3)],
    coefficient(0, 1).map((v) => Math.SQRT2 * v),
    1e-12,
  )
  // Parseval.
  approximately([dot(measured, measured)], [dot(x, x)], 1e-10)
})

describe('tomography', () => {
  test('the sinogram of a disc is 2 √(r² − s²) in every view', () => {
    const [size, r] = [64, 0.3]
    const operator = radon([size, size, 1], { views: 7 })
    // Coverage of each pixel by 8 × 8 points.
    const disc = Float64Array.from({ length: size * size }, (_, p) => {
      let inside = 0
      for (let k = 0; k < 64; k++) {
        const x = ((p % size) + ((k % 8) + 0.5) / 8) / size - 0.5
        const y = (Math.floor(p / size) + (Math.floor(k / 8) + 0.5) / 8) / size - 0.5
        if (x * x + y * y < r * r) inside++
      }
      return inside / 64
    })
    const sinogram = operator.apply(disc)
    const spacing = Math.SQRT2 / operator.detectors
    for (let view = 0; view < operator.views; view++)
      for (let d = 0; d < operator.detectors; d++) {
        const s = (d + 0.5) * spacing - Math.SQRT2 / 2
        // Near its edge the chord is steep within one detector.
        if (Math.abs(Math.abs(s) - r) < 2 * spacing) continue
        const chord = 2 * Math.sqrt(Math.max(0, r * r - s * s))
        assert.ok(
          Math.abs(sinogram[view * operator.detectors + d]! - chord) < 0.012,
          `view ${view}, s = ${s}`,
        )
      }
  })

  test('every view holds the whole of the picture', () => {
    const operator = radon([12, 12, 1], { views: 9 })
    const x = stream('mass').uniform(144)
    const sinogram = operator.apply(x)
    const mass = x.reduce((a, b) => a + b, 0) / 144
    const spacing = Math.SQRT2 / operator.detectors
    for (let view = 0; view < 9; view++) {
      const row = sinogram.slice(view * operator.detectors, (view + 1) * operator.detectors)
      // A detector's four rays stand for an integral across it.
      assert.ok(Math.abs(spacing * row.reduce((a, b) => a + b, 0) - mass) < 0.02 * mass, `view ${view}`)
    }
  })

  test('filtered back projection finds the picture when there are many views', () => {
    const size = 32
    const operator = radon([size, size, 1], { views: 60 })
    const head = Float64Array.from(take(data.phantoms({ size }).draw(1, stream('body'))))
    const found = operator.filteredBackProjection(operator.apply(head))
    const error = Math.sqrt(found.reduce((sum, v, i) => sum + (v - head[i]!) ** 2, 0) / head.length)
    const size2 = Math.sqrt(dot(head, head) / head.length)
    // Sharp edges ring; a wrong filter or scale errs by the picture's own size.
    assert.ok(error < 0.25 * size2, `${error} of ${size2}`)
    const inner = (values: ArrayLike<number>) =>
      Array.from({ length: 16 }, (_, i) => values[(12 + (i >> 2)) * size + 12 + (i & 3)]!)
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length
    assert.ok(Math.abs(mean(inner(found)) - mean(inner(head))) < 0.05)
  })
})

describe('least total variation', () => {
  test('of two pixels: both move by λ towards each other, until they meet', async () => {
    const operator = linearOperator(
      [
        [1, 0],
        [0, 1],
      ],
      { shape: [1, 2, 1] },
    )
    const solve = async (y: number[], lambda: number) =>
      take(await totalVariation(measurement(operator, y), 1, { lambda, steps: 20, inner: 40 }))
    approximately(await solve([0.9, 0.2], 0.1), [0.8, 0.3], 1e-4)
    approximately(await solve([0.6, 0.4], 0.5), [0.5, 0.5], 1e-4)
    // And stays in the range.
    approximately(await solve([1.8, 0.2], 0.1), [1, 0.3], 1e-4)
  })

  test('is better than filtered back projection of few views', async () => {
    const size = 16
    const operator = radon([size, size, 1], { views: 6 })
    const x0 = data.phantoms({ size }).draw(2, stream('few'))
    const y = measure<tf.Tensor>(operator, x0, { noise: 0.002, stream: stream('noise') })
    const found = await totalVariation(measurement(operator, y), 2, { lambda: 5e-4, steps: 60 })
    const [tv, fbp] = [
      await metrics.psnr(found, x0),
      await metrics.psnr(operator.filteredBackProjection<tf.Tensor>(y), x0),
    ]
    assert.ok(tv.value > fbp.value + 2, `${tv.value} dB against ${fbp.value}`)
    tf.dispose([x0, y, found])
  })

  test('errors say what to give', async () => {
    const line = measurement(linearOperator([[1, 1]]), [1])
    await assert.rejects(
      async () => totalVariation(line),
      /pictures have the shape \[height, width, channels\], not \[2\]/,
    )
    const fine = measurement(mask([1, 1], { shape: [1, 2, 1] }), [1, 1])
    await assert.rejects(
      async () => totalVariation(fine, 1, { lambda: 0 }),
      /lambda must be positive, but is 0/,
    )
  })
})
