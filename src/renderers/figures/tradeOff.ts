/** Two things that cannot both be had: a curve through the choices that were tried, such as guidance scales. */
import { encode, type Numbers } from './encode'
import { FigureError, type Figure, type Json } from './figure'
import { extent, series, short } from './numbers'
import { axisTitle, baseLayout, colorway, escape, magnitudeScale } from './style'

export interface TradeOffInput {
  /** What was varied, such as γ, in the order in which the points are joined. */
  readonly settings: Numbers
  /** What it is called. */
  readonly setting: string
  /** What is given up, and what is won: one number for each setting. */
  readonly x: Numbers
  readonly y: Numbers
  readonly axes: readonly [string, string]
  /** Standard errors, if known. */
  readonly errors?: { readonly x?: Numbers; readonly y?: Numbers }
  readonly title?: string
}

/** More points than this are told apart by colour and hover alone. */
const MOST_NAMED = 12

/**
 * A line through the points, each with its setting beside it.
 *
 * @throws FigureError where lists differ in length, or nothing is finite.
 */
export function tradeOffFigure(input: TradeOffInput): Figure {
  const settings = series(input.settings, 'settings')
  const x = series(input.x, 'x', settings.length)
  const y = series(input.y, 'y', settings.length)
  if (!settings.some((_, i) => Number.isFinite(x[i]) && Number.isFinite(y[i])))
    throw new FigureError('no setting has finite numbers for both axes.')
  const bars = (values: Numbers | undefined, axis: 'x' | 'y'): Record<string, Json> =>
    values
      ? {
          [`error_${axis}`]: {
            type: 'data',
            array: encode(series(values, `errors.${axis}`, settings.length)),
            thickness: 1,
            width: 3,
            color: colorway[0],
          },
        }
      : {}
  const [from, to] = extent(settings)
  const title = input.title ?? `${input.axes[0]} against ${input.axes[1]}`
  const subtitle = `${input.setting} from ${short(from)} to ${short(to)}`
  const range = (values: Float64Array): Json => {
    const [low, high] = extent(values)
    const room = 0.12 * (high - low) || 1
    return [low - room, high + room]
  }
  return {
    data: [
      {
        type: 'scatter',
        mode: settings.length <= MOST_NAMED ? 'lines+markers+text' : 'lines+markers',
        x: encode(x),
        y: encode(y),
        text: Array.from(settings, (value) => escape(`${input.setting} = ${short(value)}`)),
        // Neighbours may be close: their names stand above and below in turn.
        textposition: Array.from(settings, (_, i) => (i % 2 ? 'bottom center' : 'top center')),
        textfont: { size: 11 },
        line: { width: 1.5, color: colorway[0] },
        marker: {
          size: 10,
          color: encode(settings),
          colorscale: magnitudeScale,
          ...(settings.length > MOST_NAMED && {
            showscale: true,
            colorbar: { title: { text: escape(input.setting) } },
          }),
        },
        hovertemplate: `%{text}<br>${escape(input.axes[0])} %{x:.4~g}<br>${escape(input.axes[1])} %{y:.4~g}<extra></extra>`,
        ...bars(input.errors?.x, 'x'),
        ...bars(input.errors?.y, 'y'),
      },
    ],
    layout: {
      ...baseLayout(title, subtitle, `${title}: ${subtitle}, ${settings.length} settings`, 380),
      showlegend: false,
      xaxis: { title: axisTitle(input.axes[0]), range: range(x), zeroline: false },
      yaxis: { title: axisTitle(input.axes[1]), range: range(y), zeroline: false },
    },
  }
}
