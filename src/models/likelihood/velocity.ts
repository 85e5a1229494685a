/** The right-hand side of the probability-flow ODE, alone or with its divergence. */
import type { Condition } from '../condition'
import type { RandomStream } from '../../tensor'
import * as tf from '@tensorflow/tfjs'
import { inScope, type Denoiser } from '../denoiser'
import type { ExactModel } from '../exact'
import { exactDivergence, probedDivergence, probes, type ProbeKind, type Slope } from '../ode'
import type { State } from '../state'
import { mixtureDivergence } from './analyticTrace'

/**
 * How ∇·velocity is computed: exactly (by d backward passes on tensors, in closed form for the exact model of a mixture on
 * doubles), by Hutchinson's estimate with Gaussian or ±1 vectors, or by a function of one's own.
 */
export type Trace<S extends State> = 'exact' | ProbeKind | ((x: S, t: number) => S)

export interface TraceOptions<S extends State> {
  /** Default `exact`. */
  readonly trace?: Trace<S>
  /** Random vectors for each state, whose estimates are averaged. Default 1. */
  readonly probes?: number
}

/** dx/dt = velocity. */
export function velocity<S extends State>(
  model: Denoiser<S>,
  condition: Condition | undefined,
): (x: S, t: number) => S {
  return (x, t) => inScope(x, () => model.predict(x, t, condition).velocity)
}

export interface TracedVelocity<S extends State> {
  readonly slope: Slope<S>
  /** Lets go of the random vectors. */
  readonly dispose: () => void
}

/**
 * dx/dt = velocity and dℓ/dt = ∇·velocity, for states (x, ℓ).
 *
 * Random vectors are drawn once, for the whole path: the solver must see a smooth function of time.
 */
export function velocityWithTrace<S extends State>(
  model: Denoiser<S>,
  start: S,
  condition: Condition | undefined,
  { trace = 'exact', probes: count = 1 }: TraceOptions<S>,
  stream: RandomStream,
): TracedVelocity<S> {
  const move = velocity(model, condition)
  const none = (): void => undefined
  if (typeof trace === 'function') return { slope: ([x], t) => [move(x!, t), trace(x!, t)], dispose: none }
  if (!['exact', 'gaussian', 'rademacher'].includes(trace))
    throw new RangeError(
      `logLikelihood: trace must be 'exact', 'gaussian', 'rademacher' or a function, but is ${String(trace)}`,
    )
  if (!Number.isSafeInteger(count) || count < 1)
    throw new RangeError(`logLikelihood: probes must be a positive whole number, but is ${count}`)
  if (start instanceof Float64Array)
    return { slope: inDoubles(model, move, trace, condition) as unknown as Slope<S>, dispose: none }

  // The types of the two branches cannot be followed through S.
  const field =
    (t: number) =>
    (x: tf.Tensor): tf.Tensor =>
      (model as unknown as Denoiser).predict(x, t, condition).velocity
  const vectors =
    trace === 'exact' ? [] : Array.from({ length: count }, () => probes(trace, start.shape, stream))
  const slope = ([x]: readonly tf.Tensor[], t: number): readonly tf.Tensor[] => {
    if (trace === 'exact') {
      const { value, divergence } = exactDivergence(field(t), x!)
      return [value, divergence]
    }
    const each = vectors.map((v) => probedDivergence(field(t), x!, v))
    const sum = each.map(({ divergence }) => divergence).reduce((a, b) => a.add(b))
    return [each[0]!.value, sum.div(count)]
  }
  return { slope: slope as unknown as Slope<S>, dispose: () => tf.dispose(vectors) }
}

function inDoubles<S extends State>(
  model: Denoiser<S>,
  move: (x: S, t: number) => S,
  trace: 'exact' | ProbeKind,
  condition: Condition | undefined,
): Slope<Float64Array> {
  const { law } = model as Partial<ExactModel<S>>
  const label = condition?.['class']
  if (trace !== 'exact' || !law || !('components' in law) || (condition && typeof label !== 'number'))
    throw new TypeError(
      'logLikelihood: on doubles only the exact model of a mixture knows its divergence, told one class at most: give trace ' +
        'as a function (x, t) ↦ ∇·velocity, or use tensors',
    )
  const { components } = typeof label === 'number' ? law.given(label) : law
  const inDoubles = move as unknown as (x: Float64Array, t: number) => Float64Array
  return ([x], t) => [inDoubles(x!, t), mixtureDivergence(components, model.process, x!, t)]
}
