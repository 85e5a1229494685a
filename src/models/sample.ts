/**
 * Sampling: walking a state along a list of times, by one rule for a step.
 *
 * Down from noise to data this draws samples; up from data to noise, with a rule that adds no noise, it encodes.
 */
import * as tf from '@tensorflow/tfjs'
import { breathe, currentStream, holding, keepingTensors, poll, type RandomStream } from '../tensor'
import { expectCount } from './data/data'
import { inScope, type Denoiser } from './denoiser'
import type { GaussianProcess } from './process'
import { combine, normalLike, type State } from './state'

/** One state on the way. */
export interface SamplerState<S extends State = tf.Tensor> {
  readonly x: S
  /** The time that `x` belongs to. */
  readonly t: number
  /** Steps done, and steps to do. */
  readonly step: number
  readonly steps: number
  /** How often the model has been asked. */
  readonly evaluations: number
}

/** One step from x at time t to time s. */
export type Step<S extends State> = (
  model: Denoiser<S>,
  x: S,
  t: number,
  s: number,
  stream: RandomStream,
) => S

/**
 * A sampler: given a start, yields every state from it to the end, the start included.
 *
 * The states belong to whoever asks for them; a state may be disposed of once the next has been yielded.
 */
export interface Sampler<S extends State = tf.Tensor> {
  (start: S, stream?: RandomStream): AsyncGenerator<SamplerState<S>, void, void>
  readonly model: Denoiser<S>
  /** The times that it visits, in order. */
  readonly times: readonly number[]
}

/** How a sampler is told its times: so many steps down to clean data, or a list. */
export interface TimeOptions {
  /** Steps from the process's last time to clean data, evenly spread. Default 50. */
  readonly steps?: number
  /** Or the times themselves, each once, falling (to sample) or rising (to encode). */
  readonly times?: readonly number[]
}

/** The process of a sampler's model. @throws TypeError where `model` is none, as in cells, which run unchecked. */
export function processOf<S extends State>(model: Denoiser<S>, sampler: string): GaussianProcess {
  const process = (model as Partial<Denoiser<S>> | undefined)?.process
  if (!process) throw new TypeError(`${sampler}: the first argument must be a denoiser, such as denoiser(…)`)
  return process
}

/** The times that the options ask for. @throws RangeError where they make no sense. */
export function timesOf(
  { name, times: { from, to, discrete } }: GaussianProcess,
  { steps = 50, times }: TimeOptions,
): number[] {
  if (times) return expectMonotone(times)
  if (!Number.isSafeInteger(steps) || steps < 1)
    throw new RangeError(`a sampler's steps must be a positive whole number, but are ${steps}`)
  if (discrete && steps > to - from)
    throw new RangeError(`${name} has ${to - from} steps: a sampler cannot take ${steps}`)
  return Array.from({ length: steps + 1 }, (_, i) => {
    const t = to + (i / steps) * (from - to)
    return discrete ? Math.round(t) : t
  })
}

function expectMonotone(times: readonly number[]): number[] {
  const falling = times.every((t, i) => i === 0 || t < times[i - 1]!)
  const rising = times.every((t, i) => i === 0 || t > times[i - 1]!)
  if (times.length < 2 || !(falling || rising))
    throw new RangeError(
      `a sampler's times must be at least two, all falling or all rising, but are ${times.join(', ')}`,
    )
  return [...times]
}

const BREATHE_EVERY = 50

/** The sampler that takes `step` along `times`. */
export function walk<S extends State>(
  model: Denoiser<S>,
  times: readonly number[],
  step: Step<S>,
): Sampler<S> {
  for (const t of times) model.process.alpha(t)

  async function* states(start: S, stream = currentStream()): AsyncGenerator<SamplerState<S>, void, void> {
    const steps = times.length - 1
    let evaluations = 0
    const counted: Denoiser<S> = {
      ...model,
      predict(x, t, condition) {
        evaluations++
        return model.predict(x, t, condition)
      },
    }
    let breathed = performance.now()
    let x = start
    yield { x, t: times[0]!, step: 0, steps, evaluations }
    for (let i = 0; i < steps; i++) {
      poll()
      if (performance.now() - breathed >= BREATHE_EVERY) {
        await breathe()
        breathed = performance.now()
      }
      x = inScope(x, () => step(counted, x, times[i]!, times[i + 1]!, stream))
      yield { x, t: times[i + 1]!, step: i + 1, steps, evaluations }
    }
  }
  return Object.assign(holding(states, step), { model, times })
}

export interface SampleOptions {
  /** Where the start and the noise come from. Default: the cell's own stream. */
  readonly stream?: RandomStream
  /** Called with every state, which it must not keep: all but the last are disposed of. */
  readonly observe?: (state: SamplerState) => void | Promise<void>
}

/**
 * Draws `n` samples: starts from N(0, σ² I) at the sampler's first time and walks to its last.
 *
 * @returns a tensor of shape [n, …model.shape].
 */
export async function sample(
  sampler: Sampler,
  n: number,
  { stream = currentStream(), observe }: SampleOptions = {},
): Promise<tf.Tensor> {
  // Cells are not type-checked before they run.
  if (typeof sampler !== 'function' || !('times' in sampler))
    throw new TypeError(
      'sample: the first argument must be a sampler, such as ddim(model) or ancestral(model)',
    )
  expectCount(n)
  const { model, times } = sampler
  const start = tf.tidy(() => {
    const like = tf.zeros([n, ...model.shape])
    return combine([model.process.sigma(times[0]!), normalLike(like, stream)])
  })
  let latest = start
  return keepingTensors(async () => {
    try {
      for await (const state of sampler(start, stream)) {
        if (state.x !== latest) latest.dispose()
        latest = state.x
        await observe?.(state)
      }
      return latest
    } catch (error) {
      latest.dispose()
      throw error
    }
  })
}
