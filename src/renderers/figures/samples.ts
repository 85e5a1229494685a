/** Points in the plane: one or several named sets side by side, all to the same scale. */
import { encode } from './encode'
import { count, FigureError, type Attributes, type Figure, type Json } from './figure'
import { extent, planePoints, quantiles, type Columns, type Points } from './numbers'
import { panelTitle, suffix } from './panels'
import { axisTitle, baseLayout, colorway, escape } from './style'

export interface SamplesOptions {
  readonly title?: string
  /** Names of the two coordinates. */
  readonly axes?: readonly [string, string]
  /** More points than this, over all sets, are thinned evenly, and the picture says so. 200,000 by default. */
  readonly maxPoints?: number
}

interface Panel {
  readonly name: string
  /** How many points the set has; fewer may be drawn. */
  readonly total: number
  readonly drawn: Columns
  readonly outside: number
}

interface Size {
  readonly width: number
  readonly height: number
}

type Range = readonly [number, number]

/** SVG draws this many points well; beyond it WebGL does. */
const MOST_SVG = 3000
/** The longer side of a panel, in pixels, by the number of columns. */
const SIDE: readonly number[] = [430, 340, 270]
const GAP = 28
/** Between rows: labels of one, title of the next. */
const ROW_GAP = 64
const MARGIN = { l: 56, r: 24, t: 96, b: 56 }

/**
 * Scatter plots with shared axes and one unit as long across as up.
 *
 * The axes span the central 99 % of every set and a tenth more, so that a few stray points cannot shrink the rest to a
 * dot; each panel says how many points lie outside. Where points crowd, markers become transparent, so that density shows.
 *
 * @param sets one set, or several by name: `{ data, model }`; each of shape [n, 2].
 * @throws FigureError where there is no set, or a set is empty, has another shape or no finite point.
 */
export function samplesFigure(
  sets: Points | Readonly<Record<string, Points>>,
  options: SamplesOptions = {},
): Figure {
  const named = Object.entries(isPoints(sets) ? { samples: sets } : sets).map(
    ([name, points]) => [name, planePoints(points, name)] as const,
  )
  if (!named.length)
    throw new FigureError('There is no set of points to draw: pass at least one, as { name: points }.')
  const ranges = equalRanges(named.map(([, points]) => points))
  const total = named.reduce((sum, [, points]) => sum + points.x.length, 0)
  const stride = Math.max(1, total / (options.maxPoints ?? 200_000))
  const panels = named.map(([name, points]): Panel => ({
    name,
    total: points.x.length,
    drawn: stride > 1 ? every(points, stride) : points,
    outside: outside(points, ranges),
  }))
  const columns = panels.length === 4 ? 2 : Math.min(panels.length, SIDE.length)
  const rows = Math.ceil(panels.length / columns)
  const size = panelSize(ranges, SIDE[columns - 1]!)
  const title = options.title ?? (panels.length > 1 ? panels.map(({ name }) => name).join(' | ') : 'Samples')
  const thinned = stride > 1 ? ` · ${Math.round(total / stride).toLocaleString('en-US')} drawn` : ''
  const summary = panels.map((panel) => `${count(panel.total, 'point')} of “${panel.name}”`).join(', ')
  const [rowHeight, columnWidth] = [size.height + ROW_GAP, size.width + GAP]
  const layout: Record<string, Json> = {
    ...baseLayout(title, sizes(panels) + thinned, `${title}: ${summary}`, 0),
    width: columns * columnWidth - GAP + MARGIN.l + MARGIN.r,
    height: rows * rowHeight - ROW_GAP + MARGIN.t + MARGIN.b,
    margin: MARGIN,
    showlegend: false,
    annotations:
      panels.length > 1 || panels[0]!.outside
        ? panels.map((panel, i) => panelTitle(panel.name, i, strays(panel)))
        : [],
  }
  panels.forEach((_, i) =>
    Object.assign(layout, panelAxes(i, { columns, rows, panels: panels.length }, ranges, size, options.axes)),
  )
  return { data: panels.map((panel, i) => trace(panel, i, ranges, size, total / stride > MOST_SVG)), layout }
}

function isPoints(sets: Points | Readonly<Record<string, Points>>): sets is Points {
  return Array.isArray(sets) || ('values' in sets && 'shape' in sets && Array.isArray(sets.shape))
}

/** Plotly numbers subplots from 1 and leaves the 1 out. */
function trace(
  panel: Panel,
  i: number,
  ranges: readonly [Range, Range],
  panelSize: Size,
  webgl: boolean,
): Attributes {
  const { x, y } = panel.drawn
  const size = x.length > 50_000 ? 2 : x.length > 5000 ? 3 : x.length > 500 ? 4 : 6
  return {
    type: webgl ? 'scattergl' : 'scatter',
    mode: 'markers',
    name: panel.name,
    x: encode(x),
    y: encode(y),
    xaxis: `x${suffix(i)}`,
    yaxis: `y${suffix(i)}`,
    marker: {
      size,
      color: colorway[i % colorway.length]!,
      opacity: opacity(panel.drawn, ranges, panelSize, size),
      line: { width: 0 },
    },
    hovertemplate: `(%{x:.3~f}, %{y:.3~f})<extra>${escape(panel.name)}</extra>`,
  }
}

/**
 * The opacity at which a place of typical crowding is nine tenths covered: 1 − (1 − a)^k = 0.9, where k is the number of
 * points that the average point shares its marker's area with.
 */
function opacity(
  { x, y }: Columns,
  [[left, right], [bottom, top]]: readonly [Range, Range],
  panel: Size,
  size: number,
) {
  const across = Math.ceil(panel.width / size)
  const up = Math.ceil(panel.height / size)
  const cells = new Uint32Array(across * up)
  let inside = 0
  for (let i = 0; i < x.length; i++) {
    const column = Math.floor(((x[i]! - left) / (right - left)) * across)
    const row = Math.floor(((y[i]! - bottom) / (top - bottom)) * up)
    if (!(column >= 0 && column < across && row >= 0 && row < up)) continue
    cells[row * across + column]!++
    inside++
  }
  const crowd = cells.reduce((sum, n) => sum + n * n, 0) / Math.max(1, inside)
  return Number(Math.min(0.85, Math.max(0.05, 1 - 0.1 ** (1 / crowd))).toFixed(3))
}

/** `4,096 points each`, or how many of what. */
function sizes(panels: readonly Panel[]): string {
  const [first, ...others] = panels
  if (!others.length) return count(first!.total, 'point')
  if (others.every(({ total }) => total === first!.total)) return `${count(first!.total, 'point')} each`
  return panels.map(({ name, total }) => `${name}: ${count(total, 'point')}`).join(' · ')
}

/** A panel in the proportions of its ranges, neither side beyond `longest`, nor very flat or thin. */
function panelSize([[left, right], [bottom, top]]: readonly [Range, Range], longest: number): Size {
  const aspect = Math.min(2.5, Math.max(0.4, (right - left) / (top - bottom)))
  return aspect > 1
    ? { width: longest, height: Math.round(longest / aspect) }
    : { width: Math.round(longest * aspect), height: longest }
}

/** One range per coordinate for all sets. */
function equalRanges(sets: readonly Columns[]): [Range, Range] {
  return (['x', 'y'] as const).map((coordinate): Range => {
    const [low, high] = extent(
      sets.flatMap((set) => {
        const [least, greatest] = extent(set[coordinate])
        const [q0, q1] = quantiles(set[coordinate], [0.005, 0.995]) as [number, number]
        const slack = 0.1 * (q1 - q0)
        return [Math.max(least, q0 - slack), Math.min(greatest, q1 + slack)]
      }),
    )
    const pad = 0.04 * (high - low) || Math.abs(low) * 0.1 || 1
    return [low - pad, high + pad]
  }) as [Range, Range]
}

function outside({ x, y }: Columns, [[left, right], [bottom, top]]: readonly [Range, Range]): number {
  let n = 0
  for (let i = 0; i < x.length; i++)
    if (!(x[i]! >= left && x[i]! <= right && y[i]! >= bottom && y[i]! <= top)) n++
  return n
}

function every({ x, y }: Columns, stride: number): Columns {
  const kept = Math.max(1, Math.floor(x.length / stride))
  const index = Float64Array.from({ length: kept }, (_, i) => Math.floor(i * stride))
  return { x: index.map((i) => x[i]!), y: index.map((i) => y[i]!) }
}

function panelAxes(
  i: number,
  { columns, rows, panels }: { readonly columns: number; readonly rows: number; readonly panels: number },
  ranges: readonly [Range, Range],
  size: Size,
  names: readonly [string, string] = ['x₁', 'x₂'],
): Record<string, Attributes> {
  const [stepX, stepY] = [size.width + GAP, size.height + ROW_GAP]
  const [width, height] = [columns * stepX - GAP, rows * stepY - ROW_GAP]
  const column = i % columns
  const row = Math.floor(i / columns)
  const left = (column * stepX) / width
  const top = 1 - (row * stepY) / height
  const lowest = i + columns >= panels
  const shared = { constrain: 'domain', zeroline: false, automargin: true }
  return {
    [`xaxis${suffix(i)}`]: {
      ...shared,
      anchor: `y${suffix(i)}`,
      domain: [left, Math.min(1, left + size.width / width)],
      range: ranges[0],
      ...(lowest ? { title: axisTitle(names[0]) } : {}),
      ...(i ? { matches: 'x' } : {}),
    },
    [`yaxis${suffix(i)}`]: {
      ...shared,
      anchor: `x${suffix(i)}`,
      domain: [Math.max(0, top - size.height / height), top],
      range: ranges[1],
      ...(column ? { showticklabels: false } : { title: axisTitle(names[1]) }),
      ...(i ? { matches: 'y' } : { scaleanchor: 'x', scaleratio: 1 }),
    },
  }
}

/** How many points lie outside of the panel. */
function strays({ outside }: Panel): string {
  return outside ? `, ${outside.toLocaleString('en-US')} outside` : ''
}
