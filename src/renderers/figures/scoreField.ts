/** A score, or any other vector field, in the plane: arrows, over the density that they climb. */
import { encode, type Numbers } from './encode'
import { FigureError, type Attributes, type Figure } from './figure'
import { extent, planePoints, quantiles, series, short, type Columns, type Points } from './numbers'
import { densityScale, escape, magnitudeScale, planeLayout } from './style'

export interface ScoreFieldInput {
  /** Where the arrows start, shape [n, 2]; usually a grid. */
  readonly points: Points
  /** The vector at each point, shape [n, 2]. */
  readonly vectors: Points
  /** A density on a grid, drawn underneath: `values` has y.length rows of x.length values. */
  readonly density?: { readonly x: Numbers; readonly y: Numbers; readonly values: Numbers }
  /** The time of the field, named in the title. */
  readonly t?: number
  readonly title?: string
  /** What the vectors are: `score` by default. */
  readonly quantity?: string
  readonly axes?: readonly [string, string]
  /**
   * Lengths of arrows. Scores grow without bound away from the data, and arrows in proportion to them would leave all but
   * a few invisible: `compressed`, the default, draws the square root. The colour shows the true magnitude always.
   */
  readonly lengths?: 'compressed' | 'proportional' | 'equal'
}

const MOST_ARROWS = 2500

/**
 * Arrows from each point along the vector there.
 *
 * @throws FigureError where points and vectors differ in number, nothing is finite, or the density does not fit its grid.
 */
export function scoreFieldFigure(input: ScoreFieldInput): Figure {
  const points = planePoints(input.points, 'points')
  const vectors = planePoints(input.vectors, 'vectors')
  if (points.x.length !== vectors.x.length)
    throw new FigureError(
      `There are ${points.x.length} points but ${vectors.x.length} vectors; each point needs one.`,
    )
  const quantity = input.quantity ?? 'score'
  const field = drawable(points, vectors)
  const magnitude = field.u.map((u, i) => Math.hypot(u, field.v[i]!))
  const [least, greatest] = extent(magnitude)
  const time = input.t === undefined ? '' : ` at t = ${short(input.t)}`
  const title = input.title ?? `${quantity[0]?.toUpperCase() ?? ''}${quantity.slice(1)} field${time}`
  const subtitle = `${field.x.length.toLocaleString('en-US')} arrows · magnitude ${short(least)} to ${short(greatest)}`
  const axes = input.axes ?? ['x₁', 'x₂']
  const [xRange, yRange] = ranges(field, input.density)
  const layout = planeLayout(title, subtitle, xRange, yRange, axes)
  const arrows: Attributes = {
    type: 'quiver',
    name: quantity,
    x: encode(field.x),
    y: encode(field.y),
    ...lengths(field, magnitude, input.lengths ?? 'compressed'),
    // On axes of one scale this draws what 'data' would, but 'data' rounds components to whole pixels first.
    arrowref: 'paper',
    lengthfactor: 0.95,
    anchor: 'tail',
    customdata: encode(interleave(field.u, field.v), 'f4', [field.u.length, 2]),
    marker: { ...magnitudeColors(magnitude, quantity), arrowsize: 0.9, line: { width: 1.4 } },
    hovertemplate:
      'at (%{x:.3~f}, %{y:.3~f})<br>' +
      `${escape(quantity)} (%{customdata[0]:.4~g}, %{customdata[1]:.4~g})<extra></extra>`,
  }
  return { data: input.density ? [densityTrace(input.density), arrows] : [arrows], layout }
}

type Range = readonly [number, number]

interface Field extends Columns {
  readonly u: Float64Array
  readonly v: Float64Array
}

/** The finite arrows, thinned evenly where there are too many to tell apart. */
function drawable(points: Columns, vectors: Columns): Field {
  const finite: number[] = []
  points.x.forEach((x, i) => {
    if ([x, points.y[i]!, vectors.x[i]!, vectors.y[i]!].every(Number.isFinite)) finite.push(i)
  })
  if (!finite.length) throw new FigureError('No point has both a finite place and a finite vector.')
  const stride = Math.max(1, finite.length / MOST_ARROWS)
  const kept = Array.from(
    { length: Math.floor(finite.length / stride) },
    (_, i) => finite[Math.floor(i * stride)]!,
  )
  const pick = (values: Float64Array) => Float64Array.from(kept, (i) => values[i]!)
  return { x: pick(points.x), y: pick(points.y), u: pick(vectors.x), v: pick(vectors.y) }
}

/** The drawn components. Plotly scales them so that the longest arrow spans one step of the grid. */
function lengths(
  field: Field,
  magnitude: Float64Array,
  rule: 'compressed' | 'proportional' | 'equal',
): Attributes {
  // The largest few must not shorten all others.
  const [typical] = quantiles(magnitude, [0.95]) as [number]
  const scale = magnitude.map((m) => {
    if (!(m > 0)) return 0
    const relative = Math.min(1, m / (typical || m))
    return (rule === 'equal' ? 1 : rule === 'proportional' ? relative : Math.sqrt(relative)) / m
  })
  return {
    u: encode(field.u.map((u, i) => u * scale[i]!)),
    v: encode(field.v.map((v, i) => v * scale[i]!)),
  }
}

/** Colours by magnitude, by its logarithm where it spans more than a factor of fifty. */
function magnitudeColors(magnitude: Float64Array, quantity: string): Attributes {
  const [low, high] = quantiles(
    magnitude.map((m) => (m > 0 ? m : NaN)),
    [0.02, 0.98],
  ) as [number, number]
  const log = high / low > 50
  const bar = {
    title: { text: `|${escape(quantity)}|`, side: 'top' },
    thickness: 12,
    len: 0.85,
    outlinewidth: 0,
  }
  const shared = { colorscale: magnitudeScale, showscale: true }
  if (!log)
    return {
      ...shared,
      color: encode(magnitude),
      cmin: 0,
      cmax: high > 0 ? high : 1,
      colorbar: { ...bar, nticks: 6 },
    }
  const [from, to] = [Math.log10(low), Math.log10(high)]
  const ticks = Array.from({ length: Math.floor(to) - Math.ceil(from) + 1 }, (_, i) => Math.ceil(from) + i)
  return {
    ...shared,
    color: encode(magnitude.map((m) => Math.log10(Math.max(m, low)))),
    cmin: from,
    cmax: to,
    colorbar: { ...bar, tickvals: ticks, ticktext: ticks.map((tick) => short(10 ** tick)) },
  }
}

function densityTrace(density: NonNullable<ScoreFieldInput['density']>): Attributes {
  const x = series(density.x, 'density.x')
  const y = series(density.y, 'density.y')
  const values = series(density.values, 'density.values', x.length * y.length)
  return {
    type: 'heatmap',
    name: 'density',
    x: encode(x),
    y: encode(y),
    z: encode(values, 'f4', [y.length, x.length]),
    colorscale: densityScale,
    zmin: 0,
    zmax: extent(values)[1] || 1,
    zsmooth: 'best',
    showscale: false,
    hoverinfo: 'skip',
  }
}

/** All arrows with room for the outermost, and all of the density. */
function ranges(field: Field, density: ScoreFieldInput['density']): [Range, Range] {
  const [left, right] = extent(field.x)
  const [bottom, top] = extent(field.y)
  const spacing =
    Math.sqrt(((right - left) * (top - bottom)) / field.x.length) || (right - left + top - bottom) / 2 || 1
  return [
    union(left - spacing, right + spacing, density?.x),
    union(bottom - spacing, top + spacing, density?.y),
  ]
}

function union(low: number, high: number, grid: Numbers | undefined): Range {
  if (!grid) return [low, high]
  const [first, last] = extent(grid)
  return [Math.min(low, first), Math.max(high, last)]
}

function interleave(u: Float64Array, v: Float64Array): Float64Array {
  return Float64Array.from({ length: 2 * u.length }, (_, i) => (i % 2 ? v : u)[i >> 1]!)
}
