import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  decode,
  describe as describeFigure,
  elboFigure,
  FigureError,
  heatFigure,
  lossByNoiseFigure,
  schedulesFigure,
  type Attributes,
  type Figure,
  type Json,
} from '../../../../src/renderers/figures'

const numbers = (value: Json | undefined) => [...decode(value as unknown as { dtype: string; bdata: string })]
const trace = (figure: Figure, i: number): Attributes => figure.data[i]!

describe('bounds', () => {
  const steps = Array.from({ length: 10 }, (_, i) => ({ t: 10 - i, s: 9 - i, value: 0.1 * (i + 1) }))

  test('terms are stacked from the prior to the reconstruction, and summed', () => {
    const figure = elboFigure([{ name: 'a', prior: 0.5, steps, reconstruction: -1 }], { exact: 4, parts: 5 })
    const bars = figure.data.filter(({ type }) => type === 'bar')
    assert.deepEqual(
      bars.map(({ name }) => name),
      [
        'L_T, prior',
        'steps 10 → 8',
        'steps 8 → 6',
        'steps 6 → 4',
        'steps 4 → 2',
        'steps 2 → 0',
        'L_0, reconstruction',
      ],
    )
    const values = bars.map(({ y }) => (y as number[])[0]!)
    assert.ok(Math.abs(values[1]! - 0.3) < 1e-12 && values[6] === -1)
    const sum = figure.data.at(-1)!
    assert.ok(Math.abs((sum.y as number[])[0]! - 5) < 1e-12)
    assert.equal((figure.layout.shapes as unknown as { y0: number }[])[0]!.y0, 4)
    assert.match(describeFigure(figure), /a 5 nats/)
  })

  test('bounds with other numbers of steps stand beside one another', () => {
    const figure = elboFigure([
      { name: 'few', prior: 0, steps: steps.slice(0, 2), reconstruction: 1 },
      { name: 'many', prior: 0, steps, reconstruction: 1 },
    ])
    const names = new Set(figure.data.flatMap(({ x }) => x as string[]))
    assert.deepEqual([...names], ['few', 'many'])
    assert.equal(figure.data.filter(({ type }) => type === 'bar').length, 7)
  })

  test('what cannot be drawn is named', () => {
    assert.throws(() => elboFigure([]), FigureError)
    assert.throws(() => elboFigure([{ name: 'a', prior: NaN, steps, reconstruction: 0 }]), /a: prior is NaN/)
    assert.throws(
      () => elboFigure([{ name: 'a', prior: 0, steps, reconstruction: 0 }], { parts: 0 }),
      /parts/,
    )
  })
})

describe('schedules', () => {
  test('α, σ, SNR and β of each in panels of their own', () => {
    const one = { t: [0, 0.5, 1], alpha: [1, 0.6, 0], sigma: [0, 0.8, 1] }
    const figure = schedulesFigure([
      { name: 'first', ...one, beta: [NaN, 0.1, 0.2] },
      { name: 'second', ...one },
    ])
    // The second has no β.
    assert.equal(figure.data.length, 7)
    assert.deepEqual(
      figure.data.map(({ xaxis }) => xaxis),
      ['x', 'x2', 'x3', 'x4', 'x', 'x2', 'x3'],
    )
    const snr = numbers(trace(figure, 2).y)
    // Infinite and zero ratios are left out.
    assert.ok(Number.isNaN(snr[0]) && Math.abs(snr[1]! - 0.5625) < 1e-6 && Number.isNaN(snr[2]))
    assert.equal((figure.layout.yaxis3 as Attributes).type, 'log')
    assert.throws(() => schedulesFigure([]), FigureError)
    assert.throws(() => schedulesFigure([{ name: 'x', ...one, alpha: [1] }]), /alpha has 1 values, but 3/)
  })
})

describe('loss by noise level', () => {
  test('curves over λ, logarithmic where they span much', () => {
    const figure = lossByNoiseFigure([
      { name: 'model', logSnr: [-2, 0, 2], loss: [0.01, 0.1, 1], t: [1, 0.5, 0.1] },
    ])
    assert.deepEqual(numbers(trace(figure, 0).x), [-2, 0, 2])
    assert.equal((figure.layout.yaxis as Attributes).type, 'log')
    const flat = lossByNoiseFigure([{ name: 'model', logSnr: [0, 1], loss: [0.5, 1] }])
    assert.equal((flat.layout.yaxis as Attributes).type, undefined)
    assert.throws(() => lossByNoiseFigure([]), FigureError)
    assert.throws(
      () => lossByNoiseFigure([{ name: 'm', logSnr: [1], loss: [1, 2] }]),
      /m has 2 values, but 1/,
    )
  })
})

describe('laws over time', () => {
  const map = { name: 'p', t: [0, 1], x: [-1, 0, 1], density: [0, 0.1, 2, 0.3, 0, 0.1] }

  test('every moment is shaded up to its own highest, with the density in the hover', () => {
    const figure = heatFigure([{ ...map, paths: [{ t: [0, 1], x: [0.2, -0.4] }] }])
    const shade = numbers(trace(figure, 0).z)
    const expected = [0, 1 / 3, 1, 1, 0, 1 / 3]
    assert.ok(shade.every((value, i) => Math.abs(value - expected[i]!) < 1e-6))
    assert.ok(numbers(trace(figure, 0).customdata).every((p, i) => Math.abs(p - map.density[i]!) < 1e-6))
    assert.equal(trace(figure, 1).type, 'scatter')
  })

  test('several side by side; times may fall', () => {
    const figure = heatFigure([map, { ...map, name: 'back', t: [1, 0] }])
    assert.deepEqual((figure.layout.xaxis2 as Attributes).range, [1, 0])
    assert.equal((figure.layout.annotations as Json[]).length, 2)
    assert.throws(() => heatFigure([]), FigureError)
    assert.throws(() => heatFigure([{ ...map, density: [1, 2] }]), /p has 2 values, but 6/)
    assert.throws(() => heatFigure([{ ...map, density: [0, 0, 0, 0, 0, 0] }]), /p has no density/)
  })
})
