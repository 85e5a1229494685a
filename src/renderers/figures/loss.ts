/** The loss while a model trains: every recorded value, and their moving average. */
import { encode, type Numbers } from './encode'
import { count, FigureError, type Attributes, type Figure, type Json } from './figure'
import { duration, extent, quantiles, series, short } from './numbers'
import { axisTitle, baseLayout, colorway, legendAbove } from './style'

export interface LossInput {
  /** The loss of each recorded step, oldest first. */
  readonly losses: Numbers
  /** The step of each loss, increasing; 1, 2, 3, … where it is left out. */
  readonly steps?: Numbers
  /** How many steps are planned; the axis runs that far, so that the curve grows into it. */
  readonly total?: number
  /** Steps per second. */
  readonly rate?: number
  /** Losses on data that is held out, each with its step. */
  readonly validation?: { readonly steps: Numbers; readonly losses: Numbers }
  readonly title?: string
  /** How the losses are spaced; `auto` takes logarithms where they span a factor of ten or more. */
  readonly scale?: 'auto' | 'linear' | 'log'
}

/** More raw values than this are drawn as the least and greatest of each bucket. */
const MOST_DRAWN = 2000

/**
 * The loss curve. Call it again with more losses while training goes on, and show the result in the same place.
 *
 * The smooth line is the exponential moving average with weight 1/k per step, k a fiftieth of the number of losses,
 * with the bias of its start removed.
 *
 * @throws FigureError where there is no finite loss, steps and losses differ in number, or steps do not increase.
 */
export function lossFigure(input: LossInput): Figure {
  const losses = series(input.losses, 'losses')
  const steps = input.steps
    ? increasing(series(input.steps, 'steps', losses.length))
    : losses.map((_, i) => i + 1)
  const smooth = movingAverage(losses, Math.max(1, losses.length / 50))
  const last = steps[steps.length - 1]!
  const total = Math.max(last, input.total ?? last)
  const log = input.scale === 'log' || (input.scale !== 'linear' && spansDecades(losses))
  const raw = envelope(steps, losses)
  const line = thinned(steps, smooth)
  const many = losses.length > 20
  const traces: Attributes[] = [
    {
      type: 'scatter',
      mode: many ? 'lines' : 'lines+markers',
      name: 'each step',
      x: encode(raw.x),
      y: encode(raw.y),
      line: { width: 1, color: colorway[0] },
      opacity: many ? 0.45 : 1,
      hovertemplate: 'step %{x:,d}: %{y:.4~g}<extra></extra>',
    },
  ]
  if (many)
    traces.push({
      type: 'scatter',
      mode: 'lines',
      name: 'average',
      x: encode(line.x),
      y: encode(line.y),
      line: { width: 2.5, color: colorway[0] },
      hovertemplate: 'average at step %{x:,d}: %{y:.4~g}<extra></extra>',
    })
  if (input.validation) traces.push(validationTrace(input.validation))
  const now = smooth.findLast(Number.isFinite)!
  const progress = [
    total > last
      ? `step ${last.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}`
      : count(last, 'step'),
    `loss ${short(now)}`,
    ...(input.rate !== undefined && input.rate > 0
      ? [
          `${short(Number(input.rate.toPrecision(3)))} steps/s`,
          ...(total > last ? [`${duration((total - last) / input.rate)} left`] : []),
        ]
      : []),
  ].join(' · ')
  const title = input.title ?? 'Training loss'
  const layout: Record<string, Json> = {
    ...baseLayout(title, progress, `${title}: ${progress.replaceAll(' · ', ', ')}`, 340),
    ...(traces.length > 1 ? legendAbove : { showlegend: false }),
    xaxis: { title: axisTitle('step'), range: [0, total * 1.01], tickformat: ',d' },
    yaxis: log
      ? { title: axisTitle('loss'), type: 'log', ...decadeTicks(losses) }
      : { title: axisTitle('loss'), range: linearRange(losses) },
  }
  return { data: traces, layout }
}

function increasing(steps: Float64Array): Float64Array {
  for (let i = 1; i < steps.length; i++)
    if (!(steps[i]! > steps[i - 1]!))
      throw new FigureError(
        `steps must increase, but value ${i} is ${steps[i]} after ${steps[i - 1]}. Sort the record by step.`,
      )
  return steps
}

/** m_t = (1 − w) m_{t−1} + w x_t, divided by 1 − (1 − w)^t. Values that are not finite are passed over. */
function movingAverage(values: Float64Array, span: number): Float64Array {
  const weight = 1 / span
  let sum = 0
  let mass = 0
  return values.map((value) => {
    if (!Number.isFinite(value)) return NaN
    sum = (1 - weight) * sum + weight * value
    mass = (1 - weight) * mass + weight
    return sum / mass
  })
}

/** Whether logarithms help: positive throughout, and a factor of ten within the middle 98 %. */
function spansDecades(losses: Float64Array): boolean {
  if (!(extent(losses)[0] > 0)) return false
  const [low, high] = quantiles(losses, [0.01, 0.99]) as [number, number]
  return high / low >= 10
}

/** On less than two decades, ticks at 1, 2 and 5. */
function decadeTicks(losses: Float64Array): Attributes {
  const [low, high] = extent(losses.map((value) => (value > 0 ? value : NaN)))
  return high / low < 100 ? { dtick: 'D2' } : { dtick: 1, tickformat: '~g' }
}

/** From zero where that wastes little; one spike at the start does not squeeze all the rest. */
function linearRange(losses: Float64Array): Json {
  const [low, high] = quantiles(losses, [0, 0.995]) as [number, number]
  const bottom = low >= 0 && low < high / 2 ? 0 : low - 0.05 * (high - low)
  const top = high + 0.08 * (high - bottom)
  return top > bottom ? [bottom, top] : [low - 1, low + 1]
}

/** At most MOST_DRAWN values that show the same outline: the least and the greatest of each bucket, in order. */
function envelope(x: Float64Array, y: Float64Array): { x: number[]; y: number[] } {
  if (x.length <= MOST_DRAWN) return { x: Array.from(x), y: Array.from(y) }
  const buckets = MOST_DRAWN / 2
  const drawn = { x: [] as number[], y: [] as number[] }
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = Math.floor((bucket * x.length) / buckets)
    const end = Math.floor(((bucket + 1) * x.length) / buckets)
    let least = start
    let greatest = start
    for (let i = start + 1; i < end; i++) {
      if (y[i]! < y[least]! || Number.isNaN(y[least])) least = i
      if (y[i]! > y[greatest]! || Number.isNaN(y[greatest])) greatest = i
    }
    for (const i of least === greatest ? [least] : [Math.min(least, greatest), Math.max(least, greatest)]) {
      drawn.x.push(x[i]!)
      drawn.y.push(y[i]!)
    }
  }
  return drawn
}

/** Evenly chosen values, the last one included. */
function thinned(x: Float64Array, y: Float64Array): { x: number[]; y: number[] } {
  const kept = Math.min(x.length, MOST_DRAWN)
  const index = Array.from({ length: kept }, (_, i) =>
    Math.round((i * (x.length - 1)) / Math.max(1, kept - 1)),
  )
  return { x: index.map((i) => x[i]!), y: index.map((i) => y[i]!) }
}

function validationTrace(validation: { readonly steps: Numbers; readonly losses: Numbers }): Attributes {
  const losses = series(validation.losses, 'validation.losses')
  return {
    type: 'scatter',
    mode: 'lines+markers',
    name: 'validation',
    x: encode(increasing(series(validation.steps, 'validation.steps', losses.length))),
    y: encode(losses),
    line: { width: 2, color: colorway[1] },
    marker: { size: 5, color: colorway[1] },
    hovertemplate: 'validation at step %{x:,d}: %{y:.4~g}<extra></extra>',
  }
}
