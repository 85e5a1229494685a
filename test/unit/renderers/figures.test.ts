import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  decode,
  describe as summary,
  FigureError,
  figureBundle,
  isEncoded,
  lossFigure,
  samplesFigure,
  scheduleFigure,
  scoreFieldFigure,
  type Figure,
  type Json,
} from '../../../src/renderers/figures'
import { colorway } from '../../../src/renderers/figures/style'

function numbers(figure: Figure, trace: number, attribute: string): number[] {
  const value = figure.data[trace]![attribute]
  assert.ok(isEncoded(value), `${attribute} is packed`)
  return Array.from(decode(value))
}

function at(value: Json | undefined, ...path: (string | number)[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (inner, key) => (inner as Readonly<Record<string | number, Json>> | undefined)?.[key],
    value,
  )
}

const close = (actual: number, expected: number, tolerance = 1e-6) =>
  assert.ok(
    Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${actual} is not ${expected}`,
  )

void describe('loss', () => {
  test('says how far the training is, how fast, and how long it takes', () => {
    const figure = lossFigure({ losses: [3, 2, 1], steps: [100, 200, 300], total: 1000, rate: 5 })
    assert.equal(summary(figure), 'Training loss: step 300 of 1,000, loss 1, 5 steps/s, 2 min 20 s left')
    assert.deepEqual(numbers(figure, 0, 'x'), [100, 200, 300])
    assert.deepEqual(numbers(figure, 0, 'y'), [3, 2, 1])
    assert.deepEqual(at(figure.layout, 'xaxis', 'range'), [0, 1010])
  })

  test('has no time left when it is done', () => {
    assert.equal(
      summary(lossFigure({ losses: [0.5], total: 1, rate: 10 })),
      'Training loss: 1 step, loss 0.5, 10 steps/s',
    )
  })

  test('smooths by the average with exponentially falling weights', () => {
    const losses = Array.from({ length: 100 }, (_, i) => Math.sin(i) + 2)
    const smooth = numbers(lossFigure({ losses }), 1, 'y')
    // Weight 1/2 per step, since the span is 100/50 = 2: the weighted mean written out.
    for (const step of [0, 1, 7, 99]) {
      let sum = 0
      let mass = 0
      for (let back = 0; back <= step; back++) {
        sum += 0.5 ** back * losses[step - back]!
        mass += 0.5 ** back
      }
      close(smooth[step]!, sum / mass, 1e-6)
    }
  })

  test('thins a long record, but keeps each peak, each trough and both ends', () => {
    const losses = Array.from({ length: 100_000 }, (_, i) => 2 + Math.sin(i / 1000))
    losses[54_321] = 50
    losses[65_432] = -50
    const figure = lossFigure({ losses })
    const [x, y] = [numbers(figure, 0, 'x'), numbers(figure, 0, 'y')]
    assert.ok(y.length <= 2000)
    assert.equal(y[x.indexOf(54_322)], 50)
    assert.equal(y[x.indexOf(65_433)], -50)
    assert.deepEqual(
      x,
      x.toSorted((a, b) => a - b),
    )
    assert.equal(numbers(figure, 1, 'x').at(-1), 100_000)
  })

  test('leaves gaps where the loss is not finite', () => {
    const losses = Array.from({ length: 40 }, (_, i) => (i === 20 ? NaN : 1 + i / 10))
    const figure = lossFigure({ losses })
    assert.ok(Number.isNaN(numbers(figure, 0, 'y')[20]))
    assert.ok(Number.isNaN(numbers(figure, 1, 'y')[20]))
    assert.ok(Number.isFinite(numbers(figure, 1, 'y')[21]))
  })

  test('takes logarithms only over decades, and only of positive losses', () => {
    const type = (losses: number[]) => at(lossFigure({ losses }).layout, 'yaxis', 'type')
    const falling = Array.from({ length: 200 }, (_, i) => 10 ** (2 - i / 50))
    assert.equal(type(falling), 'log')
    assert.equal(type([...falling, -1]), undefined)
    assert.equal(type(falling.map((loss) => loss + 100)), undefined)
  })

  test('bad input is named', () => {
    assert.throws(() => lossFigure({ losses: [] }), /losses is empty/)
    assert.throws(() => lossFigure({ losses: [NaN, NaN] }), /losses has no finite number/)
    assert.throws(() => lossFigure({ losses: [1, 2], steps: [1] }), /steps has 1 values, but 2 are expected/)
    assert.throws(
      () => lossFigure({ losses: [1, 2], steps: [5, 5] }),
      /steps must increase, but value 1 is 5 after 5/,
    )
    assert.throws(() => lossFigure({ losses: [1], validation: { steps: [1, 2], losses: [1] } }), FigureError)
  })
})

void describe('samples', () => {
  const square = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ]

  test('puts named sets side by side on the same axes', () => {
    const figure = samplesFigure({
      data: square,
      model: { values: new Float32Array([0, 0, 4, 1]), shape: [2, 2] },
    })
    assert.deepEqual(
      figure.data.map(({ name, xaxis, yaxis }) => [name, xaxis, yaxis]),
      [
        ['data', 'x', 'y'],
        ['model', 'x2', 'y2'],
      ],
    )
    assert.deepEqual(numbers(figure, 1, 'x'), [0, 4])
    assert.deepEqual(numbers(figure, 1, 'y'), [0, 1])
    assert.equal(at(figure.layout, 'xaxis2', 'matches'), 'x')
    assert.equal(at(figure.layout, 'yaxis2', 'matches'), 'y')
    assert.equal(at(figure.layout, 'yaxis', 'scaleanchor'), 'x')
    const [left, right] = at(figure.layout, 'xaxis', 'range') as [number, number]
    assert.ok(left < 0 && right > 4)
    const [, end] = at(figure.layout, 'xaxis', 'domain') as [number, number]
    assert.ok(end < (at(figure.layout, 'xaxis2', 'domain', 0) as number))
    assert.equal(summary(figure), 'data | model: 4 points of “data”, 2 points of “model”')
  })

  test('stray points cannot squeeze the others: they are counted', () => {
    const points = Array.from({ length: 1000 }, (_, i) => [Math.cos(i), Math.sin(i)])
    points[17] = [1e6, 0]
    points[18] = [NaN, 0]
    const figure = samplesFigure(points)
    const [left, right] = at(figure.layout, 'xaxis', 'range') as [number, number]
    assert.ok(left > -1.5 && right < 1.5)
    assert.match(at(figure.layout, 'annotations', 0, 'text') as string, /2 outside/)
  })

  test('draws few points as SVG, many with WebGL, too many thinned with a note', () => {
    const points = (n: number) => ({
      values: Float32Array.from({ length: 2 * n }, (_, i) => Math.sin(i * i)),
      shape: [n, 2],
    })
    assert.equal(samplesFigure(points(100)).data[0]!.type, 'scatter')
    const many = samplesFigure(points(100_000))
    assert.equal(many.data[0]!.type, 'scattergl')
    assert.equal(numbers(many, 0, 'x').length, 100_000)
    const thinned = samplesFigure(points(10_000), { maxPoints: 4000 })
    assert.equal(numbers(thinned, 0, 'x').length, 4000)
    assert.match(at(thinned.layout, 'title', 'subtitle', 'text') as string, /10,000 points · 4,000 drawn/)
  })

  test('the more points crowd, the more transparent they are', () => {
    const blob = (n: number) => Array.from({ length: n }, (_, i) => [Math.sin(i), Math.cos(2 * i)])
    const opacities = [10, 1000, 30_000].map(
      (n) => at(samplesFigure(blob(n)).data[0], 'marker', 'opacity') as number,
    )
    assert.ok(
      opacities[0]! > opacities[1]! && opacities[1]! > opacities[2]! && opacities[2]! >= 0.05,
      opacities.join(),
    )
  })

  test('one point, and points on a line, have room around them', () => {
    for (const points of [
      [[2, 3]],
      [
        [0, 5],
        [1, 5],
      ],
    ]) {
      const { layout } = samplesFigure(points)
      const [bottom, top] = at(layout, 'yaxis', 'range') as [number, number]
      assert.ok(bottom < points[0]![1]! && top > points[0]![1]!)
    }
  })

  test('names cannot become markup', () => {
    const figure = samplesFigure({ '<a href="x">&': square, other: square })
    assert.equal(at(figure.layout, 'annotations', 0, 'text'), '<b>&lt;a href="x"&gt;&amp;</b>')
  })

  test('bad input is named', () => {
    assert.throws(() => samplesFigure({}), /no set of points/)
    assert.throws(() => samplesFigure({ a: [] }), /a is empty/)
    assert.throws(() => samplesFigure({ a: [[1, 2, 3]] }), /a has 3 numbers in row 0/)
    assert.throws(() => samplesFigure({ values: [1, 2, 3], shape: [1, 3] }), /samples has shape \[1, 3\]/)
    assert.throws(
      () => samplesFigure({ a: { values: [1, 2, 3], shape: [2, 2] } }),
      /3 values, but its shape \[2, 2\] needs 4/,
    )
    assert.throws(() => samplesFigure({ a: [[NaN, 1]] }), /no finite point/)
  })
})

void describe('score field', () => {
  const points = [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ]
  const vectors = [
    [3, 4],
    [0, 0.05],
    [-0.2, 0],
    [0, 0],
  ]

  test('draws directions, colours the true magnitude, and keeps the true vectors for reading off', () => {
    const figure = scoreFieldFigure({ points, vectors, t: 0.25 })
    const [u, v] = [numbers(figure, 0, 'u'), numbers(figure, 0, 'v')]
    close(v[0]! / u[0]!, 4 / 3)
    close(Math.hypot(u[1]!, v[1]!) / Math.hypot(u[0]!, v[0]!), Math.sqrt(0.05 / 5))
    assert.deepEqual([u[3], v[3]], [0, 0])
    // log₁₀ |s|, because the magnitudes span a factor of a hundred.
    const color = at(figure.data[0], 'marker', 'color')
    assert.ok(isEncoded(color))
    close(decode(color)[0]!, Math.log10(5))
    const stored = figure.data[0]!.customdata
    assert.ok(isEncoded(stored) && stored.shape === '4,2')
    assert.deepEqual(Array.from(decode(stored)), vectors.flat().map(Math.fround))
    assert.equal(summary(figure), 'Score field at t = 0.25: 4 arrows, magnitude 0 to 5')
  })

  test('lengths can be in proportion, or all equal', () => {
    const ratio = (lengths: 'proportional' | 'equal') => {
      const figure = scoreFieldFigure({ points, vectors, lengths })
      const length = (i: number) => Math.hypot(numbers(figure, 0, 'u')[i]!, numbers(figure, 0, 'v')[i]!)
      return length(2) / length(0)
    }
    close(ratio('proportional'), 0.2 / 5)
    close(ratio('equal'), 1)
  })

  test('draws the density under the arrows, in rows of y', () => {
    const density = { x: [0, 1, 2], y: [0, 1], values: [1, 2, 3, 4, 5, 6] }
    const figure = scoreFieldFigure({ points, vectors, density })
    assert.deepEqual(
      figure.data.map(({ type }) => type),
      ['heatmap', 'quiver'],
    )
    assert.equal(at(figure.data[0], 'z', 'shape'), '2,3')
    assert.ok((at(figure.layout, 'xaxis', 'range', 1) as number) >= 2)
  })

  test('leaves out what is not finite, and thins what is too dense', () => {
    const figure = scoreFieldFigure({ points, vectors: [[NaN, 0], ...vectors.slice(1)] })
    assert.equal(numbers(figure, 0, 'x').length, 3)
    const dense = Array.from({ length: 10_000 }, (_, i) => [i % 100, Math.floor(i / 100)])
    assert.equal(numbers(scoreFieldFigure({ points: dense, vectors: dense }), 0, 'x').length, 2500)
  })

  test('bad input is named', () => {
    assert.throws(() => scoreFieldFigure({ points, vectors: vectors.slice(1) }), /4 points but 3 vectors/)
    assert.throws(
      () => scoreFieldFigure({ points, vectors: vectors.map(() => [NaN, NaN]) }),
      /vectors has no finite point/,
    )
    assert.throws(
      () =>
        scoreFieldFigure({
          points: [
            [0, NaN],
            [1, 1],
          ],
          vectors: [
            [1, 1],
            [NaN, 1],
          ],
        }),
      /No point has both a finite place and a finite vector/,
    )
    assert.throws(
      () => scoreFieldFigure({ points, vectors, density: { x: [0, 1], y: [0, 1], values: [1, 2, 3] } }),
      /density.values has 3 values, but 4 are expected/,
    )
  })
})

void describe('schedule', () => {
  const t = [0, 0.5, 1]

  test('draws α, σ and log α²/σ², which is left out where it is infinite', () => {
    const figure = scheduleFigure({ t, alpha: [1, 0.8, 0], sigma: [0, 0.6, 1] })
    assert.deepEqual(
      figure.data.map(({ name, yaxis }) => [name, yaxis]),
      [
        ['α', undefined],
        ['σ', undefined],
        ['λ', 'y2'],
      ],
    )
    const lambda = numbers(figure, 2, 'y')
    assert.ok(Number.isNaN(lambda[0]) && Number.isNaN(lambda[2]))
    close(lambda[1]!, Math.log(0.64 / 0.36))
    assert.equal(summary(figure), 'Noise schedule: α 1 → 0, σ 0 → 1, λ ∞ → −∞')
  })

  test('draws β where it is given', () => {
    const figure = scheduleFigure({ t, alpha: [1, 1, 1], sigma: [0.1, 0.2, 0.3], beta: [0.1, 10, 20] })
    assert.deepEqual([figure.data[2]!.name, numbers(figure, 2, 'y')[2]], ['β', 20])
  })

  test('takes logarithms where the noise outgrows the signal', () => {
    const type = (largest: number) =>
      at(scheduleFigure({ t, alpha: [1, 1, 1], sigma: [0.01, 1, largest] }).layout, 'yaxis', 'type')
    assert.equal(type(50), 'log')
    assert.equal(type(1), undefined)
  })

  test('bad input is named', () => {
    assert.throws(
      () => scheduleFigure({ t, alpha: [1], sigma: [0, 0, 0] }),
      /alpha has 1 values, but 3 are expected/,
    )
    assert.throws(
      () => scheduleFigure({ t, alpha: [1, 1, 1], sigma: [0, -1, 1] }),
      /sigma must not be negative, but value 1 is -1/,
    )
    assert.throws(() => scheduleFigure({ t: [], alpha: [], sigma: [] }), /t is empty/)
  })
})

void describe('every figure', () => {
  test('is JSON that comes back the same, and stays small', () => {
    const points = { values: new Float32Array(200_000).map((_, i) => Math.sin(i)), shape: [100_000, 2] }
    const figure = samplesFigure(points)
    const text = JSON.stringify(figureBundle(figure))
    assert.deepEqual(
      (JSON.parse(text) as { 'text/plain': string })['text/plain'],
      'Samples: 100,000 points of “samples”',
    )
    assert.ok(text.length < 1_100_000, `${text.length} characters`)
  })

  test('by others is summed up from its title and traces', () => {
    assert.equal(
      summary({
        data: [{ type: 'bar', name: 'a', y: [1, 2, 3] }, { x: [1] }, {}],
        layout: { title: { text: '<b>Counts</b>' } },
      }),
      'Counts: bar “a” of 3 values, scatter of 1 value, scatter',
    )
    assert.equal(summary({ data: [], layout: {} }), 'Figure (empty)')
  })

  test('has colours that stand out on white and on a dark editor', () => {
    for (const color of colorway)
      for (const background of ['#ffffff', '#1f1f1f'])
        assert.ok(
          contrast(color, background) >= 3,
          `${color} on ${background}: ${contrast(color, background).toFixed(2)}`,
        )
  })
})

/** WCAG 2.2's contrast ratio. */
function contrast(a: string, b: string): number {
  const luminance = (color: string) => {
    const [red, green, blue] = color
      .slice(1)
      .match(/../g)!
      .map((pair) => parseInt(pair, 16) / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
  return (high + 0.05) / (low + 0.05)
}
