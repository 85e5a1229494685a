/** Sinograms, and reconstructions beside the truth, as data. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decode as decodePng } from 'fast-png'
import { reconstructionsFigure, sinogramFigure } from '../../../../src/renderers/figures'
import { decode, type EncodedArray } from '../../../../src/renderers/figures/encode'
import type { Attributes } from '../../../../src/renderers/figures/figure'

describe('a sinogram', () => {
  const one = {
    name: 'y',
    angles: [0, Math.PI / 2],
    places: [-0.4, 0, 0.4],
    values: [1, 2, 3, 4, 5, 6],
  }

  test('has an angle across and a detector up, whatever order it was measured in', () => {
    const { data, layout } = sinogramFigure([one])
    const [map] = data
    const z = decode(map!.z as EncodedArray)
    assert.deepEqual([...z], [1, 4, 2, 5, 3, 6])
    assert.equal((map!.z as EncodedArray & { shape: string }).shape, '3,2')
    assert.deepEqual(
      [...decode(map!.x as EncodedArray)].map((x) => Math.round(x)),
      [0, 90],
    )
    // Cells reach half a step beyond their middles.
    assert.deepEqual((layout.xaxis as { range: number[] }).range, [-45, 135])
    assert.match(JSON.stringify(layout.xaxis), /in degrees/)
  })

  test('is bright where there is much, as pictures are', () => {
    const [map] = sinogramFigure([one]).data
    assert.deepEqual(map!.colorscale, [
      [0, '#000'],
      [1, '#fff'],
    ])
    assert.equal(map!.reversescale, undefined)
  })

  test('shares its scale with others', () => {
    const { data } = sinogramFigure([one, { ...one, name: 'noisy', values: [-1, 2, 3, 4, 5, 9] }])
    assert.deepEqual(
      data.map(({ zmin, zmax }) => [zmin, zmax]),
      [
        [-1, 9],
        [-1, 9],
      ],
    )
  })

  test('errors say what does not fit', () => {
    assert.throws(() => sinogramFigure([]), /no sinogram/)
    assert.throws(() => sinogramFigure([{ ...one, values: [1] }]), /y/)
    assert.throws(() => sinogramFigure([{ ...one, angles: [], values: [] }]), /the angles of y is empty/)
  })
})

describe('reconstructions', () => {
  const shape = [2, 1, 2, 1]
  const truth = [0, 0.5, 1, 0.25]
  const figure = () =>
    reconstructionsFigure(shape, truth, [
      { name: 'good', pixels: [0, 0.6, 0.9, 0.25], labels: ['20 dB', '21 dB'] },
      { name: 'spread', pixels: [0.1, 0, 0, 0.05], map: true },
    ])

  /** The grey of each pixel of the sheet, row by row; −1 between pictures. */
  const greys = ({ data }: { readonly data: readonly Attributes[] }): number[][] => {
    const file = (data[0]!.source as string).split(',')[1]!
    const { width, height, data: bytes } = decodePng(Buffer.from(file, 'base64'))
    return Array.from({ length: height }, (_, row) =>
      Array.from({ length: width }, (_, column) => {
        const at = 4 * (row * width + column)
        return bytes[at + 3] ? bytes[at]! : -1
      }),
    )
  }

  test('stand beside the truth, with their labels, and with their errors below, as bright as a map', () => {
    const made = figure()
    const rows = greys(made).filter((row) => row.some((grey) => grey >= 0))
    assert.equal(rows.length, 4, 'two pictures, each with its errors')
    const [first, errors, second, others] = rows.map((row) => row.filter((grey) => grey >= 0))
    // Truth, reconstruction, no place for a map.
    assert.deepEqual(first, [0, 128, 0, 153])
    assert.deepEqual(second, [255, 64, 230, 64])
    // The largest errors are 0.1, so ten times as bright; the truth has none, and its place is empty.
    assert.deepEqual(errors, [0, 255, 255, 0])
    assert.deepEqual(others, [255, 0, 0, 128])
    assert.deepEqual(rows[1]!.slice(0, 3), [-1, -1, -1])
    const said = made.data.at(-1)!.customdata as string[]
    assert.deepEqual([said[0] !== '', said[2], said[3], said[5] !== ''], [true, '', '', true])
    assert.match(JSON.stringify(made.layout), /10 times as bright/)
    assert.match(JSON.stringify(made.layout), /truth.*good.*spread/)
    assert.match(JSON.stringify(made.data.at(-1)!.text), /20 dB/)
  })

  test('of another size are refused', () => {
    assert.throws(
      () => reconstructionsFigure(shape, truth, [{ name: 'short', pixels: [1] }]),
      /short has 1 numbers, but the truth has 4/,
    )
  })
})
