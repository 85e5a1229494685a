/** The same figure without WebGL, for where there is none: a report under a strict policy, jsdom, too many figures at once. */
import { decode, encode, isEncoded, sizeOf } from './encode'
import type { Attributes, Figure, Json } from './figure'

const withoutGl: Readonly<Record<string, string>> = {
  scattergl: 'scatter',
  scatterpolargl: 'scatterpolar',
}

/** These exist only in WebGL. */
const onlyGl = new Set([
  'scatter3d',
  'surface',
  'mesh3d',
  'cone',
  'streamtube',
  'volume',
  'isosurface',
  'splom',
  'parcoords',
])

/** Whether a figure needs WebGL: not at all, by preference (it can be drawn as SVG), or by nature. */
export function webglNeed(figure: Figure): 'none' | 'preferred' | 'required' {
  const types = figure.data.map(kind)
  if (types.some((type) => onlyGl.has(type))) return 'required'
  return types.some((type) => type in withoutGl) ? 'preferred' : 'none'
}

/** A figure in SVG, and how many of its points that leaves. */
export interface SvgFigure {
  readonly figure: Figure
  readonly points: number
  readonly drawn: number
}

/**
 * Replaces WebGL traces by SVG ones, thinned evenly to at most `maxPoints` in all; markers become less transparent by as
 * much as they become fewer, so that the picture keeps its tone.
 */
export function withoutWebgl(figure: Figure, maxPoints = 10_000): SvgFigure {
  const sizes = figure.data.map((trace) => (kind(trace) in withoutGl ? (length(trace) ?? 0) : 0))
  const points = sizes.reduce((sum, size) => sum + size, 0)
  const stride = Math.max(1, points / maxPoints)
  let drawn = 0
  const data = figure.data.map((trace, i) => {
    const type = withoutGl[kind(trace)]
    if (!type) return trace
    const kept = Math.ceil(sizes[i]! / stride)
    drawn += kept
    return thin({ ...trace, type }, sizes[i]!, kept)
  })
  return { figure: { ...figure, data }, points, drawn }
}

const kind = (trace: Attributes) => (typeof trace.type === 'string' ? trace.type : 'scatter')

function length(trace: Attributes): number | undefined {
  return sizeOf(trace.x) ?? sizeOf(trace.y) ?? sizeOf(trace.r) ?? sizeOf(trace.theta)
}

function thin(trace: Attributes, size: number, kept: number): Attributes {
  if (kept >= size) return trace
  const index = Array.from({ length: kept }, (_, i) => Math.floor((i * size) / kept))
  const pickFrom = (list: readonly Json[]) => (list.length === size ? index.map((i) => list[i]!) : list)
  const pick = (value: Json): Json => {
    if (Array.isArray(value)) return pickFrom(value as readonly Json[])
    if (isEncoded(value)) {
      if (value.shape !== undefined && String(value.shape).includes(',')) return value
      const numbers = decode(value)
      return numbers.length === size ? encode(index.map((i) => numbers[i]!)) : value
    }
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, pick(inner)]))
    return value
  }
  const thinned = pick(trace) as Attributes
  const marker = thinned.marker as { readonly opacity?: Json } | undefined
  if (typeof marker?.opacity !== 'number') return thinned
  const opacity = Math.min(0.85, 1 - (1 - marker.opacity) ** (size / kept))
  return { ...thinned, marker: { ...marker, opacity } }
}
