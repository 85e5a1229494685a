/** Several noise schedules beside one another: α, σ, the signal-to-noise ratio and β, each in a panel of its own. */
import { encode, type Numbers } from './encode'
import { FigureError, type Attributes, type Figure, type Json } from './figure'
import { extent, quantiles, series } from './numbers'
import { suffix } from './panels'
import { axisTitle, baseLayout, colorway, escape } from './style'

export interface ScheduleCurves {
  readonly name: string
  /** Times as a share of the way from clean data (0) to noise (1). */
  readonly t: Numbers
  readonly alpha: Numbers
  readonly sigma: Numbers
  /** β_t: the rate g², or a step's variance. Left out where it is unknown. */
  readonly beta?: Numbers
}

const PANELS = ['α', 'σ', 'SNR = α²/σ²', 'β'] as const
/** Ratios beyond these are not drawn: one is all data, the other all noise. */
const [LEAST_SNR, MOST_SNR] = [1e-6, 1e6]

/** @throws FigureError where there is no schedule, or lists differ in length. */
export function schedulesFigure(
  schedules: readonly ScheduleCurves[],
  { title = 'Noise schedules' }: { readonly title?: string } = {},
): Figure {
  if (!schedules.length) throw new FigureError('There is no noise schedule to draw.')
  const data: Attributes[] = []
  const all: number[][] = PANELS.map(() => [])
  for (const [i, schedule] of schedules.entries()) {
    const t = series(schedule.t, 't')
    const alpha = series(schedule.alpha, 'alpha', t.length)
    const sigma = series(schedule.sigma, 'sigma', t.length)
    const snr = alpha.map((a, k) => {
      const ratio = (a / sigma[k]!) ** 2
      return ratio >= LEAST_SNR && ratio <= MOST_SNR ? ratio : NaN
    })
    const curves = [alpha, sigma, snr, schedule.beta && series(schedule.beta, 'beta', t.length)]
    for (const [panel, values] of curves.entries()) {
      if (!values) continue
      all[panel]!.push(...values)
      data.push({
        type: 'scatter',
        mode: 'lines',
        name: escape(schedule.name),
        legendgroup: escape(schedule.name),
        showlegend: panel === 0,
        x: encode(t),
        y: encode(values),
        xaxis: `x${suffix(panel)}`,
        yaxis: `y${suffix(panel)}`,
        line: { width: 2, color: colorway[i % colorway.length]!, simplify: false },
        hovertemplate: `${PANELS[panel]!} = %{y:.4~g}<extra>${escape(schedule.name)}</extra>`,
      })
    }
  }
  const names = schedules.map(({ name }) => name).join(', ')
  const layout: Record<string, Json> = {
    ...baseLayout(title, '', `${title}: α, σ, SNR and β of ${names}`, 540),
    width: 780,
    margin: { l: 56, r: 24, t: 96, b: 48 },
    showlegend: schedules.length > 1,
    legend: { orientation: 'h', x: 0, y: 1.01, yanchor: 'bottom' },
  }
  for (const [panel, name] of PANELS.entries()) {
    const [column, row] = [panel % 2, Math.floor(panel / 2)]
    layout[`xaxis${suffix(panel)}`] = {
      domain: column ? [0.56, 1] : [0, 0.44],
      anchor: `y${suffix(panel)}`,
      zeroline: false,
      range: [-0.01, 1.01],
      ...(panel ? { matches: 'x' } : {}),
      ...(row ? { title: axisTitle('share of the time') } : { showticklabels: false }),
    }
    layout[`yaxis${suffix(panel)}`] = {
      domain: row ? [0, 0.44] : [0.56, 1],
      anchor: `x${suffix(panel)}`,
      zeroline: false,
      title: axisTitle(name),
      ...scaleOf(panel, all[panel]!),
    }
  }
  return { data, layout }
}

/** SNR, and σ or β that span decades, on a logarithmic axis; what runs off at one end does not flatten the rest. */
function scaleOf(panel: number, values: readonly number[]): Attributes {
  const finite = values.filter(Number.isFinite)
  const positive = finite.filter((value) => value > 0)
  const [, largest] = extent(finite)
  if (panel === 2 || (positive.length && largest > 20 && panel !== 0))
    return { type: 'log', dtick: panel === 2 ? 3 : 1, tickformat: '~g' }
  if (!finite.length) return {}
  const [low, high] = quantiles(finite, [0, 0.99]) as [number, number]
  const top = panel === 3 ? high : largest
  const pad = 0.05 * (top - Math.min(low, 0)) || 1
  return { range: [Math.min(low, 0) - pad, top + pad] }
}
