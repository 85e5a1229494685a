/**
 * Figures as pictures, made by a page that a browser opens with nobody looking: the figures go in as JSON, the pictures come
 * out as JSON in the page's own document.
 */
import { embedJson } from './html'
import { htmlPage } from './shell'

/** The id of the element with the figures; a page that has one draws them all and writes STILLS. */
export const FIGURES = 'figures'
/** The id of the element with the pictures: a list of base64 PNGs, null where a figure could not be drawn. */
export const STILLS = 'stills'

/** @param program what draws, of the texts of PROGRAM_FILES */
export function stillsPage(figures: readonly unknown[], program: string): string {
  const body = `<script type="application/json" id="${FIGURES}">${embedJson(figures)}</script>`
  return htmlPage({ title: 'Figures', style: '', body, program })
}

/**
 * @param dom the page's document, as HTML, when its program has ended
 * @returns the picture of each figure, null where there is none
 * @throws Error where the page did not come to its end
 */
export function readStills(dom: string): (string | null)[] {
  const start = dom.lastIndexOf(`id="${STILLS}">`)
  if (start < 0) throw new Error('the browser ended before the figures were drawn')
  return JSON.parse(dom.slice(dom.indexOf('>', start) + 1, dom.indexOf('</script>', start))) as (
    string | null
  )[]
}
