import type { Trajectory } from '../../../models'
import { trajectoriesFigure, type TrajectoriesOptions } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { draw, isObject } from './draw'
import { readTensor } from './points'

/**
 * Samples on their way: on a line over time, in the plane as a cloud that moves, with a slider for the time and a
 * button that plays it. Several by name are drawn side by side, with one slider.
 *
 * @param paths what `await trajectory(sampler, n)` returned.
 * @throws TypeError where it is something else; FigureError where there are neither one nor two dimensions.
 */
export function trajectories(
  paths: Trajectory | Readonly<Record<string, Trajectory>>,
  options: TrajectoriesOptions = {},
): Promise<DisplayHandle> {
  return draw('trajectories', async () => {
    const named = isTrajectory(paths) ? { samples: paths } : paths
    if (!isObject(named) || !Object.keys(named).length || !Object.values(named).every(isTrajectory))
      throw new TypeError(
        `plot.trajectories draws what await trajectory(sampler, n) returned, or several by name; not ${preview(paths, { depth: 0 })}`,
      )
    const sets = []
    for (const [name, { times, states }] of Object.entries(named)) {
      const { values, shape } = await readTensor(states)
      sets.push({ name, t: times, states: values, shape })
    }
    return trajectoriesFigure(sets, options)
  })
}

/** Whether something is what `trajectory` returned. */
export function isTrajectory(value: unknown): value is Trajectory {
  return isObject(value) && 'times' in value && 'states' in value && Array.isArray(value.times)
}
