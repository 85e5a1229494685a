/** A grid before and after a map of the plane: how a flow bends space. */
import { encode } from './encode'
import { FigureError, type Attributes, type Figure, type Json } from './figure'
import { extent, planePoints, quantiles, type Columns, type Points } from './numbers'
import { panelTitle, suffix } from './panels'
import { axisTitle, baseLayout, colorway, magnitudeScale } from './style'

export interface WarpedPanel {
  readonly name: string
  /**
   * The grid, line after line: first all lines along which the second coordinate changes, then all along which the first
   * does; shape [2 · lines · points, 2].
   */
  readonly grid: Points
  /** Points that are mapped with it, shape [n, 2], in the same order in every panel: they keep their colours. */
  readonly samples?: Points
  readonly axes?: readonly [string, string]
}

export interface WarpedGridInput {
  readonly panels: readonly WarpedPanel[]
  /** Lines in each direction. */
  readonly lines: number
  /** Points along a line. */
  readonly points: number
  readonly title?: string
}

const SIDE = 340
const GAP = 72
const MARGIN = { l: 56, r: 24, t: 96, b: 56 }

/**
 * The grid in each panel, its two families of lines in two colours, with one unit as long across as up.
 *
 * @throws FigureError where a grid does not have as many points as lines and points say.
 */
export function warpedGridFigure({
  panels,
  lines,
  points,
  title = 'A warped grid',
}: WarpedGridInput): Figure {
  if (!panels.length) throw new FigureError('There is no grid to draw.')
  const colour = panels[0]!.samples && order(planePoints(panels[0]!.samples, 'samples'))
  const width = panels.length * (SIDE + GAP) - GAP
  const layout: Record<string, Json> = {
    ...baseLayout(
      title,
      `${lines} lines each way · the same lines in every panel`,
      `${title}: ${panels.map(({ name }) => name).join(', ')}, ${lines} lines each way`,
      SIDE + MARGIN.t + MARGIN.b,
    ),
    width: width + MARGIN.l + MARGIN.r,
    margin: MARGIN,
    showlegend: false,
    annotations: panels.map(({ name }, i) => panelTitle(name, i)),
  }
  const data = panels.flatMap((panel, i) => {
    const grid = planePoints(panel.grid, panel.name)
    if (grid.x.length !== 2 * lines * points)
      throw new FigureError(
        `The grid “${panel.name}” has ${grid.x.length} points, but ${lines} lines of ${points} points each way have ${2 * lines * points}.`,
      )
    const left = (i * (SIDE + GAP)) / width
    Object.assign(layout, panelAxes(i, left, left + SIDE / width, ranges(grid, panel.samples), panel.axes))
    const half = lines * points
    const families = [
      { x: grid.x.subarray(0, half), y: grid.y.subarray(0, half) },
      { x: grid.x.subarray(half), y: grid.y.subarray(half) },
    ]
    return [
      ...(panel.samples ? [dots(planePoints(panel.samples, 'samples'), colour, i)] : []),
      ...families.map((family, k) => linesOf(family, points, colorway[k]!, i)),
    ]
  })
  return { data, layout }
}

/** Plotly numbers subplots from 1 and leaves the 1 out. */
/** All lines of one family as one trace, with gaps between them. */
function linesOf({ x, y }: Columns, points: number, colour: string, i: number): Attributes {
  const broken = (values: Float64Array): Float64Array => {
    const count = values.length / points
    const out = new Float64Array(count * (points + 1)).fill(NaN)
    for (let line = 0; line < count; line++)
      out.set(values.subarray(line * points, (line + 1) * points), line * (points + 1))
    return out
  }
  return {
    type: 'scatter',
    mode: 'lines',
    x: encode(broken(x)),
    y: encode(broken(y)),
    xaxis: `x${suffix(i)}`,
    yaxis: `y${suffix(i)}`,
    line: { color: colour, width: 1.1 },
    opacity: 0.75,
    connectgaps: false,
    hoverinfo: 'skip',
  }
}

function dots({ x, y }: Columns, colour: Float64Array | undefined, i: number): Attributes {
  return {
    type: 'scatter',
    mode: 'markers',
    x: encode(x),
    y: encode(y),
    xaxis: `x${suffix(i)}`,
    yaxis: `y${suffix(i)}`,
    marker: {
      size: 3.5,
      opacity: 0.7,
      line: { width: 0 },
      ...(colour && { color: encode(colour), colorscale: magnitudeScale, showscale: false }),
    },
    hovertemplate: '(%{x:.3~f}, %{y:.3~f})<extra></extra>',
  }
}

/** Where each point stands from left to right, from 0 to 1. */
function order({ x }: Columns): Float64Array {
  const ranked = Array.from(x, (_, i) => i).sort((a, b) => x[a]! - x[b]!)
  const places = new Float64Array(x.length)
  ranked.forEach((i, place) => (places[i] = place / Math.max(1, x.length - 1)))
  return places
}

/** The central 96 % of the grid with all the central samples: a few lines may be bent far away. */
function ranges(grid: Columns, samples: Points | undefined): [Json, Json] {
  const more = samples && planePoints(samples, 'samples')
  const ends = (['x', 'y'] as const).map((axis) => {
    const sets = [
      quantiles(grid[axis], [0.02, 0.98]),
      ...(more ? [quantiles(more[axis], [0.005, 0.995])] : []),
    ]
    const [low, high] = extent(sets.flat())
    const pad = 0.05 * (high - low) || 1
    return [low - pad, high + pad] as const
  })
  // Squares of one scale, so that a square of the grid that stays one looks like one.
  const size = Math.max(...ends.map(([low, high]) => high - low))
  const square = ([low, high]: readonly [number, number]): Json => [
    (low + high - size) / 2,
    (low + high + size) / 2,
  ]
  return [square(ends[0]!), square(ends[1]!)]
}

function panelAxes(
  i: number,
  left: number,
  right: number,
  [x, y]: [Json, Json],
  names: readonly [string, string] = ['x₁', 'x₂'],
): Record<string, Attributes> {
  const axis = { zeroline: false, showgrid: false, constrain: 'domain', automargin: true }
  return {
    [`xaxis${suffix(i)}`]: {
      ...axis,
      anchor: `y${suffix(i)}`,
      domain: [left, right],
      range: x,
      title: axisTitle(names[0]),
    },
    [`yaxis${suffix(i)}`]: {
      ...axis,
      anchor: `x${suffix(i)}`,
      range: y,
      scaleanchor: `x${suffix(i)}`,
      scaleratio: 1,
      title: axisTitle(names[1]),
    },
  }
}
