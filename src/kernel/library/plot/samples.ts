import * as tf from '@tensorflow/tfjs'
import { samplesFigure, type SamplesOptions } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import type { Trajectory } from '../../../models'
import { draw, isObject } from './draw'
import { readPoints, type PointSource } from './points'
import { isTrajectory, trajectories } from './trajectories'

/**
 * Points in the plane: one set, or several by name side by side.
 *
 * @param sets tensors of shape [n, 2], arrays of pairs, or data, of which 4096 samples are drawn; or recorded trajectories
 *   alone, whose states a slider for the time walks through.
 * @throws FigureError where a set is empty or has another shape.
 */
export function samples(
  sets: PointSource | Trajectory | Readonly<Record<string, PointSource | Trajectory>>,
  options: SamplesOptions = {},
): Promise<DisplayHandle> {
  if (areTrajectories(sets)) return trajectories(sets, { ...options, lines: 0, points: 1000 })
  return still(sets as PointSource | Readonly<Record<string, PointSource>>, options)
}

function still(
  sets: PointSource | Readonly<Record<string, PointSource>>,
  options: SamplesOptions,
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

function areTrajectories(sets: unknown): sets is Trajectory | Readonly<Record<string, Trajectory>> {
  if (isTrajectory(sets)) return true
  if (!isObject(sets) || Array.isArray(sets) || sets instanceof tf.Tensor) return false
  const values: unknown[] = Object.values(sets)
  return values.length > 0 && values.every(isTrajectory)
}

function isSource(sets: PointSource | Readonly<Record<string, PointSource>>): sets is PointSource {
  return (
    Array.isArray(sets) ||
    sets instanceof tf.Tensor ||
    ('draw' in sets && typeof sets.draw === 'function') ||
    ('values' in sets && 'shape' in sets)
  )
}
