import { declare, type Input } from './declare'

/**
 * A button below the cell. Each press draws the live pictures of the cell anew, with other random numbers; `value` counts
 * the presses.
 *
 * @param label what it says, such as `'Draw again'`.
 */
export function button(label: string): Input<number> {
  return declare<number>(label, {
    value: 0,
    read: (_, now) => now + 1,
    spec: (id, now) => ({ kind: 'button', id, label, value: now }),
    counts: true,
  })
}
