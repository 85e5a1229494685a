/**
 * Walks: a state taken along times by a rule for one step.
 *
 * Between steps a walk may correct its state, and change it:
 *
 *   x ← step(x, t → s);   x ← corrector(x, s);   x ← after(x, s).
 *
 * A corrector asks the model (Langevin steps at one noise level); `after` is for whoever knows more than the model,
 * such as the pixels of a picture that are given. Every request to the model is counted: the number of function
 * evaluations, NFE, is what a sampler costs.
 */
import type * as tf from '@tensorflow/tfjs'
import { breathe, currentStream, holding, particlesOf, poll, type RandomStream } from '../../tensor'
import { inScope, type Denoiser } from '../denoiser'
import type { GaussianProcess } from '../process'
import type { State, Time } from '../state'
import type { LinearStep, Tape, Vector } from './linear'

/** One state on the way. */
export interface SamplerState<S extends State = tf.Tensor> {
  readonly x: S
  /** The time that `x` belongs to; where particles have times of their own, that of the last of them. */
  readonly t: number
  /** Steps done, and steps to do; the latter is not known ahead where steps are chosen on the way, and NaN there. */
  readonly step: number
  readonly steps: number
  /** How often the model has been asked. */
  readonly evaluations: number
}

/**
 * A sampler: given a start, yields every state from it to the end, the start included.
 *
 * The states belong to whoever asks for them; a state may be disposed of once the next has been yielded.
 */
export interface Sampler<S extends State = tf.Tensor> {
  (start: S, stream?: RandomStream): AsyncGenerator<SamplerState<S>, void, void>
  readonly model: Denoiser<S>
  /** The times that it visits, in order; the two ends where steps are chosen on the way. */
  readonly times: readonly number[]
  /** How often it asks the model, where that is known ahead and no corrector asks as well. */
  readonly evaluations?: number
  /** Its steps as numbers, where they are linear and no hook interferes. */
  readonly linear?: readonly LinearStep[]
}

/** What happens between steps: `s` is the time that the state has just come to, `t` the one that it came from. */
export interface Corrector<S extends State = tf.Tensor, T extends Time = number> {
  (model: Denoiser<S>, x: S, place: { readonly t: T; readonly s: T; readonly stream: RandomStream }): S
  /** The same on symbols, where it is linear: it asks at the time `s` only. */
  readonly rule?: (tape: Tape, x: Vector, t: number, s: number) => Vector
}

/** Changes a state at time `s`, which is a list where particles have times of their own. */
export type After<S extends State = tf.Tensor, T extends Time = number> = (
  x: S,
  s: T,
  stream: RandomStream,
) => S

export interface Hooks<S extends State = tf.Tensor, T extends Time = number> {
  /** Asks the model again at the new time, after every step that does not end on clean data. */
  readonly corrector?: Corrector<S, T> | undefined
  /** Changes the state after every step, and after the corrector. */
  readonly after?: After<S, T> | undefined
}

/** One step from x at time t to time s. */
export type Step<S extends State> = (
  model: Denoiser<S>,
  x: S,
  t: number,
  s: number,
  stream: RandomStream,
) => S

/** The process of a sampler's model. @throws TypeError where `model` is none, as in cells, which run unchecked. */
export function processOf<S extends State>(model: Denoiser<S>, sampler: string): GaussianProcess {
  const process = (model as Partial<Denoiser<S>> | undefined)?.process
  if (!process) throw new TypeError(`${sampler}: the first argument must be a denoiser, such as denoiser(…)`)
  return process
}

/** How many numbers one state has. */
export function sizeOf<S extends State>(model: Denoiser<S>): number {
  return model.shape.reduce((product, length) => product * length, 1)
}

/** The same denoiser, telling of every request. */
export function counting<S extends State>(model: Denoiser<S>, asked: () => void): Denoiser<S> {
  const predict: Denoiser<S>['predict'] = (x, t, condition) => {
    asked()
    return model.predict(x, t, condition)
  }
  const score: Denoiser<S>['score'] = (x, t, condition) => {
    asked()
    return model.score(x, t, condition)
  }
  return {
    ...model,
    predict,
    score,
    at: (t, condition) => ({ ...model.at(t, condition), score: (x) => score(x, t, condition) }),
  }
}

const BREATHE_EVERY = 50

/** Lets others have a turn, now and then. */
export function pacer(): () => Promise<void> {
  let breathed = performance.now()
  return async () => {
    poll()
    if (performance.now() - breathed < BREATHE_EVERY) return
    await breathe()
    breathed = performance.now()
  }
}

/** The sampler that takes `step` along `times`. */
export function walk<S extends State>(
  model: Denoiser<S>,
  times: readonly number[],
  step: Step<S>,
  hooks: Hooks<S> = {},
): Sampler<S> {
  for (const t of times) model.process.alpha(t)
  return walking(model, times, hooks, [step], () => ({
    step: (asked, x, i, stream) => step(asked, x, times[i]!, times[i + 1]!, stream),
  }))
}

/** What all samplers with fixed times can be told, beside the times. */
export interface WalkOptions<S extends State = tf.Tensor> extends Hooks<S> {
  /**
   * Whether one more request follows at the last time, which takes the state to the mean of the clean data given it
   * (Tweedie's formula): what remains of the noise there is taken away. Default false.
   */
  readonly denoise?: boolean
}

/** @throws TypeError for hooks that are no functions, as cells run unchecked. */
export function expectHooks(
  name: string,
  { corrector, after }: { readonly corrector?: unknown; readonly after?: unknown },
): void {
  for (const [hook, value] of Object.entries({ corrector, after }))
    if (value !== undefined && typeof value !== 'function')
      throw new TypeError(`${name}: ${hook} must be a function, but is ${typeof value}`)
}

/** @throws RangeError where there is nothing to take away. */
export function withClean(name: string, process: GaussianProcess, times: readonly number[]): number[] {
  const last = times.at(-1)!
  if (!(last < times[0]! && last > process.times.from))
    throw new RangeError(
      `${name}: denoise takes away the noise at the last time, but t = ${last} is clean: leave it out, or end earlier`,
    )
  return [...times, process.times.from]
}

/** How one walk takes its steps, and what it must let go of at the end. */
export interface Walker<S extends State> {
  readonly step: (model: Denoiser<S>, x: S, i: number, stream: RandomStream) => S
  readonly close?: () => void
}

/** A walk between hooks; `begin` is told how to count requests that do not go through the model it is given. */
export function walking<S extends State>(
  model: Denoiser<S>,
  times: readonly number[],
  { corrector, after }: Hooks<S>,
  held: readonly unknown[],
  begin: (asked: () => void) => Walker<S>,
): Sampler<S> {
  async function* states(start: S, stream = currentStream()): AsyncGenerator<SamplerState<S>, void, void> {
    const steps = times.length - 1
    let evaluations = 0
    const asked = (): void => void evaluations++
    const counted = counting(model, asked)
    const pause = pacer()
    const walker = begin(asked)
    const noise = particlesOf(stream, sizeOf(model))
    try {
      let x = start
      yield { x, t: times[0]!, step: 0, steps, evaluations }
      for (let i = 0; i < steps; i++) {
        await pause()
        const [t, s] = [times[i]!, times[i + 1]!]
        const before = x
        noise.begin(i + 1)
        x = inScope(x, () => {
          let next = walker.step(counted, before, i, noise)
          if (corrector && model.process.sigma(s) > 0)
            next = corrector(counted, next, { t, s, stream: noise })
          return after ? after(next, s, noise) : next
        })
        yield { x, t: s, step: i + 1, steps, evaluations }
      }
    } finally {
      walker.close?.()
    }
  }
  return Object.assign(holding(states, model, corrector, after, ...held), { model, times })
}
