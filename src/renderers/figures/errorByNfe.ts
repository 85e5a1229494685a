/** What accuracy costs: the error of samplers against how often they ask the model. */
import { encode, type Numbers } from './encode'
import { FigureError, type Attributes, type Figure, type Json } from './figure'
import { extent, series, short } from './numbers'
import { axisTitle, baseLayout, colorway, escape } from './style'

export interface ErrorCurve {
  readonly name: string
  /** NFE. */
  readonly evaluations: Numbers
  /** The error that the steps make, positive. */
  readonly discretisation: Numbers
  /** The whole error, drawn thin where it is given. */
  readonly total?: Numbers
}

export interface ErrorByNfeInput {
  readonly curves: readonly ErrorCurve[]
  /** The error that the model makes however fine the steps are: a level that no solver gets below. */
  readonly score?: number
  /** The error of starting from N(0, σ²) and not from p_T. */
  readonly prior?: number
  readonly title?: string
  /** What the error is. Default: the distance that it is measured in. */
  readonly error?: string
}

/**
 * Lines of error against NFE, both logarithmic, with the parts that more steps do not mend as levels.
 *
 * @throws FigureError where lists differ in length, or there is nothing positive to draw.
 */
export function errorByNfeFigure(input: ErrorByNfeInput): Figure {
  const { curves, score, prior, title = 'Error by NFE', error = 'error (root mean square distance)' } = input
  if (!curves.length) throw new FigureError('There are no errors to draw: pass at least one sampler.')
  const data: Attributes[] = []
  const ends: string[] = []
  let [low, high] = [Infinity, -Infinity]
  for (const [i, curve] of curves.entries()) {
    const x = series(curve.evaluations, `${curve.name}: evaluations`)
    const y = series(curve.discretisation, `${curve.name}: discretisation`, x.length)
    const color = colorway[i % colorway.length]!
    ;[low, high] = [Math.min(low, extent(x)[0]), Math.max(high, extent(x)[1])]
    ends.push(`${curve.name} ${short(y[0]!)} → ${short(y.at(-1)!)}`)
    data.push({
      type: 'scatter',
      mode: 'lines+markers',
      name: escape(curve.name),
      legendgroup: escape(curve.name),
      x: encode(x),
      y: encode(y),
      line: { width: 2, color },
      marker: { size: 6 },
      hovertemplate: `NFE %{x}: steps make %{y:.3~g}<extra>${escape(curve.name)}</extra>`,
    })
    if (curve.total)
      data.push({
        type: 'scatter',
        mode: 'lines',
        name: `${escape(curve.name)}, in all`,
        legendgroup: escape(curve.name),
        showlegend: false,
        x: encode(x),
        y: encode(series(curve.total, `${curve.name}: total`, x.length)),
        line: { width: 1, color, dash: 'dot' },
        hovertemplate: `NFE %{x}: in all %{y:.3~g}<extra>${escape(curve.name)}</extra>`,
      })
  }
  if (!(low > 0)) throw new FigureError('evaluations must be positive.')
  const level = (name: string, value: number | undefined, dash: string): void => {
    if (value === undefined || !(value > 0)) return
    ends.push(`${name} ${short(value)}`)
    data.push({
      type: 'scatter',
      mode: 'lines',
      name,
      x: encode([low, high]),
      y: encode([value, value]),
      line: { width: 1.5, color: '#8a8a8a', dash },
      hovertemplate: `${name}: %{y:.3~g}<extra></extra>`,
    })
  }
  level('score', score, 'dash')
  level('prior', prior, 'longdashdot')
  const subtitle = curves.some(({ total }) => total)
    ? 'Lines: what the steps make. Dotted: all of it.'
    : 'What the steps make'
  const layout: Record<string, Json> = {
    ...baseLayout(title, subtitle, `${title}: ${ends.join(', ')}`, 400),
    margin: { l: 70, r: 24, t: 84, b: 52 },
    showlegend: true,
    legend: { x: 1.02, xanchor: 'left', y: 1, yanchor: 'top' },
    xaxis: { type: 'log', title: axisTitle('NFE, requests to the model'), dtick: 'D2', tickformat: '~g' },
    yaxis: { type: 'log', title: axisTitle(error), tickformat: '~g', exponentformat: 'power' },
  }
  return { data, layout }
}
