/** What all controls have in common: a value that a person changes, and that knows who reads it. */
import { describeControl, describeValue, type ControlSpec } from '../../../renderers/controls'
import { markShown } from '../../display/display'
import { withHidden } from './hidden'
import { preview, PREVIEW } from '../../display/preview'
import type { Json } from '../../protocol'
import { controlHost } from '../../session/controls'

/** A control as the cell that declared it sees it, and every later one. */
export interface Input<T> {
  /** What is chosen now. A live picture that reads it is computed anew when it changes. */
  readonly value: T
}

interface Meaning<T> {
  /** At first. */
  readonly value: T
  /** Reads what a person chose; undefined where it is nothing that the control can have. */
  readonly read: (given: Json, now: T) => T | undefined
  readonly spec: (id: string, now: T) => ControlSpec
  /** Whether the value counts presses. */
  readonly counts?: true
}

/** Shows a control below the running cell. */
export function declare<T extends number | string | boolean>(label: string, meaning: Meaning<T>): Input<T> {
  const given: unknown = label
  if (typeof given !== 'string' || !given.trim())
    throw new TypeError(`A control needs a label, such as 'γ', not ${preview(given)}`)
  const host = controlHost()
  const id = host.name()
  let now = meaning.value
  const panel = host.panel(() => meaning.spec(id, now))
  host.declare({
    id,
    label,
    show: () => panel.show(),
    describe: () => describeValue(now),
    take(chosen) {
      const next = meaning.read(chosen, now)
      if (next === undefined || next === now) return false
      now = next
      return true
    },
    ...(meaning.counts && { presses: () => Number(now) }),
  })
  const properties = {
    get value() {
      host.read(id)
      return now
    },
    [Symbol.toStringTag]: 'Input',
    [PREVIEW]: () => describeControl(meaning.spec(id, now)),
  }
  return markShown(withHidden<Input<T>>(properties))
}
