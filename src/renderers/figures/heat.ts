/** Laws on a line as time goes on: a map of p_t(x) over (t, x), with paths over it. */
import { encode, type Numbers } from './encode'
import { FigureError, type Attributes, type Figure, type Json } from './figure'
import { series } from './numbers'
import { panelTitle, suffix } from './panels'
import { axisTitle, baseLayout, colorway, escape } from './style'

export interface HeatMap {
  readonly name: string
  /** Times, in the order in which they are drawn from left to right; they may fall. */
  readonly t: Numbers
  /** Places, rising. */
  readonly x: Numbers
  /** Densities: x.length rows of t.length values. */
  readonly density: Numbers
  /** Paths as lists of places at times. */
  readonly paths?: readonly { readonly t: Numbers; readonly x: Numbers }[]
}

export interface HeatOptions {
  readonly title?: string
  readonly subtitle?: string
}

const [WIDTH, HEIGHT] = [380, 300]
/** From nothing, which shows the background, to high. */
const SCALE: Json = [
  [0, 'rgba(47,127,193,0)'],
  [0.15, 'rgba(47,127,193,0.35)'],
  [0.5, 'rgba(90,110,190,0.75)'],
  [1, 'rgba(217,105,26,1)'],
]

/**
 * One map or several side by side. Every moment is shaded up to its own highest density, since p_t grows flat with time.
 *
 * @throws FigureError where lists do not fit, or no density is above zero.
 */
export function heatFigure(maps: readonly HeatMap[], options: HeatOptions = {}): Figure {
  if (!maps.length) throw new FigureError('There is no law to draw.')
  const data: Attributes[] = []
  const title = options.title ?? (maps.length > 1 ? maps.map(({ name }) => name).join(' | ') : 'p_t(x)')
  const layout: Record<string, Json> = {
    ...baseLayout(title, options.subtitle ?? '', `${title}: densities on a line over time`, HEIGHT + 130),
    width: maps.length * (WIDTH + 24) + 90,
    margin: { l: 56, r: 24, t: 84, b: 52 },
    showlegend: false,
    annotations: maps.length > 1 ? maps.map((map, i) => panelTitle(map.name, i)) : [],
  }
  const share = 1 / maps.length
  const gap = maps.length > 1 ? 0.03 : 0
  for (const [i, map] of maps.entries()) {
    const t = series(map.t, 't')
    const x = series(map.x, 'x')
    const density = series(map.density, map.name, x.length * t.length)
    const highest = t.map((_, column) => {
      let top = 0
      for (let row = 0; row < x.length; row++) top = Math.max(top, density[row * t.length + column]! || 0)
      return top
    })
    if (!highest.some((top) => top > 0)) throw new FigureError(`${map.name} has no density in this range.`)
    const shade = density.map((p, k) => p / (highest[k % t.length]! || 1))
    const axes = { xaxis: `x${suffix(i)}`, yaxis: `y${suffix(i)}` }
    data.push({
      type: 'heatmap',
      ...axes,
      name: escape(map.name),
      x: encode(t),
      y: encode(x),
      z: encode(shade, 'f4', [x.length, t.length]),
      customdata: encode(density, 'f4', [x.length, t.length]),
      colorscale: SCALE,
      zmin: 0,
      zmax: 1,
      zsmooth: 'best',
      showscale: false,
      hovertemplate: 't = %{x:.3~g}, x = %{y:.3~f}: p = %{customdata:.3~g}<extra></extra>',
    })
    for (const path of map.paths ?? [])
      data.push({
        type: 'scatter',
        mode: 'lines',
        ...axes,
        x: encode(series(path.t, 'the times of a path')),
        y: encode(series(path.x, 'a path', path.t.length)),
        line: { width: 1, color: colorway[2] },
        opacity: 0.75,
        hoverinfo: 'skip',
      })
    layout[`xaxis${suffix(i)}`] = {
      domain: [i * share + (i ? gap : 0), (i + 1) * share - (i + 1 < maps.length ? gap : 0)],
      anchor: `y${suffix(i)}`,
      range: [t[0]!, t.at(-1)!],
      title: axisTitle('t'),
      zeroline: false,
    }
    layout[`yaxis${suffix(i)}`] = {
      anchor: `x${suffix(i)}`,
      range: [x[0]!, x.at(-1)!],
      zeroline: false,
      ...(i ? { matches: 'y', showticklabels: false } : { title: axisTitle('x') }),
    }
  }
  return { data, layout }
}
