/**
 * A noise schedule that is learned: γ(t) = −log SNR as a network of one input that can only rise,
 *
 *   α² = ς(−γ),   σ² = ς(γ),   γ(t) = γ_0 + (γ_1 − γ_0) η(t),
 *   η = (h(t) − h(0)) / (h(1) − h(0)),   h(t) = a t + Σ_k b_k ς(c_k (t − m_k)),   a, b_k, c_k > 0,
 *
 * ς the logistic function and positive numbers written as softplus. The ends γ_0 and γ_1 are parameters of their own.
 *
 * Kingma et al., "Variational diffusion models", NeurIPS 2021, appendix H, https://arxiv.org/abs/2107.00630
 */
import * as tf from '@tensorflow/tfjs'
import { constant, parameter } from '../../tensor'
import type { TrainableParams } from '../network'
import { gaussianProcess, type Curve, type GaussianProcess } from '../process'

export interface LearnedScheduleOptions {
  /** γ_0 = −log SNR at t = 0, where there is least noise. Default −8. */
  readonly from?: number
  /** γ_1 at t = 1, larger. Default 6. */
  readonly to?: number
  /** How many logistic functions. Default 16. */
  readonly units?: number
}

/** The schedule at times t of shape [n], as tensors of that shape that gradients flow through. */
export interface ScheduleAt {
  readonly gamma: tf.Tensor1D
  readonly gammaPrime: tf.Tensor1D
  readonly alpha: tf.Tensor1D
  readonly sigma: tf.Tensor1D
}

export interface LearnedSchedule {
  readonly params: TrainableParams
  /** @param learns whether gradients flow to the ends, to what is between them, or to both (the default). */
  at(t: tf.Tensor1D, learns?: 'ends' | 'between' | 'both'): ScheduleAt
  /** γ_0 and γ_1, as tensors. */
  ends(): { readonly first: tf.Scalar; readonly last: tf.Scalar }
  /** The process of the parameters as they are now, in doubles. At t = 0 it has the noise of γ_0. */
  process(): Promise<GaussianProcess>
}

/** How steep the logistic functions are at first: each turns over about a fourth of the interval. */
const STEEPNESS = 8

/** @throws RangeError unless from < to, or for units that are no positive whole number. */
export function learnedSchedule({
  from = -8,
  to = 6,
  units = 16,
}: LearnedScheduleOptions = {}): LearnedSchedule {
  if (!(to > from && to - from < Infinity))
    throw new RangeError(`learnedSchedule needs from < to, but from = ${from} and to = ${to}`)
  if (!Number.isSafeInteger(units) || units < 1)
    throw new RangeError(`learnedSchedule: units must be a positive whole number, but is ${units}`)
  const params = tf.tidy(() => ({
    'schedule/ends': parameter(tf.tensor1d([from, to])),
    'schedule/a': parameter(tf.scalar(inverseSoftplus(1))),
    'schedule/b': parameter(tf.fill([units], inverseSoftplus(0.1 / units))),
    'schedule/c': parameter(tf.fill([units], inverseSoftplus(STEEPNESS))),
    'schedule/m': parameter(tf.tensor1d(Array.from({ length: units }, (_, k) => (k + 0.5) / units))),
  }))

  const at = (t: tf.Tensor1D, learns: 'ends' | 'between' | 'both' = 'both'): ScheduleAt => {
    const ends = (): tf.Tensor[] => tf.split(params['schedule/ends'], 2)
    const [first, last] = (learns === 'between' ? constant(ends) : ends()) as [tf.Tensor1D, tf.Tensor1D]
    const { eta, etaPrime } = learns === 'ends' ? constant(() => shape(params, t)) : shape(params, t)
    const gamma = first.add(last.sub(first).mul(eta)).as1D()
    return {
      gamma,
      gammaPrime: last.sub(first).mul(etaPrime).as1D(),
      alpha: gamma.neg().sigmoid().sqrt(),
      sigma: gamma.sigmoid().sqrt(),
    }
  }

  return {
    params,
    at,
    ends() {
      const [first, last] = tf.split(params['schedule/ends'], 2)
      return { first: first!.asScalar(), last: last!.asScalar() }
    },
    async process() {
      const names = Object.keys(params) as (keyof typeof params)[]
      const values = await Promise.all(names.map((name) => params[name].data()))
      return snapshot(Object.fromEntries(names.map((name, i) => [name, values[i]!])))
    },
  }
}

/** η and η′ at t. */
function shape(
  params: Readonly<Record<string, tf.Tensor>>,
  t: tf.Tensor1D,
): { eta: tf.Tensor; etaPrime: tf.Tensor } {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => tf.softplus(params[`schedule/${name}`]!)) as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ]
  const h = (time: tf.Tensor): { h: tf.Tensor; slope: tf.Tensor } => {
    const s = tf.sigmoid(time.expandDims(1).sub(params['schedule/m']!).mul(c))
    return {
      h: time.mul(a).add(s.mul(b).sum(1)),
      slope: a.add(s.mul(tf.sub(1, s)).mul(b.mul(c)).sum(1)),
    }
  }
  const [low, high] = tf.split(h(tf.tensor1d([0, 1])).h, 2) as [tf.Tensor, tf.Tensor]
  const range = high.sub(low)
  const here = h(t)
  return { eta: here.h.sub(low).div(range), etaPrime: here.slope.div(range) }
}

/** The same formulas in doubles. */
function snapshot(values: Readonly<Record<string, ArrayLike<number>>>): GaussianProcess {
  const list = (name: string): number[] => Array.from(values[`schedule/${name}`]!)
  const [first, last] = list('ends') as [number, number]
  const [[a], b, c, m] = [
    list('a').map(softplus),
    list('b').map(softplus),
    list('c').map(softplus),
    list('m'),
  ]
  const h: Curve = (t) => b.reduce((sum, bk, k) => sum + bk * logistic(c[k]! * (t - m[k]!)), a! * t)
  const slope: Curve = (t) =>
    b.reduce((sum, bk, k) => {
      const s = logistic(c[k]! * (t - m[k]!))
      return sum + bk * c[k]! * s * (1 - s)
    }, a!)
  const range = h(1) - h(0)
  const gamma: Curve = (t) => first + ((last - first) * (h(t) - h(0))) / range
  const gammaPrime: Curve = (t) => ((last - first) * slope(t)) / range
  const alpha: Curve = (t) => Math.sqrt(logistic(-gamma(t)))
  return gaussianProcess(
    'learned schedule',
    { from: 0, to: 1 },
    {
      alpha,
      sigma: (t) => Math.sqrt(logistic(gamma(t))),
      alphaPrime: (t) => -0.5 * alpha(t) * logistic(gamma(t)) * gammaPrime(t),
      variancePrime: (t) => logistic(gamma(t)) * logistic(-gamma(t)) * gammaPrime(t),
    },
  )
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x))
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
}

function inverseSoftplus(y: number): number {
  return Math.log(Math.expm1(y))
}
