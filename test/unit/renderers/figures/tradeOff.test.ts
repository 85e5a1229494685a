import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  decode,
  FigureError,
  isEncoded,
  tradeOffFigure,
  type Figure,
  type Json,
} from '../../../../src/renderers/figures'

const numbers = (value: Json | undefined): number[] => {
  assert.ok(isEncoded(value))
  return Array.from(decode(value))
}
const only = (figure: Figure) => figure.data[0]!

describe('a trade-off', () => {
  const input = {
    settings: [0, 1, 4],
    setting: 'γ',
    x: [3, 2, 1],
    y: [-2, -1, -0.5],
    axes: ['diversity', 'quality'] as const,
  }

  test('is a line through its settings, each with its name', () => {
    const figure = tradeOffFigure(input)
    assert.deepEqual(numbers(only(figure).x), [3, 2, 1])
    assert.deepEqual(numbers(only(figure).y), [-2, -1, -0.5])
    assert.deepEqual(only(figure).text, ['γ = 0', 'γ = 1', 'γ = 4'])
    assert.equal(only(figure).mode, 'lines+markers+text')
    assert.equal(
      (figure.layout.meta as { summary: string }).summary,
      'diversity against quality: γ from 0 to 4, 3 settings',
    )
  })

  test('errors become whiskers', () => {
    const trace = only(tradeOffFigure({ ...input, errors: { y: [0.5, 0.25, 1] } }))
    assert.deepEqual(numbers((trace.error_y as { array: Json }).array), [0.5, 0.25, 1])
    assert.equal(trace.error_x, undefined)
  })

  test('many settings are told apart by colour', () => {
    const many = Array.from({ length: 20 }, (_, i) => i)
    const trace = only(tradeOffFigure({ ...input, settings: many, x: many, y: many }))
    assert.equal(trace.mode, 'lines+markers')
    assert.equal((trace.marker as { showscale: boolean }).showscale, true)
  })

  test('refuses what cannot be drawn', () => {
    assert.throws(() => tradeOffFigure({ ...input, x: [1, 2] }), FigureError)
    assert.throws(
      () => tradeOffFigure({ ...input, x: [NaN, 1, 1], y: [1, NaN, NaN] }),
      /no setting has finite/,
    )
  })
})
