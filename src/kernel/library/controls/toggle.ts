import { preview } from '../../display/preview'
import { declare, type Input } from './declare'

/**
 * A switch below the cell.
 *
 * @throws TypeError where `on` is no boolean.
 */
export function toggle(label: string, on = false): Input<boolean> {
  const given: unknown = on
  if (typeof given !== 'boolean')
    throw new TypeError(
      `toggle('${label}'): the second argument must be true or false, not ${preview(given)}`,
    )
  return declare<boolean>(label, {
    value: on,
    read: (chosen) => (typeof chosen === 'boolean' ? chosen : undefined),
    spec: (id, now) => ({ kind: 'toggle', id, label, value: now }),
  })
}
