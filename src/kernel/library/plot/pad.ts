import { padFigure } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { draw } from './draw'
import { intervals, type Rectangle } from './grid'

export interface PadOptions {
  /** The square or rectangle to draw in. Default [−3, 3]. */
  readonly range?: Rectangle
  readonly title?: string
}

/**
 * A plane to draw points on by mouse. Below it they stand as text, to be copied into a cell: `data.points([[0.5, 1], …])`.
 *
 * @throws TypeError where the range makes no sense.
 */
export function pad({ range = [-3, 3], ...rest }: PadOptions = {}): Promise<DisplayHandle> {
  return draw('the pad', () => {
    const [x, y] = intervals(range, 'plot.pad')
    return padFigure({ x, y, ...rest })
  })
}
