/** An empty plane to draw points on: where a renderer knows how, a person clicks and drags, and takes the points away as text. */
import { encode } from './encode'
import type { Figure, Json } from './figure'
import { axisTitle, baseLayout } from './style'

export interface PadInput {
  /** What is shown of each axis. */
  readonly x: readonly [number, number]
  readonly y: readonly [number, number]
  readonly title?: string
}

/** What marks a figure as a pad, in its layout's `meta`. */
const MARK = 'pad'

export function padFigure({ x, y, title = 'Draw points' }: PadInput): Figure {
  const axis = { zeroline: false, constrain: 'domain', fixedrange: true, automargin: true }
  const subtitle = 'click for a point, drag for many'
  const layout: Record<string, Json> = {
    ...baseLayout(title, subtitle, `${title}: ${subtitle}`, 460),
    width: 440,
    meta: { summary: `${title}: ${subtitle}`, genbook: MARK },
    dragmode: false,
    hovermode: false,
    showlegend: false,
    xaxis: { ...axis, range: [...x], title: axisTitle('x₁') },
    yaxis: { ...axis, range: [...y], title: axisTitle('x₂'), scaleanchor: 'x', scaleratio: 1 },
  }
  const points = {
    type: 'scatter',
    mode: 'markers',
    name: 'points',
    x: encode([]),
    y: encode([]),
    marker: { size: 6 },
  }
  return { data: [points], layout }
}

/** Whether a person may draw on the figure. */
export function isPad({ layout: { meta } }: Figure): boolean {
  return typeof meta === 'object' && meta !== null && 'genbook' in meta && meta.genbook === MARK
}
