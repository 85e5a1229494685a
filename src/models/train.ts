/** One training loop for every model: draw a batch, take its loss and gradient, step, tell how it goes. */
import type * as tf from '@tensorflow/tfjs'
import {
  breathe,
  currentStream,
  keepingTensors,
  OutOfMemoryError,
  Pace,
  poll,
  type RandomStream,
} from '../tensor'
import type { Condition } from './condition'
import type { Data } from './data/data'
import type { Trainable } from './denoiser'
import { tooLarge } from './fitting'
import { fusedLoss } from './fused/training'
import { adam, adamW } from './training/adam'
import { ParameterAverage } from './training/average'
import { readCheckpoint, writeCheckpoint, type Evaluated, type Progress } from './training/checkpoint'
import type { Optimizer } from './training/optimizer'
import type { Rate } from './training/rates'
import { sgd } from './training/sgd'
import { differentiatedLoss, gradientsOf, takesSeveral, trainingSteps } from './training/step'

/** A plain function of a model, a batch and what is told of it (null: nothing), whose mean is made small. */
export type Loss<M> = (model: M, batch: tf.Tensor, stream: RandomStream, condition: Condition) => tf.Scalar

/** Optimisers by name, with their usual settings. */
const OPTIMIZERS = { adam, adamW, sgd } as const

export interface TrainOptions<M> {
  /** How many steps to take. */
  readonly steps: number
  /** Samples in one step. Default 256. */
  readonly batch?: number
  /** The learning rate, a number or a function such as `cosine(1e-3)`, positive at every step. Default 1e-3. */
  readonly rate?: number | Rate
  /** `adam` (the default), `adamW`, `sgd`, or one made, such as `sgd({ momentum: 0.9 })`. */
  readonly optimizer?: keyof typeof OPTIMIZERS | Optimizer
  /** Gradients whose norm over all parameters is larger are scaled down to it, positive. Default: none are. */
  readonly clip?: number
  /** Decay of a running average of the parameters, in (0, 1): the model holds the average in the end. */
  readonly ema?: number
  /** Default: the model's own. */
  readonly loss?: Loss<M>
  /**
   * Whether a step may be computed in one go where that is possible: where the model is an `mlp` under a head with its own loss.
   * The numbers are the same up to rounding. Default: as the session says, which is yes unless it was switched off.
   */
  readonly fused?: boolean
  /** What data, times and noise are drawn from. Default: the cell's own stream. */
  readonly stream?: RandomStream
  /**
   * A measurement during training, such as the loss on held-out data. It is taken with the averaged parameters where there is
   * an average, and may draw from `stream`, of its own: it changes nothing about the training.
   */
  readonly evaluate?: (model: M, at: EvaluationPoint) => number | Promise<number>
  /** After how many steps each; the last step is always evaluated. Default: a tenth of them. */
  readonly evaluateEvery?: number
  /** Called with a checkpoint, from which `resume` goes on as though nothing had happened; training waits for it. */
  readonly save?: (checkpoint: Uint8Array<ArrayBuffer>, step: number) => void | Promise<void>
  /** After how many steps each; the last step is always saved. Default: a tenth of them. */
  readonly saveEvery?: number
  /** A checkpoint to go on from. It brings its own random stream, so that `stream` is left out. */
  readonly resume?: Uint8Array
  /** Called about five times a second and at the end; training waits for it. */
  readonly observe?: (progress: TrainingProgress) => void | Promise<void>
}

export interface EvaluationPoint {
  /** Steps done. */
  readonly step: number
  /** The same numbers at every evaluation. */
  readonly stream: RandomStream
}

export interface TrainingProgress {
  /** Steps done, and steps to do. */
  readonly step: number
  readonly steps: number
  /** The loss of the latest step. */
  readonly loss: number
  /** Of every step done. */
  readonly losses: readonly number[]
  /** What `evaluate` returned so far. */
  readonly evaluations: readonly Evaluated[]
  /** Steps per second. */
  readonly rate: number
  readonly secondsLeft: number
}

export interface TrainingRun {
  readonly steps: number
  /** The loss of every step. */
  readonly losses: readonly number[]
  /** What `evaluate` returned. */
  readonly evaluations: readonly Evaluated[]
  /** The mean loss of the last tenth of the steps. */
  readonly loss: number
  readonly seconds: number
}

const OBSERVE_EVERY = 200
const BREATHE_EVERY = 50
/** Steps whose batches wait together on the device. */
const MOST_TOGETHER = 128

/**
 * Trains `model` in place on batches drawn from `data`. A model that can be told conditions is told those that
 * the data have: labels as { class }, or what `telling` makes of the samples.
 *
 * It can be stopped at any step, and the parameters then are those of the last step.
 *
 * @throws RangeError for an option that makes no sense, or where data and model differ in shape.
 * @throws Error when the loss or its gradient stops being finite; the parameters are those of the step before.
 * @throws OutOfMemoryError for a batch that does not fit into memory, naming one that does.
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
  options: TrainOptions<M>,
): Promise<TrainingRun> {
  expectArguments(model, data)
  const { steps, batch = 256, ema, loss, evaluate, save, observe, clip = Infinity } = options
  expectWhole('steps', steps)
  expectWhole('batch', batch)
  if (!(clip > 0)) throw new RangeError(`train: clip must be positive, but is ${clip}`)
  const evaluateEvery = everyOf('evaluateEvery', options.evaluateEvery, steps)
  const saveEvery = everyOf('saveEvery', options.saveEvery, steps)
  const rateAt = rateOf(options.rate ?? 1e-3, steps)
  rateAt(0)

  const checkpoint = options.resume && readCheckpoint(options.resume)
  if (checkpoint && options.stream)
    throw new RangeError('train: a checkpoint brings its own random stream; leave stream out, or resume')
  const stream = checkpoint?.stream ?? options.stream ?? currentStream()
  const rule = optimizerOf(options.optimizer)
  const average = ema === undefined ? undefined : new ParameterAverage(model.params, ema)
  const optimizer = rule.start(model.params)
  const progress: Progress = {
    params: model.params,
    rule: rule.name,
    optimizer,
    average,
    stream,
    losses: [],
    evaluations: [],
  }
  const { losses, evaluations } = progress
  const started = performance.now()
  let observed = started
  let breathed = started
  try {
    checkpoint?.restore(progress)
    const first = losses.length
    if (first > steps)
      throw new RangeError(`train: the checkpoint has ${first} steps done, more than the ${steps} asked for`)
    const quick = loss ? 'the loss is the cell’s own' : fusedLoss(model, options.fused)
    const compute = typeof quick === 'string' ? differentiatedLoss(model, loss, quick, options.fused) : quick
    const several = takesSeveral(compute, optimizer)
    const pace = new Pace(1)
    for (let done = first; done < steps;) {
      poll()
      // Steps that are taken together end where somebody wants to look.
      const next = (every: number): number => every * Math.ceil((done + 1) / every)
      const end = Math.min(steps, evaluate ? next(evaluateEvery) : steps, save ? next(saveEvery) : steps)
      const count = several ? Math.min(pace.portion, MOST_TOGETHER, end - done) : 1
      const rates = Array.from({ length: count }, (_, i) => rateAt(done + i))
      const began = several ? performance.now() : 0
      const settings = { batch, stream, optimizer, average, clip, rates, step: done }
      losses.push(
        ...(await trainingSteps(model, data, compute, settings).catch((error: unknown) => {
          if (!(error instanceof OutOfMemoryError)) throw error
          throw tooLarge(
            error,
            batch,
            `train: a batch of ${batch}`,
            (n) => `Take fewer samples at a time: { batch: ${n} }.`,
            (n) => gradientsOf(model, data, compute, n, stream),
          )
        })),
      )
      if (several) pace.took(count, performance.now() - began)
      done += count

      if (evaluate && (done % evaluateEvery === 0 || done === steps))
        evaluations.push({ step: done, value: await evaluated(model, evaluate, done, stream, average) })
      if (save && (done % saveEvery === 0 || done === steps))
        await save(await writeCheckpoint(progress), done)

      const now = performance.now()
      if (observe && (now - observed >= OBSERVE_EVERY || done === steps)) {
        const perSecond = (1000 * (done - first)) / Math.max(now - started, 1e-3)
        await observe({
          step: done,
          steps,
          loss: losses[done - 1]!,
          losses,
          evaluations,
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
    average?.swap()
  } finally {
    average?.dispose()
    optimizer.dispose()
  }
  const tail = losses.slice(-Math.ceil(steps / 10))
  return {
    steps,
    losses,
    evaluations,
    loss: tail.reduce((sum, value) => sum + value, 0) / tail.length,
    seconds: (performance.now() - started) / 1000,
  }
}

/** Cells are not type-checked before they run. */
function expectArguments(model: Partial<Trainable> | undefined, data: Partial<Data> | undefined): void {
  if (typeof model?.params !== 'object')
    throw new TypeError('train: the first argument must be a model with parameters, such as denoiser(…)')
  if (typeof data?.draw !== 'function')
    throw new TypeError('train: the second argument must be data to draw from, such as data.moons()')
}

/** The rate at each step. @throws RangeError where it is not positive. */
function rateOf(rate: number | Rate, steps: number): (step: number) => number {
  return (step) => {
    const value = typeof rate === 'function' ? rate(step, steps) : rate
    if (typeof value === 'number' && value > 0 && value < Infinity) return value
    throw new RangeError(
      `train: rate must be positive, but is ${typeof value === 'string' ? JSON.stringify(value) : String(value)}${step ? ` at step ${step}` : ''}`,
    )
  }
}

function optimizerOf(chosen: keyof typeof OPTIMIZERS | Optimizer = 'adam'): Optimizer {
  if (typeof chosen === 'object' && typeof chosen.start === 'function') return chosen
  if (typeof chosen === 'string' && Object.hasOwn(OPTIMIZERS, chosen)) return OPTIMIZERS[chosen]()
  throw new RangeError(
    `train: optimizer must be one of ${Object.keys(OPTIMIZERS).join(', ')}, or one made such as adam({ beta2: 0.99 }), not ${typeof chosen === 'object' ? 'another object' : String(chosen)}`,
  )
}

/** How often something happens. */
function everyOf(name: string, every: number | undefined, steps: number): number {
  if (every !== undefined) expectWhole(name, every)
  return every ?? Math.max(1, Math.round(steps / 10))
}

/** What `evaluate` returns, with the average in place and the training's stream left where it was. */
async function evaluated<M>(
  model: M,
  evaluate: NonNullable<TrainOptions<M>['evaluate']>,
  step: number,
  stream: RandomStream,
  average: ParameterAverage | undefined,
): Promise<number> {
  const { position } = stream
  average?.swap()
  try {
    const value: unknown = await evaluate(model, { step, stream: stream.split('evaluation') })
    if (typeof value === 'number') return value
    throw new TypeError(`train: evaluate must return a number, but returned ${typeof value}`)
  } finally {
    average?.swap()
    stream.position = position
  }
}

function expectWhole(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`train: ${name} must be a positive whole number, but is ${value}`)
}
