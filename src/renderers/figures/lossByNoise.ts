/** The loss of denoisers at each noise level. */
import { encode, type Numbers } from './encode'
import { FigureError, type Figure } from './figure'
import { extent, series, short } from './numbers'
import { axisTitle, baseLayout, colorway, escape, legendAbove } from './style'

export interface NoiseLevelCurve {
  readonly name: string
  /** λ = log(α/σ): clean at the right. */
  readonly logSnr: Numbers
  readonly loss: Numbers
  /** The times that the levels belong to. */
  readonly t?: Numbers
}

export interface LossByNoiseOptions {
  readonly title?: string
  /** What is compared: `noise`. */
  readonly quantity?: string
  readonly scale?: 'auto' | 'linear' | 'log'
}

/** @throws FigureError where there is no curve, or lists differ in length. */
export function lossByNoiseFigure(
  curves: readonly NoiseLevelCurve[],
  { title = 'Loss by noise level', quantity = 'noise', scale = 'auto' }: LossByNoiseOptions = {},
): Figure {
  if (!curves.length) throw new FigureError('There is no loss to draw.')
  const all = curves.flatMap(({ loss }) => Array.from(loss))
  const [low, high] = extent(all)
  const log = scale === 'log' || (scale === 'auto' && low > 0 && high / low > 30)
  const ends = curves.map(({ name, loss }) => `${name} ${short(mean(series(loss, name)))}`).join(', ')
  return {
    data: curves.map(({ name, logSnr, loss, t }, i) => {
      const lambda = series(logSnr, 'logSnr')
      return {
        type: 'scatter',
        mode: 'lines+markers',
        name: escape(name),
        x: encode(lambda),
        y: encode(series(loss, name, lambda.length)),
        ...(t && { customdata: encode(series(t, 't', lambda.length)) }),
        line: { width: 2, color: colorway[i % colorway.length]! },
        marker: { size: 4 },
        hovertemplate: `${t ? 't = %{customdata:.4~g}, ' : ''}λ = %{x:.3~f}: %{y:.4~g}<extra>${escape(name)}</extra>`,
      }
    }),
    layout: {
      ...baseLayout(title, `mean squared error of the ${quantity}`, `${title}: means ${ends}`, 360),
      ...(curves.length > 1 ? legendAbove : { showlegend: false }),
      xaxis: { title: axisTitle('λ = log(α/σ): noise ← → clean data'), zeroline: false },
      yaxis: log
        ? { type: 'log', dtick: 1, tickformat: '~g', title: axisTitle('loss') }
        : { title: axisTitle('loss'), rangemode: 'tozero' },
    },
  }
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
