/** An energy in the plane, as a map with lines of equal height, and points that live in it. */
import { encode, type Numbers } from './encode'
import { count, FigureError, type Attributes, type Figure } from './figure'
import { extent, planePoints, series, short, type Points } from './numbers'
import { escape, magnitudeScale, planeLayout } from './style'

export interface EnergyInput {
  /** Where the columns and rows of the map are. */
  readonly x: Numbers
  readonly y: Numbers
  /** The energy: y.length rows of x.length values. */
  readonly values: Numbers
  /** Points drawn over it, shape [n, 2]. */
  readonly points?: Points
  /** What the points are: `samples` by default. */
  readonly pointsName?: string
  readonly title?: string
  /** What is drawn: `energy` by default. */
  readonly quantity?: string
  /**
   * How far above the lowest energy colours go, in nats. What is higher is drawn alike: e^{−12} of the density and e^{−50}
   * are both nothing. Default 12.
   */
  readonly height?: number
  readonly axes?: readonly [string, string]
}

const MOST_POINTS = 3000

/**
 * A heat map of E with contours, low where states are likely, and points over it.
 *
 * @throws FigureError where the values do not fit the grid, or none is finite.
 */
export function energyFigure(input: EnergyInput): Figure {
  const x = series(input.x, 'x')
  const y = series(input.y, 'y')
  const values = series(input.values, 'values', x.length * y.length)
  const { height = 12, quantity = 'energy', axes = ['x₁', 'x₂'] } = input
  if (!(height > 0)) throw new FigureError(`height must be positive, but is ${height}.`)
  const [least, greatest] = extent(values)
  const top = Math.min(greatest, least + height)
  const name = input.pointsName ?? 'samples'
  const points = input.points && planePoints(input.points, name)
  const title = input.title ?? `${quantity[0]?.toUpperCase() ?? ''}${quantity.slice(1)}`
  const subtitle =
    `from ${short(least)} to ${short(greatest)}` +
    (top < greatest ? `, drawn up to ${short(top)}` : '') +
    (points ? ` · ${count(points.x.length, 'point')} of ${name}` : '')
  const layout = planeLayout(title, subtitle, [x[0]!, x.at(-1)!], [y[0]!, y.at(-1)!], axes)
  const step = niceStep((top - least || 1) / 12)
  const map: Attributes = {
    type: 'contour',
    name: quantity,
    x: encode(x),
    y: encode(y),
    z: encode(
      values.map((value) => (Number.isFinite(value) ? Math.min(value, top) : value)),
      'f4',
      [y.length, x.length],
    ),
    colorscale: magnitudeScale,
    zmin: least,
    zmax: top > least ? top : least + 1,
    contours: {
      coloring: 'heatmap',
      start: Math.ceil(least / step) * step,
      end: top,
      size: step,
      showlabels: false,
    },
    line: { width: 0.6, color: 'rgba(255,255,255,0.45)' },
    colorbar: {
      title: { text: escape(quantity), side: 'top' },
      thickness: 12,
      len: 0.85,
      outlinewidth: 0,
      tick0: 0,
      dtick: 2 * step,
    },
    hovertemplate: `(%{x:.3~f}, %{y:.3~f})<br>${escape(quantity)} %{z:.4~g}<extra></extra>`,
  }
  return { data: points ? [map, dots(points, name)] : [map], layout }
}

/** Points over a coloured map: dark with a light rim, to be seen on all of its colours. */
function dots({ x, y }: { readonly x: Float64Array; readonly y: Float64Array }, name: string): Attributes {
  const stride = Math.max(1, x.length / MOST_POINTS)
  const kept = Array.from({ length: Math.floor(x.length / stride) }, (_, i) => Math.floor(i * stride))
  return {
    type: 'scatter',
    mode: 'markers',
    name,
    x: encode(kept.map((i) => x[i]!)),
    y: encode(kept.map((i) => y[i]!)),
    marker: {
      size: kept.length > 1000 ? 3.5 : 5,
      color: 'rgba(16,20,28,0.75)',
      line: { width: 0.5, color: 'rgba(255,255,255,0.7)' },
    },
    hovertemplate: `(%{x:.3~f}, %{y:.3~f})<extra>${escape(name)}</extra>`,
  }
}

/** 1, 2 or 5 times a power of ten, the nearest above. */
function niceStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step))
  // A little slack, so that 1.0000001 is not 2.
  return power * ([1, 2, 5].find((digit) => step / power <= digit * 1.001) ?? 10)
}
