import type { CompareInput } from '../../../renderers/figures'
import { compareFigure } from '../../../renderers/figures'
import * as tf from '@tensorflow/tfjs'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { draw, isObject } from './draw'
import { readPoints, readTensor, type PointSource } from './points'

export interface CompareOptions extends Omit<CompareInput, 'sets' | 'reference' | 'origin'> {
  /** Real samples, or the law they come from: a panel of their own, and in grey behind the others. */
  readonly reference?: PointSource
  /** What all sets were made from, row by row, such as the noise that samplers share: a tensor [n, 2], or [n] numbers. */
  readonly origin?: tf.Tensor | CompareInput['origin']
}

/**
 * Samples of several models beside one another, with shared axes, over the real data; coloured by the noise they came from
 * where they share it.
 *
 * @throws FigureError where a set is empty or has another shape, or the origin has another number of rows.
 */
export function compare(
  sets: Readonly<Record<string, PointSource>>,
  options: CompareOptions = {},
): Promise<DisplayHandle> {
  const { reference, origin, ...rest } = options
  return draw('the comparison', async () => {
    if (!isObject(sets) || (sets as object) instanceof tf.Tensor || Array.isArray(sets))
      throw new TypeError(
        `plot.compare takes samples by name, as { model: points }; not ${preview(sets, { depth: 0 })}`,
      )
    const read: Record<string, Awaited<ReturnType<typeof readPoints>>> = {}
    for (const [name, source] of Object.entries(sets)) read[name] = await readPoints(source, name)
    return compareFigure({
      ...rest,
      sets: read,
      ...(reference && { reference: await readPoints(reference, 'reference') }),
      ...(origin && { origin: await originOf(origin) }),
    })
  })
}

async function originOf(origin: tf.Tensor | NonNullable<CompareInput['origin']>) {
  if (!(origin instanceof tf.Tensor)) return origin
  const read = await readTensor(origin)
  return origin.rank === 1 ? read.values : read
}
