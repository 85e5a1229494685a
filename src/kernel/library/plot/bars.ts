import { barsFigure, type BarsInput, type BarsOptions } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { draw } from './draw'

/**
 * Numbers by name as bars, with whiskers of one standard error where values are { value, error }; or several records of
 * them by name, as groups side by side.
 *
 * @throws FigureError where there are no bars, or a value is no finite number.
 */
export function bars(input: BarsInput, options: BarsOptions = {}): Promise<DisplayHandle> {
  return draw('the bars', () => barsFigure(input, options))
}
