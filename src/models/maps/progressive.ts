/**
 * Progressive distillation: a student learns to do in one DDIM step what its teacher does in two. From t over the middle m to s,
 *
 *   x_s = DDIM(DDIM(x_t, t → m), m → s),   x̃₀ = (x_s − (σ_s/σ_t) x_t) / (α_s − (σ_s/σ_t) α_t),
 *
 * x̃₀ being the prediction for which one DDIM step from t leads to x_s. The student is trained towards it by
 *
 *   E max(SNR, 1) ‖x̂₀(x_t, t) − x̃₀‖² / d,   SNR = α_t²/σ_t²,   t = i/N of the way, i = 1, …, N,
 *
 * starts from the teacher's parameters, and is the teacher of the next round, with half as many steps.
 *
 * Salimans and Ho, "Progressive distillation for fast sampling of diffusion models", ICLR 2022, algorithm 2,
 * https://arxiv.org/abs/2202.00512
 */
import * as tf from '@tensorflow/tfjs'
import { constant, currentStream, type RandomStream } from '../../tensor'
import { dropped, type Condition } from '../condition'
import type { Denoiser } from '../denoiser'
import type { TrainableParams } from '../network'
import { over } from '../process'
import { processOf } from '../sample'
import { combine, normalLike, type State, type Time } from '../state'

/**
 * The prediction x̃₀ whose one DDIM step from t to s is two of the teacher's.
 *
 * @param x states of shape [n, …shape] at `t`.
 * @param condition what the teacher is told of them. Default: nothing.
 */
export function progressiveTarget<S extends State>(
  teacher: Denoiser<S>,
  x: S,
  t: Time,
  s: Time,
  condition: Condition = null,
): S {
  const { alpha, sigma } = processOf(teacher, 'progressiveTarget')
  const middle = halfway(t, s)
  const halved = ddimTo(teacher, x, t, middle, condition)
  const end = ddimTo(teacher, halved, middle, s, condition)
  const ratio = (t: number, s: number): number => sigma(s) / sigma(t)
  const denominator = (t: number, s: number): number => alpha(s) - ratio(t, s) * alpha(t)
  return combine(
    [both(t, s, (t, s) => 1 / denominator(t, s)), end],
    [both(t, s, (t, s) => -ratio(t, s) / denominator(t, s)), x],
  )
}

/** α_s x̂₀ + σ_s ε̂, for one time or a list. */
function ddimTo<S extends State>(model: Denoiser<S>, x: S, t: Time, s: Time, condition: Condition): S {
  const prediction = model.predict(x, t, condition)
  const { alpha, sigma } = model.process
  return combine([over(s, alpha), prediction.x0], [over(s, sigma), prediction.noise])
}

function halfway(t: Time, s: Time): Time {
  return both(t, s, (t, s) => (t + s) / 2)
}

function both(t: Time, s: Time, f: (t: number, s: number) => number): number | Float64Array {
  if (typeof t === 'number' && typeof s === 'number') return f(t, s)
  if (typeof t === 'number' || typeof s === 'number' || t.length !== s.length)
    throw new RangeError('progressiveTarget: t and s must both be one time, or lists of one length')
  return Float64Array.from({ length: t.length }, (_, i) => f(t[i]!, s[i]!))
}

export interface ProgressiveOptions {
  /** Steps N that the student is to sample in; the teacher takes 2N. */
  readonly steps: number
  /** What student and teacher are told of the batch, and how often both are told nothing instead, as in `denoising`. */
  readonly condition?: Condition
  readonly drop?: number
  /** Where steps and noise are drawn from. Default: the cell's own stream. */
  readonly stream?: RandomStream
}

/**
 * The loss of one round.
 *
 * @param x0 data of shape [n, …student.shape].
 * @throws RangeError where student and teacher know different processes, or one that is a table or where α = 0 at the end
 * while the teacher predicts the noise.
 */
export function progressiveDistillation(
  student: Denoiser,
  teacher: Denoiser,
  x0: tf.Tensor,
  { steps, condition = null, drop = 0, stream = currentStream() }: ProgressiveOptions,
): tf.Scalar {
  const process = processOf(student, 'progressiveDistillation')
  const other = processOf(teacher, 'progressiveDistillation')
  if (!Number.isSafeInteger(steps) || steps < 1)
    throw new RangeError(`progressiveDistillation: steps must be a positive whole number, but is ${steps}`)
  const { from, to, discrete } = process.times
  if (discrete)
    throw new RangeError('progressiveDistillation: the process must be on an interval, not a table')
  const middle = (from + to) / 2
  if (process.alpha(middle) !== other.alpha(middle) || process.sigma(middle) !== other.sigma(middle))
    throw new RangeError(
      `progressiveDistillation: the student's process, ${process.name}, is not the teacher's, ${other.name}`,
    )
  return tf.tidy(() => {
    const index = stream.integers(x0.shape[0], 0, steps)
    const t = index.map((i) => from + ((to - from) * (i + 1)) / steps)
    const s = index.map((i) => from + ((to - from) * i) / steps)
    const x = combine([over(t, process.alpha), x0], [over(t, process.sigma), normalLike(x0, stream)])
    const told = dropped(condition, x0.shape[0], drop, stream)
    const target = constant(() => tf.tidy(() => progressiveTarget(teacher, x, t, s, told)))
    const weight = t.map((time) => Math.max((process.alpha(time) / process.sigma(time)) ** 2, 1))
    return tf.mean(combine([weight, tf.square(tf.sub(student.predict(x, t, told).x0, target))])).asScalar()
  })
}

/**
 * Gives a student its teacher's parameters, name by name.
 *
 * @throws RangeError where names or shapes differ.
 */
export function copyParams(
  student: { readonly params: TrainableParams },
  teacher: { readonly params: TrainableParams },
): void {
  for (const [name, model] of Object.entries({ student, teacher }))
    if (typeof (model as Partial<typeof model> | undefined)?.params !== 'object')
      throw new TypeError(`copyParams: the ${name} must be a model with parameters, such as denoiser(…)`)
  const [ours, theirs] = [Object.keys(student.params), Object.keys(teacher.params)]
  if ([...ours].sort().join() !== [...theirs].sort().join())
    throw new RangeError(
      `copyParams: the student has ${ours.join(', ')}, but the teacher ${theirs.join(', ')}`,
    )
  for (const [name, value] of Object.entries(teacher.params)) {
    const own = student.params[name]!
    if (own.shape.join() !== value.shape.join())
      throw new RangeError(
        `copyParams: ${name} has shape [${own.shape.join(', ')}] in the student, but [${value.shape.join(', ')}] in the teacher`,
      )
    tf.tidy(() => own.assign(value.clone()))
  }
}
