/** Numbers side by side as bars, in groups, with their errors. */
import { count, FigureError, type Attributes, type Figure, type Json } from './figure'
import { short } from './numbers'
import { axisTitle, baseLayout, colorway, escape, legendAbove } from './style'

/** A number, or one with its standard error, as `metrics` give it too. */
export type BarValue =
  | number
  | { readonly value: number; readonly error: number }
  | { readonly value: number; readonly standardError: number }

/** Bars by name; or several series of them by name, drawn beside one another in groups. */
export type BarsInput =
  Readonly<Record<string, BarValue>> | Readonly<Record<string, Readonly<Record<string, BarValue>>>>

export interface BarsOptions {
  readonly title?: string
  readonly subtitle?: string
  /** What the bars measure: the title of the axis. */
  readonly quantity?: string
  /** What the groups are: the title of the other axis. */
  readonly groups?: string
  /** `auto`, the default, is logarithmic where all values are positive and span a factor of thirty. */
  readonly scale?: 'auto' | 'linear' | 'log'
}

const WIDEST = 860
/** The share of a group's place that is left free beside it. */
const GAP = 0.3
/** Pixels of the figure beside the bars, at least; and those that a character of a number takes. */
const MARGINS = 110
const CHARACTER = 6.2

/**
 * A bar chart. Whiskers show one standard error, where there is one.
 *
 * @throws FigureError where there are no bars, or a value is no finite number.
 */
export function barsFigure(input: BarsInput, options: BarsOptions = {}): Figure {
  const series = seriesOf(input)
  const names = [...new Set(series.flatMap(([, bars]) => Object.keys(bars)))]
  const all = series.flatMap(([name, bars]) =>
    Object.entries(bars).map(([bar, value]) => number(value, `${name} ${bar}`)),
  )
  if (!all.length) throw new FigureError('There are no bars to draw: pass at least one, as { name: value }.')
  const values = all.map(({ value }) => value)
  const positive = values.every((value) => value > 0)
  const wide = positive && Math.max(...values) / Math.min(...values) >= 30
  const log = options.scale === 'log' || (options.scale !== 'linear' && wide)
  if (log && !positive) throw new FigureError('A logarithmic scale needs positive values.')
  const title = options.title ?? options.quantity ?? 'Bars'
  const several = series.length > 1
  const listed = series
    .flatMap(([name, bars]) =>
      Object.entries(bars).map(
        ([bar, value]) => `${several ? `${name}, ` : ''}${bar} ${short(number(value, bar).value)}`,
      ),
    )
    .slice(0, 8)
    .join('; ')
  const width = Math.min(WIDEST, 160 + names.length * (several ? 64 * series.length : 76))
  const layout: Record<string, Json> = {
    ...baseLayout(title, options.subtitle ?? '', `${title}: ${count(values.length, 'bar')}: ${listed}`, 340),
    width,
    barmode: 'group',
    bargap: GAP,
    ...(several ? legendAbove : { showlegend: false }),
    xaxis: {
      type: 'category',
      automargin: true,
      ...(options.groups ? { title: axisTitle(options.groups) } : {}),
    },
    yaxis: {
      automargin: true,
      zeroline: !log,
      ...(log ? { type: 'log', dtick: 1, tickformat: '~g' } : {}),
      ...(options.quantity ? { title: axisTitle(options.quantity) } : {}),
    },
  }
  // Numbers that would run into each other say less than none; they show under the pointer.
  const barWidth = (((width - MARGINS) / names.length) * (1 - GAP)) / series.length
  const longest = Math.max(...values.map((value) => label(value).length)) * CHARACTER
  const labelled = longest <= (several ? barWidth + 4 : barWidth / (1 - GAP))
  return { data: series.map(([name, bars], i) => trace(name, bars, i, names, several, labelled)), layout }
}

function trace(
  name: string,
  bars: Readonly<Record<string, BarValue>>,
  i: number,
  names: readonly string[],
  several: boolean,
  labelled: boolean,
): Attributes {
  const shown = names.filter((bar) => bar in bars)
  const numbers = shown.map((bar) => number(bars[bar]!, bar))
  const errors = numbers.map(({ error }) => error)
  const whiskers = errors.some((error) => error > 0)
  return {
    type: 'bar',
    name: escape(name),
    x: shown.map(escape),
    y: numbers.map(({ value }) => value),
    marker: { color: several ? colorway[i % colorway.length]! : colorway[0] },
    // Whiskers stand where the text would.
    ...(labelled && {
      text: numbers.map(({ value }) => label(value)),
      textfont: { size: 11 },
      constraintext: 'none',
      ...(whiskers ? { textposition: 'auto', insidetextanchor: 'middle' } : { textposition: 'outside' }),
    }),
    cliponaxis: false,
    ...(whiskers ? { error_y: { type: 'data', array: errors, thickness: 1.4, width: 4 } } : {}),
    hovertemplate: `%{x}: %{y:.4~g}<extra>${several ? escape(name) : ''}</extra>`,
  }
}

const label = (value: number) => short(Number(value.toPrecision(3)))

function seriesOf(input: BarsInput): [string, Readonly<Record<string, BarValue>>][] {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new FigureError('Bars are a record of numbers by name, or several such records by name.')
  const entries = Object.entries(input)
  const grouped = entries.some(
    ([, value]) => typeof value === 'object' && value !== null && !('value' in value),
  )
  return grouped
    ? (entries as [string, Readonly<Record<string, BarValue>>][])
    : [['', input as Readonly<Record<string, BarValue>>]]
}

function number(bar: BarValue, name: string): { readonly value: number; readonly error: number } {
  const value = typeof bar === 'number' ? bar : bar.value
  const error = typeof bar === 'number' ? 0 : 'standardError' in bar ? bar.standardError : bar.error
  if (!Number.isFinite(value))
    throw new FigureError(`The bar ${name.trim()} is ${value}, which cannot be drawn.`)
  return { value, error: Number.isFinite(error) ? error : 0 }
}
