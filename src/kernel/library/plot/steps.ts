import { currentStream, RandomStream } from '../../../tensor'
import { sample, type Sampler } from '../../../models'
import { samplesFigure, type SamplesOptions } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { draw } from './draw'
import { readPoints, readTensor, type PointSource } from './points'

export interface StepsOptions extends SamplesOptions {
  /** Numbers of steps, one picture each. Default 1, 2, 4 and 50. */
  readonly steps?: readonly number[]
  /** Samples in each, and points of the data. Default 1000. */
  readonly n?: number
  /** Drawn first, for comparison. */
  readonly data?: PointSource
}

/**
 * Samples by number of steps, side by side, all from the same noise.
 *
 * @param sampler a sampler for a number of steps, such as `(steps) => ddim(model, { steps })`.
 * @throws TypeError where it is no such function.
 */
export function steps(
  sampler: (steps: number) => Sampler,
  { steps = [1, 2, 4, 50], n = 1000, data, ...options }: StepsOptions = {},
): Promise<DisplayHandle> {
  const given: unknown = sampler
  if (typeof given !== 'function' || 'times' in given)
    throw new TypeError(
      `plot.steps takes a function of the number of steps, such as (steps) => ddim(model, { steps }); not ${preview(given, { depth: 0 })}`,
    )
  // One name for all: every number of steps starts with the same draws.
  const { seed, name } = currentStream().split('plot.steps')
  return draw('samples by steps', async () => {
    const panels: Record<string, Awaited<ReturnType<typeof readPoints>>> = {}
    if (data) {
      const law = typeof data === 'object' && 'draw' in data
      const drawn = law ? data.draw(n, new RandomStream(seed, `${name}/data`)) : undefined
      panels.data = await readPoints(drawn ?? data, 'data')
      drawn?.dispose()
    }
    for (const count of steps) {
      const x = await sample(sampler(count), n, { stream: new RandomStream(seed, name) })
      try {
        panels[count === 1 ? '1 step' : `${count} steps`] = await readTensor(x)
      } finally {
        x.dispose()
      }
    }
    return samplesFigure(panels, { title: 'Samples by number of steps', ...options })
  })
}
