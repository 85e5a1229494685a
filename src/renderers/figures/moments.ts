/**
 * Figures that hold several moments: Plotly's own frames, with a mark that says what each is called, so that a viewer may
 * replace Plotly's slider by one that the keyboard reaches.
 */
import type { Attributes, Figure, Json } from './figure'

/** @returns what each moment is called; nothing where the figure has none, or is somebody else's. */
export function momentsOf({ layout, frames }: Figure): readonly string[] | undefined {
  const { meta } = layout
  if (!frames?.length || typeof meta !== 'object' || meta === null || !('moments' in meta)) return undefined
  const moments: Json | undefined = meta.moments
  if (!Array.isArray(moments) || moments.length !== frames.length) return undefined
  return (moments as readonly Json[]).map(String)
}

/** The figure at moment k, without the others. */
export function withMoment(figure: Figure, k: number): Figure {
  const { frames, ...rest } = figure
  const frame = frames?.[k]
  if (!frame) return figure
  const traces = Array.isArray(frame.traces) ? frame.traces : []
  const changes = Array.isArray(frame.data) ? (frame.data as readonly Attributes[]) : []
  const data = [...figure.data]
  changes.forEach((change, i) => {
    const at = typeof traces[i] === 'number' ? traces[i] : i
    const trace = data[at]
    if (trace) data[at] = { ...trace, ...change }
  })
  return { ...rest, data }
}
