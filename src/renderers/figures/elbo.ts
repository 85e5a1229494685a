/** The terms of an evidence lower bound, stacked: what each part of the way from noise to data costs. */
import { FigureError, type Attributes, type Figure, type Json } from './figure'
import { short } from './numbers'
import { axisTitle, baseLayout, colorway, escape, magnitudeScale } from './style'

export interface ElboBar {
  readonly name: string
  /** L_T, in nats. */
  readonly prior: number
  /** L_{t−1} of each step from t to s, from noise to data. */
  readonly steps: readonly { readonly t: number; readonly s: number; readonly value: number }[]
  /** L_0. */
  readonly reconstruction: number
}

export interface ElboOptions {
  readonly title?: string
  /** −E log p(x_0), where it is known: no bound can be below it. */
  readonly exact?: number
  /** Steps are summed into so many parts. Default 6. */
  readonly parts?: number
}

/**
 * One bar for each bound: from the bottom L_T, the steps from noise to data, and L_0, which is negative where data are
 * continuous and known well. A mark shows the sum.
 *
 * @throws FigureError where there is no bound, or a term is no finite number.
 */
export function elboFigure(
  bars: readonly ElboBar[],
  { title = 'Evidence lower bound', exact, parts = 6 }: ElboOptions = {},
): Figure {
  if (!bars.length) throw new FigureError('There is no bound to draw.')
  if (!Number.isSafeInteger(parts) || parts < 1)
    throw new FigureError(`parts must be a positive whole number, but is ${parts}.`)
  const groups = bars.map((bar) => segments(bar, parts))
  const count = Math.max(...groups.map((group) => group.length))
  const names = bars.map(({ name }) => escape(name))
  const totals = groups.map((group) => group.reduce((sum, { value }) => sum + value, 0))
  const data: Attributes[] = []
  for (let k = 0; k < count; k++) {
    const shown = groups.flatMap((group, i) => {
      const segment = group[k]
      return segment ? [{ bar: names[i]!, ...segment }] : []
    })
    data.push({
      type: 'bar',
      name: escape(legendOf(shown.map(({ label }) => label))),
      x: shown.map(({ bar }) => bar),
      y: shown.map(({ value }) => value),
      marker: { color: shown[0]!.color },
      customdata: shown.map(({ label }) => escape(label)),
      hovertemplate: '%{customdata}: %{y:.4~g} nats<extra>%{x}</extra>',
    })
  }
  data.push({
    type: 'scatter',
    mode: 'markers+text',
    name: 'sum',
    x: names,
    y: totals,
    text: totals.map((total) => `<b>${short(total)}</b>`),
    textposition: 'middle right',
    marker: { symbol: 'line-ew-open', size: 34, line: { width: 3 }, color: colorway[3] },
    hovertemplate: 'sum: %{y:.5~g} nats<extra>%{x}</extra>',
  })
  const summary = bars.map(({ name }, i) => `${name} ${short(totals[i]!)} nats`).join(', ')
  const layout: Record<string, Json> = {
    ...baseLayout(
      title,
      exact === undefined ? 'nats' : `−E log p = ${short(exact)} nats`,
      `${title}: ${summary}`,
      420,
    ),
    width: Math.min(900, 300 + 150 * bars.length),
    barmode: 'relative',
    bargap: 0.5,
    legend: { traceorder: 'reversed' },
    xaxis: { type: 'category', automargin: true },
    yaxis: { title: axisTitle('nats'), zeroline: true, automargin: true },
    ...(exact !== undefined && {
      shapes: [
        {
          type: 'line',
          xref: 'paper',
          x0: 0,
          x1: 1,
          y0: exact,
          y1: exact,
          line: { width: 2, dash: 'dot', color: colorway[5] },
        },
      ],
    }),
  }
  return { data, layout }
}

/** One name for what all bars have at one height: its own where they agree. */
function legendOf(labels: readonly string[]): string {
  return labels.every((label) => label === labels[0])
    ? labels[0]!
    : `${labels[0]!} | … | ${labels.at(-1)!.replace('steps ', '')}`
}

interface Segment {
  readonly label: string
  readonly value: number
  readonly color: string
}

function segments(bar: ElboBar, parts: number): Segment[] {
  const shades = magnitudeScale as readonly (readonly [number, string])[]
  const size = Math.ceil(bar.steps.length / parts)
  const out: Segment[] = [
    { label: 'L_T, prior', value: finite(bar.prior, `${bar.name}: prior`), color: colorway[4] },
  ]
  for (let start = 0; start < bar.steps.length; start += size) {
    const group = bar.steps.slice(start, start + size)
    const [from, to] = [group[0]!.t, group.at(-1)!.s]
    out.push({
      label: `steps ${short(from)} → ${short(to)}`,
      value: group.reduce((sum, { value }) => sum + finite(value, `${bar.name}: a step`), 0),
      color: mixed(shades, bar.steps.length > 1 ? start / (bar.steps.length - 1) : 0),
    })
  }
  out.push({
    label: 'L_0, reconstruction',
    value: finite(bar.reconstruction, `${bar.name}: reconstruction`),
    color: colorway[2],
  })
  return out
}

function finite(value: number, what: string): number {
  if (Number.isFinite(value)) return value
  throw new FigureError(`${what} is ${value}, which cannot be drawn.`)
}

/** The colour a share of the way along a scale. */
function mixed(scale: readonly (readonly [number, string])[], share: number): string {
  const next = Math.max(
    1,
    scale.findIndex(([at]) => at >= share),
  )
  const [[a, from], [b, to]] = [scale[next - 1]!, scale[next]!]
  const part = Math.min(1, Math.max(0, (share - a) / (b - a)))
  const channel = (color: string, i: number): number => parseInt(color.slice(1 + 2 * i, 3 + 2 * i), 16)
  return `#${[0, 1, 2]
    .map((i) =>
      Math.round(channel(from, i) + part * (channel(to, i) - channel(from, i)))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`
}
