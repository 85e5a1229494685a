/**
 * Losses of consistency models. Two neighbouring noise levels σ_{n+1} > σ_n of a grid, one path: f at the lower level is the
 * target, held fixed, for f at the higher one,
 *
 *   E w_n d(f_θ(x_{n+1}, σ_{n+1}), f_θ⁻(x_n, σ_n)),   x_{n+1} = x₀ + σ_{n+1} z.
 *
 *   distillation   x_n is one Heun step of a teacher's ODE from x_{n+1}; θ⁻ an average of θ
 *   training       x_n = x₀ + σ_n z with the same z and x₀: no teacher, right in the limit of a fine grid; θ⁻ an average of θ
 *   improved       the same with θ⁻ = θ, the pseudo-Huber distance, w_n = 1/(σ_{n+1} − σ_n), log-normal levels, a doubling grid
 *
 * The grid is EDM's, σ_i = (σ_min^{1/ρ} + (i/(N−1)) (σ_max^{1/ρ} − σ_min^{1/ρ}))^ρ, i = 0, …, N − 1, ρ = 7.
 *
 * Song et al., "Consistency models", 2023, https://arxiv.org/abs/2303.01469; Song and Dhariwal, "Improved techniques for
 * training consistency models", ICLR 2024, https://arxiv.org/abs/2310.14189
 */
import * as tf from '@tensorflow/tfjs'
import { constant, currentStream, holding, parameter, type RandomStream } from '../../tensor'
import { dropped, type Condition } from '../condition'
import type { Denoiser } from '../denoiser'
import { heunStep } from '../matching/heun'
import type { TrainableParams } from '../network'
import { combine, normalLike } from '../state'
import type { ConsistencyModel, NetworkConsistency } from './consistency'
import {
  consistencyLevels,
  doublingLevels,
  growingLevels,
  logNormalShares,
  targetDecay,
} from './consistencySchedule'

/** d(a, b) for each of the n members of two batches of shape [n, …]: a tensor of shape [n]. */
export type Distance = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor1D

/** ‖a − b‖². */
export const squaredDistance: Distance = (a, b) =>
  tf.sum(tf.reshape(tf.square(tf.sub(a, b)), [a.shape[0], -1]), 1)

/**
 * √(‖a − b‖² + c²) − c: a square near zero, a length far away.
 *
 * @param c default 0.00054 √d for states of d numbers.
 */
export function pseudoHuber(c?: number): Distance {
  if (c !== undefined && !(c > 0)) throw new RangeError(`pseudoHuber: c must be positive, but is ${c}`)
  return (a, b) => {
    const offset = c ?? 0.00054 * Math.sqrt(a.size / a.shape[0])
    return tf.sub(tf.sqrt(tf.add(squaredDistance(a, b), offset ** 2)), offset)
  }
}

export interface ConsistencyLossOptions {
  /** The grid, rising. */
  readonly sigmas: ArrayLike<number>
  /** What gives the target. Default: the model itself. */
  readonly target?: ConsistencyModel
  /** Whose ODE leads from σ_{n+1} to σ_n. Default: nobody's; x₀ and z are used again. */
  readonly teacher?: Denoiser
  /** The probability of each pair of neighbours. Default: all the same. */
  readonly shares?: ArrayLike<number>
  /** w_n, from σ_n and σ_{n+1}. Default 1. */
  readonly weight?: (sigma: number, next: number) => number
  /** d. Default: the squared distance. */
  readonly distance?: Distance
  /** What the model is told of the batch, and how often it is told nothing instead, as in `denoising`. */
  readonly condition?: Condition
  readonly drop?: number
  /** Default: the cell's own stream. */
  readonly stream?: RandomStream
}

/**
 * The consistency loss on one grid, averaged over the batch.
 *
 * @param x0 data of shape [n, …model.shape].
 */
export function consistencyLoss(
  model: ConsistencyModel,
  x0: tf.Tensor,
  {
    sigmas,
    target = model,
    teacher,
    shares,
    weight = () => 1,
    distance = squaredDistance,
    condition = null,
    drop = 0,
    stream = currentStream(),
  }: ConsistencyLossOptions,
): tf.Scalar {
  for (const [name, given] of Object.entries({ model, target }))
    if (typeof (given as Partial<ConsistencyModel> | undefined)?.origin !== 'function')
      throw new TypeError(`consistencyLoss: ${name} must be a consistency model, such as consistency(…)`)
  const pairs = sigmas.length - 1
  if (pairs < 1 || !Array.from(sigmas).every((s, i) => s > 0 && (i === 0 || s > sigmas[i - 1]!)))
    throw new RangeError('consistencyLoss: sigmas must be at least two, positive and rising')
  if (shares && shares.length !== pairs)
    throw new RangeError(`consistencyLoss: ${pairs} pairs of neighbours, but ${shares.length} shares`)
  return tf.tidy(() => {
    const n = x0.shape[0]
    const index = shares ? chosen(shares, n, stream) : stream.integers(n, 0, pairs)
    const low = Float64Array.from(index, (i) => sigmas[i]!)
    const high = Float64Array.from(index, (i) => sigmas[i + 1]!)
    const z = normalLike(x0, stream)
    const told = dropped(condition, n, drop, stream)
    const above = combine([1, x0], [high, z])
    const fixed = constant(() =>
      tf.tidy(() => {
        const below = teacher ? heunStep(teacher, above, high, low) : combine([1, x0], [low, z])
        return target.origin(below, low, told)
      }),
    )
    const errors = distance(model.origin(above, high, told), fixed)
    return tf.mean(combine([low.map((sigma, i) => weight(sigma, high[i]!)), errors])).asScalar()
  })
}

function chosen(shares: ArrayLike<number>, n: number, stream: RandomStream): Int32Array {
  let sum = 0
  const ends = Float64Array.from(shares, (share) => (sum += share))
  const u = stream.uniform(n)
  return Int32Array.from(u, (value) => {
    const at = ends.findIndex((end) => value * sum < end)
    return at < 0 ? ends.length - 1 : at
  })
}

/** A loss for `train` that counts its own steps: make a new one for each training. */
export type ConsistencyObjective = (
  model: NetworkConsistency,
  batch: tf.Tensor,
  stream: RandomStream,
  condition?: Condition,
) => tf.Scalar

export interface DistillationOptions {
  /** Noise levels N. Default 18, as EDM samples. */
  readonly levels?: number
  /** μ, how slowly θ⁻ follows θ, in [0, 1). Default 0.95. */
  readonly decay?: number
  readonly distance?: Distance
}

/**
 * Consistency distillation.
 *
 * @param teacher a denoiser of EDM's process, trained or exact.
 */
export function consistencyDistillation(
  teacher: Denoiser,
  { levels = 18, decay = 0.95, distance = squaredDistance }: DistillationOptions = {},
): ConsistencyObjective {
  if (typeof (teacher as Partial<Denoiser> | undefined)?.predict !== 'function')
    throw new TypeError('consistencyDistillation: the first argument must be a denoiser, the teacher')
  const { alpha, sigma, times } = teacher.process
  const middle = (times.from + times.to) / 2
  if (times.discrete || alpha(middle) !== 1 || Math.abs(sigma(middle) - middle) > 1e-9 * middle)
    throw new RangeError(
      `consistencyDistillation: the teacher must know EDM's process, x₀ + σε with t = σ, but knows ${teacher.process.name}`,
    )
  if (!(decay >= 0 && decay < 1))
    throw new RangeError(`consistencyDistillation: decay must be in [0, 1), but is ${decay}`)
  expectLevels('consistencyDistillation', levels)
  const follow = follower()
  return holding(
    (model: NetworkConsistency, batch: tf.Tensor, stream: RandomStream, condition: Condition = null) =>
      consistencyLoss(model, batch, {
        condition,
        sigmas: consistencyLevels(levels, model),
        target: follow.target(model, decay),
        teacher,
        distance,
        stream,
      }),
    teacher,
    follow,
  )
}

export interface ConsistencyTrainingOptions {
  /** Steps of the whole training, over which the grid grows. */
  readonly steps: number
  /** s₀ and s₁, levels at the beginning and at the end. Default 2 and 200. */
  readonly first?: number
  readonly last?: number
  /** μ₀, how slowly θ⁻ follows θ at the beginning. Default 0.95. */
  readonly decay?: number
  readonly distance?: Distance
}

/** Consistency training as first published: a growing grid, and targets from an average that follows ever more slowly. */
export function consistencyTraining({
  steps,
  first = 2,
  last = 200,
  decay = 0.95,
  distance = squaredDistance,
}: ConsistencyTrainingOptions): ConsistencyObjective {
  expectSteps('consistencyTraining', steps)
  expectLevels('consistencyTraining', first)
  if (!(last >= first))
    throw new RangeError(`consistencyTraining: last must be at least first, but is ${last}`)
  if (!(decay > 0 && decay < 1))
    throw new RangeError(`consistencyTraining: decay must be in (0, 1), but is ${decay}`)
  const follow = follower()
  let step = 0
  return holding(
    (model: NetworkConsistency, batch: tf.Tensor, stream: RandomStream, condition: Condition = null) => {
      const levels = growingLevels(Math.min(step++, steps), steps, first, last)
      return consistencyLoss(model, batch, {
        condition,
        sigmas: consistencyLevels(levels, model),
        target: follow.target(model, targetDecay(levels, first, decay)),
        distance,
        stream,
      })
    },
    follow,
  )
}

export interface ImprovedConsistencyOptions {
  /** Steps of the whole training, over which the grid is doubled time and again. */
  readonly steps: number
  /** s₀ and s₁. Default 10 and 1280. */
  readonly first?: number
  readonly last?: number
  /** Mean and standard deviation of log σ. Default [−1.1, 2]. */
  readonly logNormal?: readonly [mean: number, deviation: number]
  /** Default: the pseudo-Huber distance. */
  readonly distance?: Distance
}

/** Improved consistency training. */
export function improvedConsistencyTraining({
  steps,
  first = 10,
  last = 1280,
  logNormal = [-1.1, 2],
  distance = pseudoHuber(),
}: ImprovedConsistencyOptions): ConsistencyObjective {
  expectSteps('improvedConsistencyTraining', steps)
  expectLevels('improvedConsistencyTraining', first)
  if (!(last >= first))
    throw new RangeError(`improvedConsistencyTraining: last must be at least first, but is ${last}`)
  if (!(logNormal[1] > 0))
    throw new RangeError(
      `improvedConsistencyTraining: logNormal's deviation must be positive, but is ${logNormal[1]}`,
    )
  let step = 0
  let known: { levels: number; sigmas: Float64Array; shares: Float64Array } | undefined
  return (model, batch, stream, condition = null) => {
    const levels = doublingLevels(Math.min(step++, steps - 1), steps, first, last)
    if (known?.levels !== levels) {
      const sigmas = consistencyLevels(levels, model)
      known = { levels, sigmas, shares: logNormalShares(sigmas, ...logNormal) }
    }
    return consistencyLoss(model, batch, {
      condition,
      sigmas: known.sigmas,
      shares: known.shares,
      weight: (sigma, next) => 1 / (next - sigma),
      distance,
      stream,
    })
  }
}

/** The average θ⁻ ← μ θ⁻ + (1 − μ) θ, brought up to date whenever a target is asked for. */
function follower() {
  const state: { params?: TrainableParams } = {}
  return {
    state,
    target(model: NetworkConsistency, decay: number): ConsistencyModel {
      return constant(() => {
        if (!state.params)
          state.params = Object.fromEntries(
            Object.entries(model.params).map(([name, value]) => [name, parameter(value, false)]),
          )
        else
          for (const [name, average] of Object.entries(state.params))
            tf.tidy(() =>
              average.assign(tf.add(tf.mul(average, decay), tf.mul(model.params[name]!, 1 - decay))),
            )
        return model.withParams(state.params)
      })
    },
  }
}

function expectSteps(name: string, steps: number): void {
  if (!Number.isSafeInteger(steps) || steps < 1)
    throw new RangeError(`${name}: steps must be a positive whole number, but is ${steps}`)
}

function expectLevels(name: string, levels: number): void {
  if (!Number.isSafeInteger(levels) || levels < 2)
    throw new RangeError(`${name}: there must be at least two noise levels, but there are ${levels}`)
}
