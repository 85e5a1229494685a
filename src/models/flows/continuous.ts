/**
 * Continuous normalizing flows: z is where the differential equation dx/dt = f(x, t) has carried x from t = 0 to t = T.
 * Any smooth f gives a bijection, whose inverse runs the equation backwards, and by the instantaneous change of variables
 *
 *   d log p(x(t))/dt = −tr ∂f/∂x,   log |det ∂z/∂x| = ∫₀ᵀ tr ∂f/∂x dt.
 *
 * The trace is exact, or FFJORD's estimate vᵀ(∂f/∂x)v with one v for the whole path. Training differentiates through the
 * solver's steps.
 *
 * Chen, Rubanova, Bettencourt and Duvenaud, "Neural ordinary differential equations", 2018,
 * https://arxiv.org/abs/1806.07366; Grathwohl et al., "FFJORD", 2019, https://arxiv.org/abs/1810.01367
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, type RandomStream } from '../../tensor'
import type { Network, Params } from '../network'
import {
  adaptive,
  evenTimes,
  exactDivergence,
  expectTolerance,
  integrate,
  probedDivergence,
  probes,
  solveNow,
  tableau,
  type Method,
  type ProbeKind,
  type ValueAndDivergence,
} from '../ode'
import { bijection, noLogDet, type Bijection, type Mapped } from './bijection'

export interface ContinuousOptions {
  /** f(params, x, t): a network as denoisers take it, such as `mlp({ dim: 2 })`, told t as its label. */
  readonly network: Network
  /** T. Default 1. */
  readonly time?: number
  /** The exact trace, or one random vector for each state. Default `exact`. */
  readonly trace?: 'exact' | ProbeKind
  /** Steps of equal length. Default 8. */
  readonly steps?: number
  /** How those are made. Default `rk4`. */
  readonly method?: Method
  /** Instead of equal steps, RK45's own with errors below this tolerance. */
  readonly tolerance?: number
}

/** The bijection of a differential equation. @throws RangeError for options that make no sense. */
export function continuous({
  network,
  time = 1,
  trace = 'exact',
  steps = 8,
  method = 'rk4',
  tolerance,
}: ContinuousOptions): Bijection {
  const name = 'continuous flow'
  // Cells are not type-checked before they run.
  if (typeof network !== 'function' || !('shape' in network))
    throw new TypeError(`${name}: network must be a network, such as mlp({ dim: 2 })`)
  if (!(time > 0 && time < Infinity)) throw new RangeError(`${name}: time must be positive, but is ${time}`)
  if (!['exact', 'gaussian', 'rademacher'].includes(trace))
    throw new RangeError(
      `${name}: trace must be 'exact', 'gaussian' or 'rademacher', but is ${String(trace)}`,
    )
  const times = evenTimes(0, time, steps, name)
  const rule = tableau(method, name)
  if (tolerance !== undefined) expectTolerance(tolerance, name)

  const carry = (params: Params, start: tf.Tensor, backwards: boolean, stream: RandomStream): Mapped => {
    const v = trace === 'exact' ? undefined : probes(trace, start.shape, stream)
    const slope = ([x]: readonly tf.Tensor[], t: number): tf.Tensor[] => {
      const f = (y: tf.Tensor): tf.Tensor => network(params, y, tf.tensor1d([t]))
      const { value, divergence }: ValueAndDivergence = v
        ? probedDivergence(f, x!, v)
        : exactDivergence(f, x!)
      return [value, divergence]
    }
    const from = [start, noLogDet(start)]
    const { x } =
      tolerance === undefined
        ? integrate(slope, from, backwards ? [...times].reverse() : times, rule)
        : solveNow(adaptive(slope, from, backwards ? time : 0, backwards ? 0 : time, tolerance))
    return { value: x[0]!, logDet: x[1] as tf.Tensor1D }
  }

  return bijection({
    name,
    shape: network.shape,
    initial: (stream) => network.initial(stream),
    forward: (params, x, stream = currentStream()) => carry(params, x, false, stream),
    inverse: (params, z, stream = currentStream()) => carry(params, z, true, stream),
  })
}
