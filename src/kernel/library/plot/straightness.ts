import type { Straightness } from '../../../models'
import { straightnessFigure } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { draw, isObject } from './draw'

/**
 * How far flows are from straight lines, by time: what `straightness(model)` measured, of one flow or of several by name.
 *
 * @throws TypeError for anything else; FigureError where there is nothing to draw.
 */
export function straightness(
  flows: Straightness | Readonly<Record<string, Straightness>>,
  options: { readonly title?: string } = {},
): Promise<DisplayHandle> {
  return draw('straightness', () => {
    const named = isObject(flows) && 'deviation' in flows ? { flow: flows as Straightness } : flows
    if (!isObject(named) || !Object.values(named).every((flow) => isObject(flow) && 'deviation' in flow))
      throw new TypeError(
        `plot.straightness draws what straightness(model) resolved to, or several as { name: … }; not ${preview(flows, { depth: 0 })}`,
      )
    return straightnessFigure(named, options)
  })
}
