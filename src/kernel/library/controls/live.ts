import { preview } from '../../display/preview'
import { controlHost } from '../../session/controls'

/**
 * Shows what `compute` shows, and computes it anew, in the same place, whenever a control whose `value` it read has another.
 *
 * ```ts
 * const gamma = slider('γ', 0, 8)
 * live(async () => plot.samples(await sample(ddim(guided(gamma.value)), 1000)))
 * ```
 *
 * The first time is at the end of the cell, whose failure it would be. Later ones run between cells, the newest values first; one
 * that fails says so under the picture, which stays. The same values give the same random numbers.
 *
 * @throws TypeError where `compute` is no function.
 */
export function live(compute: () => unknown): void {
  const given: unknown = compute
  if (typeof given !== 'function')
    throw new TypeError(
      `live takes a function that draws, such as live(() => plot.samples(…)), not ${preview(given, { depth: 0 })}`,
    )
  controlHost().live(compute)
}
