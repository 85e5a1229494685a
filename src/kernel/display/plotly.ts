/** Plotly figures, ours and anybody's, as `application/vnd.plotly.v1+json`. */
import { describe, encode, PLOTLY_MIME, type Attributes, type Figure } from '../../renderers/figures'
import type { Json, MimeBundle } from '../protocol'
import { toJson } from './json'

/** A figure as a cell may write it: typed arrays and dates are allowed wherever Plotly takes them. */
export interface FigureLike {
  readonly data: readonly object[]
  readonly layout?: object
  readonly config?: object
  readonly frames?: readonly object[]
}

const KEYS = new Set(['data', 'layout', 'config', 'frames'])

/** Whether `value` is a figure: `{ data: [traces], layout? }` and nothing else. */
export function isFigure(value: unknown): value is FigureLike {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  try {
    const { data, layout } = value as Partial<Record<'data' | 'layout', unknown>>
    if (!Array.isArray(data) || !Object.keys(value).every((key) => KEYS.has(key))) return false
    if (!data.every((trace) => typeof trace === 'object' && trace !== null && !Array.isArray(trace)))
      return false
    // `{ data: records }` alone is somebody's data unless it looks drawn.
    const drawn = data.some(
      (trace: object) => 'type' in trace || 'x' in trace || 'y' in trace || 'z' in trace,
    )
    return layout === undefined ? drawn : typeof layout === 'object'
  } catch {
    return false
  }
}

/** Above this the conversion stops; the output's own cap is usually lower. */
const MOST_BYTES = 64_000_000

/**
 * The figure for Plotly, with typed arrays packed as base64, and one line of text.
 *
 * @throws TypeError where it is no figure, NotJson where a part of it cannot be stored.
 */
export function figureBundle(value: FigureLike): MimeBundle {
  if (!isFigure(value))
    throw new TypeError(
      'display.plotly shows a figure, such as { data: [{ type: "scatter", x, y }], layout: {} }.',
    )
  const json = toJson(packed(value), MOST_BYTES) as Record<string, Json>
  const figure: Figure = {
    ...json,
    data: json.data as unknown as readonly Attributes[],
    layout: (json.layout ?? {}) as Attributes,
  }
  return { [PLOTLY_MIME]: figure as unknown as Json, 'text/plain': describe(figure) }
}

/** A copy in which every typed array is packed as Plotly packs it. */
function packed(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > 20) return value
  if (value instanceof Float64Array) return encode(value, 'f8')
  if (value instanceof Float32Array) return encode(value, 'f4')
  if (value instanceof Int32Array) return encode(value, 'i4')
  if (value instanceof Uint32Array) return encode(value, 'u4')
  if (value instanceof Int16Array) return encode(value, 'i2')
  if (value instanceof Uint16Array) return encode(value, 'u2')
  if (value instanceof Int8Array) return encode(value, 'i1')
  if (value instanceof Uint8Array || value instanceof Uint8ClampedArray) return encode(value, 'u1')
  if (Array.isArray(value)) {
    const primitive = value.every((item) => typeof item !== 'object' || item === null)
    return primitive ? value : value.map((item) => packed(item, depth + 1))
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, packed(item, depth + 1)]))
}
