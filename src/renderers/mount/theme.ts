/** Colours and type of the surroundings, as Plotly defaults that a figure's own settings override. */
import type { Attributes } from '../figures/figure'
import { colorway } from '../figures/style'

export interface Palette {
  readonly foreground: string
  readonly background: string
  /** Lines of the grid: faint. */
  readonly grid: string
  /** Lines of axes and frames. */
  readonly line: string
  readonly font: string
  readonly colorway: readonly string[]
}

const systemFont = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'

/** For paper: exported pictures, and reports in a light theme. */
export const lightPalette: Palette = {
  foreground: '#24292f',
  background: '#ffffff',
  grid: 'rgba(36,41,47,0.12)',
  line: 'rgba(36,41,47,0.45)',
  font: systemFont,
  colorway,
}

export const darkPalette: Palette = {
  foreground: '#d5d9de',
  background: '#1b1d21',
  grid: 'rgba(213,217,222,0.14)',
  line: 'rgba(213,217,222,0.45)',
  font: systemFont,
  colorway,
}

/** Reads VS Code's theme from the variables that it sets on the page. */
export function editorPalette(page: HTMLElement): Palette {
  const style = getComputedStyle(page)
  const variable = (name: string) => style.getPropertyValue(`--vscode-${name}`).trim()
  const base = page.matches('.vscode-dark, .vscode-high-contrast:not(.vscode-high-contrast-light)')
    ? darkPalette
    : lightPalette
  const foreground = variable('editor-foreground') || variable('foreground') || base.foreground
  const contrast = variable('contrastBorder')
  const charts = ['blue', 'orange', 'green', 'purple', 'yellow', 'red'].map((color, i) => {
    return variable(`charts-${color}`) || colorway[i]!
  })
  return {
    foreground,
    background: variable('editorHoverWidget-background') || variable('editor-background') || base.background,
    grid: faint(foreground, contrast ? 0.35 : 0.13) ?? base.grid,
    line: contrast || (faint(foreground, 0.45) ?? base.line),
    font: variable('font-family') || systemFont,
    colorway: charts,
  }
}

/** A colour made transparent: `#rgb`, `#rrggbb` and `rgb(…)`, which is how VS Code writes them. */
function faint(color: string, opacity: number): string | undefined {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})(?:[0-9a-f]{2})?$/i.exec(color)?.[1]
  const parts = hex
    ? (hex.length === 3 ? [...hex].map((digit) => digit + digit) : hex.match(/../g)!).map((pair) =>
        parseInt(pair, 16),
      )
    : /^rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)/.exec(color)?.slice(1).map(Number)
  return parts && `rgba(${parts.join(',')},${opacity})`
}

/** Plotly's template: every value is a default. */
export function template(palette: Palette, background = 'rgba(0,0,0,0)'): Attributes {
  const axis = {
    gridcolor: palette.grid,
    linecolor: palette.line,
    zerolinecolor: palette.line,
    tickcolor: palette.line,
    automargin: true,
  }
  const space = { ...axis, showbackground: false }
  return {
    layout: {
      paper_bgcolor: background,
      plot_bgcolor: background,
      font: { color: palette.foreground, family: palette.font, size: 12 },
      colorway: palette.colorway,
      xaxis: axis,
      yaxis: axis,
      scene: { xaxis: space, yaxis: space, zaxis: space },
      polar: { bgcolor: background, angularaxis: axis, radialaxis: axis },
      legend: { bgcolor: 'rgba(0,0,0,0)' },
      hoverlabel: {
        bgcolor: palette.background,
        bordercolor: palette.line,
        font: { color: palette.foreground, family: palette.font },
      },
      modebar: { bgcolor: 'rgba(0,0,0,0)', color: palette.line, activecolor: palette.foreground },
    },
  }
}
