/**
 * What all figures have in common. Figures name no text, grid or background colours, so that whoever shows them can
 * follow a light or a dark theme; data colours are chosen to stand out on both.
 */
import type { Attributes, Json } from './figure'

/**
 * Line and point colours. Neighbours differ in hue along blue and orange, which every common kind of colour blindness
 * keeps apart, and each has a contrast of at least 3 to 1 with white and with a dark editor.
 */
export const colorway = ['#2f7fc1', '#d9691a', '#1c9370', '#b05fc4', '#8a7a12', '#c74a6b'] as const

/** A quantity from small to large, in colours that are legible on light and dark. */
export const magnitudeScale: Json = [
  [0, '#4a86d4'],
  [0.35, '#8a6fd0'],
  [0.7, '#c9598f'],
  [1, '#e0662a'],
]

/** A density from none, which shows the background, to high. */
export const densityScale: Json = [
  [0, 'rgba(110,140,170,0)'],
  [0.25, 'rgba(110,140,170,0.12)'],
  [1, 'rgba(110,140,170,0.6)'],
]

/** A title with a smaller line under it, at the left edge of the axes. */
export function heading(title: string, subtitle: string): Attributes {
  return {
    text: escape(title),
    subtitle: { text: escape(subtitle), font: { size: 12 } },
    x: 0,
    xref: 'paper',
    xanchor: 'left',
    font: { size: 15 },
  }
}

/** About how wide a heading is, in pixels of the screen. */
export function headingWidth(title: string, subtitle: string): number {
  return Math.ceil(Math.max(8 * title.length, 6.5 * subtitle.length))
}

/** The layout that every figure starts from. */
export function baseLayout(
  title: string,
  subtitle: string,
  summary: string,
  height: number,
): Record<string, Json> {
  return {
    title: heading(title, subtitle),
    height,
    margin: { l: 56, r: 24, t: 64, b: 48 },
    colorway,
    hovermode: 'closest',
    meta: { summary },
  }
}

/** The layout of one plane with axes of one scale, as wide as it is high where that fits. */
export function planeLayout(
  title: string,
  subtitle: string,
  x: readonly [number, number],
  y: readonly [number, number],
  axes: readonly [string, string],
): Record<string, Json> {
  const across = (x[1] - x[0]) / (y[1] - y[0])
  const axis = { zeroline: false, constrain: 'domain', showgrid: false, automargin: true }
  return {
    ...baseLayout(
      title,
      subtitle,
      `${title}: ${subtitle.replace(' · ', ', ')}`,
      Math.round(420 / Math.max(1, across / 1.4)) + 130,
    ),
    width: Math.round(420 * Math.min(1.4, across)) + 150,
    showlegend: false,
    xaxis: { ...axis, range: [...x], title: axisTitle(axes[0]) },
    yaxis: { ...axis, range: [...y], title: axisTitle(axes[1]), scaleanchor: 'x', scaleratio: 1 },
  }
}

/** A legend in one line above the axes, at the right. */
export const legendAbove: Attributes = {
  showlegend: true,
  legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1, yanchor: 'bottom' },
}

/** The title of an axis, close to its labels. */
export function axisTitle(text: string): Attributes {
  return { text: escape(text), standoff: 8 }
}

/** Plotly reads a few HTML tags in its texts: a person's text must not turn into markup. */
export function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
