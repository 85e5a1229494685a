/** A slider for the time of a figure that holds several moments, and a button that plays them. It needs no session. */
import { element, keepKeys, pushButton } from '../controls/elements'
import { words } from '../controls/words'
import type { Attributes, Figure, Json } from '../figures/figure'
import { momentsOf, withMoment } from '../figures/moments'

/** Milliseconds that each moment is shown while it plays. */
const PACE = 90

export class TimeSlider {
  readonly element = element('div', { className: 'genbook-time' })
  readonly #range = element('input', { type: 'range', min: '0', step: '1' })
  readonly #said = element('output')
  readonly #play: HTMLButtonElement
  readonly #changed: () => Promise<void>
  #labels: readonly string[] = []
  #playing = false

  /** @param changed draws the figure at another moment. */
  constructor(changed: () => Promise<void>) {
    this.#changed = changed
    this.#play = pushButton(words().play, () => void this.#toggle(), 'small')
    this.#range.setAttribute('aria-label', words().time)
    keepKeys(this.#range)
    keepKeys(this.#play)
    this.#range.addEventListener('input', () => {
      this.#stop()
      this.#say()
      void this.#changed()
    })
    this.element.append(this.#play, this.#range, this.#said)
  }

  /** The figure at the moment that is chosen: the last one at first. */
  apply(figure: Figure): Figure {
    const labels = momentsOf(figure)
    if (!labels) return figure
    if (labels.length !== this.#labels.length) {
      this.#range.max = String(labels.length - 1)
      this.#range.value = this.#range.max
    }
    this.#labels = labels
    this.#say()
    return withMoment(figure, this.#range.valueAsNumber)
  }

  dispose(): void {
    this.#stop()
    this.element.remove()
  }

  #say(): void {
    this.#said.textContent = this.#labels[this.#range.valueAsNumber] ?? ''
    this.#range.setAttribute('aria-valuetext', this.#said.textContent)
  }

  async #toggle(): Promise<void> {
    if (this.#playing) return this.#stop()
    const last = this.#labels.length - 1
    if (this.#range.valueAsNumber === last) this.#range.value = '0'
    else this.#range.value = String(this.#range.valueAsNumber + 1)
    this.#playing = true
    this.#play.textContent = words().pause
    while (this.#playing) {
      const began = performance.now()
      this.#say()
      await this.#changed()
      if (this.#range.valueAsNumber >= last) break
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, PACE - (performance.now() - began))))
      // The person may have stopped it, or moved the slider, meanwhile.
      if (this.#playing) this.#range.value = String(this.#range.valueAsNumber + 1)
    }
    this.#stop()
  }

  #stop(): void {
    this.#playing = false
    this.#play.textContent = words().play
  }
}

/** The layout without the controls that other viewers need, in the room that is left. */
export function withoutOwnSlider(layout: Attributes): Attributes {
  const rest = Object.fromEntries(
    Object.entries(layout).filter(([key]) => key !== 'sliders' && key !== 'updatemenus'),
  )
  const margin = (rest.margin ?? {}) as Attributes
  const spare = typeof margin.b === 'number' ? Math.max(0, margin.b - 48) : 0
  const height: Json | undefined = typeof rest.height === 'number' ? rest.height - spare : undefined
  return {
    ...rest,
    margin: { ...margin, ...(spare ? { b: 48 } : {}) },
    ...(height === undefined ? {} : { height }),
  }
}
