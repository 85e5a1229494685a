/** The denoising error at each noise level, by itself: where a model is good, and where it is not. */
import { breathe, counted, currentStream, keepingTensors, poll, type RandomStream } from '../../tensor'
import { expectCount, type Data } from '../data/data'
import type { Denoiser } from '../denoiser'
import { inScope } from '../denoiser'
import { truth, type Quantity } from '../prediction'
import type { GaussianProcess } from '../process'
import { combine, normalLike } from '../state'

export interface LossByNoiseOptions {
  /** The quantity whose squared error is taken. Default: the noise. */
  readonly compare?: Quantity
  /** At how many levels. Default 40. */
  readonly levels?: number
  /** Or at which times. */
  readonly times?: readonly number[]
  /** Data at each level. Default 2048. */
  readonly samples?: number
  /** Where data and noise come from, the same for every level. Default: the cell's own stream. */
  readonly stream?: RandomStream
}

export interface NoiseLevelLoss {
  readonly t: Float64Array
  /** λ = log(α/σ). */
  readonly logSnr: Float64Array
  /** E ‖ŷ − y‖² / d at each time. */
  readonly loss: Float64Array
}

/** @throws RangeError for times without noise or outside the process's. */
export async function lossByNoise(
  model: Denoiser,
  data: Data,
  {
    compare = 'noise',
    levels = 40,
    times,
    samples = 2048,
    stream = currentStream(),
  }: LossByNoiseOptions = {},
): Promise<NoiseLevelLoss> {
  expectCount(samples)
  // Cells are not type-checked before they run.
  const { process } = (model as Partial<Denoiser> | undefined) ?? {}
  if (!process) throw new TypeError('lossByNoise: the first argument must be a denoiser, such as denoiser(…)')
  if (typeof (data as Partial<Data> | undefined)?.draw !== 'function')
    throw new TypeError('lossByNoise: the second argument must be data to draw from, such as data.moons()')
  const stops = times ?? spread(process, levels)
  return keepingTensors(async () => {
    const x0 = data.draw(samples, stream)
    const noise = normalLike(x0, stream)
    const loss = new Float64Array(stops.length)
    try {
      for (const i of counted('loss by noise', stops.length)) {
        const t = stops[i]!
        poll()
        const square = inScope(x0, () => {
          const xt = combine([process.alpha(t), x0], [process.sigma(t), noise])
          return model
            .predict(xt, t)
            .read(compare)
            .sub(truth(process, t, x0, noise).read(compare))
            .square()
            .mean()
        })
        loss[i] = (await square.data())[0]!
        square.dispose()
        await breathe()
      }
    } finally {
      x0.dispose()
      noise.dispose()
    }
    return { t: Float64Array.from(stops), logSnr: Float64Array.from(stops, process.logSnr), loss }
  })
}

function spread({ times: { from, to, discrete } }: GaussianProcess, levels: number): number[] {
  if (!Number.isSafeInteger(levels) || levels < 1)
    throw new RangeError(`lossByNoise: levels must be a positive whole number, but is ${levels}`)
  const list = Array.from({ length: levels }, (_, i) => from + ((i + 1) / levels) * (to - from))
  return discrete ? [...new Set(list.map((t) => Math.max(Math.round(t), from + 1)))] : list
}
