/** One training loop for every model: draw a batch, take its loss and gradient, step, tell how it goes. */
import * as tf from '@tensorflow/tfjs'
import { breathe, currentStream, keepingTensors, poll, sumOfSquares, type RandomStream } from '../tensor'
import { Adam } from './adam'
import { ParameterAverage } from './average'
import type { Condition } from './condition'
import { drawTold } from './data/conditioned'
import type { Data } from './data/data'
import type { Trainable } from './denoiser'

/** A plain function of a model, a batch and what is told of it (null: nothing), whose mean is made small. */
export type Loss<M> = (model: M, batch: tf.Tensor, stream: RandomStream, condition: Condition) => tf.Scalar

/** The learning rate at a step, counted from 0. */
export type Rate = (step: number, steps: number) => number

export interface TrainOptions<M> {
  /** How many steps to take. */
  readonly steps: number
  /** Samples in one step. Default 256. */
  readonly batch?: number
  /** Adam's step size, a number or a function such as `cosine(1e-3)`. Default 1e-3. */
  readonly rate?: number | Rate
  /** Decay of a running average of the parameters, in (0, 1): the model holds the average in the end. */
  readonly ema?: number
  /** Default: the model's own. */
  readonly loss?: Loss<M>
  /** What data, times and noise are drawn from. Default: the cell's own stream. */
  readonly stream?: RandomStream
  /** Called about five times a second and at the end; training waits for it. */
  readonly observe?: (progress: TrainingProgress) => void | Promise<void>
}

export interface TrainingProgress {
  /** Steps done, and steps to do. */
  readonly step: number
  readonly steps: number
  /** The loss of the latest step. */
  readonly loss: number
  /** Of every step done. */
  readonly losses: readonly number[]
  /** Steps per second. */
  readonly rate: number
  readonly secondsLeft: number
}

export interface TrainingRun {
  readonly steps: number
  /** The loss of every step. */
  readonly losses: readonly number[]
  /** The mean loss of the last tenth of the steps. */
  readonly loss: number
  readonly seconds: number
}

/** A learning rate that falls from `peak` to zero along half a cosine: peak · (1 + cos πk/K) / 2. */
export function cosine(peak: number): Rate {
  return (step, steps) => (peak * (1 + Math.cos((Math.PI * step) / steps))) / 2
}

const OBSERVE_EVERY = 200
const BREATHE_EVERY = 50

/**
 * Trains `model` in place on batches drawn from `data`, with Adam. A model that can be told conditions is told those that
 * the data have: labels as { class }, or what `telling` makes of the samples.
 *
 * It can be stopped at any step, and the parameters then are those of the last step.
 *
 * @throws RangeError for an option that makes no sense, or where data and model differ in shape.
 * @throws Error when the loss or its gradient stops being finite; the parameters are those of the step before.
 */
export function train<M extends Trainable>(
  model: M,
  data: Data,
  options: TrainOptions<M>,
): Promise<TrainingRun> {
  return keepingTensors(() => loop(model, data, options))
}

async function loop<M extends Trainable>(
  model: M,
  data: Data,
  {
    steps,
    batch = 256,
    rate = 1e-3,
    ema,
    loss = ownLoss,
    stream = currentStream(),
    observe,
  }: TrainOptions<M>,
): Promise<TrainingRun> {
  // Cells are not type-checked before they run.
  if (typeof (model as Partial<M> | undefined)?.params !== 'object')
    throw new TypeError('train: the first argument must be a model with parameters, such as denoiser(…)')
  if (typeof (data as Partial<Data> | undefined)?.draw !== 'function')
    throw new TypeError('train: the second argument must be data to draw from, such as data.moons()')
  expectWhole('steps', steps)
  expectWhole('batch', batch)
  const rateAt: Rate = typeof rate === 'number' ? () => rate : rate
  if (!(rateAt(0, steps) > 0))
    throw new RangeError(`train: rate must be positive, but is ${rateAt(0, steps)}`)

  const optimizer = new Adam(model.params)
  const average = ema === undefined ? undefined : new ParameterAverage(model.params, ema)
  const losses: number[] = []
  const started = performance.now()
  let observed = started
  let breathed = started
  try {
    for (let step = 0; step < steps; step++) {
      poll()
      const value = await trainingStep(model, data, batch, loss, stream, optimizer, rateAt(step, steps), step)
      average?.update()
      losses.push(value)

      const now = performance.now()
      const done = step + 1
      if (observe && (now - observed >= OBSERVE_EVERY || done === steps)) {
        const perSecond = (1000 * done) / Math.max(now - started, 1e-3)
        await observe({
          step: done,
          steps,
          loss: value,
          losses,
          rate: perSecond,
          secondsLeft: (steps - done) / perSecond,
        })
        observed = performance.now()
      }
      if (now - breathed >= BREATHE_EVERY) {
        await breathe()
        breathed = performance.now()
      }
    }
    average?.assign()
  } finally {
    average?.dispose()
    optimizer.dispose()
  }
  const tail = losses.slice(-Math.ceil(steps / 10))
  return {
    steps,
    losses,
    loss: tail.reduce((sum, value) => sum + value, 0) / tail.length,
    seconds: (performance.now() - started) / 1000,
  }
}

function ownLoss(model: Trainable, batch: tf.Tensor, stream: RandomStream, condition: Condition): tf.Scalar {
  return model.loss(batch, stream, condition)
}

/** A batch, with what is told of it where the model can be told anything. */
function draw(model: Trainable, data: Data, n: number, stream: RandomStream) {
  if (Object.keys(model.conditions ?? {}).length) return drawTold(data, n, stream)
  return { x: data.draw(n, stream), condition: null }
}

/** @returns the loss before the step. */
async function trainingStep<M extends Trainable>(
  model: M,
  data: Data,
  batch: number,
  loss: Loss<M>,
  stream: RandomStream,
  optimizer: Adam,
  rate: number,
  step: number,
): Promise<number> {
  const names = Object.keys(model.params)
  const { gradients, check } = tf.tidy(() => {
    const { x, condition } = draw(model, data, batch, stream)
    const { value, grads } = tf.variableGrads(
      () => loss(model, x, stream, condition),
      Object.values(model.params),
    )
    // A parameter that had no part in the loss, such as the null of a condition that everybody was told, has no gradient.
    const gradients = Object.fromEntries(
      names.map((name) => [name, grads[model.params[name]!.name] ?? tf.zerosLike(model.params[name]!)]),
    )
    const norm = sumOfSquares(Object.values(gradients))
    return { gradients, check: tf.stack([value, norm]) }
  })
  try {
    const [value = NaN, norm = NaN] = await check.data()
    if (!Number.isFinite(value) || !Number.isFinite(norm)) throw diverged(step + 1, value, rate)
    optimizer.step(gradients, rate)
    return value
  } finally {
    tf.dispose([gradients, check])
  }
}

function diverged(step: number, loss: number, rate: number): Error {
  const what = Number.isFinite(loss) ? `the gradient of the loss (${loss})` : `the loss (${loss})`
  return new Error(
    `training stopped at step ${step}: ${what} is not finite. The parameters are those of the step before. ` +
      `Try a smaller rate than ${rate}, and look for a division by zero or a logarithm of zero in the loss and the data`,
  )
}

function expectWhole(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`train: ${name} must be a positive whole number, but is ${value}`)
}
