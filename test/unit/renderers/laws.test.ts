import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  barsFigure,
  compareFigure,
  decode,
  densityCurvesFigure,
  densityFigure,
  describe as summary,
  isEncoded,
  probeFigure,
  trilemmaFigure,
  type Attributes,
  type Json,
} from '../../../src/renderers/figures'

function numbers(value: Json | undefined): number[] {
  assert.ok(isEncoded(value), 'packed numbers')
  return Array.from(decode(value))
}

const axis = Float64Array.from({ length: 81 }, (_, i) => -4 + i / 10)
/** log N(0, I) on the grid. */
const gaussian = (shift = 0) =>
  Array.from(axis, (y) =>
    Array.from(axis, (x) => -0.5 * ((x - shift) ** 2 + y * y) - Math.log(2 * Math.PI)),
  ).flat()

void describe('density', () => {
  test('of a Gaussian: e^(−r²/2) of it lies further out than r', () => {
    const figure = densityFigure({ x: axis, y: axis, maps: [{ name: 'law', logDensity: gaussian() }] })
    const [heat, contour] = figure.data as [Attributes, Attributes]
    const higher = numbers(contour.z)
    for (const [i, j] of [
      [40, 40],
      [40, 60],
      [55, 30],
    ] as const) {
      const square = axis[i]! ** 2 + axis[j]! ** 2
      // Cells of a tenth cut the circles coarsely.
      assert.ok(Math.abs(higher[i * 81 + j]! - (1 - Math.exp(-square / 2))) < 0.01)
    }
    // Row by row from below, log p and the share in percent beside each other.
    const told = numbers(heat.customdata)
    assert.equal((heat.customdata as { shape: string }).shape, '81,81,2')
    assert.ok(Math.abs(told[2 * (40 * 81 + 60)]! + 2 + Math.log(2 * Math.PI)) < 1e-6)
    assert.ok(Math.abs(told[2 * (40 * 81 + 60) + 1]! - 100 * (1 - Math.exp(-2))) < 1)
    assert.equal(summary(figure), 'Density: 1 density, 100 % of it on the grid')
  })

  test('a plain has no contours inside', () => {
    const flat = Array.from(axis, (y) =>
      Array.from(axis, (x) => (Math.abs(x) < 2 && Math.abs(y) < 2 ? -2.77 : -Infinity)),
    )
    const figure = densityFigure({ x: axis, y: axis, maps: [{ name: 'square', logDensity: flat.flat() }] })
    assert.deepEqual([...new Set(numbers(figure.data[1]!.z))].sort(), [0, 1])
  })

  test('several side by side, with points over each', () => {
    const figure = densityFigure({
      x: axis,
      y: axis,
      maps: ['a', 'b', 'c'].map((name, i) => ({ name, logDensity: gaussian(i) })),
      points: [[0, 0]],
    })
    assert.deepEqual(
      figure.data.map(({ type, xaxis }) => [type, xaxis]),
      ['x', 'x2', 'x3'].flatMap((x) => [
        ['heatmap', x],
        ['contour', x],
        ['scatter', x],
      ]),
    )
    assert.ok('xaxis3' in figure.layout)
  })

  test('is refused where it is nowhere, or does not fit', () => {
    const nothing = gaussian().map(() => -Infinity)
    assert.throws(
      () => densityFigure({ x: axis, y: axis, maps: [{ name: 'law', logDensity: nothing }] }),
      /finite|no density/,
    )
    assert.throws(
      () => densityFigure({ x: axis, y: axis, maps: [{ name: 'law', logDensity: [1] }] }),
      /6561 are expected/,
    )
    assert.throws(() => densityFigure({ x: axis, y: axis, maps: [] }), /no density to draw/)
  })

  test('on a line: curves of p over a histogram', () => {
    const log = Array.from(axis, (x) => -0.5 * x * x)
    const figure = densityCurvesFigure({ x: axis, curves: { law: log }, samples: [0, 1, 2] })
    assert.deepEqual(
      figure.data.map(({ type }) => type),
      ['histogram', 'scatter'],
    )
    assert.ok(Math.abs(numbers(figure.data[1]!.y)[60]! - Math.exp(-2)) < 1e-6)
    assert.throws(() => densityCurvesFigure({ x: axis, curves: {} }), /no density to draw/)
  })
})

void describe('compare', () => {
  const points = (n: number, at: number) => Array.from({ length: n }, (_, i) => [at + i / n, i / n])

  test('draws the data first and behind every other set, and colours by the origin', () => {
    const origin = [
      [1, 0],
      [0, 1],
      [-1, 0],
    ]
    const figure = compareFigure({
      sets: { a: points(3, 0), b: points(3, 1) },
      reference: points(10, 0),
      origin,
      notes: { b: '0.1 ± 0.02' },
    })
    assert.deepEqual(
      figure.data.map(({ name, xaxis }) => [name, xaxis]),
      [
        ['data', 'x'],
        ['data', 'x2'],
        ['a', 'x2'],
        ['data', 'x3'],
        ['b', 'x3'],
      ],
    )
    const { color, cmin, cmax } = figure.data[4]!.marker as Attributes
    const angles = numbers(color)
    for (const [i, angle] of [0, Math.PI / 2, Math.PI].entries())
      assert.ok(Math.abs(angles[i]! - angle) < 1e-6)
    assert.deepEqual([cmin, cmax], [-Math.PI, Math.PI])
    const titles = (figure.layout.annotations as Attributes[]).map(({ text }) => text)
    assert.deepEqual(titles, ['<b>data</b>', '<b>a</b>', '<b>b</b>: 0.1 ± 0.02'])
  })

  test('what cannot be compared', () => {
    assert.throws(() => compareFigure({ sets: {} }), /nothing to compare/)
    assert.throws(
      () => compareFigure({ sets: { data: points(3, 0) }, reference: points(3, 0) }),
      /Two sets are called data/,
    )
    assert.throws(
      () => compareFigure({ sets: { a: points(3, 0) }, origin: [1, 2] }),
      /origin has 2 rows, but a has 3/,
    )
  })
})

void describe('probe', () => {
  test('lists each row with its own columns', () => {
    const figure = probeFigure({
      x: [0, 1],
      y: [0, 1],
      values: [1, 2, 3, 4],
      quantity: 'density',
      rows: [
        { name: 'log p', values: [[10, 20, 30, 40]] },
        {
          name: 'score',
          values: [
            [1, 2, 3, 4],
            [5, 6, 7, 8],
          ],
          unit: ' %',
        },
      ],
    })
    const [map] = figure.data
    assert.deepEqual(numbers(map!.customdata), [10, 1, 5, 20, 2, 6, 30, 3, 7, 40, 4, 8])
    assert.equal((map!.customdata as { shape: string }).shape, '2,2,3')
    assert.equal(
      map!.hovertemplate,
      '(%{x:.3~f}, %{y:.3~f})<br>log p = %{customdata[0]:.4~g}<br>score = (%{customdata[1]:.4~g} %, %{customdata[2]:.4~g} %)<extra></extra>',
    )
  })

  test('on a line, and what does not fit', () => {
    const line = probeFigure({
      x: [0, 1, 2],
      values: [1, 2, 3],
      quantity: 'density',
      rows: [{ name: 'a', values: [[1, 2, 3]] }],
    })
    assert.deepEqual(
      [line.data[0]!.type, (line.data[0]!.customdata as { shape: string }).shape],
      ['scatter', '3,1'],
    )
    assert.throws(
      () => probeFigure({ x: [0, 1], values: [1, 2], quantity: 'p', rows: [{ name: 'a', values: [[1]] }] }),
      /a has 1 values, but the grid has 2/,
    )
  })
})

void describe('trilemma', () => {
  test('fast to the right, good up, varied large', () => {
    const figure = trilemmaFigure({
      fast: { evaluations: 1, quality: 0.5, diversity: 0.2 },
      slow: { evaluations: 100, quality: 0.9, diversity: 1, qualityError: 0.01 },
    })
    const [trace] = figure.data
    assert.deepEqual(
      [trace!.x, trace!.y],
      [
        [1, 100],
        [0.5, 0.9],
      ],
    )
    const [from, to] = (figure.layout.xaxis as { range: [number, number] }).range
    assert.ok(from > to)
    const [small, large] = (trace!.marker as { size: number[] }).size
    assert.ok(small! < large!)
    assert.match(summary(figure), /2 models .*fast 0\.5, 0\.2, 1; slow 0\.9, 1, 100/)
  })

  test('numbers out of their range', () => {
    assert.throws(() => trilemmaFigure({}), /no model/)
    assert.throws(() => trilemmaFigure({ a: { evaluations: 0, quality: 1, diversity: 1 } }), /a: evaluations/)
    assert.throws(() => trilemmaFigure({ a: { evaluations: 1, quality: 2, diversity: 1 } }), /a: quality/)
  })
})

test('bars take estimates with their standard errors', () => {
  const figure = barsFigure({ a: { value: 2, standardError: 0.5 }, b: 1 })
  assert.deepEqual((figure.data[0]!.error_y as Attributes).array, [0.5, 0])
})
