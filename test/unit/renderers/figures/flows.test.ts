import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  decode,
  describe as summary,
  isEncoded,
  latentSheetFigure,
  warpedGridFigure,
  type Attributes,
  type Json,
} from '../../../../src/renderers/figures'

function numbers(value: Json | undefined): number[] {
  assert.ok(isEncoded(value), 'packed numbers')
  return Array.from(decode(value))
}

describe('warped grid', () => {
  // Two lines of three points each way, and the same moved by one.
  const grid = [
    [0, 0],
    [0, 1],
    [0, 2],
    [2, 0],
    [2, 1],
    [2, 2],
    [0, 0],
    [1, 0],
    [2, 0],
    [0, 2],
    [1, 2],
    [2, 2],
  ]
  const moved = grid.map(([x, y]) => [x! + 1, y!])

  test('draws both families of lines with gaps between the lines, in every panel', () => {
    const figure = warpedGridFigure({
      lines: 2,
      points: 3,
      panels: [
        { name: 'before', grid },
        { name: 'after', grid: moved },
      ],
    })
    assert.equal(figure.data.length, 4)
    const [down, across, downAfter] = figure.data as [Attributes, Attributes, Attributes]
    assert.deepEqual(numbers(down.x), [0, 0, 0, NaN, 2, 2, 2, NaN])
    assert.deepEqual(numbers(across.y), [0, 0, 0, NaN, 2, 2, 2, NaN])
    assert.deepEqual(numbers(downAfter.x), [1, 1, 1, NaN, 3, 3, 3, NaN])
    assert.deepEqual(
      figure.data.map(({ xaxis }) => xaxis),
      ['x', 'x', 'x2', 'x2'],
    )
    assert.equal(summary(figure), 'A warped grid: before, after, 2 lines each way')
  })

  test('samples keep the colour of where they stand in the first panel', () => {
    const figure = warpedGridFigure({
      lines: 2,
      points: 3,
      panels: [
        {
          name: 'z',
          grid,
          samples: [
            [0.5, 0],
            [-1, 0],
            [2, 0],
          ],
        },
        {
          name: 'x',
          grid: moved,
          samples: [
            [9, 9],
            [8, 8],
            [7, 7],
          ],
        },
      ],
    })
    const colours = figure.data
      .filter(({ mode }) => mode === 'markers')
      .map(({ marker }) => numbers((marker as Attributes).color))
    assert.deepEqual(colours, [
      [0.5, 0, 1],
      [0.5, 0, 1],
    ])
  })

  test('a grid of another size is refused', () => {
    assert.throws(
      () => warpedGridFigure({ lines: 3, points: 3, panels: [{ name: 'z', grid }] }),
      /“z” has 12 points, but 3 lines of 3 points each way have 18/,
    )
    assert.throws(() => warpedGridFigure({ lines: 2, points: 3, panels: [] }), /no grid to draw/)
  })
})

describe('latent sheet', () => {
  test('points in the plane are a net with its four corners', () => {
    const values = [0, 0, 1, 0, 0, 1, 1, 1]
    const figure = latentSheetFigure({ size: 2, decoded: { values, shape: [4, 2] }, samples: [[5, 5]] })
    const [dots, rows, columns, corners] = figure.data as Attributes[]
    assert.deepEqual(numbers(dots!.x), [5])
    assert.deepEqual(numbers(rows!.x), [0, 1, NaN, 0, 1, NaN])
    assert.deepEqual(numbers(columns!.x), [0, 0, NaN, 1, 1, NaN])
    assert.deepEqual(numbers(corners!.y), [0, 0, 1, 1])
  })

  test('numbers are a map', () => {
    const figure = latentSheetFigure({ size: 2, decoded: { values: [1, 2, 3, 4], shape: [4, 1] } })
    assert.deepEqual(numbers(figure.data[0]!.z), [1, 2, 3, 4])
    assert.match(summary(figure), /x from 1 to 4/)
  })

  test('pictures stand side by side, each the right way up', () => {
    // Pictures of 2 × 1 pixels: each its number above its number plus a half.
    const values = [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5]
    const figure = latentSheetFigure({ size: 2, decoded: { values, shape: [4, 2, 1] } })
    assert.deepEqual(numbers(figure.data[0]!.z), [0, 1, 0.5, 1.5, 2, 3, 2.5, 3.5])
    // From black to white, whatever the theme.
    assert.deepEqual(figure.data[0]!.colorscale, [
      [0, '#000000'],
      [1, '#ffffff'],
    ])
    assert.equal((figure.layout.yaxis as Attributes).autorange, 'reversed')
  })

  test('what cannot be shown is refused', () => {
    assert.throws(
      () => latentSheetFigure({ size: 3, decoded: { values: [1], shape: [1, 1] } }),
      /3 by 3 has 9 states, but 1 were given/,
    )
    assert.throws(
      () => latentSheetFigure({ size: 1, decoded: { values: [1, 2, 3], shape: [1, 3] } }),
      /shape \[3\], but a sheet shows numbers/,
    )
  })
})
