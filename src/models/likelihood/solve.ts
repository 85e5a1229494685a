/** Following the probability-flow ODE between two times, with fixed steps or with a tolerance. */
import * as tf from '@tensorflow/tfjs'
import { beginTask, breathe, poll } from '../../tensor'
import type { Condition } from '../condition'
import type { Denoiser } from '../denoiser'
import {
  adaptive,
  evenTimes,
  expectTolerance,
  integrate,
  tableau,
  type Method,
  type Parts,
  type Slope,
  type Solution,
} from '../ode'
import type { State } from '../state'

export interface OdeOptions {
  /** The time of the data. Default: a thousandth of the process's times after their beginning. */
  readonly from?: number
  /** The time of the codes. Default: the process's last. */
  readonly to?: number
  /** Instead of steps chosen by RK45: so many equal ones, */
  readonly steps?: number
  /** or steps between these times, the first the data's. */
  readonly times?: readonly number[]
  /** How fixed steps are made. Default `rk4`. */
  readonly method?: Method
  /** What RK45 keeps the error of a step below, relative to 1 + |x|. Default 1e-5. */
  readonly tolerance?: number
  /** What the model is told. */
  readonly condition?: Condition
}

/** Near clean data exact scores of data on a line or a set of points are infinite, and networks are not trained. */
const FIRST_TIME = 1e-3

/** The times of the data and of the codes. @throws RangeError where they are not in order, or outside the process. */
export function endsOf<S extends State>(
  model: Denoiser<S>,
  { from, to, times }: OdeOptions,
  caller: string,
): [number, number] {
  // Cells are not type-checked before they run.
  const { process } = model as Partial<Denoiser<S>>
  if (!process)
    throw new TypeError(`${caller}: the first argument must be a denoiser, such as denoiser(…) or exact(…)`)
  const range = process.times
  if (range.discrete)
    throw new RangeError(
      `${caller}: ${process.name} is a table of steps, but the probability-flow ODE needs all times of an interval: ` +
        'use its limit, such as vp()',
    )
  const start = times?.[0] ?? from ?? range.from + FIRST_TIME * (range.to - range.from)
  const end = times?.at(-1) ?? to ?? range.to
  process.alpha(start)
  process.alpha(end)
  if (!(start < end))
    throw new RangeError(
      `${caller}: needs from < to, the data's time before the codes', but they are ${start} and ${end}`,
    )
  if (times?.some((t, i) => i > 0 && !(t > times[i - 1]!)))
    throw new RangeError(
      `${caller}: times must rise from the data's to the codes', but are ${times.join(', ')}`,
    )
  return [start, end]
}

/** @throws RangeError naming both shapes where `x` is no batch of states of the model. */
export function expectStatesOf<S extends State>(model: Denoiser<S>, x: S, caller: string): void {
  const size = model.shape.reduce((product, length) => product * length, 1)
  const given: unknown = x
  if (!(given instanceof Float64Array || given instanceof tf.Tensor))
    throw new TypeError(
      `${caller}: states must be a tensor of shape [n, ${model.shape.join(', ')}] or doubles`,
    )
  const shape: readonly number[] =
    given instanceof Float64Array ? [given.length / size] : (given as tf.Tensor).shape
  const fits =
    given instanceof Float64Array
      ? given.length > 0 && given.length % size === 0
      : String(shape.slice(1)) === String(model.shape)
  if (!fits)
    throw new RangeError(
      `${caller}: states must have the shape [n, ${model.shape.join(', ')}], but ` +
        (given instanceof Float64Array ? `there are ${given.length} numbers` : `have [${shape.join(', ')}]`),
    )
}

const BREATHE_EVERY = 50

/** Solves from one time to another; parts other than the solution's are disposed of. `start` stays the caller's. */
export async function solve<S extends State>(
  slope: Slope<S>,
  start: Parts<S>,
  [from, to]: readonly [number, number],
  { steps, times, method = 'rk4', tolerance = 1e-5 }: OdeOptions,
  caller: string,
): Promise<Solution<S>> {
  if (steps !== undefined || times) {
    const rule = tableau(method, caller)
    const rising = from < to
    const given = times ? (rising ? times : [...times].reverse()) : evenTimes(from, to, steps!, caller)
    let x = start
    let evaluations = 0
    let breathed = performance.now()
    const task = beginTask(caller, { total: given.length - 1 })
    try {
      for (let i = 1; i < given.length; i++) {
        poll()
        breathed = await breathing(breathed)
        const next = integrate(slope, x, [given[i - 1]!, given[i]!], rule)
        if (x !== start) release(x)
        x = next.x
        evaluations += next.evaluations
        task.at(i)
      }
    } finally {
      task.end()
    }
    return { x, evaluations, times: given }
  }
  expectTolerance(tolerance, caller)
  const solving = adaptive(slope, start, from, to, tolerance, { release: true })
  let breathed = performance.now()
  const task = beginTask(caller)
  try {
    let turn = solving.next()
    for (let tried = 1; !turn.done; tried++) {
      poll()
      breathed = await breathing(breathed)
      const ratio = turn.value
      turn = solving.next(ratio instanceof Float64Array ? ratio[0]! : (await ratio.data())[0]!)
      task.at(tried)
    }
    return turn.value
  } finally {
    task.end()
  }
}

async function breathing(last: number): Promise<number> {
  if (performance.now() - last < BREATHE_EVERY) return last
  await breathe()
  return performance.now()
}

function release<S extends State>(parts: Parts<S>): void {
  for (const part of parts) if (part instanceof tf.Tensor) part.dispose()
}
