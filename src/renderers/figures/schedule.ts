/** A noise schedule: how much of the signal is left and how much noise is added, as time goes on. */
import { encode, type Numbers } from './encode'
import { FigureError, type Attributes, type Figure, type Json } from './figure'
import { extent, quantiles, series, short } from './numbers'
import { axisTitle, baseLayout, colorway, legendAbove } from './style'

export interface ScheduleInput {
  /** Times, t = 0 clean. */
  readonly t: Numbers
  /** α_t, the factor of the signal in x_t = α_t x_0 + σ_t ε. */
  readonly alpha: Numbers
  /** σ_t, the standard deviation of the noise. */
  readonly sigma: Numbers
  /** β_t, the rate (or per-step variance) of the noise; drawn instead of the log-SNR. */
  readonly beta?: Numbers
  readonly title?: string
}

/**
 * α_t and σ_t on the left axis; on the right β_t where it is given, else λ_t = log(α_t² / σ_t²), which is left out where
 * σ_t = 0 or α_t = 0.
 *
 * @throws FigureError where lists differ in length, α or σ is negative, or nothing is finite.
 */
export function scheduleFigure(input: ScheduleInput): Figure {
  const t = series(input.t, 't')
  const alpha = nonnegative(series(input.alpha, 'alpha', t.length), 'alpha')
  const sigma = nonnegative(series(input.sigma, 'sigma', t.length), 'sigma')
  const beta = input.beta && series(input.beta, 'beta', t.length)
  const second = beta ?? t.map((_, i) => logSnr(alpha[i]!, sigma[i]!))
  const title = input.title ?? 'Noise schedule'
  const end = (values: Float64Array) => `${short(values[0]!)} → ${short(values.at(-1)!)}`
  const subtitle = `α ${end(alpha)} · σ ${end(sigma)} · ${beta ? 'β' : 'λ'} ${end(second)}`
  const discrete = t.length <= 30
  const line = (name: string, values: Float64Array, color: string, more: Attributes = {}): Attributes => ({
    type: 'scatter',
    mode: discrete ? 'lines+markers' : 'lines',
    name,
    x: encode(t),
    y: encode(values.map((value) => (Number.isFinite(value) ? value : NaN))),
    line: { width: 2.5, color, simplify: false },
    ...(discrete ? { marker: { size: 5 } } : {}),
    hovertemplate: `${name} = %{y:.4~g}<extra></extra>`,
    ...more,
  })
  const [, largest] = extent([...extent(alpha), ...extent(sigma)])
  const log = wide(alpha, sigma, largest)
  const name = beta ? 'β' : 'λ = log α²/σ²'
  const layout: Record<string, Json> = {
    ...baseLayout(title, subtitle, `${title}: ${subtitle.replaceAll(' · ', ', ')}`, 340),
    ...legendAbove,
    hovermode: 'x unified',
    margin: { l: 56, r: 64, t: 64, b: 48 },
    xaxis: { title: axisTitle('t'), zeroline: false, range: padded(extent(t), 0.01) },
    yaxis: log
      ? { title: axisTitle('α, σ'), type: 'log', dtick: 1, tickformat: '~g' }
      : { title: axisTitle('α, σ'), range: [-0.03 * largest, 1.05 * largest], zeroline: false },
    yaxis2: {
      title: axisTitle(name),
      overlaying: 'y',
      tickmode: 'auto',
      nticks: 7,
      side: 'right',
      showgrid: false,
      zeroline: false,
      automargin: true,
      range: secondRange(second),
    },
  }
  return {
    data: [
      line('α', alpha, colorway[0]),
      line('σ', sigma, colorway[1]),
      line(beta ? 'β' : 'λ', second, colorway[2], {
        yaxis: 'y2',
        line: { width: 2, color: colorway[2], dash: 'dot', simplify: false },
      }),
    ],
    layout,
  }
}

function nonnegative(values: Float64Array, what: string): Float64Array {
  const at = values.findIndex((value) => value < 0)
  if (at >= 0) throw new FigureError(`${what} must not be negative, but value ${at} is ${values[at]}.`)
  return values
}

function logSnr(alpha: number, sigma: number): number {
  return 2 * (Math.log(alpha) - Math.log(sigma))
}

/** Whether the noise outgrows the signal so far that a linear axis would show nothing else. */
function wide(alpha: Float64Array, sigma: Float64Array, largest: number): boolean {
  return largest > 20 && extent(alpha)[0] > 0 && extent(sigma)[0] > 0
}

function padded([low, high]: readonly [number, number], share: number): Json {
  const pad = share * (high - low) || 1
  return [low - pad, high + pad]
}

/** λ runs off to infinity where σ or α vanishes: that must not flatten the rest. */
function secondRange(values: Float64Array): Json {
  const [low, high] = quantiles(values, [0.005, 0.995]) as [number, number]
  return Number.isFinite(low) ? padded([low, high], 0.05) : [-1, 1]
}
