/**
 * Sampling: walking a state along a sampler's times.
 *
 * Down from noise to data this draws samples; up from data to noise, with a rule that adds no noise, it encodes.
 */
import * as tf from '@tensorflow/tfjs'
import {
  beginTask,
  currentStream,
  keepingTensors,
  OutOfMemoryError,
  particlesOf,
  watching,
  type ParticleStream,
  type RandomStream,
} from '../tensor'
import { expectCount } from './data/data'
import { tooLarge } from './fitting'
import { fusedStates } from './fused/follow'
import { stateReached } from './milestones'
import { combine, expectState, normalLike, type State } from './state'
import { sizeOf, type Sampler, type SamplerState } from './samplers/walk'

export { timesOf, type TimeOptions } from './grids'
export { processOf, walk, type Sampler, type SamplerState, type Step } from './samplers/walk'

export interface SampleOptions<S extends State = tf.Tensor> {
  /** Where the start and the noise come from. Default: the cell's own stream. */
  readonly stream?: RandomStream
  /** Called with every state, which it must not keep: all but the last are disposed of. */
  readonly observe?: (state: SamplerState<S>) => void | Promise<void>
  /**
   * Whether many steps may be taken in one go where that is possible: where the model is an `mlp` under a head and every step is
   * linear. The states are the same up to rounding. Default: as the session says, which is yes unless it was switched off.
   */
  readonly fused?: boolean
}

/**
 * Draws `n` samples: starts from N(0, σ² I) at the sampler's first time and walks to its last.
 *
 * @returns a tensor of shape [n, …model.shape].
 * @throws OutOfMemoryError (as a rejection) where so many do not fit into memory, naming how many do.
 */
export async function sample(
  sampler: Sampler,
  n: number,
  { stream = currentStream(), ...options }: SampleOptions = {},
): Promise<tf.Tensor> {
  expectSampler(sampler, 'sample')
  expectCount(n)
  const noise = particlesOf(stream, sizeOf(sampler.model))
  let start: tf.Tensor | undefined
  try {
    start = prior(sampler, n, noise)
    return await follow(sampler, start, { stream: noise, ...options })
  } catch (error) {
    if (!(error instanceof OutOfMemoryError)) throw error
    const { model, times } = sampler
    throw tooLarge(
      error,
      n,
      `sample: a batch of ${n}`,
      (fitting) => `Draw them in several goes, such as ${fitting} at a time.`,
      (few) => model.predict(tf.zeros([few, ...model.shape]), times[0]!).x0,
    )
  } finally {
    start?.dispose()
  }
}

/** N(0, σ² I) at the sampler's first time, of shape [n, …model.shape]: the noise of step 0. */
function prior({ model, times }: Sampler, n: number, stream: ParticleStream): tf.Tensor {
  return tf.tidy(() => {
    const like = tf.zeros([n, ...model.shape])
    return combine([model.process.sigma(times[0]!), normalLike(like, stream)])
  })
}

/**
 * Takes `start`, which belongs to the sampler's first time and stays the caller's, to its last.
 *
 * @param start of shape [n, …model.shape], or as doubles: noise to make samples of, or data to encode.
 */
export async function follow<S extends State>(
  sampler: Sampler<S>,
  start: S,
  { stream = currentStream(), observe, fused }: SampleOptions<S> = {},
): Promise<S> {
  expectSampler(sampler, 'follow')
  expectState(start, 'follow')
  return followed(sampler, start, stream, { fused, ...(observe && { observe, wanted: () => true }) })
}

interface Following<S extends State> {
  readonly fused?: boolean | undefined
  readonly observe?: (state: SamplerState<S>) => void | Promise<void>
  /** Which states are observed at least. Absent: the start and the last one. */
  readonly wanted?: (step: number) => boolean
}

function followed<S extends State>(
  sampler: Sampler<S>,
  start: S,
  stream: RandomStream,
  { fused, observe, wanted = () => false }: Following<S>,
): Promise<S> {
  let latest = start
  const task = beginTask('sampling', { total: sampler.times.length - 1 })
  const told = (step: number): void =>
    task.at(step, () => `t = ${Number((sampler.times[step] ?? NaN).toPrecision(3))}`)
  return keepingTensors(async () => {
    try {
      const quick = fusedStates(sampler, start, stream, fused)
      const looking = { wanted: (step: number) => watching() || wanted(step), progress: told }
      // Where there are fused states, they are tensors, and so is S.
      const states = quick ? (quick(looking) as AsyncIterable<SamplerState<S>>) : sampler(start, stream)
      for await (const state of states) {
        if (state.x !== latest) release(latest, start)
        latest = state.x
        stateReached(sampler.model, state)
        task.at(state.step, () => `t = ${Number(state.t.toPrecision(3))}`)
        await observe?.(state)
      }
      return latest === start ? combine([1, start]) : latest
    } catch (error) {
      release(latest, start)
      throw error
    } finally {
      task.end()
    }
  })
}

function release<S extends State>(x: S, start: S): void {
  if (x !== start && !(x instanceof Float64Array)) x.dispose()
}

/** A walk that was kept: all its states, and what it cost. */
export interface Trajectory {
  /** The times of the states. */
  readonly times: readonly number[]
  /** The states, of shape [number of times, n, …model.shape]. */
  readonly states: tf.Tensor
  /** NFE after each of them. */
  readonly evaluations: readonly number[]
}

/**
 * Keeps the states of a walk, for pictures.
 *
 * @param from how many particles to start from N(0, σ² I), or the start itself, which stays the caller's.
 * @param every keeps each so-manieth state, and the last. Default 1.
 */
export async function trajectory(
  sampler: Sampler,
  from: number | tf.Tensor,
  {
    stream = currentStream(),
    every = 1,
    fused,
  }: Pick<SampleOptions, 'stream' | 'fused'> & { readonly every?: number } = {},
): Promise<Trajectory> {
  expectSampler(sampler, 'trajectory')
  if (!Number.isSafeInteger(every) || every < 1)
    throw new RangeError(`trajectory: every must be a positive whole number, but is ${every}`)
  if (typeof from === 'number') expectCount(from)
  const noise = particlesOf(stream, sizeOf(sampler.model))
  const start = typeof from === 'number' ? prior(sampler, from, noise) : from
  const kept: SamplerState[] = []
  return keepingTensors(async () => {
    try {
      let skipped: SamplerState | undefined
      const keep = (state: SamplerState): void => {
        kept.push({ ...state, x: state.x.clone() })
      }
      await followed(sampler, start, noise, {
        fused,
        wanted: (step) => step % every === 0,
        observe(state) {
          skipped = state.step % every === 0 ? undefined : state
          if (!skipped) keep(state)
        },
      }).then((last) => {
        if (skipped) keep({ ...skipped, x: last })
        last.dispose()
      })
      return {
        times: kept.map(({ t }) => t),
        states: tf.stack(kept.map(({ x }) => x)),
        evaluations: kept.map(({ evaluations }) => evaluations),
      }
    } finally {
      tf.dispose(kept.map(({ x }) => x))
      if (start !== from) start.dispose()
    }
  })
}

/** @throws TypeError for what is no sampler, as cells run unchecked. */
function expectSampler(sampler: unknown, caller: string): void {
  if (typeof sampler !== 'function' || !('times' in sampler))
    throw new TypeError(
      `${caller}: the first argument must be a sampler, such as ddim(model) or ancestral(model)`,
    )
}
