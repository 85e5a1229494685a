import { currentStream } from '../../../tensor'
import * as models from '../../../models'
import type { Data, Denoiser, LossByNoiseOptions } from '../../../models'
import { lossByNoiseFigure } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { draw, isObject } from './draw'

export interface LossByNoisePlot extends LossByNoiseOptions {
  readonly title?: string
  readonly scale?: 'auto' | 'linear' | 'log'
}

/**
 * The denoising loss of a model, or of several by name, at each noise level by itself, on the same data and noise.
 *
 * @param data what to denoise.
 */
export function lossByNoise(
  sources: Denoiser | Readonly<Record<string, Denoiser>>,
  data: Data,
  { title, scale, ...options }: LossByNoisePlot = {},
): Promise<DisplayHandle> {
  return draw('the loss', async () => {
    const named = isDenoiser(sources) ? { model: sources } : sources
    if (!isObject(named) || !Object.values(named).every(isDenoiser))
      throw new TypeError(
        `plot.lossByNoise draws the loss of a denoiser, or of several by name; not ${preview(sources, { depth: 0 })}`,
      )
    const stream = options.stream ?? currentStream()
    const { position } = stream
    const curves = []
    for (const [name, model] of Object.entries(named)) {
      // The same data and noise for all.
      stream.position = position
      curves.push({ name, ...(await models.lossByNoise(model, data, { ...options, stream })) })
    }
    return lossByNoiseFigure(curves, {
      ...(title && { title }),
      ...(scale && { scale }),
      quantity: options.compare ?? 'noise',
    })
  })
}

function isDenoiser(value: unknown): value is Denoiser {
  return isObject(value) && 'predict' in value && 'process' in value
}
