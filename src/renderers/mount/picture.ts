/** A figure as a picture to take away: always for paper, whatever the theme on screen. */
import { element } from '../controls/elements'
import Plotly from 'plotly.js-dist'
import type { Layout } from 'plotly.js-dist'
import { describe, type Attributes, type Figure } from '../figures/figure'
import { lightPalette, template } from './theme'

export type PictureFormat = 'png' | 'svg'

/**
 * Draws a figure anew as a picture.
 *
 * @param layout the axes as they are on screen, zoom included.
 * @param size in pixels; a PNG has twice as many.
 */
export async function pictureOf(
  figure: Figure,
  layout: Attributes,
  size: { readonly width: number; readonly height: number },
  format: PictureFormat,
): Promise<Blob> {
  const shown = structuredClone(layout) as Partial<Layout>
  const address = await Plotly.toImage(
    {
      data: figure.data.map((trace) => ({ ...trace })),
      layout: { ...shown, template: template(lightPalette, '#ffffff') },
    },
    { format, ...size, ...(format === 'png' ? { scale: 2 } : {}) },
  )
  return blobOf(address)
}

/** The content of a `data:` address, which a page's policy may keep from being fetched. */
function blobOf(address: string): Blob {
  const [, mime = '', base64, data = ''] = /^data:([^;,]+)[^,]*?(;base64)?,(.*)$/s.exec(address) ?? []
  if (!base64) return new Blob([decodeURIComponent(data)], { type: mime })
  return new Blob([Uint8Array.from(atob(data), (character) => character.charCodeAt(0))], { type: mime })
}

/** The bytes of a picture as base64, for a message. */
export async function base64Of(picture: Blob): Promise<string> {
  const bytes = new Uint8Array(await picture.arrayBuffer())
  const parts: string[] = []
  for (let start = 0; start < bytes.length; start += 0x2000)
    parts.push(String.fromCharCode(...bytes.subarray(start, start + 0x2000)))
  return btoa(parts.join(''))
}

/** Makes a file of a picture the way a page does, where nobody else can. */
export function download(name: string, picture: Blob): void {
  const address = URL.createObjectURL(picture)
  element('a', { href: address, download: name }).click()
  // The browser reads it after the click has returned.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}

/** What the file of a figure is called, from the words of its title. */
export function fileName(figure: Figure): string {
  const words = describe(figure).split(':')[0]!
  return (
    words
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, '')
      .toLowerCase()
      .slice(0, 60) || 'figure'
  )
}
