/** Where a learned score is wrong: its error as a map, the field itself as arrows, and where the data are as lines. */
import { encode, type Numbers } from './encode'
import { FigureError, type Attributes, type Figure } from './figure'
import { extent, planePoints, quantiles, series, short, type Points } from './numbers'
import { magnitudeScale, planeLayout } from './style'

export interface ScoreErrorInput {
  /** Where the columns and rows of the map are. */
  readonly x: Numbers
  readonly y: Numbers
  /** ‖s_θ − s‖: y.length rows of x.length values. */
  readonly error: Numbers
  /** The density of the data on the same grid, drawn as lines. */
  readonly density?: Numbers
  /** Where arrows start, and the learned score there, of shape [n, 2] each. */
  readonly points?: Points
  readonly vectors?: Points
  readonly title?: string
  /** What the field is: `score` by default. */
  readonly quantity?: string
  readonly axes?: readonly [string, string]
}

/**
 * The error of a field as a map in decades, with arrows of the field and contours of the data's density.
 *
 * @throws FigureError where numbers do not fit the grid, or points and vectors differ in number.
 */
export function scoreErrorFigure(input: ScoreErrorInput): Figure {
  const x = series(input.x, 'x')
  const y = series(input.y, 'y')
  const error = series(input.error, 'error', x.length * y.length)
  const { quantity = 'score', axes = ['x₁', 'x₂'] } = input
  const [least, greatest] = extent(error)
  const title = input.title ?? `Error of the ${quantity}`
  const subtitle = `from ${short(least)} to ${short(greatest)}${input.density ? ' · lines: density of the data' : ''}`
  const layout = planeLayout(title, subtitle, [x[0]!, x.at(-1)!], [y[0]!, y.at(-1)!], axes)
  const shape = [y.length, x.length] as const
  const traces: Attributes[] = [map(x, y, error, shape)]
  if (input.density) traces.push(lines(x, y, series(input.density, 'density', error.length), shape))
  if (input.points || input.vectors) traces.push(arrows(input))
  return { data: traces, layout }
}

/** Colours by decades, leaving out what is below a thousandth of the largest. */
function map(
  x: Float64Array,
  y: Float64Array,
  error: Float64Array,
  shape: readonly [number, number],
): Attributes {
  const [high] = quantiles(error, [0.995]) as [number]
  const low = Math.max(
    quantiles(
      error.filter((e) => e > 0),
      [0.01],
    )[0] ?? 1e-3,
    high * 1e-3,
  )
  const [from, to] = [Math.log10(low), Math.log10(high > low ? high : low * 10)]
  const ticks = Array.from({ length: Math.floor(to) - Math.ceil(from) + 1 }, (_, i) => Math.ceil(from) + i)
  return {
    type: 'heatmap',
    name: 'error',
    x: encode(x),
    y: encode(y),
    z: encode(
      error.map((e) => Math.log10(Math.max(e, low))),
      'f4',
      shape,
    ),
    customdata: encode(error, 'f4', shape),
    colorscale: magnitudeScale,
    zmin: from,
    zmax: to,
    zsmooth: 'best',
    colorbar: {
      title: { text: '|error|', side: 'top' },
      thickness: 12,
      len: 0.85,
      outlinewidth: 0,
      tickvals: ticks,
      ticktext: ticks.map((tick) => short(10 ** tick)),
    },
    hovertemplate: '(%{x:.3~f}, %{y:.3~f})<br>error %{customdata:.4~g}<extra></extra>',
  }
}

/** Lines at fractions of the greatest density. */
function lines(
  x: Float64Array,
  y: Float64Array,
  density: Float64Array,
  shape: readonly [number, number],
): Attributes {
  const [, greatest] = extent(density)
  if (!(greatest > 0)) throw new FigureError('density has no positive value.')
  return {
    type: 'contour',
    name: 'density of the data',
    x: encode(x),
    y: encode(y),
    // By logarithms, so that a small mode has its lines too: at e⁻¹, e⁻³ and e⁻⁵ of the greatest.
    z: encode(
      density.map((p) => Math.log(Math.max(p / greatest, 1e-30))),
      'f4',
      shape,
    ),
    contours: { coloring: 'none', start: -5, end: -1, size: 2 },
    line: { width: 1.6, color: 'rgba(255,255,255,0.9)' },
    hoverinfo: 'skip',
  }
}

function arrows(input: ScoreErrorInput): Attributes {
  if (!input.points || !input.vectors)
    throw new FigureError('Arrows need both points and vectors; one of the two is missing.')
  const points = planePoints(input.points, 'points')
  const vectors = planePoints(input.vectors, 'vectors')
  if (points.x.length !== vectors.x.length)
    throw new FigureError(
      `There are ${points.x.length} points but ${vectors.x.length} vectors; each point needs one.`,
    )
  const magnitude = vectors.x.map((u, i) => Math.hypot(u, vectors.y[i]!))
  const [typical] = quantiles(magnitude, [0.95]) as [number]
  const step = spacing(points)
  const x: number[] = []
  const y: number[] = []
  magnitude.forEach((m, i) => {
    if (!(m > 0)) return
    // Square roots, as scores grow without bound away from the data.
    const length = 0.9 * step * Math.sqrt(Math.min(1, m / (typical || m)))
    const [dx, dy] = [(vectors.x[i]! / m) * length, (vectors.y[i]! / m) * length]
    const [tipX, tipY] = [points.x[i]! + dx, points.y[i]! + dy]
    const head = (turn: number): readonly [number, number] => [
      tipX - HEAD * (dx * Math.cos(turn) - dy * Math.sin(turn)),
      tipY - HEAD * (dx * Math.sin(turn) + dy * Math.cos(turn)),
    ]
    const [left, right] = [head(TURN), head(-TURN)]
    // One stroke: tail, tip, one barb, tip, the other. NaN lifts the pen.
    x.push(points.x[i]!, tipX, left[0], tipX, right[0], NaN)
    y.push(points.y[i]!, tipY, left[1], tipY, right[1], NaN)
  })
  // Plotly puts its own arrows below maps.
  return {
    type: 'scatter',
    mode: 'lines',
    name: input.quantity ?? 'score',
    x: encode(x),
    y: encode(y),
    line: { width: 1.1, color: 'rgba(16,20,28,0.8)' },
    connectgaps: false,
    hoverinfo: 'skip',
  }
}

/** The barbs' length, as a share of the arrow's, and their angle. */
const HEAD = 0.35
const TURN = 0.45

/** The distance between neighbours on a grid of as many points. */
function spacing({ x, y }: { readonly x: Float64Array; readonly y: Float64Array }): number {
  const [left, right] = extent(x)
  const [bottom, top] = extent(y)
  const area = (right - left) * (top - bottom)
  return Math.sqrt(area) / Math.max(1, Math.sqrt(x.length) - 1) || 1
}
