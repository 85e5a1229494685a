import Plotly from 'plotly.js-dist'
import type { Layout } from 'plotly.js-dist'
import { withoutWebgl } from '../figures/svg'
import { readFigure } from './specification'
import { lightPalette, template } from './theme'

/** Pixels across; notebooks elsewhere are about as wide. */
const WIDTH = 720
const HEIGHT = 450

/**
 * A stored figure as a picture for paper.
 *
 * @param stored what a notebook holds under Plotly's MIME type
 * @returns a PNG of twice 720 pixels across, in base64
 * @throws FigureError where it is no figure
 */
export async function still(stored: unknown): Promise<string> {
  // Without WebGL: whether a page that nobody looks at gets some is a matter of luck.
  const { figure } = withoutWebgl(readFigure(stored))
  const layout = structuredClone(figure.layout) as Partial<Layout>
  const address = await Plotly.toImage(
    {
      data: figure.data.map((trace) => ({ ...trace })),
      layout: { ...layout, template: template(lightPalette, '#ffffff') },
    },
    {
      format: 'png',
      width: Math.min(layout.width ?? WIDTH, WIDTH),
      height: layout.height ?? HEIGHT,
      scale: 2,
    },
  )
  return address.slice(address.indexOf(',') + 1)
}
