import type { Elbo } from '../../../models'
import { elboFigure, type ElboOptions } from '../../../renderers/figures'
import type { DisplayHandle } from '../../display/display'
import { preview } from '../../display/preview'
import { draw, isObject } from './draw'

/**
 * The terms of evidence lower bounds, stacked from L_T at the bottom to L_0, with their sum.
 *
 * @param bounds what `await elbo(model, x0)` returned, or several by name.
 */
export function elbo(
  bounds: Elbo | Readonly<Record<string, Elbo>>,
  options: ElboOptions = {},
): Promise<DisplayHandle> {
  return draw('the bound', () => {
    const named = isElbo(bounds) ? { 'L_T + Σ L_{t−1} + L_0': bounds } : bounds
    if (!isObject(named) || !Object.values(named).every(isElbo))
      throw new TypeError(
        `plot.elbo draws what await elbo(model, x0) returned, or several by name; not ${preview(bounds, { depth: 0 })}`,
      )
    return elboFigure(
      Object.entries(named).map(([name, bound]) => ({ name, ...bound })),
      options,
    )
  })
}

function isElbo(value: unknown): value is Elbo {
  return isObject(value) && 'prior' in value && 'steps' in value && Array.isArray(value.steps)
}
