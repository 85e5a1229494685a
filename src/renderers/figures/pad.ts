/** A plane to draw points on: where a renderer knows how, a person draws, and takes the points away, as text or into the cell. */
import { decode, encode, isEncoded } from './encode'
import type { Attributes, Figure, Json } from './figure'
import { axisTitle, baseLayout, colorway, escape } from './style'

/** A point that a person drew, and the number of its class. */
export interface DrawnPoint {
  readonly x: number
  readonly y: number
  readonly label: number
}

export interface PadInput {
  /** What is shown of each axis. */
  readonly x: readonly [number, number]
  readonly y: readonly [number, number]
  readonly title?: string
  /** The names of the classes to draw. Default: one, without a name. */
  readonly classes?: readonly string[]
  /** What is there already. */
  readonly points?: readonly DrawnPoint[]
  /** The control that hears of new points. */
  readonly control?: string
  /** A cell waits for the person to be done. */
  readonly awaited?: boolean
}

/** What marks a figure as a pad, in its layout's `meta`. */
const MARK = 'pad'
/** More points than this a person does not draw. */
export const MOST_DRAWN = 5000

export function padFigure({ x, y, title = 'Draw points', ...rest }: PadInput): Figure {
  const { classes = ['points'], points = [], control, awaited = false } = rest
  const axis = { zeroline: false, constrain: 'domain', fixedrange: true, automargin: true }
  const subtitle = 'click for a point, drag for many'
  const summary = points.length
    ? `${title}: ${points.length.toLocaleString('en-US')} drawn`
    : `${title}: ${subtitle}`
  const layout: Record<string, Json> = {
    ...baseLayout(title, subtitle, summary, 460),
    width: 440,
    meta: { summary, genbook: MARK, ...(control !== undefined && { control }), ...(awaited && { awaited }) },
    dragmode: false,
    hovermode: false,
    showlegend: false,
    xaxis: { ...axis, range: [...x], title: axisTitle('x₁') },
    yaxis: { ...axis, range: [...y], title: axisTitle('x₂'), scaleanchor: 'x', scaleratio: 1 },
  }
  return { data: classes.map((name, label) => classTrace(name, label, points)), layout }
}

function classTrace(name: string, label: number, points: readonly DrawnPoint[]): Attributes {
  const own = points.filter((point) => point.label === label)
  return {
    type: 'scatter',
    mode: 'markers',
    name: escape(name),
    x: encode(
      own.map(({ x }) => x),
      'f8',
    ),
    y: encode(
      own.map(({ y }) => y),
      'f8',
    ),
    marker: { size: 6, color: colorway[label % colorway.length]! },
  }
}

/** Whether a person may draw on the figure. */
export function isPad({ layout: { meta } }: Figure): boolean {
  return typeof meta === 'object' && meta !== null && 'genbook' in meta && meta.genbook === MARK
}

/** What a pad holds: its classes, its points by class, and who hears of new ones. */
export function padContent({ data, layout: { meta } }: Figure): {
  readonly classes: readonly string[]
  readonly points: readonly DrawnPoint[]
  readonly control?: string
  readonly awaited: boolean
} {
  const { control, awaited } = (meta ?? {}) as Attributes
  const numbers = (value: Json | undefined): readonly number[] =>
    isEncoded(value) ? Array.from(decode(value)) : Array.isArray(value) ? value.map(Number) : []
  return {
    classes: data.map(({ name }) => (typeof name === 'string' ? name : '')),
    points: data.flatMap((trace, label) => {
      const [x, y] = [numbers(trace.x), numbers(trace.y)]
      return x.map((each, i) => ({ x: each, y: y[i] ?? 0, label }))
    }),
    ...(typeof control === 'string' && { control }),
    awaited: awaited === true,
  }
}

/** The pad with other points. */
export function withPoints(figure: Figure, points: readonly DrawnPoint[]): Figure {
  const data = figure.data.map((trace, label) => {
    const { x, y } = classTrace('', label, points)
    return { ...trace, x: x!, y: y! }
  })
  return { ...figure, data }
}
