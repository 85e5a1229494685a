/** The buttons that save a figure as a picture: always for paper, whatever the theme on screen. */
import Plotly from 'plotly.js-dist'
import type { Layout, ModeBarButton, PlotlyHTMLElement } from 'plotly.js-dist'
import { describe, type Figure } from '../figures/figure'
import { lightPalette, template } from './theme'

const icon = {
  width: 24,
  height: 24,
  path: 'M11 3h2v9.2l3.3-3.3 1.4 1.4L12 16l-5.7-5.7 1.4-1.4 3.3 3.3zM4 18h16v2.5H4z',
}

export function downloadButtons(figure: () => Figure | undefined): ModeBarButton[] {
  return (['png', 'svg'] as const).map((format) => ({
    name: `download-${format}`,
    title: `Save as ${format.toUpperCase()}`,
    icon,
    click: (plot: PlotlyHTMLElement) => {
      const shown = figure()
      if (shown) void download(shown, plot, format)
    },
  }))
}

async function download(figure: Figure, plot: PlotlyHTMLElement, format: 'png' | 'svg'): Promise<void> {
  const { width, height } = plot.getBoundingClientRect()
  // The axes as they are on screen, zoom included.
  const layout = structuredClone(plot.layout) as Partial<Layout>
  await Plotly.downloadImage(
    {
      data: figure.data.map((trace) => ({ ...trace })),
      layout: { ...layout, template: template(lightPalette, '#ffffff') },
    },
    {
      format,
      width,
      height,
      filename: fileName(figure),
      ...(format === 'png' ? { scale: 2 } : {}),
    },
  )
}

function fileName(figure: Figure): string {
  const words = describe(figure).split(':')[0]!
  return (
    words
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, '')
      .toLowerCase()
      .slice(0, 60) || 'figure'
  )
}
