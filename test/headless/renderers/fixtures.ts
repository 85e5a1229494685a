/** One of each figure, from data that never changes. */
import {
  barsFigure,
  energyFigure,
  lossFigure,
  samplesFigure,
  scheduleFigure,
  scoreErrorFigure,
  scoreFieldFigure,
  type Figure,
} from '../../../src/renderers/figures'

/** Equidistributed in the unit square: the additive recurrence of the plastic number. */
export function spread(n: number): { readonly values: Float32Array; readonly shape: [number, number] } {
  const values = new Float32Array(2 * n)
  for (let i = 0; i < n; i++) {
    values[2 * i] = (0.5 + 0.7548776662466927 * (i + 1)) % 1
    values[2 * i + 1] = (0.5 + 0.5698402909980532 * (i + 1)) % 1
  }
  return { values, shape: [n, 2] }
}

export const losses = (n: number) =>
  Array.from({ length: n }, (_, i) => 0.2 + 1 / (1 + i / 20) + 0.05 * Math.sin(i))

const side = Array.from({ length: 9 }, (_, i) => i - 4)
const grid = side.flatMap((y) => side.map((x) => [x, y]))
const times = Array.from({ length: 50 }, (_, i) => i / 49)

export const figures: Readonly<Record<string, Figure>> = {
  loss: lossFigure({ losses: losses(300), total: 500, rate: 42 }),
  'short loss': lossFigure({ losses: [1, 0.8, 0.7], validation: { steps: [1, 3], losses: [1.1, 0.9] } }),
  samples: samplesFigure({ data: spread(200), model: spread(300) }),
  'many samples': samplesFigure(spread(20_000)),
  // The score of a standard normal, and its density.
  'score field': scoreFieldFigure({
    points: grid,
    vectors: grid.map(([x, y]) => [-x!, -y!]),
    density: { x: side, y: side, values: grid.map(([x, y]) => Math.exp(-(x! * x! + y! * y!) / 2)) },
    t: 0.1,
  }),
  energy: energyFigure({
    x: side,
    y: side,
    values: grid.map(([x, y]) => (x! * x! + y! * y!) / 2),
    points: spread(50),
  }),
  'score error': scoreErrorFigure({
    x: side,
    y: side,
    error: grid.map(([x, y]) => 0.01 + Math.hypot(x!, y!)),
    density: grid.map(([x, y]) => Math.exp(-(x! * x! + y! * y!) / 2)),
    points: grid,
    vectors: grid.map(([x, y]) => [-x!, -y!]),
  }),
  bars: barsFigure(
    { one: { a: { value: 1, error: 0.1 }, b: 40 }, two: { a: 2, b: 3 } },
    { quantity: 'size' },
  ),
  schedule: scheduleFigure({
    t: times,
    alpha: times.map((t) => Math.cos((Math.PI / 2) * t)),
    sigma: times.map((t) => Math.sin((Math.PI / 2) * t)),
  }),
  'growing noise': scheduleFigure({
    t: times,
    alpha: times.map(() => 1),
    sigma: times.map((t) => 0.01 * 5000 ** t),
  }),
}
