import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  decode,
  describe as describeFigure,
  FigureError,
  straightnessFigure,
  tokensFigure,
  type Attributes,
  type Json,
} from '../../../../src/renderers/figures'
import { steps, tokens } from '../../../../src/kernel/library/genbook/plot'

const numbers = (value: Json | undefined) => [...decode(value as unknown as { dtype: string; bdata: string })]

describe('straightness', () => {
  const flow = { t: [1, 0.5, 0], deviation: [2, 1, 2], value: 1.5 }

  test('one line a flow, with its S; very different ones to a logarithmic scale', () => {
    const figure = straightnessFigure({ first: flow, second: { ...flow, value: 1.2 } })
    assert.deepEqual(
      figure.data.map(({ name }) => name),
      ['first: S = 1.5', 'second: S = 1.2'],
    )
    assert.deepEqual(numbers(figure.data[0]!.y), [2, 1, 2])
    assert.equal((figure.layout.yaxis as Attributes).type, undefined)
    assert.equal(describeFigure(figure), 'Distance from straight lines: first S = 1.5, second S = 1.2')
    const far = straightnessFigure({ first: flow, second: { ...flow, value: 0.01 } })
    assert.equal((far.layout.yaxis as Attributes).type, 'log')
  })

  test('what cannot be drawn is named', () => {
    assert.throws(() => straightnessFigure({}), FigureError)
    assert.throws(
      () => straightnessFigure({ a: { ...flow, deviation: [1, 2] } }),
      /deviation of a has 2 values/,
    )
  })
})

describe('tokens', () => {
  const trace = {
    t: [1, 0.5, 0],
    tokens: [
      [
        [2, 2],
        [2, 2],
      ],
      [
        [0, 2],
        [2, 2],
      ],
      [
        [0, 1],
        [1, 1],
      ],
    ],
    mask: 2,
    alphabet: ['a', '<', '·'],
  }

  test('a place is hidden, fresh or kept; sequences stand apart', () => {
    const [heatmap] = tokensFigure(trace).data
    assert.deepEqual(heatmap!.z, [
      [0, 0, null, 0, 0],
      [0.5, 0, null, 0, 0],
      [1, 0.5, null, 0.5, 0.5],
    ])
    assert.deepEqual((heatmap!.text as string[][])[2], ['a', '&lt;', '', '&lt;', '&lt;'])
    assert.equal(describeFigure(tokensFigure(trace)), 'Tokens over time: ends in a<, <<')
  })

  test('without a mask all tokens of the first row are new, and numbers stand for letters', () => {
    const [heatmap] = tokensFigure({ t: [1, 0], tokens: [[[0, 1]], [[1, 1]]] }).data
    assert.deepEqual(heatmap!.z, [
      [0.5, 0.5],
      [0.5, 1],
    ])
    assert.deepEqual((heatmap!.text as string[][])[0], ['0', '1'])
  })

  test('many times are thinned, with the first and the last', () => {
    const t = Array.from({ length: 101 }, (_, i) => 1 - i / 100)
    const figure = tokensFigure({ t, tokens: t.map(() => [[0]]), rows: 5 })
    assert.deepEqual((figure.layout.yaxis as Attributes).ticktext, ['1', '0.75', '0.5', '0.25', '0'])
  })

  test('what cannot be drawn is named', () => {
    assert.throws(() => tokensFigure({ t: [], tokens: [] }), FigureError)
    assert.throws(() => tokensFigure({ ...trace, t: [1, 0] }), /2 times, but 3 lists/)
    assert.throws(
      () => tokensFigure({ t: [1, 0], tokens: [[[0]], [[0, 1]]] }),
      /At time 1 there are other sequences/,
    )
    assert.throws(() => tokensFigure({ ...trace, rows: 0 }), /rows must be/)
    assert.throws(() => tokens([] as never), /plot.tokens draws what traceTokens resolved to/)
    assert.throws(() => steps({} as never), /plot.steps takes a function of the number of steps/)
  })
})
