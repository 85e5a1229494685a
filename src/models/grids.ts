/**
 * Step grids: at which times a sampler stops on its way. With N steps from t = `start` to `end`, the times t_i, i = 0,
 * …, N, are
 *
 *   linear      start + (i/N)(end − start)
 *   quadratic   (√start + (i/N)(√end − √start))²: more of them near clean data
 *   logSnr      those where λ = log(α/σ) is evenly spread: what DPM-Solver takes
 *   karras(ρ)   those where (σ/α)^{1/ρ} is evenly spread, ρ = 7 by default: what EDM takes
 *
 * and on a table of T steps, where the model was trained at t = 1, …, T only and the last step leads to 0,
 *
 *   leading     1 + k⌊T/N⌋, k = N − 1, …, 0: starts short of T
 *   linspace    N times evenly from T to 1
 *   trailing    T − kT/N, k = 0, …, N − 1: starts at T, as a table whose last ᾱ is zero needs
 *
 * All may go up in time as well, to encode, apart from the last three.
 *
 * Karras et al., "Elucidating the design space of diffusion-based generative models", NeurIPS 2022, equation 5,
 * https://arxiv.org/abs/2206.00364; Lu et al., "DPM-Solver", NeurIPS 2022, https://arxiv.org/abs/2206.00927; Lin et
 * al., "Common diffusion noise schedules and sample steps are flawed", WACV 2024, table 2,
 * https://arxiv.org/abs/2305.08891
 */
import type { Curve, GaussianProcess } from './process'

/** The N + 1 times of N steps from `start` to `end`, both among them. */
export type Grid = (process: GaussianProcess, steps: number, start: number, end: number) => number[]

/** How a sampler is told its times. */
export interface TimeOptions {
  /** How many steps. Default 50. */
  readonly steps?: number
  /** How they are spread, one of `grids` or a function of your own. Default: what the sampler says, else linear. */
  readonly grid?: Grid
  /** The first time. Default: the process's last. */
  readonly start?: number
  /** The last time. Default: clean data, or short of it where the sampler's equation needs noise. */
  readonly end?: number
  /** Or the times themselves, each once, falling (to sample) or rising (to encode). */
  readonly times?: readonly number[]
}

const linear: Grid = (process, steps, start, end) =>
  spread(process, steps, start, end, (u) => start + u * (end - start))

const quadratic: Grid = (process, steps, start, end) => {
  const { from } = process.times
  const [a, b] = [Math.sqrt(start - from), Math.sqrt(end - from)]
  return spread(process, steps, start, end, (u) => from + (a + u * (b - a)) ** 2)
}

const logSnr: Grid = (process, steps, start, end) => {
  const [a, b] = [process.logSnr(start), process.logSnr(end)]
  expectFinite('logSnr', process, start, end, a, b)
  return spread(process, steps, start, end, (u) => timeAt(process, a + u * (b - a)))
}

/** @param rho ρ, how strongly steps gather where there is little noise. Default 7. */
function karras(rho = 7): Grid {
  if (!(rho > 0 && rho < Infinity)) throw new RangeError(`grids.karras: rho must be positive, but is ${rho}`)
  return (process, steps, start, end) => {
    const root: Curve = (t) => Math.exp(-process.logSnr(t) / rho)
    const [a, b] = [root(start), root(end)]
    expectFinite('karras', process, start, end, process.logSnr(start), process.logSnr(end))
    return spread(process, steps, start, end, (u) => timeAt(process, -rho * Math.log(a + u * (b - a))))
  }
}

const leading: Grid = (process, steps, start, end) => {
  const length = tableLength('leading', process, start, end)
  const stride = Math.floor(length / steps)
  return [...descending(steps, (k) => end + 1 + k * stride), end]
}

const linspace: Grid = (process, steps, start, end) => {
  const length = tableLength('linspace', process, start, end)
  return [
    ...descending(steps, (k) => end + 1 + (steps > 1 ? (k * (length - 1)) / (steps - 1) : length - 1)),
    end,
  ]
}

const trailing: Grid = (process, steps, start, end) => {
  const length = tableLength('trailing', process, start, end)
  return [...descending(steps, (k) => end + ((k + 1) * length) / steps), end]
}

/** Step grids by name. */
export const grids = { linear, quadratic, logSnr, karras, leading, linspace, trailing } as const

/**
 * The time at which λ = log(α/σ) has the value, by bisection; on a table, the whole time where it is nearest.
 *
 * @throws RangeError where the process never has it.
 */
export function timeAt(process: GaussianProcess, value: number): number {
  const { from, to, discrete } = process.times
  if (discrete) return nearest(process, value)
  // λ falls as time goes on.
  if (!(process.logSnr(from) >= value && process.logSnr(to) <= value))
    throw new RangeError(
      `${process.name} has λ = log(α/σ) from ${process.logSnr(to)} to ${process.logSnr(from)}, but never ${value}`,
    )
  let [low, high] = [from, to]
  for (;;) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) return middle
    if (process.logSnr(middle) > value) low = middle
    else high = middle
  }
}

function nearest(process: GaussianProcess, value: number): number {
  const { from, to } = process.times
  let [low, high] = [from, to]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (process.logSnr(middle) > value) low = middle
    else high = middle
  }
  return Math.abs(process.logSnr(low) - value) < Math.abs(process.logSnr(high) - value) ? low : high
}

/**
 * The times that the options ask for.
 *
 * @param defaults the sampler's own grid and last time.
 * @throws RangeError where they make no sense.
 */
export function timesOf(
  process: GaussianProcess,
  { steps = 50, times, grid, start, end }: TimeOptions,
  defaults: { readonly grid?: Grid; readonly end?: number } = {},
): number[] {
  if (times) return expectMonotone(process, times)
  const { from, to, discrete } = process.times
  const first = start ?? to
  const last = end ?? defaults.end ?? from
  if (!Number.isSafeInteger(steps) || steps < 1)
    throw new RangeError(`a sampler's steps must be a positive whole number, but are ${steps}`)
  for (const [name, t] of [
    ['start', first],
    ['end', last],
  ] as const)
    if (!(t >= from && t <= to))
      throw new RangeError(
        `${process.name} is defined for times from ${from} to ${to}: ${name} cannot be ${t}`,
      )
  if (first === last) throw new RangeError(`a sampler's start and end must differ, but both are ${first}`)
  if (discrete && steps > Math.abs(first - last))
    throw new RangeError(
      `${process.name} has ${Math.abs(first - last)} steps: a sampler cannot take ${steps}`,
    )
  const chosen: unknown = grid ?? defaults.grid ?? linear
  if (typeof chosen !== 'function')
    throw new TypeError('grid must be a function, such as grids.linear, grids.logSnr or grids.karras(7)')
  return expectMonotone(process, (chosen as Grid)(process, steps, first, last))
}

/** @throws RangeError for fewer than two times, for times that turn back, and for times outside the process's. */
export function expectMonotone(process: GaussianProcess, times: readonly number[]): number[] {
  const falling = times.every((t, i) => i === 0 || t < times[i - 1]!)
  const rising = times.every((t, i) => i === 0 || t > times[i - 1]!)
  if (times.length < 2 || !(falling || rising))
    throw new RangeError(
      `a sampler's times must be at least two, all falling or all rising, but are ${times.slice(0, 20).join(', ')}`,
    )
  // Throws for times outside.
  for (const t of times) process.alpha(t)
  return [...times]
}

/** How far from clean data equations stop by default, ε = 10⁻³, because the score of data on a line has no end. */
const END = 1e-3

/**
 * The default end time of samplers that need the score everywhere: the process's first time if there is noise at it,
 * else 10⁻³ later, or on a table one step later.
 */
export function endTime(process: GaussianProcess): number {
  const { from, to, discrete } = process.times
  if (process.sigma(from) > 0) return from
  return discrete ? from + 1 : from + END * Math.min(1, to - from)
}

/** Times at u = 0, 1/N, …, 1, with exact ends; on tables, rounded. */
function spread(
  { times: { discrete } }: GaussianProcess,
  steps: number,
  start: number,
  end: number,
  time: Curve,
): number[] {
  return Array.from({ length: steps + 1 }, (_, i) => {
    const t = i === 0 ? start : i === steps ? end : time(i / steps)
    return discrete ? Math.round(t) : t
  })
}

function descending(steps: number, time: Curve): number[] {
  return Array.from({ length: steps }, (_, i) => Math.round(time(steps - 1 - i)))
}

function tableLength(name: string, process: GaussianProcess, start: number, end: number): number {
  if (!process.times.discrete || !(start > end))
    throw new RangeError(
      `grids.${name} is for tables of steps such as ddpm(), from late to early; take grids.linear or grids.logSnr for ${process.name}`,
    )
  return start - end
}

function expectFinite(
  name: string,
  process: GaussianProcess,
  start: number,
  end: number,
  ...values: readonly number[]
): void {
  if (values.every(Number.isFinite)) return
  throw new RangeError(
    `grids.${name}: ${process.name} has no finite log(α/σ) at ${Number.isFinite(values[0]) ? end : start}: choose another start or end`,
  )
}
