/**
 * Flow maps: where the probability-flow ODE takes a state, in one go,
 *
 *   Φ(x_t, t, s) = x_s,   Φ(x, t, t) = x,   Φ(Φ(x, t, s), s, r) = Φ(x, t, r).
 *
 * A sampler of an ODE approximates one by many small steps; MeanFlow learns one, and a consistency model the part of it that
 * leads to clean data: they step as far as one likes. A flow map is a denoiser too: its velocity is the derivative of
 * Φ(x, t, s) in s at s = t.
 *
 * Boffi, Albergo and Vanden-Eijnden, "Flow map matching", 2024, https://arxiv.org/abs/2406.07507
 */
import type * as tf from '@tensorflow/tfjs'
import { breathe, currentStream, holding, poll } from '../../tensor'
import { inScope, type Denoiser } from '../denoiser'
import { heunStep } from '../matching/heun'
import { processOf, timesOf, type Sampler, type SamplerState, type TimeOptions } from '../sample'
import { combine, type State, type Time } from '../state'

export interface FlowMap<S extends State = tf.Tensor> extends Denoiser<S> {
  /**
   * x_s, where the ODE through x at time t is at time s.
   *
   * @param x states of shape [n, …shape].
   * @param t, s one time for all, or one for each of the n.
   */
  readonly to: (x: S, t: Time, s: Time) => S
}

/** Adds the map to the denoiser whose velocity it follows. */
export function asFlowMap<S extends State>(model: Denoiser<S>, to: FlowMap<S>['to']): FlowMap<S> {
  return {
    ...model,
    to: holding((x: S, t: Time, s: Time): S => inScope(x, () => to(x, t, s)), to, model),
  }
}

/**
 * The flow map of any denoiser, by Heun's method.
 *
 * @param steps equal steps from t to s. Default 50; two evaluations each.
 */
export function solved<S extends State>(
  model: Denoiser<S>,
  { steps = 50 }: { steps?: number } = {},
): FlowMap<S> {
  processOf(model, 'solved')
  if (!Number.isSafeInteger(steps) || steps < 1)
    throw new RangeError(`solved: steps must be a positive whole number, but is ${steps}`)
  return asFlowMap(model, (x, t, s) => {
    let state = x
    for (let i = 0; i < steps; i++) {
      const now = state
      state = inScope(x, () => heunStep(model, now, mix(t, s, i / steps), mix(t, s, (i + 1) / steps)))
    }
    return steps > 0 && state !== x ? state : combine([1, x])
  })
}

/** t + u (s − t), one by one. */
function mix(t: Time, s: Time, u: number): Time {
  if (typeof t === 'number' && typeof s === 'number') return u === 1 ? s : t + u * (s - t)
  const n = typeof t === 'number' ? (s as ArrayLike<number>).length : t.length
  const at = (time: Time, i: number): number => (typeof time === 'number' ? time : time[i]!)
  return Float64Array.from({ length: n }, (_, i) =>
    u === 1 ? at(s, i) : at(t, i) + u * (at(s, i) - at(t, i)),
  )
}

/**
 * The sampler that takes a flow map along times, one evaluation a step: `{ steps: 1 }` draws samples in one.
 *
 * @throws TypeError where `map` is no flow map.
 */
export function jumps<S extends State>(map: FlowMap<S>, options: TimeOptions = {}): Sampler<S> {
  const process = processOf(map, 'jumps')
  if (typeof (map as Partial<FlowMap<S>>).to !== 'function')
    throw new TypeError('jumps: the first argument must be a flow map, such as meanFlow(…) or solved(model)')
  const times = timesOf(process, options)
  for (const t of times) process.alpha(t)
  async function* states(start: S): AsyncGenerator<SamplerState<S>, void, void> {
    const steps = times.length - 1
    let x = start
    yield { x, t: times[0]!, step: 0, steps, evaluations: 0 }
    for (let i = 0; i < steps; i++) {
      poll()
      if (i % 10 === 9) await breathe()
      x = map.to(x, times[i]!, times[i + 1]!)
      yield { x, t: times[i + 1]!, step: i + 1, steps, evaluations: i + 1 }
    }
  }
  return Object.assign(
    holding((start: S, _stream = currentStream()) => states(start), map),
    { model: map, times },
  )
}
