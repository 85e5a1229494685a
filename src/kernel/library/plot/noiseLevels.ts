import * as tf from '@tensorflow/tfjs'
import { currentStream } from '../../../tensor'
import type { Data, Denoiser, GaussianProcess } from '../../../models'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { draw, isObject } from './draw'
import { drawable, expectCounts, spread, stripFigure, type Moment, type StripOptions } from './strips'

export interface NoiseLevelsOptions extends StripOptions {
  /** Noise levels, from the least to the most. Default 9. */
  readonly levels?: number
  /** Pictures drawn of data. Default 3. */
  readonly count?: number
}

/**
 * Pictures at every noise level, x_t = α x₀ + σ ε with one ε for each; below them what a model makes of each in one step, x̂₀(x_t, t).
 *
 * @param model a denoiser, or a process such as `ncsn()`, which only adds noise.
 * @param pictures of shape [n, height, width, channels], or data to draw from.
 * @throws TypeError where there is no process or are no pictures; FigureError where states are no pictures.
 */
export function noiseLevels(
  model: Denoiser | GaussianProcess,
  pictures: tf.Tensor | Data,
  { levels = 9, count = 3, ...options }: NoiseLevelsOptions = {},
): Promise<DisplayHandle> {
  const denoiser = isObject(model) && 'predict' in model ? model : undefined
  const process = denoiser?.process ?? (model as GaussianProcess | undefined)
  if (typeof process?.alpha !== 'function')
    throw new TypeError(
      `plot.noiseLevels draws the noise of a denoiser, or of a process such as vp(); not ${preview(model, { depth: 0 })}`,
    )
  if (!(pictures instanceof tf.Tensor || (isObject(pictures) && 'draw' in pictures)))
    throw new TypeError(
      `plot.noiseLevels: the second argument must be pictures, of shape [n, height, width, channels], or data such as data.digits(); not ${preview(pictures, { depth: 0 })}`,
    )
  expectCounts('plot.noiseLevels', { levels: [levels, 2], count: [count, 1] })
  const stream = currentStream().split('plot.noiseLevels')
  return draw('noise levels', async () => {
    const x0 = pictures instanceof tf.Tensor ? pictures : pictures.draw(count, stream)
    const noise = stream.normalTensor(x0.shape)
    const kept: Moment[] = []
    try {
      const { from, to } = process.times
      // Continuous times in a thousand parts, discrete ones as they are.
      const parts = process.times.discrete ? to - from : 1000
      for (const k of spread(parts, levels)) {
        const t = from + ((to - from) * k) / parts
        const [noisy, denoised] = tf.tidy(() => {
          const x = x0.mul(process.alpha(t)).add(noise.mul(process.sigma(t)))
          const clean = denoiser && (process.sigma(t) === 0 ? x.clone() : denoiser.predict(x, t).x0.clone())
          return clean ? [drawable(process, x, t), clean] : [drawable(process, x, t)]
        })
        kept.push({ t, noisy: noisy, ...(denoised && { denoised }) })
      }
      return await stripFigure(process, kept, `${process.name}: noise levels`, options)
    } finally {
      for (const { noisy, denoised } of kept) tf.dispose(denoised ? [noisy, denoised] : noisy)
      noise.dispose()
      if (x0 !== pictures) x0.dispose()
    }
  })
}
