import * as tf from '@tensorflow/tfjs'
import { samplesFigure, type SamplesOptions } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { draw, isObject } from './draw'
import { readPoints, type PointSource } from './points'

/**
 * Points in the plane: one set, or several by name side by side.
 *
 * @param sets tensors of shape [n, 2], arrays of pairs, or data, of which 4096 samples are drawn.
 * @throws FigureError where a set is empty or has another shape.
 */
export function samples(
  sets: PointSource | Readonly<Record<string, PointSource>>,
  options: SamplesOptions = {},
): Promise<DisplayHandle> {
  return draw('samples', async () => {
    if (!isObject(sets))
      throw new TypeError(
        `plot.samples draws points: a tensor of shape [n, 2], an array of pairs, data, or several as { name: points }; not ${preview(sets)}`,
      )
    if (isSource(sets)) return samplesFigure(await readPoints(sets, 'the argument'), options)
    const entries = Object.entries(sets).map(
      async ([name, source]) => [name, await readPoints(source, name)] as const,
    )
    return samplesFigure(Object.fromEntries(await Promise.all(entries)), options)
  })
}

function isSource(sets: PointSource | Readonly<Record<string, PointSource>>): sets is PointSource {
  return (
    Array.isArray(sets) ||
    sets instanceof tf.Tensor ||
    ('draw' in sets && typeof sets.draw === 'function') ||
    ('values' in sets && 'shape' in sets)
  )
}
