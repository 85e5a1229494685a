/**
 * What samplers share that choose their steps on the way, so that the estimated error stays below a tolerance.
 *
 * Particles may have times of their own: the state is then at the times `t`, one for each, and those that have arrived
 * wait.
 */
import * as tf from '@tensorflow/tfjs'
import type { Denoiser } from '../denoiser'
import { inScope } from '../denoiser'
import type { RandomStream } from '../../tensor'
import type { GaussianProcess } from '../process'
import { combine, type State, type Time } from '../state'
import { sizeOf, type Hooks } from './walk'

/** How a sampler that chooses its own steps is told the ends, and what happens between steps. */
export interface AdaptiveOptions<S extends State> extends Hooks<S, Time> {
  /** The first time. Default: the process's last. */
  readonly start?: number
  /** The last time. Default: 10⁻³ from clean data. */
  readonly end?: number
  /** Whether one more request at the last time takes away the noise that remains. Default false. */
  readonly denoise?: boolean
}

/** How many members the state has. */
export function countOf<S extends State>(model: Denoiser<S>, x: S): number {
  return (x instanceof Float64Array ? x.length : x.size) / sizeOf(model)
}

/** One number for all where all are the same: less work than one for each. */
export function together(values: Float64Array): number | Float64Array {
  return values.every((value) => value === values[0]) ? (values[0] ?? 0) : values
}

/** Where `chosen`, a; elsewhere b. */
export function choose<S extends State>(chosen: readonly boolean[], a: S, b: S): S {
  if (chosen.every(Boolean)) return combine([1, a])
  if (!chosen.some(Boolean)) return combine([1, b])
  const mask = Float64Array.from(chosen, Number)
  return combine<S>([mask, a], [mask.map((m) => 1 - m), b])
}

/** Applies the hooks to those particles that have moved. */
export function hooked<S extends State>(
  model: Denoiser<S>,
  { corrector, after }: Hooks<S, Time>,
  x: S,
  moved: readonly boolean[],
  t: Float64Array,
  s: Float64Array,
  stream: RandomStream,
): S {
  if (!corrector && !after) return x
  return inScope(x, () => {
    let next = x
    if (corrector) next = corrector(model, next, { t: together(t), s: together(s), stream })
    if (after) next = after(next, together(s), stream)
    return choose(moved, next, x)
  })
}

/** The two ends. @throws RangeError where they are not two different times of a process with derivatives. */
export function endsOf(
  name: string,
  process: GaussianProcess,
  start: number,
  end: number,
): readonly [number, number] {
  const { from, to, discrete } = process.times
  if (discrete) throw new RangeError(`${name} needs a process at all times, but ${process.name} is a table`)
  for (const [what, t] of Object.entries({ start, end }))
    if (!(t >= from && t <= to))
      throw new RangeError(`${name}: ${what} must be from ${from} to ${to}, but is ${t}`)
  if (start === end) throw new RangeError(`${name}: start and end must differ, but both are ${start}`)
  return [start, end]
}

/** @throws RangeError for a tolerance that is not positive. */
export function expectTolerance(name: string, tolerances: Readonly<Record<string, number>>): void {
  for (const [what, value] of Object.entries(tolerances))
    if (!(value > 0 && value < Infinity))
      throw new RangeError(`${name}: ${what} must be positive, but is ${value}`)
}

/** Disposes of tensors that are no longer needed. */
export function release(...states: readonly (State | undefined)[]): void {
  for (const x of states) if (x && !(x instanceof Float64Array)) x.dispose()
}

/** Computes several states at once, and disposes of what was made on the way. */
export function scoped<S extends State, R extends Readonly<Record<string, S>>>(x: S, f: () => R): R {
  if (x instanceof Float64Array) return f()
  // The record holds tensors here.
  return tf.tidy(f as unknown as () => tf.TensorContainer) as unknown as R
}
