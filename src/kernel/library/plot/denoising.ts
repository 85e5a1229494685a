import * as tf from '@tensorflow/tfjs'
import { currentStream } from '../../../tensor'
import { sample, type Sampler } from '../../../models'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { draw } from './draw'
import { drawable, expectCounts, spread, stripFigure, type Moment, type StripOptions } from './strips'

export interface DenoisingPlotOptions extends StripOptions {
  /** Samples. Default 3. */
  readonly count?: number
  /** Moments of the walk, the first and the last among them. Default 9. */
  readonly moments?: number
}

/**
 * Pictures on their way from noise, x_t, and below each what the model thinks they will be, x̂₀(x_t, t).
 *
 * @param sampler of pictures, such as `ddim(model, { steps: 50 })`.
 * @throws TypeError where it is no sampler; FigureError where its states are no pictures.
 */
export function denoising(
  sampler: Sampler,
  { count = 3, moments = 9, ...options }: DenoisingPlotOptions = {},
): Promise<DisplayHandle> {
  const given: unknown = sampler
  if (typeof given !== 'function' || !('times' in given))
    throw new TypeError(
      `plot.denoising draws what a sampler does, such as ddim(model, { steps: 50 }); not ${preview(given, { depth: 0 })}`,
    )
  expectCounts('plot.denoising', { count: [count, 1], moments: [moments, 2] })
  const { model } = sampler
  const { process } = model
  const stream = currentStream().split('plot.denoising')
  return draw('denoising', async () => {
    const wanted = new Set(spread(sampler.times.length - 1, moments))
    const kept: Moment[] = []
    try {
      const last = await sample(sampler, count, {
        stream,
        observe({ step, t, x }) {
          if (!wanted.has(step)) return
          const [noisy, denoised] = tf.tidy(() => [
            drawable(process, x, t),
            // Where there is no noise the state is what it will be.
            process.sigma(t) === 0 ? x.clone() : model.predict(x, t).x0.clone(),
          ])
          kept.push({ t, noisy: noisy, denoised: denoised })
        },
      })
      last.dispose()
      return await stripFigure(process, kept, 'From noise', options)
    } finally {
      for (const moment of kept) tf.dispose([moment.noisy, moment.denoised!])
    }
  })
}
