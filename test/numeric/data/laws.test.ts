import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { data, type Data, type LabelledData } from '../../../src/models/data'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('cpu', files))

const N = 20_000

/** Each set with E‖x‖² and, where it is not the origin, its mean, by hand. */
const CASES: readonly [Data, { meanSquare: number; mean?: readonly number[] }][] = [
  [data.moons({ noise: 0 }), { meanSquare: 0.75 + (0.5 - 1 / Math.PI + 1 / 16) }],
  [data.circles({ noise: 0 }), { meanSquare: 2 }],
  [data.circles({ noise: 0.3, factor: 0.2 }), { meanSquare: 2 + 2 * 0.09 }],
  [data.rings({ noise: 0 }), { meanSquare: 2 }],
  [data.rings({ noise: 0, count: 1 }), { meanSquare: 2 }],
  [data.swissRoll({ noise: 0 }), { meanSquare: 2 }],
  [data.spirals({ noise: 0.1 }), { meanSquare: 2 + 2 * 0.01 }],
  [data.checkerboard(), { meanSquare: 2 }],
  [data.pinwheel(), { meanSquare: 2 }],
  [data.eightGaussians(), { meanSquare: 1.4 ** 2 + 2 * 0.01 }],
  [data.ncsnToy(), { meanSquare: 52, mean: [3, 3] }],
  [data.gaussian({ mean: [1, 2, 3], deviation: 0.5 }), { meanSquare: 14 + 3 * 0.25, mean: [1, 2, 3] }],
  [data.planeInSpace(), { meanSquare: 2 }],
  [data.circleInSpace({ noise: 0.1 }), { meanSquare: 2 + 0.03 }],
]

for (const [law, { meanSquare, mean }] of CASES)
  describe(law.name, () => {
    const rows = () => {
      const x = law.draw(N, new RandomStream(5, law.name))
      assert.deepEqual(x.shape, [N, ...law.shape])
      const values = take(x)
      const dim = law.shape[0]!
      return Array.from({ length: N }, (_, i) => values.slice(i * dim, (i + 1) * dim))
    }

    test('has the size that its description says', () => {
      const squares = rows().map((row) => row.reduce((sum, x) => sum + x * x, 0))
      const average = squares.reduce((a, b) => a + b) / N
      const error = Math.sqrt(squares.reduce((sum, s) => sum + (s - average) ** 2, 0)) / N
      // Five standard errors; laws of constant length are exact to single precision.
      assert.ok(Math.abs(average - meanSquare) < 5 * error + 1e-5, `${average} against ${meanSquare}`)
    })

    // A swiss roll's section is the one set that is not centred: its end hangs to one side.
    if (law.name !== 'swiss roll')
      test('has the mean that its description says', () => {
        const all = rows()
        for (const [i, expected] of (
          mean ??
          law.shape
            .map(() => 0)
            .concat(0)
            .slice(0, law.shape[0])
        ).entries()) {
          const average = all.reduce((sum, row) => sum + row[i]!, 0) / N
          const error = Math.sqrt(all.reduce((sum, row) => sum + (row[i]! - average) ** 2, 0)) / N
          assert.ok(Math.abs(average - expected) < 5 * error + 1e-6, `coordinate ${i}: ${average}`)
        }
      })

    test('draws the same from the same stream, and refuses what is no count', () => {
      const draw = () => take(law.draw(7, new RandomStream(1, 'again')))
      assert.deepEqual(draw(), draw())
      for (const n of [0, -1, 1.5, NaN]) assert.throws(() => law.draw(n), /positive whole number/)
    })

    if ('drawLabelled' in law)
      test('labels belong to the points that draw gives, each class with its share', () => {
        const labelled = law as LabelledData
        const { x, labels } = labelled.drawLabelled(N, new RandomStream(2, 'labels'))
        assert.deepEqual(take(x), take(law.draw(N, new RandomStream(2, 'labels'))))
        const counts = labelled.classes.map((_, k) => labels.filter((label) => label === k).length)
        const share = (k: number) => (law.name === 'NCSN toy' ? [0.8, 0.2][k]! : 1 / counts.length)
        for (const [k, count] of counts.entries()) {
          const p = share(k)
          assert.ok(Math.abs(count - N * p) <= 5 * Math.sqrt(N * p * (1 - p)), `class ${k}: ${count}`)
        }
      })
  })

describe('shapes', () => {
  const draw = (law: LabelledData | Data, n = 3000) => {
    const stream = new RandomStream(11, 'shape')
    const { x, labels } =
      'drawLabelled' in law ? law.drawLabelled(n, stream) : { x: law.draw(n, stream), labels: undefined }
    const values = take(x)
    const dim = law.shape[0]!
    return Array.from({ length: n }, (_, i) => ({
      x: values.slice(i * dim, (i + 1) * dim),
      label: labels?.[i] ?? 0,
    }))
  }

  test('circles and rings have the radii of their classes', () => {
    const outer = 2 / Math.sqrt(1.25)
    for (const { x, label } of draw(data.circles({ noise: 0 })))
      approximately(Math.hypot(...x), label === 0 ? outer : outer / 2, 1e-6)
    const unit = Math.sqrt(12 / (4 * 7))
    for (const { x, label } of draw(data.rings({ noise: 0 })))
      approximately(Math.hypot(...x), (label + 1) * unit, 1e-6)
  })

  test('spirals and the swiss roll: the angle is in proportion to the radius', () => {
    for (const { x, label } of draw(data.spirals({ noise: 0, turns: 2 }))) {
      const radius = Math.hypot(...x)
      const angle = 2 * Math.PI * radius + (label ? Math.PI : 0)
      approximately(x, [radius * Math.cos(angle), radius * Math.sin(angle)], 1e-4)
    }
    const scale = Math.sqrt(2 / 9.75) / Math.PI
    for (const { x } of draw(data.swissRoll({ noise: 0 }))) {
      const radius = Math.hypot(...x)
      approximately(x, [radius * Math.cos(radius / scale), radius * Math.sin(radius / scale)], 1e-4)
      assert.ok(radius / scale > 1.5 * Math.PI - 1e-5 && radius / scale < 4.5 * Math.PI + 1e-5)
    }
  })

  test('checkerboard: points lie on dark squares, and its density is theirs', () => {
    const board = data.checkerboard({ squares: 6 })
    const drawn = draw(board)
    const side = (2 * Math.sqrt(3)) / 6
    for (const { x, label } of drawn) {
      const [column, row] = x.map((v) => Math.floor((v + Math.sqrt(3)) / side)) as [number, number]
      assert.equal((row + column) % 2, 0)
      assert.equal(label, 3 * row + Math.floor(column / 2))
    }
    const points = Float64Array.from(drawn.flatMap(({ x }) => x))
    assert.ok(board.logDensity(points).every((p) => p === -Math.log(6)))
    assert.deepEqual(
      [...board.logDensity(Float64Array.of(-5, 0, 1.7, 1.7, 1.7, 0.9))],
      [-Infinity, -Math.log(6), -Infinity],
    )
    const x = tf.tensor2d([
      [-5, 0],
      [1.7, 1.7],
      [1.7, 0.9],
    ])
    approximately(take(board.logDensity(x).exp()), [0, 1 / 6, 0], 1e-6)
    // It integrates to one: 18 dark squares of side².
    approximately((18 * side ** 2) / 6, 1, 1e-12)
  })

  test('pinwheel: turned back, an arm has the moments of its description', () => {
    const scale = Math.sqrt(2 / 1.1)
    const straight = draw(data.pinwheel(), 20_000).map(({ x, label }) => {
      // |x|² = c² (ρ² + τ²) and τ is small: ρ by fixed-point steps from τ = 0.
      let along = Math.hypot(...x) / scale
      let across = 0
      for (let i = 0; i < 50; i++) {
        const angle = (2 * Math.PI * label) / 5 + 0.25 * Math.exp(along)
        along = (x[0]! * Math.cos(angle) + x[1]! * Math.sin(angle)) / scale
        across = (-x[0]! * Math.sin(angle) + x[1]! * Math.cos(angle)) / scale
      }
      return [along, across]
    })
    const settled = straight.filter(([along]) => along! > 0.4 && along! < 1.6)
    const across = settled.map(([, across]) => across!)
    const mean = across.reduce((a, b) => a + b) / across.length
    const deviation = Math.sqrt(across.reduce((sum, a) => sum + a * a, 0) / across.length)
    assert.ok(Math.abs(mean) < (5 * 0.1) / Math.sqrt(across.length))
    // Five standard errors of a standard deviation.
    assert.ok(Math.abs(deviation - 0.1) < (5 * 0.1) / Math.sqrt(2 * across.length), `${deviation}`)
  })

  test('the plane and the circle in space lie in their plane', () => {
    for (const law of [data.planeInSpace(), data.circleInSpace()]) {
      const { basis, normal } = law
      const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0)
      for (const [i, a] of [...basis, normal].entries())
        for (const [j, b] of [...basis, normal].entries()) approximately(dot(a, b), i === j ? 1 : 0, 1e-14)
      for (const { x } of draw(law)) {
        assert.ok(Math.abs(dot(x, normal)) < 1e-6)
        if (law.name === 'circle in space') approximately(Math.hypot(...x), Math.SQRT2, 1e-6)
      }
    }
    const noisy = draw(data.planeInSpace({ noise: 0.2 }), N)
    const off = noisy.map(({ x }) => data.planeInSpace().normal.reduce((sum, m, i) => sum + m * x[i]!, 0))
    approximately(Math.sqrt(off.reduce((sum, x) => sum + x * x, 0) / N), 0.2, (5 * 0.2) / Math.sqrt(2 * N))
  })

  test('mixtures: components of one class, and its law', () => {
    const law = data.mixture({
      means: [[-3], [0], [3]],
      weights: [1, 2, 1],
      deviations: 0.1,
      labels: [0, 1, 0],
    })
    assert.deepEqual(law.classes, ['label 0', 'label 1'])
    for (const { x, label } of draw(law)) assert.equal(label, Math.abs(x[0]!) > 1.5 ? 0 : 1)
    const given = law.given(0)
    assert.deepEqual(
      given.components.map(({ weight }) => weight),
      [0.5, 0.5],
    )
    const at = Float64Array.of(-2.9)
    // p(x) = Σ p(y) p(x | y).
    approximately(
      Math.exp(law.logDensity(at)[0]!),
      0.5 * Math.exp(given.logDensity(at)[0]!) + 0.5 * Math.exp(law.given(1).logDensity(at)[0]!),
      1e-14,
    )
    assert.throws(() => law.given(2), /label must be a whole number from 0 to 1/)
    assert.throws(() => given.given(1), /no component of label 1/)
    assert.throws(() => data.mixture({ means: [[0], [1]], labels: [0, 2] }), /labels must be whole numbers/)
  })

  test('an option that makes no sense is refused by name', () => {
    assert.throws(() => data.circles({ factor: 1 }), /circles: factor/)
    assert.throws(() => data.rings({ count: 0 }), /rings: count/)
    assert.throws(() => data.rings({ noise: NaN }), /rings: noise/)
    assert.throws(() => data.checkerboard({ squares: 3 }), /even/)
    assert.throws(() => data.pinwheel({ radial: 0 }), /pinwheel: radial/)
    assert.throws(() => data.pinwheel({ rate: Infinity }), /pinwheel: rate/)
    assert.throws(() => data.spirals({ turns: -1 }), /spirals: turns/)
    assert.throws(() => data.eightGaussians({ deviation: 0 }), /deviation/)
    assert.throws(() => data.gaussian({ deviation: 1, covariance: [[1]] }), /not both/)
    assert.throws(() => data.planeInSpace({ noise: -0.1 }), /noise/)
  })
})
