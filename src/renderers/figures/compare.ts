/** Samples of several models beside one another and over the data, so that one sees what each gets wrong. */
import { encode, type Numbers } from './encode'
import { count, FigureError, type Attributes, type Figure, type Json } from './figure'
import { planePoints, series, type Columns, type Points } from './numbers'
import { samplesFigure, type SamplesOptions } from './samples'
import { escape } from './style'

export interface CompareInput extends SamplesOptions {
  /** Samples by the name of their model, each of shape [n, 2]. */
  readonly sets: Readonly<Record<string, Points>>
  /** Real samples: a panel of their own, and in grey behind all others. */
  readonly reference?: Points
  readonly referenceName?: string
  /**
   * What all sets came from, one row for one row of each: points, which colour by their direction from the origin, or
   * numbers. So one sees which noise became which sample in each model.
   */
  readonly origin?: Points | Numbers
  /** A few words for a panel's title, such as a distance with its error. */
  readonly notes?: Readonly<Record<string, string>>
}

const GREY = 'rgba(128,128,128,0.35)'
const MOST_BEHIND = 1500

/** Colours of directions: the ends of the scale meet. */
const cyclic: Json = [
  [0, '#2f7fc1'],
  [0.2, '#1c9370'],
  [0.4, '#a58a12'],
  [0.6, '#d9691a'],
  [0.8, '#b05fc4'],
  [1, '#2f7fc1'],
]

/**
 * Panels with shared axes.
 *
 * @throws FigureError where there is no set, one is no set of points, or the origin has another number of rows.
 */
export function compareFigure(input: CompareInput): Figure {
  const { sets, reference, referenceName = 'data', origin, notes = {}, ...options } = input
  const named = Object.keys(sets)
  if (!named.length) throw new FigureError('There is nothing to compare: pass samples as { name: points }.')
  if (reference && referenceName in sets)
    throw new FigureError(`Two sets are called ${referenceName}: name the reference otherwise.`)
  const figure = samplesFigure(reference ? { [referenceName]: reference, ...sets } : sets, {
    title: named.join(' | '),
    ...options,
  })
  const first = reference ? 1 : 0
  const behind = reference && grey(planePoints(reference, referenceName), referenceName)
  const colors = origin && colorsOf(origin)
  const data = figure.data.flatMap((trace, i): readonly Attributes[] => {
    if (i < first) return [{ ...trace, marker: { ...(trace.marker as Attributes), color: GREY } }]
    const name = named[i - first]!
    const coloured = colors
      ? {
          ...trace,
          marker: { ...(trace.marker as Attributes), ...marker(colors, rowsOf(sets[name]!), name) },
        }
      : trace
    return behind ? [{ ...behind, xaxis: trace.xaxis!, yaxis: trace.yaxis! }, coloured] : [coloured]
  })
  const titles = figure.layout.annotations as readonly Attributes[]
  const counts = new Set(named.map((name) => rowsOf(sets[name]!)))
  const title = figure.layout.title as Attributes
  return {
    data,
    layout: {
      ...figure.layout,
      ...(counts.size === 1 && {
        title: {
          ...title,
          subtitle: { ...(title.subtitle as Attributes), text: `${count([...counts][0]!, 'point')} each` },
        },
      }),
      annotations: titles.map((annotation, i) => {
        const note = i >= first ? notes[named[i - first]!] : undefined
        return note ? { ...annotation, text: `${annotation.text as string}: ${escape(note)}` } : annotation
      }),
    },
  }
}

function grey({ x, y }: Columns, name: string): Attributes {
  const stride = Math.max(1, x.length / MOST_BEHIND)
  const kept = Float64Array.from({ length: Math.floor(x.length / stride) }, (_, k) => Math.floor(k * stride))
  return {
    type: 'scatter',
    mode: 'markers',
    name: escape(name),
    x: encode(kept.map((k) => x[k]!)),
    y: encode(kept.map((k) => y[k]!)),
    marker: { size: 3, color: GREY, line: { width: 0 } },
    hoverinfo: 'skip',
  }
}

interface Colors {
  readonly values: Float64Array
  readonly cyclic: boolean
}

function colorsOf(origin: Points | Numbers): Colors {
  if (isPoints(origin)) {
    const { x, y } = planePoints(origin, 'origin')
    return { values: x.map((value, i) => Math.atan2(y[i]!, value)), cyclic: true }
  }
  return { values: series(origin, 'origin'), cyclic: false }
}

function isPoints(origin: Points | Numbers): origin is Points {
  return 'shape' in origin || Array.isArray(origin[0])
}

function marker({ values, cyclic: round }: Colors, rows: number, name: string): Attributes {
  if (rows !== values.length)
    throw new FigureError(
      `origin has ${values.length} rows, but ${name} has ${rows}: each sample needs its own.`,
    )
  return {
    color: encode(values),
    ...(round ? { colorscale: cyclic, cmin: -Math.PI, cmax: Math.PI } : { colorscale: 'Viridis' }),
    opacity: 0.75,
  }
}

function rowsOf(points: Points): number {
  return 'shape' in points ? points.shape[0]! : points.length
}
