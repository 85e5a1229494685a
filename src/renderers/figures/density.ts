/** Densities in the plane, as maps with contours that hold so much of the probability; and on a line, as curves. */
import { encode, type Numbers } from './encode'
import { count, FigureError, type Attributes, type Figure, type Json } from './figure'
import { extent, planePoints, series, short, type Columns, type Points } from './numbers'
import { panelTitle, suffix } from './panels'
import { axisTitle, baseLayout, colorway, densityScale, escape, legendAbove } from './style'

/** A density on a grid. */
export interface DensityMap {
  readonly name: string
  /** log p: y.length rows of x.length values. */
  readonly logDensity: Numbers
}

export interface DensityInput {
  /** Where the columns and rows of the grid are, evenly apart. */
  readonly x: Numbers
  readonly y: Numbers
  /** One density, or several side by side. */
  readonly maps: readonly DensityMap[]
  /** Points drawn over every map, shape [n, 2]. */
  readonly points?: Points
  readonly pointsName?: string
  readonly title?: string
  readonly subtitle?: string
  readonly axes?: readonly [string, string]
}

/** The longer side of a panel, in pixels, by their number. */
const SIDE: readonly number[] = [420, 340, 270]
const [GAP, ROW_GAP] = [28, 58]
const MARGIN = { l: 56, r: 24, t: 96, b: 56 }
const MOST_POINTS = 3000

/**
 * Maps of densities, each shaded up to its own highest. Contours enclose the 10, 30, 50, 70 and 90 % of the probability on the grid where
 * the density is highest; the hover says log p, and how much of the probability is where it is higher still.
 *
 * @throws FigureError where a map does not fit the grid, or has no density on it.
 */
export function densityFigure(input: DensityInput): Figure {
  const x = series(input.x, 'x')
  const y = series(input.y, 'y')
  if (!input.maps.length) throw new FigureError('There is no density to draw.')
  if (x.length < 2 || y.length < 2) throw new FigureError('A map needs at least two columns and two rows.')
  const cell = ((x.at(-1)! - x[0]!) / (x.length - 1)) * ((y.at(-1)! - y[0]!) / (y.length - 1))
  const maps = input.maps.map((map) => {
    const log = series(map.logDensity, map.name, x.length * y.length)
    const p = log.map((value) => (Number.isNaN(value) ? 0 : Math.exp(value)))
    const mass = p.reduce((sum, value) => sum + value, 0) * cell
    if (!(mass > 0)) throw new FigureError(`${map.name} has no density on the grid: choose another range.`)
    return { name: map.name, log, p, mass, higher: massAbove(p) }
  })
  const points = input.points && planePoints(input.points, input.pointsName ?? 'points')
  const columns = maps.length === 4 ? 2 : Math.min(maps.length, SIDE.length)
  const rows = Math.ceil(maps.length / columns)
  const aspect = Math.min(2.5, Math.max(0.4, (x.at(-1)! - x[0]!) / (y.at(-1)! - y[0]!)))
  const side = SIDE[columns - 1]!
  const size = {
    width: Math.round(side * Math.min(1, aspect)),
    height: Math.round(side / Math.max(1, aspect)),
  }
  const title = input.title ?? (maps.length > 1 ? maps.map(({ name }) => name).join(' | ') : 'Density')
  const holds = maps.map(({ mass }) => percent(mass)).join(', ')
  const subtitle = input.subtitle ?? `contours at 10, 30, 50, 70, 90 % · on the grid: ${holds}`
  const layout: Record<string, Json> = {
    ...baseLayout(
      title,
      subtitle,
      `${title}: ${count(maps.length, 'density').replace('densitys', 'densities')}, ${holds} of it on the grid`,
      0,
    ),
    width: columns * (size.width + GAP) - GAP + MARGIN.l + MARGIN.r,
    height: rows * (size.height + ROW_GAP) - ROW_GAP + MARGIN.t + MARGIN.b,
    margin: MARGIN,
    showlegend: false,
    annotations: maps.length > 1 ? maps.map(({ name }, i) => panelTitle(name, i)) : [],
  }
  const ranges = [
    [x[0]!, x.at(-1)!],
    [y[0]!, y.at(-1)!],
  ] as const
  maps.forEach((_, i) =>
    Object.assign(layout, panelAxes(i, columns, rows, maps.length, size, ranges, input.axes ?? ['x₁', 'x₂'])),
  )
  return {
    data: maps.flatMap((map, i) => [
      ...mapTraces(map, i, x, y),
      ...(points ? [dots(points, i, input.pointsName ?? 'points')] : []),
    ]),
    layout,
  }
}

/** Densities as close as this, relative to their size, are equal: a plain has no contours, however it is rounded. */
const EQUAL = 1e-5

/** Of each cell, the share of all probability that lies where the density is higher. */
function massAbove(p: Float64Array): Float64Array {
  const total = p.reduce((sum, value) => sum + value, 0)
  const order = Uint32Array.from(p, (_, i) => i).sort((a, b) => p[b]! - p[a]!)
  const above = new Float64Array(p.length)
  let [sum, level, atLevel] = [0, Infinity, 0]
  for (const i of order) {
    if (p[i]! < level * (1 - EQUAL)) [level, atLevel] = [p[i]!, sum]
    above[i] = atLevel / total
    sum += p[i]!
  }
  return above
}

function mapTraces(
  { name, log, p, higher }: { name: string; log: Float64Array; p: Float64Array; higher: Float64Array },
  i: number,
  x: Float64Array,
  y: Float64Array,
): Attributes[] {
  const place = { x: encode(x), y: encode(y), xaxis: `x${suffix(i)}`, yaxis: `y${suffix(i)}` }
  const told = Float64Array.from({ length: 2 * p.length }, (_, at) =>
    at % 2 ? 100 * higher[at >> 1]! : log[at >> 1]!,
  )
  return [
    {
      type: 'heatmap',
      name: escape(name),
      ...place,
      z: encode(p, 'f4', [y.length, x.length]),
      customdata: encode(told, 'f4', [y.length, x.length, 2]),
      colorscale: densityScale,
      zmin: 0,
      zmax: extent(p)[1],
      zsmooth: 'best',
      showscale: false,
      hovertemplate:
        '(%{x:.3~f}, %{y:.3~f})<br>p = %{z:.4~g}, log p = %{customdata[0]:.4~g}<br>' +
        `%{customdata[1]:.1f} % is likelier<extra>${escape(name)}</extra>`,
    },
    {
      type: 'contour',
      ...place,
      z: encode(higher, 'f4', [y.length, x.length]),
      contours: { coloring: 'none', start: 0.1, end: 0.9, size: 0.2 },
      line: { width: 1.1, color: colorway[i % colorway.length]! },
      showscale: false,
      hoverinfo: 'skip',
    },
  ]
}

function dots({ x, y }: Columns, i: number, name: string): Attributes {
  const stride = Math.max(1, x.length / MOST_POINTS)
  const kept = Float64Array.from({ length: Math.floor(x.length / stride) }, (_, k) => Math.floor(k * stride))
  return {
    type: 'scatter',
    mode: 'markers',
    name: escape(name),
    x: encode(kept.map((k) => x[k]!)),
    y: encode(kept.map((k) => y[k]!)),
    xaxis: `x${suffix(i)}`,
    yaxis: `y${suffix(i)}`,
    marker: { size: 4, color: colorway[(i + 1) % colorway.length]!, opacity: 0.55, line: { width: 0 } },
    hoverinfo: 'skip',
  }
}

function panelAxes(
  i: number,
  columns: number,
  rows: number,
  panels: number,
  size: { readonly width: number; readonly height: number },
  [xRange, yRange]: readonly (readonly [number, number])[] & { readonly length: 2 },
  [xName, yName]: readonly [string, string],
): Record<string, Attributes> {
  const [stepX, stepY] = [size.width + GAP, size.height + ROW_GAP]
  const [width, height] = [columns * stepX - GAP, rows * stepY - ROW_GAP]
  const [column, row] = [i % columns, Math.floor(i / columns)]
  const top = 1 - (row * stepY) / height
  const shared = { constrain: 'domain', zeroline: false, showgrid: false, automargin: true }
  return {
    [`xaxis${suffix(i)}`]: {
      ...shared,
      anchor: `y${suffix(i)}`,
      domain: [(column * stepX) / width, Math.min(1, (column * stepX + size.width) / width)],
      range: xRange!,
      ...(i + columns >= panels ? { title: axisTitle(xName) } : {}),
      ...(i ? { matches: 'x' } : {}),
    },
    [`yaxis${suffix(i)}`]: {
      ...shared,
      anchor: `x${suffix(i)}`,
      domain: [Math.max(0, top - size.height / height), top],
      range: yRange!,
      ...(column ? { showticklabels: false } : { title: axisTitle(yName) }),
      ...(i ? { matches: 'y' } : { scaleanchor: 'x', scaleratio: 1 }),
    },
  }
}

/** `99.9 %`. */
function percent(share: number): string {
  return `${short(Number((100 * share).toPrecision(3)))} %`
}

export interface CurvesInput {
  readonly x: Numbers
  /** log p at each x, by name. */
  readonly curves: Readonly<Record<string, Numbers>>
  /** Samples, drawn as a histogram that is a density. */
  readonly samples?: Numbers
  readonly samplesName?: string
  readonly title?: string
  readonly axis?: string
}

/**
 * Densities on a line, and samples as a histogram behind them.
 *
 * @throws FigureError where a curve does not fit x, or nothing of it is finite.
 */
export function densityCurvesFigure(input: CurvesInput): Figure {
  const x = series(input.x, 'x')
  const curves = Object.entries(input.curves).map(
    ([name, values]) => [name, series(values, name, x.length).map(Math.exp)] as const,
  )
  if (!curves.length) throw new FigureError('There is no density to draw.')
  const title = input.title ?? (curves.length > 1 ? curves.map(([name]) => name).join(' | ') : 'Density')
  const name = input.samplesName ?? 'samples'
  const samples = input.samples && series(input.samples, name)
  const top = Math.max(...curves.map(([, p]) => extent(p)[1]))
  const subtitle = samples ? count(samples.length, 'sample') : `largest ${short(top)}`
  const histogram: Attributes[] = samples
    ? [
        {
          type: 'histogram',
          name: escape(name),
          x: encode(samples),
          histnorm: 'probability density',
          xbins: { start: x[0]!, end: x.at(-1)!, size: (x.at(-1)! - x[0]!) / 80 },
          marker: { color: 'rgba(110,140,170,0.45)' },
          hovertemplate: `%{x}: %{y:.3~g}<extra>${escape(name)}</extra>`,
        },
      ]
    : []
  return {
    data: [
      ...histogram,
      ...curves.map(([curve, p], i): Attributes => ({
        type: 'scatter',
        mode: 'lines',
        name: escape(curve),
        x: encode(x),
        y: encode(p),
        line: { width: 2, color: colorway[i % colorway.length]! },
        hovertemplate: `p(%{x:.3~f}) = %{y:.4~g}<extra>${escape(curve)}</extra>`,
      })),
    ],
    layout: {
      ...baseLayout(title, subtitle, `${title}: ${count(curves.length, 'curve')}, ${subtitle}`, 340),
      ...(curves.length > 1 || samples ? legendAbove : { showlegend: false }),
      bargap: 0,
      xaxis: {
        range: [x[0]!, x.at(-1)!],
        zeroline: false,
        automargin: true,
        title: axisTitle(input.axis ?? 'x'),
      },
      yaxis: { rangemode: 'tozero', automargin: true, title: axisTitle('density') },
    },
  }
}
