/** One step of training: a batch, its loss and gradients, and a step against them. */
import * as tf from '@tensorflow/tfjs'
import { mayFuse, sumOfSquares, tellFused, tellPlain, withFusing, type RandomStream } from '../../tensor'
import { onProcessor, type Condition } from '../condition'
import { drawTold } from '../data/conditioned'
import type { Data } from '../data/data'
import type { Trainable } from '../denoiser'
import { watched } from '../fused/operation'
import type { Loss } from '../train'
import type { ParameterAverage } from './average'
import type { TrainingLoss } from './loss'
import type { Gradients, OptimizerState } from './optimizer'

export interface StepSettings {
  /** Samples in the batch. */
  readonly batch: number
  readonly stream: RandomStream
  readonly optimizer: OptimizerState
  readonly clip: number
  readonly rate: number
  /** Steps done before. */
  readonly step: number
}

/**
 * Takes a step.
 *
 * @returns the loss before it.
 * @throws Error where the loss or its gradient is not finite; the parameters are left as they were.
 */
async function trainingStep(
  model: Trainable,
  data: Data,
  loss: TrainingLoss,
  { batch, stream, optimizer, clip, rate, step }: StepSettings,
): Promise<number> {
  const { adam } = optimizer
  const { check, gradients } = tf.tidy((): { check: tf.Tensor1D; gradients?: Gradients } => {
    const { x, condition } = draw(model, data, batch, stream)
    if (adam && loss.step) return { check: loss.step(x, stream, adam, rate, clip) }
    return loss.gradients(x, stream, condition)
  })
  try {
    const [value = NaN, square = NaN] = onProcessor() ? await check.data() : check.dataSync()
    if (!Number.isFinite(value) || !Number.isFinite(square)) throw diverged(step + 1, value, rate)
    const norm = Math.sqrt(square)
    if (!gradients) optimizer.steps++
    else if (norm <= clip) optimizer.step(gradients, rate)
    else clipped(gradients, clip / norm, (scaled) => optimizer.step(scaled, rate))
    return value
  } finally {
    check.dispose()
    tf.dispose(gradients ?? {})
  }
}

export interface StepsSettings extends Omit<StepSettings, 'rate'> {
  /** A rate for each step. */
  readonly rates: readonly number[]
  readonly average: ParameterAverage | undefined
}

/** Whether several steps can be taken together. */
export function takesSeveral(loss: TrainingLoss, { adam }: OptimizerState): boolean {
  return Boolean(loss.steps && adam)
}

/**
 * Takes steps and updates the average after each: several together where `takesSeveral` says so, else one.
 *
 * @returns the loss before each.
 * @throws as `trainingStep` does; the parameters are those before the step that failed.
 */
export async function trainingSteps(
  model: Trainable,
  data: Data,
  loss: TrainingLoss,
  { rates, average, ...settings }: StepsSettings,
): Promise<number[]> {
  const { batch, stream, optimizer, clip, step } = settings
  if (!loss.steps || !optimizer.adam) {
    const value = await trainingStep(model, data, loss, { ...settings, rate: rates[0]! })
    average?.update()
    return [value]
  }
  const draws = (): tf.Tensor => draw(model, data, batch, stream).x
  const checks = loss.steps(draws, stream, optimizer.adam, { rates, clip, average })
  try {
    const values = await checks.array()
    const bad = values.findIndex((check) => !check.every(Number.isFinite))
    if (bad >= 0) throw diverged(step + bad + 1, values[bad]![0]!, rates[bad]!)
    optimizer.steps += values.length
    if (average) average.updates += values.length
    return values.map(([value]) => value!)
  } finally {
    checks.dispose()
  }
}

/**
 * A loss and its gradients, by differentiation.
 *
 * @param loss default: the model's own.
 * @param why it is not computed in one go, as the end of a sentence; told with whether parts of it are.
 * @param fused whether they may be.
 */
export function differentiatedLoss<M extends Trainable>(
  model: M,
  loss: Loss<M> | undefined,
  why: string,
  fused = mayFuse(),
): TrainingLoss {
  let told = false
  return {
    gradients(batch, stream, condition) {
      const { result, by } = watched(() =>
        withFusing(fused, () =>
          tf.variableGrads(
            () => (loss ? loss(model, batch, stream, condition) : model.loss(batch, stream, condition)),
            Object.values(model.params),
          ),
        ),
      )
      if (!told && by)
        tellFused('training', `${by.name()} for its denoising loss; else operation by operation: ${why}`)
      else if (!told) tellPlain('training', why)
      told = true
      const { value, grads } = result
      // A parameter that had no part in the loss, such as the null of a condition that everybody was told, has no gradient.
      const gradients = Object.fromEntries(
        Object.entries(model.params).map(([name, value]) => [name, grads[value.name] ?? tf.zerosLike(value)]),
      )
      const norm = sumOfSquares(Object.values(gradients))
      return { gradients, check: tf.stack([value, norm]) as tf.Tensor1D }
    },
  }
}

/** The gradients of one step with a batch of n, to measure what they take. */
export function gradientsOf(
  model: Trainable,
  data: Data,
  loss: TrainingLoss,
  n: number,
  stream: RandomStream,
): Gradients {
  const { x, condition } = draw(model, data, n, stream)
  return loss.gradients(x, stream, condition).gradients
}

/** A batch, with what is told of it where the model can be told anything. */
function draw(
  model: Trainable,
  data: Data,
  n: number,
  stream: RandomStream,
): { readonly x: tf.Tensor; readonly condition: Condition } {
  if (Object.keys(model.conditions ?? {}).length) return drawTold(data, n, stream)
  return { x: data.draw(n, stream), condition: null }
}

/** Uses gradients times a factor, and disposes of them. */
function clipped(gradients: Gradients, factor: number, use: (scaled: Gradients) => void): void {
  const scaled = Object.fromEntries(Object.entries(gradients).map(([name, g]) => [name, tf.mul(g, factor)]))
  try {
    use(scaled)
  } finally {
    tf.dispose(scaled)
  }
}

function diverged(step: number, loss: number, rate: number): Error {
  const what = Number.isFinite(loss) ? `the gradient of the loss (${loss})` : `the loss (${loss})`
  return new Error(
    `training stopped at step ${step}: ${what} is not finite. The parameters are those of the step before. ` +
      `Try a smaller rate than ${rate}, and look for a division by zero or a logarithm of zero in the loss and the data`,
  )
}
