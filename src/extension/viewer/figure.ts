/** Draws figures with the notebook's own renderer, so that Plotly is shipped once. */
import type { OutputItem, RendererApi } from 'vscode-notebook-renderer'
import { element } from '../../renderers/controls/elements'
import { PLOTLY_MIME } from '../../renderers/figures/figure'

interface Renderer {
  readonly activate: (context: object) => RendererApi
}

export class FigurePane {
  readonly #address: string
  #renderer: Promise<RendererApi> | undefined
  #count = 0

  /** @param address of the renderer's module. */
  constructor(address: string) {
    this.#address = address
  }

  /** @returns an element that holds the figure. */
  async show(bundle: Readonly<Record<string, unknown>>): Promise<HTMLElement> {
    this.#renderer ??= (import(this.#address) as Promise<Renderer>).then(({ activate }) => activate({}))
    const renderer = await this.#renderer
    const place = element('div')
    renderer.disposeOutputItem?.()
    const item = { id: `figure-${++this.#count}`, mime: PLOTLY_MIME, json: () => bundle[PLOTLY_MIME] }
    // Drawn once it is in the page: Plotly measures where it stands.
    queueMicrotask(
      () => void renderer.renderOutputItem(item as OutputItem, place, new AbortController().signal),
    )
    return place
  }
}
