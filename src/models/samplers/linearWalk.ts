/** Walks that follow numbers: the samplers of `linear.ts`, on states of either kind. */
import * as tf from '@tensorflow/tfjs'
import type { Denoiser } from '../denoiser'
import { Prediction } from '../prediction'
import { combine, normalLike, type Coefficient, type State } from '../state'
import {
  evaluationsOf,
  freshOf,
  memoryOf,
  record,
  type Combination,
  type LinearStep,
  type Method,
} from './linear'
import {
  expectHooks,
  walking,
  withClean,
  type Hooks,
  type Sampler,
  type Walker,
  type WalkOptions,
} from './walk'

/**
 * The sampler that follows a method along `times`. Without hooks, or with a corrector that is linear, it exposes its numbers, as
 * `linear`.
 *
 * @param name what it is called in errors.
 */
export function linearWalk<S extends State>(
  name: string,
  model: Denoiser<S>,
  times: readonly number[],
  method: Method,
  { corrector, after, denoise = false }: WalkOptions<S> = {},
): Sampler<S> {
  const stops = denoise ? withClean(name, model.process, times) : times
  expectHooks(name, { corrector, after })
  const correct = corrector?.rule
  const rule: Method = (tape, t, s) => {
    if (denoise && tape.step === tape.steps - 1) return tape.ask(t).x0
    const x = method(tape, t, s)
    return correct && model.process.sigma(s) > 0 ? correct(tape, x, t, s) : x
  }
  const steps = record(name, model.process, stops, rule)
  // What is among the numbers is no hook.
  const hooks: Hooks<S> = { corrector: correct ? undefined : corrector, after }
  return Object.assign(
    walking(model, stops, hooks, [], () => follow(steps)),
    !hooks.corrector && !after && { linear: steps },
    !hooks.corrector && { evaluations: evaluationsOf(steps) },
  )
}

/** Follows a list of linear steps, remembering as many predictions as it needs. */
function follow<S extends State>(steps: readonly LinearStep[]): Walker<S> {
  const memory = memoryOf(steps)
  let past: Prediction<S>[] = []
  return {
    step(model, x, i, stream) {
      const step = steps[i]!
      const fresh = Array.from({ length: freshOf(step) }, () => normalLike(x, stream))
      const predictions = [...past]
      for (const { t, at } of step.stages)
        predictions.unshift(model.predict(isState(at) ? x : evaluate(at, x, predictions, fresh), t))
      const next = evaluate(step.next, x, predictions, fresh)
      if (memory > 0) {
        const kept = predictions.slice(0, memory)
        const dropped = past.filter((prediction) => !kept.includes(prediction))
        past = kept.map((prediction) => (past.includes(prediction) ? prediction : remembered(prediction)))
        dropped.forEach(forget)
      }
      return next
    },
    close() {
      past.forEach(forget)
      past = []
    },
  }
}

function isState({ state, predictions, fresh }: Combination): boolean {
  return state === 1 && predictions.length === 0 && fresh.length === 0
}

/** The sum that a combination stands for. */
function evaluate<S extends State>(
  { state, predictions: shares, fresh: deviations }: Combination,
  x: S,
  predictions: readonly Prediction<S>[],
  fresh: readonly S[],
): S {
  const terms: (readonly [Coefficient, S])[] = []
  if (state !== 0) terms.push([state, x])
  for (const [back, [ofX0, ofNoise]] of shares.entries())
    if (ofX0 !== 0 || ofNoise !== 0)
      terms.push([
        1,
        predictions[back]!.combination(
          () => ofX0,
          () => ofNoise,
        ),
      ])
  for (const [k, deviation] of deviations.entries()) if (deviation !== 0) terms.push([deviation, fresh[k]!])
  if (terms.length === 1 && terms[0]![0] === 1 && terms[0]![1] !== x) return terms[0]![1]
  return terms.length ? combine(...terms) : combine([0, x])
}

/** A prediction whose values outlive the step, and the state that they may be. */
function remembered<S extends State>({ process, t, parts }: Prediction<S>): Prediction<S> {
  return new Prediction(
    process,
    t,
    parts.map((part) => ({ ...part, value: copy(part.value) })),
  )
}

function copy<S extends State>(x: S): S {
  return (x instanceof Float64Array ? x.slice() : tf.keep(tf.clone<tf.Tensor>(x))) as S
}

function forget<S extends State>({ parts }: Prediction<S>): void {
  for (const { value } of parts) if (!(value instanceof Float64Array)) tf.dispose(value)
}
