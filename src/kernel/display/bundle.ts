/** Chooses how a value is shown. */
import type { MimeBundle } from '../protocol'
import { isImageBytes, imageBundle } from './image'
import { toJson } from './json'
import { figureBundle, isFigure } from './plotly'
import { preview, isTensor } from './preview'
import { isRecords, tableBundle } from './table'
import { tensorBundle } from './tensor'

/** A method of this name shows its object: it returns a bundle, or another value to show in its place. */
export const DISPLAY: unique symbol = Symbol.for('genbook.display') as never

/**
 * The forms of `value` that a viewer may choose from; there is always a `text/plain` one.
 *
 * A promise where the value must be read from a device first.
 */
export function bundleOf(value: unknown, depth = 0): MimeBundle | Promise<MimeBundle> {
  const own = depth < 8 ? ownDisplay(value) : undefined
  if (own) return own.bundle ?? bundleOf(own.value, depth + 1)
  if (isTensor(value)) return tensorBundle(value)
  if (isFigure(value)) return figureBundle(value)
  if (isImageBytes(value)) return imageBundle(value)
  if (isRecords(value)) return tableBundle(value)
  return { 'text/plain': preview(value) }
}

/** What a value says itself about how it is shown. */
function ownDisplay(value: unknown): { bundle?: MimeBundle; value?: unknown } | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const methods = value as { toMimeBundle?: unknown; [DISPLAY]?: unknown }
  // A proxy may answer anything; what cannot be asked is shown as any object.
  const method = (key: 'toMimeBundle' | typeof DISPLAY) => {
    try {
      const found = methods[key]
      return typeof found === 'function' ? (found as () => unknown).bind(value) : undefined
    } catch {
      return undefined
    }
  }
  const bundle = method('toMimeBundle')?.()
  if (isBundle(bundle)) return { bundle: withText(storable(bundle), value) }
  const show = method(DISPLAY)
  if (!show) return undefined
  const shown = show()
  return isBundle(shown) ? { bundle: withText(storable(shown), value) } : { value: shown }
}

/** Whether a value looks like a bundle: every key a MIME type. */
export function isBundle(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const keys = Object.keys(value)
  return keys.length > 0 && keys.every((key) => /^[a-z]+\/[\w.+-]+$/.test(key))
}

/** As JSON, before the output's own cap. */
const MOST_BYTES = 64_000_000

/**
 * A cell's own bundle as it can be posted and stored: texts as they are, of JSON types a copy.
 *
 * @throws TypeError where another type's value is not a text, NotJson where a JSON type's value has no such form.
 */
export function storable(bundle: Readonly<Record<string, unknown>>): MimeBundle {
  const entries = Object.entries(bundle).map(([type, value]) => {
    if (typeof value === 'string') return [type, value] as const
    if (/^application\/(?:.+\+)?json$/.test(type)) return [type, toJson(value, MOST_BYTES)] as const
    throw new TypeError(
      `The ${type} of a bundle is a text (of an image, base64), not ${preview(value, { depth: 0 })}.`,
    )
  })
  return Object.fromEntries(entries)
}

function withText(bundle: MimeBundle, value: unknown): MimeBundle {
  return 'text/plain' in bundle ? bundle : { ...bundle, 'text/plain': preview(value, { depth: 1 }) }
}
