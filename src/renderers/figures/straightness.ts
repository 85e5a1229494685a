/** How straight flows are: their distance from the chord, by time. */
import { encode, type Numbers } from './encode'
import { FigureError, type Attributes, type Figure } from './figure'
import { series, short } from './numbers'
import { axisTitle, baseLayout, colorway, escape, legendAbove } from './style'

export interface StraightnessCurve {
  /** Times. */
  readonly t: Numbers
  /** E ‖(Z₁ − Z₀) − v(Z_t, t)‖² at each. */
  readonly deviation: Numbers
  /** S, its integral. */
  readonly value: number
}

/** Flows whose S differ by more than this factor are drawn to a logarithmic scale. */
const WIDE = 20

/**
 * One line for each flow; a straight flow lies on zero, and the mean of a line over t is S.
 *
 * @throws FigureError where there is no flow, or its lists differ in length.
 */
export function straightnessFigure(
  flows: Readonly<Record<string, StraightnessCurve>>,
  { title = 'Distance from straight lines' }: { readonly title?: string } = {},
): Figure {
  const named = Object.entries(flows)
  if (!named.length)
    throw new FigureError('There is no flow to draw: pass at least one, as { name: straightness }.')
  const values = named.map(([, { value }]) => value)
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const log = least > 0 && most > WIDE * least
  const summary = named.map(([name, { value }]) => `${name} S = ${short(value)}`).join(', ')
  const data = named.map(([name, curve], i): Attributes => {
    const t = series(curve.t, `the times of ${name}`)
    const y = series(curve.deviation, `the deviation of ${name}`, t.length)
    const color = colorway[i % colorway.length]!
    return {
      type: 'scatter',
      mode: 'lines',
      name: `${name}: S = ${short(curve.value)}`,
      x: encode(t),
      y: encode(y),
      line: { width: 2.5, color, simplify: false },
      hovertemplate: `${escape(name)}: %{y:.3~g}<extra></extra>`,
    }
  })
  return {
    data,
    layout: {
      ...baseLayout(title, 'S is the mean over t', `${title}: ${summary}`, 320),
      ...legendAbove,
      hovermode: 'x unified',
      xaxis: { title: axisTitle('t (0 is data)'), zeroline: false, range: [-0.01, 1.01] },
      yaxis: {
        title: axisTitle('E ‖(Z₁ − Z₀) − v‖²'),
        automargin: true,
        ...(log ? { type: 'log', dtick: 1, tickformat: '~g' } : { rangemode: 'tozero' }),
      },
    },
  }
}
