/**
 * Objectives for training consistency models by `consistencyLoss`, with their schedules:
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
import type * as tf from '@tensorflow/tfjs'
import { constant, holding, mixAllInto, parameter, type RandomStream } from '../../tensor'
import { expectDrop, type Condition } from '../condition'
import type { Denoiser } from '../denoiser'
import type { TrainableParams } from '../network'
import { onProcess } from '../onProcess'
import type { GaussianProcess } from '../process'
import type { ConsistencyModel, NetworkConsistency } from './consistency'
import {
  consistencyLoss,
  pseudoHuber,
  squaredDistance,
  type ConsistencyLossOptions,
  type Distance,
} from './consistencyLoss'
import {
  consistencyLevels,
  doublingLevels,
  growingLevels,
  logNormalShares,
  targetDecay,
} from './consistencySchedule'

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
  /** w_n, from σ_n and σ_{n+1}. Default 1. */
  readonly weight?: ConsistencyLossOptions['weight']
  /** How often student and teacher are told nothing of a batch with conditions, in [0, 1]. Default 0. */
  readonly drop?: number
}

/**
 * Consistency distillation.
 *
 * @param teacher a denoiser, trained or exact, of any process on an interval: on another than EDM's it is asked at the same noise levels.
 */
export function consistencyDistillation(
  teacher: Denoiser,
  {
    levels = 18,
    decay = 0.95,
    distance = squaredDistance,
    weight = () => 1,
    drop = 0,
  }: DistillationOptions = {},
): ConsistencyObjective {
  if (typeof (teacher as Partial<Denoiser> | undefined)?.predict !== 'function')
    throw new TypeError('consistencyDistillation: the first argument must be a denoiser, the teacher')
  if (teacher.process.times.discrete)
    throw new RangeError(
      `consistencyDistillation: the teacher knows a table of steps, ${teacher.process.name}, and no times between them; train it ` +
        'on the limit, such as vp()',
    )
  if (!(decay >= 0 && decay < 1))
    throw new RangeError(`consistencyDistillation: decay must be in [0, 1), but is ${decay}`)
  expectLevels('consistencyDistillation', levels)
  expectDrop(drop)
  const follow = follower()
  let asked: { process: GaussianProcess; teacher: Denoiser } | undefined
  const onEdm = (process: GaussianProcess): Denoiser => {
    if (asked?.process !== process)
      asked = { process, teacher: isEdm(teacher.process) ? teacher : onProcess(teacher, process) }
    return asked.teacher
  }
  return holding(
    (model: NetworkConsistency, batch: tf.Tensor, stream: RandomStream, condition: Condition = null) =>
      consistencyLoss(model, batch, {
        condition,
        sigmas: consistencyLevels(levels, model),
        target: follow.target(model, decay),
        teacher: onEdm(model.process),
        distance,
        weight,
        drop,
        stream,
      }),
    teacher,
    follow,
  )
}

/** x₀ + σε with t = σ. */
function isEdm({ alpha, sigma, times }: GaussianProcess): boolean {
  const middle = (times.from + times.to) / 2
  return !times.discrete && alpha(middle) === 1 && Math.abs(sigma(middle) - middle) <= 1e-9 * middle
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
          mixAllInto(
            Object.entries(state.params).map(([name, average]) => [average, model.params[name]!]),
            decay,
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
