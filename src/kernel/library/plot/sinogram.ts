import * as tf from '@tensorflow/tfjs'
import type { Radon } from '../../../models'
import { FigureError, sinogramFigure, type Sinogram, type SinogramOptions } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { draw, isObject } from './draw'

/**
 * What a scanner measured: an angle across, a detector up. Several by name, such as with and without noise, are drawn side by side.
 *
 * @param scanner `radon(…)`, which knows its angles and detectors.
 * @param measured a tensor of shape [1, outputs] or [outputs], or several by name; of more measurements the first is drawn.
 * @throws TypeError where there is no scanner or no measurement; FigureError where they do not fit.
 */
export function sinogram(
  scanner: Radon,
  measured: tf.Tensor | Readonly<Record<string, tf.Tensor>>,
  options: SinogramOptions = {},
): Promise<DisplayHandle> {
  return draw('the sinogram', async () => {
    const { views, detectors, angles } = expectScanner(scanner)
    const named = measured instanceof tf.Tensor ? { Sinogram: measured } : measured
    if (
      !isObject(named) ||
      !Object.keys(named).length ||
      !Object.values(named).every((y) => y instanceof tf.Tensor)
    )
      throw new TypeError(
        `plot.sinogram draws what radon(…) measures: a tensor of shape [n, outputs], or several by name; not ${preview(measured, { depth: 0 })}`,
      )
    const spacing = Math.SQRT2 / detectors
    const places = Float64Array.from({ length: detectors }, (_, d) => (d + 0.5) * spacing - Math.SQRT2 / 2)
    const sinograms: Sinogram[] = []
    for (const [name, y] of Object.entries(named)) {
      const values = await y.data()
      if (!values.length || values.length % (views * detectors))
        throw new FigureError(
          `${name} has the shape [${y.shape.join(', ')}], but ${views} views of ${detectors} detectors measure ${views * detectors} numbers.`,
        )
      sinograms.push({
        name,
        angles,
        places,
        values: Float64Array.from(values.subarray(0, views * detectors)),
      })
    }
    return sinogramFigure(sinograms, options)
  })
}

function expectScanner(scanner: Radon): Radon {
  const given: unknown = scanner
  if (isObject(given) && 'views' in given && 'detectors' in given && 'angles' in given) return scanner
  throw new TypeError(
    `plot.sinogram: the first argument must be a scanner, such as radon([32, 32, 1], { views: 23 }), not ${preview(given, { depth: 0 })}`,
  )
}
