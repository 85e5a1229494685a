import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  decode,
  describe as inWords,
  errorByNfeFigure,
  momentsOf,
  trajectoriesFigure,
  withMoment,
  type EncodedArray,
} from '../../../src/renderers/figures'
import { readFigure } from '../../../src/renderers/mount/specification'

const numbers = (value: unknown): number[] => Array.from(decode(value as EncodedArray))

describe('trajectories', () => {
  // Two particles on a line at three times.
  const line = { name: 'line', t: [1, 0.5, 0], states: [1, 10, 2, 20, 3, 30], shape: [3, 2, 1] }

  test('on a line: paths over time, interrupted between particles, and a frame for each moment', () => {
    const { data, frames, layout } = trajectoriesFigure([line])
    assert.deepEqual(numbers(data[0]!.x), [1, 0.5, 0, NaN, 1, 0.5, 0, NaN])
    assert.deepEqual(numbers(data[0]!.y), [1, 2, 3, NaN, 10, 20, 30, NaN])
    // What is shown first is the end.
    assert.deepEqual(numbers(data[1]!.y), [3, 30])
    assert.equal(frames!.length, 3)
    const [first] = frames as unknown as readonly {
      name: string
      traces: number[]
      data: { x: unknown; y: unknown }[]
    }[]
    assert.deepEqual(first!.traces, [1])
    assert.deepEqual(numbers(first!.data[0]!.x), [1, 1])
    assert.deepEqual(numbers(first!.data[0]!.y), [1, 10])
    const [slider] = layout.sliders as unknown as readonly {
      steps: { label: string; method: string; args: unknown[] }[]
    }[]
    assert.deepEqual(
      slider!.steps.map(({ label, args }) => [label, args[0]]),
      [
        ['1', ['0']],
        ['0.5', ['1']],
        ['0', ['2']],
      ],
    )
    const [low, high] = (layout.xaxis as { range: number[] }).range
    assert.ok(low! > 1 && high! < 0)
  })

  test('in the plane: panels side by side, with one slider for ways of different length', () => {
    const plane = { name: 'a', t: [1, 0], states: [0, 1, 2, 3], shape: [2, 1, 2] }
    const longer = { name: 'b', t: [1, 0.7, 0.3, 0], states: [0, 0, 1, 1, 2, 2, 3, 3], shape: [4, 1, 2] }
    const { data, frames, layout } = trajectoriesFigure([plane, longer], { frames: 4 })
    assert.equal(data.length, 4)
    assert.deepEqual(
      data.map(({ xaxis }) => xaxis),
      ['x', 'x2', 'x', 'x2'],
    )
    assert.equal(frames!.length, 4)
    const second = frames![1] as unknown as { data: { x: unknown }[]; traces: number[] }
    assert.deepEqual(second.traces, [2, 3])
    assert.deepEqual(
      second.data.map(({ x }) => numbers(x)),
      [[0], [1]],
    )
    const [slider] = layout.sliders as unknown as readonly { steps: { label: string }[] }[]
    assert.deepEqual(
      slider!.steps.map(({ label }) => label),
      ['0 %', '33 %', '67 %', '100 %'],
    )
  })

  test('what is stored is what the page accepts, frames too', () => {
    const figure = trajectoriesFigure([line])
    assert.deepEqual(readFigure(JSON.parse(JSON.stringify(figure))).frames, figure.frames)
    assert.match(inWords(figure), /line: 2 steps/)
  })

  test('shapes that do not fit are named', () => {
    assert.throws(() => trajectoriesFigure([]), /no trajectories/)
    assert.throws(() => trajectoriesFigure([{ ...line, shape: [3, 2, 3] }]), /\[3, 2, 3\]/)
    assert.throws(() => trajectoriesFigure([{ ...line, t: [1, 0] }]), /2 times and 6 values/)
    assert.throws(() => trajectoriesFigure([line], { frames: 1 }), /frames must be a whole number from 2 on/)
    assert.throws(
      () => trajectoriesFigure([{ ...line, states: [NaN, NaN, NaN, NaN, NaN, NaN] }]),
      /no finite value/,
    )
  })
})

describe('error by NFE', () => {
  const curve = { name: 'Heun', evaluations: [10, 20], discretisation: [0.1, 0.02], total: [0.12, 0.05] }

  test('lines, totals and levels, on logarithmic axes', () => {
    const figure = errorByNfeFigure({ curves: [curve], score: 0.03, prior: 0.01 })
    assert.deepEqual(
      figure.data.map(({ name }) => name),
      ['Heun', 'Heun, in all', 'score', 'prior'],
    )
    assert.deepEqual(numbers(figure.data[0]!.x), [10, 20])
    assert.deepEqual(numbers(figure.data[2]!.x), [10, 20])
    assert.deepEqual(
      [figure.layout.xaxis, figure.layout.yaxis].map((axis) => (axis as { type: string }).type),
      ['log', 'log'],
    )
    assert.match(inWords(figure), /Heun 0\.1 → 0\.02, score 0\.03, prior 0\.01/)
  })

  test('a part that is nothing has no level', () => {
    assert.equal(errorByNfeFigure({ curves: [curve], score: 0, prior: 0 }).data.length, 2)
  })

  test('input that cannot be drawn is named', () => {
    assert.throws(() => errorByNfeFigure({ curves: [] }), /no errors to draw/)
    assert.throws(
      () => errorByNfeFigure({ curves: [{ ...curve, total: [1] }] }),
      /Heun: total has 1 values, but 2/,
    )
    assert.throws(
      () => errorByNfeFigure({ curves: [{ ...curve, evaluations: [0, 20] }] }),
      /evaluations must be positive/,
    )
  })
})

test('many particles over many moments are thinned, and the picture says so; every moment has a name', () => {
  const [times, n] = [100, 5000]
  const t = Float64Array.from({ length: times }, (_, i) => 1 - i / (times - 1))
  const states = Float32Array.from({ length: times * n * 2 }, (_, i) => Math.sin(i))
  const figure = trajectoriesFigure([{ name: 'a', t, states, shape: [times, n, 2] }], {
    frames: 100,
    points: n,
  })
  assert.ok(JSON.stringify(figure).length < 4_000_000)
  assert.match(inWords(figure), /2,000 of the particles drawn/)
  const moments = momentsOf(figure)!
  assert.equal(moments.length, 100)
  assert.deepEqual([moments[0], moments.at(-1)], ['t = 1', 't = 0'])
  const first = withMoment(figure, 0)
  assert.equal(first.frames, undefined)
  assert.deepEqual(first.data[1]!.x, figure.frames![0]!.data![0 as never]['x' as never])
  assert.equal(momentsOf({ ...figure, layout: {} }), undefined)
})
