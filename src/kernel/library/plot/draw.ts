/**
 * Pictures below the running cell. Each shows at once, as Plotly draws it, and resolves to a handle that can change it in
 * place.
 */
import { figureBundle, type Figure } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { showLater } from '../../display/screen'
import type { MimeBundle } from '../../protocol'

/** Shows a figure when its numbers have been read. */
export function draw(name: string, figure: () => Figure | Promise<Figure>): Promise<DisplayHandle> {
  const bundle = async (): Promise<MimeBundle> => figureBundle(await figure())
  return showLater(bundle(), name)
}

/** Cells are not type-checked before they run. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
