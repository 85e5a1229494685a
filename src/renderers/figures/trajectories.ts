/** Samples on their way from noise to data, with a slider for the time and a button that plays it. */
import { encode, type Numbers } from './encode'
import { FigureError, type Attributes, type Figure, type Json } from './figure'
import { short } from './numbers'
import { panelTitle, suffix } from './panels'
import { axisTitle, baseLayout, colorway, escape } from './style'

export interface Paths {
  readonly name: string
  /** The times of the states, in the order in which they were visited. */
  readonly t: Numbers
  /** Row-major values of shape [times, n, d]. */
  readonly states: Numbers
  /** [times, n, d], with d = 1 (drawn over time) or 2 (drawn in the plane). */
  readonly shape: readonly number[]
}

export interface TrajectoriesOptions {
  readonly title?: string
  readonly subtitle?: string
  /** Paths that are drawn as lines. Default 30 on a line, 15 in the plane. */
  readonly lines?: number
  /** Particles that move. Default 300. */
  readonly points?: number
  /** Moments of the slider. Default 30. */
  readonly frames?: number
  /** The places that are shown, one range for all coordinates. Default: where the particles are. */
  readonly range?: readonly [number, number]
}

/** A picture stays well below what a notebook stores of one output: of moving particles, and of their paths. */
const MOST_NUMBERS = 400_000

const SIZE = 330
const GAP = 46
/** Above the axes: the title, and the panels' own. */
const TOP = 100
/** Below the axes: the slider and the button. */
const CONTROLS = 112

/**
 * One panel for each set of paths, of one dimension over time or of two in the plane, all with the same slider.
 *
 * @throws FigureError where shapes do not fit, or there are neither one nor two dimensions.
 */
export function trajectoriesFigure(sets: readonly Paths[], options: TrajectoriesOptions = {}): Figure {
  const { frames = 30 } = options
  let { points = 300 } = options
  const d = check(sets)
  let { lines = d === 1 ? 30 : 15 } = options
  for (const [name, value, least] of [
    ['lines', lines, 0],
    ['points', points, 1],
    ['frames', frames, 2],
  ] as const)
    if (!Number.isSafeInteger(value) || value < least)
      throw new FigureError(`${name} must be a whole number from ${least} on, but is ${value}.`)
  const { title = 'Trajectories' } = options
  const longest = Math.max(...sets.map(({ t }) => t.length))
  const moments = Math.min(frames, longest)
  const asked = Math.min(points, Math.max(...sets.map(({ shape }) => shape[1]!)))
  points = Math.min(asked, Math.max(1, Math.floor(MOST_NUMBERS / (2 * moments * sets.length))))
  lines = Math.min(lines, Math.floor(MOST_NUMBERS / (2 * (longest + 1) * sets.length)))
  const thinned = points < asked ? ` · ${points.toLocaleString('en-US')} of the particles drawn` : ''
  const steps = sets.map(({ name, t }) => `${name}: ${t.length - 1} steps`).join(' · ')
  const subtitle = (options.subtitle ?? steps) + thinned
  const range = options.range ?? extentOf(sets)
  const at = ({ t }: Paths, frame: number): number => Math.round((frame / (moments - 1)) * (t.length - 1))

  const ways = sets.map((set, i) => lineTrace(set, i, d, Math.min(lines, set.shape[1]!)))
  const marks = (frame: number): Attributes[] =>
    sets.map((set, i) => markTrace(set, i, d, at(set, frame), Math.min(points, set.shape[1]!)))
  const width = sets.length * SIZE + (sets.length - 1) * GAP
  const time = slider(sets, moments, at)
  const summary = `${title}: ${subtitle}`
  const layout: Record<string, Json> = {
    ...baseLayout(title, subtitle, summary, SIZE + TOP + CONTROLS),
    meta: { summary, moments: time.moments },
    width: width + 80,
    margin: { l: 56, r: 24, t: TOP, b: CONTROLS },
    showlegend: false,
    annotations: sets.length > 1 ? sets.map((set, i) => panelTitle(set.name, i)) : [],
    sliders: [time.slider],
    updatemenus: [playButton()],
  }
  for (const [i, set] of sets.entries()) {
    const left = (i * (SIZE + GAP)) / width
    const domain = [left, Math.min(1, left + SIZE / width)]
    const [first, last] = [set.t[0]!, set.t[set.t.length - 1]!]
    const pad = 0.02 * (last - first)
    layout[`xaxis${suffix(i)}`] = {
      domain,
      anchor: `y${suffix(i)}`,
      zeroline: false,
      // Time runs to the right as it was visited, so that samples come from the left.
      range: d === 1 ? [first - pad, last + pad] : range,
      title: axisTitle(d === 1 ? 't' : 'x₁'),
    }
    layout[`yaxis${suffix(i)}`] = {
      anchor: `x${suffix(i)}`,
      zeroline: false,
      range,
      ...(i === 0 ? { title: axisTitle(d === 1 ? 'x' : 'x₂') } : { showticklabels: false }),
      ...(d === 2 ? { scaleanchor: `x${suffix(i)}`, scaleratio: 1 } : {}),
    }
  }
  return {
    data: [...ways, ...marks(moments - 1)],
    layout,
    frames: Array.from({ length: moments }, (_, k) => ({
      name: String(k),
      traces: sets.map((_, i) => sets.length + i),
      data: marks(k).map(({ x, y }) => ({ x: x!, y: y! })),
    })),
  }
}

function check(sets: readonly Paths[]): number {
  if (!sets.length) throw new FigureError('There are no trajectories to draw.')
  const d = sets[0]!.shape[2]
  for (const { name, t, states, shape } of sets) {
    if (shape.length !== 3 || (d !== 1 && d !== 2) || shape[2] !== d)
      throw new FigureError(
        `${name} has states of shape [${shape.join(', ')}], but trajectories on a line have [times, n, 1], in the plane [times, n, 2], and all the same.`,
      )
    if (shape[0] !== t.length || states.length !== shape[0] * shape[1]! * d)
      throw new FigureError(
        `${name} has ${t.length} times and ${states.length} values, but its shape is [${shape.join(', ')}].`,
      )
    if (t.length < 2 || shape[1]! < 1) throw new FigureError(`${name} has no path to draw.`)
  }
  return d!
}

/** All paths in one line, interrupted between them. */
function lineTrace({ name, t, states, shape }: Paths, i: number, d: number, count: number): Attributes {
  const [length, n] = shape as [number, number]
  const x = new Float32Array(count * (length + 1)).fill(NaN)
  const y = new Float32Array(count * (length + 1)).fill(NaN)
  for (let k = 0; k < count; k++)
    for (let step = 0; step < length; step++) {
      const place = (step * n + k) * d
      x[k * (length + 1) + step] = d === 1 ? t[step]! : states[place]!
      y[k * (length + 1) + step] = d === 1 ? states[place]! : states[place + 1]!
    }
  return {
    type: 'scatter',
    mode: 'lines',
    name: escape(name),
    ...axes(i),
    x: encode(x),
    y: encode(y),
    line: { width: 1, color: colorway[i % colorway.length]! },
    opacity: 0.4,
    hoverinfo: 'skip',
  }
}

/** The particles at one moment. */
function markTrace(
  { name, t, states, shape }: Paths,
  i: number,
  d: number,
  step: number,
  count: number,
): Attributes {
  const n = shape[1]!
  const pick = (axis: number): Float32Array =>
    Float32Array.from({ length: count }, (_, k) => states[(step * n + k) * d + axis]!)
  return {
    type: 'scatter',
    mode: 'markers',
    name: escape(name),
    ...axes(i),
    x: encode(d === 1 ? new Float32Array(count).fill(t[step]!) : pick(0)),
    y: encode(pick(d - 1)),
    marker: { size: 4, color: colorway[i % colorway.length]!, opacity: 0.75, line: { width: 0 } },
    hovertemplate: `(%{x:.3~f}, %{y:.3~f})<extra>${escape(name)}</extra>`,
  }
}

const instantly: Json = {
  mode: 'immediate',
  frame: { duration: 0, redraw: false },
  transition: { duration: 0 },
}

function slider(
  sets: readonly Paths[],
  moments: number,
  at: (set: Paths, frame: number) => number,
): { readonly slider: Attributes; readonly moments: readonly string[] } {
  const [first] = sets
  const shared = sets.every(
    ({ t }) => t.length === first!.t.length && Array.from(t).every((v, k) => v === first!.t[k]),
  )
  const label = (k: number): string =>
    shared
      ? short(Number(first!.t[at(first!, k)]!.toPrecision(3)))
      : `${Math.round((100 * k) / (moments - 1))} %`
  const prefix = shared ? 't = ' : 'way gone: '
  const own: Attributes = {
    active: moments - 1,
    x: 0.14,
    len: 0.86,
    y: 0,
    yanchor: 'top',
    pad: { t: 44, b: 0 },
    currentvalue: { prefix, xanchor: 'right', font: { size: 12 }, offset: 4 },
    ticklen: 4,
    minorticklen: 0,
    font: { size: 10 },
    steps: Array.from({ length: moments }, (_, k) => ({
      label: label(k),
      method: 'animate',
      args: [[String(k)], instantly],
    })),
  }
  return { slider: own, moments: Array.from({ length: moments }, (_, k) => prefix + label(k)) }
}

function playButton(): Attributes {
  return {
    type: 'buttons',
    direction: 'left',
    showactive: false,
    x: 0,
    xanchor: 'left',
    y: 0,
    yanchor: 'top',
    pad: { t: 44, r: 0 },
    buttons: [
      {
        label: '▶',
        method: 'animate',
        args: [
          null,
          { fromcurrent: false, frame: { duration: 90, redraw: false }, transition: { duration: 0 } },
        ],
      },
      { label: '❚❚', method: 'animate', args: [[null], instantly] },
    ],
  }
}

function extentOf(sets: readonly Paths[]): [number, number] {
  // What the last states fill, and all starts but the farthest.
  let [low, high] = [Infinity, -Infinity]
  for (const { states } of sets)
    for (let k = 0; k < states.length; k++) {
      const value = states[k]!
      if (!Number.isFinite(value)) continue
      low = Math.min(low, value)
      high = Math.max(high, value)
    }
  if (!(high >= low)) throw new FigureError('The trajectories have no finite value.')
  const pad = 0.04 * (high - low) || 1
  return [low - pad, high + pad]
}

function axes(i: number): Attributes {
  return { xaxis: `x${suffix(i)}`, yaxis: `y${suffix(i)}` }
}
