/**
 * Reads a Plotly specification that somebody else may have written: says what is wrong with it where it cannot be drawn,
 * and takes out what would reach for the network.
 */
import { decode, isEncoded } from '../figures/encode'
import { FigureError, type Attributes, type Figure, type Json } from '../figures/figure'

/** Everything that this version of Plotly draws without the network. */
export const drawableTraces: ReadonlySet<string> = new Set(
  (
    'scatter bar box heatmap histogram histogram2d histogram2dcontour contour scatterternary violin funnel waterfall ' +
    'image pie sunburst treemap icicle funnelarea scatter3d surface isosurface volume mesh3d cone streamtube scattergl ' +
    'splom parcoords parcats sankey indicator table carpet scattercarpet contourcarpet ohlc candlestick scatterpolar ' +
    'scatterpolargl barpolar scattersmith quiver'
  ).split(' '),
)

/** Maps: their coastlines and tiles come from the network. */
export const mapTraces: ReadonlySet<string> = new Set(
  'scattergeo choropleth scattermap choroplethmap densitymap scattermapbox choroplethmapbox densitymapbox'.split(
    ' ',
  ),
)

/**
 * @param value what was stored as `application/vnd.plotly.v1+json`.
 * @returns the figure, with pictures from the network removed and only harmless settings kept.
 * @throws FigureError that says which part is wrong, and how.
 */
export function readFigure(value: unknown): Figure {
  if (!isObject(value))
    throw new FigureError(`A figure is an object with data and layout, but this is ${name(value)}.`)
  const { data, layout = {}, config, frames } = value
  if (!Array.isArray(data)) throw new FigureError(`data must be an array of traces, but it is ${name(data)}.`)
  if (!isObject(layout)) throw new FigureError(`layout must be an object, but it is ${name(layout)}.`)
  if (frames !== undefined && frames !== null && !Array.isArray(frames))
    throw new FigureError(`frames must be an array, but it is ${name(frames)}.`)
  return {
    data: data.map(readTrace),
    layout: withoutNetwork(layout, 'layout') as Attributes,
    ...(isObject(config) ? { config: harmless(config) } : {}),
    ...(Array.isArray(frames) && frames.length
      ? { frames: withoutNetwork(frames, 'frames') as Attributes[] }
      : {}),
  }
}

function readTrace(trace: Json, i: number): Attributes {
  if (!isObject(trace)) throw new FigureError(`data[${i}] must be a trace object, but it is ${name(trace)}.`)
  const type = trace.type ?? 'scatter'
  if (typeof type !== 'string' || !(drawableTraces.has(type) || mapTraces.has(type)))
    throw new FigureError(
      `data[${i}].type is ${JSON.stringify(type)}, which is no kind of trace that Plotly draws.`,
    )
  return withoutNetwork(trace, `data[${i}]`) as Attributes
}

/** Copies a value without its remote pictures, and checks packed numbers and nested trace types on the way. */
function withoutNetwork(value: Json, path: string): Json {
  if (isList(value)) {
    // Long lists of numbers are the bulk of a figure, and hold nothing to look for.
    if (typeof value[0] === 'number' && typeof value.at(-1) === 'number') return value
    return value.map((item, i) => withoutNetwork(item, `${path}[${i}]`))
  }
  if (!isObject(value)) return value
  if (isEncoded(value)) {
    checkPacked(value, path)
    return value
  }
  const copy: Record<string, Json> = {}
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'type' && typeof inner === 'string' && mapTraces.has(inner))
      throw new FigureError(
        `${path}.type is "${inner}": maps need coastlines or tiles from the network, which notebooks here never fetch.`,
      )
    // Updates from buttons name attributes by path: "images[0].source".
    if (/(^|\.)source$/.test(key) && typeof inner === 'string' && !/^data:image\//i.test(inner)) continue
    copy[key] = withoutNetwork(inner, `${path}.${key}`)
  }
  return copy
}

function checkPacked(value: { dtype: string; bdata: string; shape?: string | number }, path: string): void {
  let length: number
  try {
    length = decode(value).length
  } catch (error) {
    throw new FigureError(`${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (value.shape === undefined) return
  const sides = String(value.shape).split(',').map(Number)
  if (sides.reduce((product, side) => product * side, 1) !== length)
    throw new FigureError(
      `${path} has ${length} values, but its shape [${sides.join(', ')}] needs another number.`,
    )
}

/** What a stored figure may decide about how it is handled; the rest (servers, tokens, editing) is ours. */
const settings = ['staticPlot', 'scrollZoom', 'doubleClick', 'displayModeBar', 'showTips', 'locale'] as const

function harmless(config: Attributes): Attributes {
  return Object.fromEntries(
    settings.flatMap((key) => (config[key] === undefined ? [] : [[key, config[key]]])),
  )
}

function isObject(value: unknown): value is Attributes {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

function name(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `the ${typeof value} ${JSON.stringify(value).slice(0, 40)}`
}
