import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  barsFigure,
  decode,
  energyFigure,
  isEncoded,
  scoreErrorFigure,
  type Figure,
  type Json,
} from '../../../../src/renderers/figures'

const numbers = (figure: Figure, trace: number, attribute: string): number[] => {
  const value = figure.data[trace]![attribute]
  assert.ok(isEncoded(value), `${attribute} is packed`)
  return Array.from(decode(value))
}
const at = (value: Json | undefined, ...path: (string | number)[]): Json | undefined =>
  path.reduce<Json | undefined>(
    (inner, key) => (inner as Readonly<Record<string | number, Json>> | undefined)?.[key],
    value,
  )
const axis = [-1, 0, 1]

describe('energy', () => {
  const values = [5, 2, 5, 2, 0, 2, 100, 2, 5]

  test('is drawn up to a height above the lowest, with round steps between contours', () => {
    const figure = energyFigure({ x: axis, y: axis, values })
    assert.deepEqual(numbers(figure, 0, 'z'), [5, 2, 5, 2, 0, 2, 12, 2, 5])
    assert.deepEqual([figure.data[0]!.zmin, figure.data[0]!.zmax], [0, 12])
    assert.equal(at(figure.data[0], 'contours', 'size'), 1)
    assert.equal(at(figure.layout, 'meta', 'summary'), 'Energy: from 0 to 100, drawn up to 12')
  })

  test('points lie over it, and say how many', () => {
    const figure = energyFigure({
      x: axis,
      y: axis,
      values,
      points: [
        [0, 0.5],
        [1, 1],
      ],
      pointsName: 'chains',
    })
    assert.equal(figure.data.length, 2)
    assert.deepEqual(numbers(figure, 1, 'y'), [0.5, 1])
    assert.equal(
      at(figure.layout, 'meta', 'summary'),
      'Energy: from 0 to 100, drawn up to 12, 2 points of chains',
    )
  })

  test('bad input is named', () => {
    assert.throws(() => energyFigure({ x: axis, y: axis, values: [1] }), /values has 1 values, but 9/)
    assert.throws(() => energyFigure({ x: axis, y: axis, values, height: 0 }), /height must be positive/)
  })
})

describe('score error', () => {
  const error = [1, 0.1, 1, 0.1, 0.01, 0.1, 1, 0.1, 1]

  test('is drawn by its logarithm, and kept as it is for reading', () => {
    const figure = scoreErrorFigure({ x: axis, y: axis, error })
    const z = numbers(figure, 0, 'z')
    assert.ok(Math.abs(z[1]! + 1) < 1e-6 && Math.abs(z[0]!) < 1e-6)
    assert.deepEqual(numbers(figure, 0, 'customdata'), error.map(Math.fround))
    assert.equal(at(figure.data[0], 'colorbar', 'ticktext', 0), '0.01')
  })

  test('has the density as lines by its logarithm, and arrows along the vectors', () => {
    const density = error.map((e) => 1 / e)
    const figure = scoreErrorFigure({
      x: axis,
      y: axis,
      error,
      density,
      points: [
        [-1, -1],
        [1, 1],
      ],
      vectors: [
        [3, 4],
        [0, 0],
      ],
    })
    assert.deepEqual(
      figure.data.map(({ type }) => type),
      ['heatmap', 'contour', 'scatter'],
    )
    assert.ok(Math.abs(numbers(figure, 1, 'z')[0]! - Math.log(0.01)) < 1e-6)
    const [x, y] = [numbers(figure, 2, 'x'), numbers(figure, 2, 'y')]
    // One arrow of tail, tip, barb, tip, barb and a gap; a vector of zeros has none.
    assert.equal(x.length, 6)
    assert.ok(Math.abs((y[1]! - y[0]!) / (x[1]! - x[0]!) - 4 / 3) < 1e-5)
    assert.ok(Number.isNaN(x[5]))
    // Barbs are as long as each other, and point back.
    const barb = (i: number) => Math.hypot(x[i]! - x[1]!, y[i]! - y[1]!)
    assert.ok(Math.abs(barb(2) - barb(4)) < 1e-6)
    assert.ok((x[2]! - x[1]!) * 3 + (y[2]! - y[1]!) * 4 < 0)
  })

  test('bad input is named', () => {
    assert.throws(() => scoreErrorFigure({ x: axis, y: axis, error: [1] }), /error has 1 values, but 9/)
    assert.throws(
      () => scoreErrorFigure({ x: axis, y: axis, error, points: [[0, 0]] }),
      /both points and vectors/,
    )
    assert.throws(
      () =>
        scoreErrorFigure({
          x: axis,
          y: axis,
          error,
          points: [[0, 0]],
          vectors: [
            [1, 1],
            [2, 2],
          ],
        }),
      /1 points but 2 vectors/,
    )
    assert.throws(
      () => scoreErrorFigure({ x: axis, y: axis, error, density: error.map(() => 0) }),
      /no positive value/,
    )
  })
})

describe('bars', () => {
  test('one record is one series, several are groups of theirs', () => {
    const one = barsFigure({ a: 1, b: 2 })
    assert.deepEqual([one.data.length, one.data[0]!.y], [1, [1, 2]])
    assert.equal(one.data[0]!.error_y, undefined)
    const two = barsFigure({ s: { a: { value: 1, error: 0.1 }, b: 2 }, t: { b: 3 } })
    assert.deepEqual(
      two.data.map(({ x, y }) => [x, y]),
      [
        [
          ['a', 'b'],
          [1, 2],
        ],
        [['b'], [3]],
      ],
    )
    assert.deepEqual(at(two.data[0], 'error_y', 'array'), [0.1, 0])
    assert.equal(at(two.layout, 'meta', 'summary'), 'Bars: 3 bars: s, a 1; s, b 2; t, b 3')
  })

  test('the scale is logarithmic where values span a factor of thirty, or where asked', () => {
    const type = (figure: Figure) => at(figure.layout, 'yaxis', 'type')
    assert.equal(type(barsFigure({ a: 1, b: 31 })), 'log')
    assert.equal(type(barsFigure({ a: 1, b: 31 }, { scale: 'linear' })), undefined)
    assert.equal(type(barsFigure({ a: -1, b: 31 })), undefined)
    assert.throws(() => barsFigure({ a: -1 }, { scale: 'log' }), /needs positive values/)
  })

  test('bad input is named', () => {
    assert.throws(() => barsFigure({}), /no bars to draw/)
    assert.throws(() => barsFigure({ a: NaN }), /The bar a is NaN/)
    assert.throws(() => barsFigure([1, 2] as never), /a record of numbers by name/)
  })
})
