/**
 * Where the error of a sampler comes from. A sample differs from what the exact score and exact steps from the right
 * start would have made of the same noise, by three things:
 *
 *   discretisation   Φ_N(x_T) − Φ(x_T)              steps of the sampler against exact ones, with the same model
 *   score            Φ(x_T) − Φ*(x_T)               the model against the truth, both with exact steps
 *   prior            Φ*(x_T) − Φ*(y_T)              a start from N(0, σ_T²) against one from p_T
 *
 * with x_T = σ_T z and y_T = α_T x_0 + σ_T z for the same z. Each is measured as the root of the mean square distance,
 * in which the whole is at most the sum. Only samplers without noise of their own can be measured so.
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, keepingTensors, type RandomStream } from '../../tensor'
import type { Data } from '../data'
import type { Denoiser } from '../denoiser'
import { follow } from '../sample'
import { combine, normalLike } from '../state'
import { rk45 } from './rk45'
import type { Sampler } from './walk'

export interface ErrorsByNfeOptions {
  /** Samplers by name, for a model and a number of steps, such as `(model, steps) => heun(model, { steps })`. */
  readonly samplers: Readonly<Record<string, (model: Denoiser, steps: number) => Sampler>>
  /** Numbers of steps. Default 5, 10, 20, 40 and 80. */
  readonly steps?: readonly number[]
  /** The truth, such as `exact(process, law)`: without it, the model is taken for it. */
  readonly truth?: Denoiser
  /** The law of the clean data, for the error of the start. */
  readonly data?: Data
  /** How many samples. Default 512. */
  readonly n?: number
  /** The tolerance of the exact steps. Default 1e-5. */
  readonly tolerance?: number
  readonly stream?: RandomStream
}

/** What `plot.errorByNfe` draws. */
export interface ErrorsByNfe {
  readonly curves: readonly {
    readonly name: string
    readonly evaluations: number[]
    readonly discretisation: number[]
    readonly total: number[]
  }[]
  readonly score: number
  readonly prior: number
}

/**
 * Measures the parts of the error of samplers, at several numbers of steps.
 *
 * @throws TypeError for samplers that are no functions; RangeError where a sampler ends at another time than the first.
 */
export async function errorsByNfe(
  model: Denoiser,
  {
    samplers,
    steps = [5, 10, 20, 40, 80],
    truth = model,
    data,
    n = 512,
    tolerance = 1e-5,
    stream = currentStream(),
  }: ErrorsByNfeOptions,
): Promise<ErrorsByNfe> {
  const entries = Object.entries(samplers)
  const [first] = entries
  if (!first || entries.some(([, make]) => typeof (make as unknown) !== 'function'))
    throw new TypeError(
      'errorsByNfe: samplers are functions by name, such as { Heun: (model, steps) => heun(model, { steps }) }',
    )
  const { times } = first[1](model, steps[0] ?? 5)
  const [start, end] = [times[0]!, times.at(-1)!]
  const { process } = model
  return keepingTensors(async () => {
    const kept: tf.Tensor[] = []
    const keep = <T extends tf.Tensor>(x: T): T => {
      kept.push(x)
      return x
    }
    const exactly = async (of: Denoiser, x: tf.Tensor): Promise<tf.Tensor> =>
      keep(await follow(rk45(of, { start, end, tolerance, control: 'batch' }), x))
    try {
      const z = keep(normalLike(keep(tf.zeros([n, ...model.shape])), stream))
      const x = keep(combine([process.sigma(start), z]))
      const reference = await exactly(model, x)
      const right = truth === model ? reference : await exactly(truth, x)
      let aim = right
      if (data) {
        const clean = keep(data.draw(n, stream))
        aim = await exactly(truth, keep(combine([process.alpha(start), clean], [process.sigma(start), z])))
      }
      const curves = []
      for (const [name, make] of entries) {
        const curve = {
          name,
          evaluations: [] as number[],
          discretisation: [] as number[],
          total: [] as number[],
        }
        for (const count of steps) {
          const sampler = make(model, count)
          if (sampler.times[0] !== start || sampler.times.at(-1) !== end)
            throw new RangeError(
              `errorsByNfe: ${name} goes from ${sampler.times[0]} to ${sampler.times.at(-1)}, but ${first[0]} from ${start} to ${end}: give them the same start and end`,
            )
          let evaluations = 0
          const y = await follow(sampler, x, {
            stream,
            observe: (state) => void (evaluations = state.evaluations),
          })
          curve.evaluations.push(evaluations)
          curve.discretisation.push(await distance(y, reference))
          curve.total.push(await distance(y, aim))
          y.dispose()
        }
        curves.push(curve)
      }
      return { curves, score: await distance(reference, right), prior: await distance(right, aim) }
    } finally {
      tf.dispose(kept)
    }
  })
}

/** √E‖a − b‖². */
async function distance(a: tf.Tensor, b: tf.Tensor): Promise<number> {
  const result = tf.tidy(() => tf.sqrt(tf.mul(tf.mean(tf.square(tf.sub(a, b))), a.size / a.shape[0])))
  const [value] = await result.data()
  result.dispose()
  return value!
}
