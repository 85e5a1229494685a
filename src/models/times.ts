/**
 * How training draws times: one for each of a batch's n data.
 *
 *   independent      t uniform on the process's times
 *   lowDiscrepancy   t_i = from + (to − from) ((u + i/n) mod 1): evenly spread, and shifted together by one random number
 *   logNormal        log(σ/α) ~ N(P_mean, P_std²): the noise levels that matter most, as EDM draws them
 *
 * On a table of steps times are rounded to 1, …, T; on an interval they keep a little away from clean data.
 *
 * Kingma et al., "Variational diffusion models", 2021, appendix I.1, https://arxiv.org/abs/2107.00630; Karras et al., 2022,
 * table 1, https://arxiv.org/abs/2206.00364
 */
import type { RandomStream } from '../tensor'
import { timeAt } from './grids'
import type { Curve, GaussianProcess } from './process'

/** A law of times. */
export interface TimeSampling {
  draw(process: GaussianProcess, n: number, stream: RandomStream): Float64Array
}

/** Differential equations are started this far from clean data, where the score of data on a line would be infinite. */
export const FIRST_TIME = 1e-3

/**
 * n times, spread evenly and shifted together by one random number, so that a batch covers all noise levels.
 *
 * `warp` maps [0, 1) into itself, to put more of them where it is flat: u ↦ u² favours low noise.
 */
export function spreadTimes(
  process: GaussianProcess,
  n: number,
  stream: RandomStream,
  warp: Curve = (u) => u,
): Float64Array {
  const [u = 0] = stream.uniform(1)
  const times = new Float64Array(n)
  for (let i = 0; i < n; i++) times[i] = place(process, warp((u + i / n) % 1))
  return times
}

/** The time a share of the way from clean data to noise. */
function place({ times: { from, to, discrete } }: GaussianProcess, share: number): number {
  if (discrete) return from + 1 + Math.floor(share * (to - from))
  const first = from + FIRST_TIME * (to - from)
  return first + (to - first) * share
}

/** Evenly spread times. @param warp of [0, 1) into itself. */
function lowDiscrepancy({ warp = (u) => u }: { warp?: Curve } = {}): TimeSampling {
  return { draw: (process, n, stream) => spreadTimes(process, n, stream, warp) }
}

/** Uniform times, each by itself. @param warp of [0, 1) into itself. */
function independent({ warp = (u) => u }: { warp?: Curve } = {}): TimeSampling {
  return {
    draw: (process, n, stream) => Float64Array.from(stream.uniform(n), (u) => place(process, warp(u))),
  }
}

/**
 * Noise-to-signal ratios of a log-normal law. Those outside the process's times are moved to the nearest.
 *
 * @param mean, deviation of log(σ/α). Default EDM's −1.2 and 1.2.
 */
function logNormal({
  mean = -1.2,
  deviation = 1.2,
}: { mean?: number; deviation?: number } = {}): TimeSampling {
  if (!Number.isFinite(mean))
    throw new RangeError(`timeSampling.logNormal: mean must be finite, but is ${mean}`)
  if (!(deviation > 0 && deviation < Infinity))
    throw new RangeError(`timeSampling.logNormal: deviation must be positive, but is ${deviation}`)
  return {
    draw(process, n, stream) {
      const last = process.logSnr(process.times.to)
      const first = process.times.discrete ? process.times.from + 1 : process.times.from
      return Float64Array.from(stream.normal(n), (z) => {
        const lambda = -(mean + deviation * z)
        if (lambda <= last) return process.times.to
        if (lambda >= process.logSnr(first)) return first
        return Math.max(timeAt(process, lambda), first)
      })
    },
  }
}

/** Laws of times for training, by name. */
export const timeSampling = { lowDiscrepancy, independent, logNormal } as const
