/** Drawing on a pad: points by mouse or finger, and below them as text to copy into a cell. */
import { encode } from '../figures/encode'
import type { Figure } from '../figures/figure'

/** What the drawn figure knows of its axes. */
export interface Axes {
  /** The data coordinates of a place on the screen, or nothing outside of the axes. */
  at(clientX: number, clientY: number): readonly [number, number] | undefined
}

/** Points closer together on the screen than this, in pixels, are one stroke of the hand. */
const SPACING = 6

export class Pad {
  readonly element = document.createElement('div')
  readonly #text = document.createElement('textarea')
  readonly #axes: Axes
  readonly #changed: () => void
  readonly #ended = new AbortController()
  #points: (readonly [number, number])[] = []
  #last: readonly [number, number] | undefined

  /**
   * @param surface where the pointer draws.
   * @param changed called when there are other points to show.
   */
  constructor(surface: HTMLElement, axes: Axes, changed: () => void) {
    this.#axes = axes
    this.#changed = changed
    this.element.className = 'genbook-pad'
    this.element.style.cssText = 'display: grid; gap: 4px; max-width: 440px; padding: 0 4px; font-size: 12px'
    this.#text.readOnly = true
    this.#text.rows = 3
    this.#text.setAttribute('aria-label', 'The points as text')
    this.#text.style.cssText =
      'font: 12px monospace; resize: vertical; color: inherit; background: transparent'
    const buttons = document.createElement('div')
    buttons.append(
      this.#button('Copy', () => this.#copy()),
      this.#button('Undo', () => this.#set(this.#points.slice(0, -1))),
      this.#button('Clear', () => this.#set([])),
    )
    this.element.append(this.#text, buttons)
    const { signal } = this.#ended
    surface.style.touchAction = 'none'
    surface.addEventListener('pointerdown', (event) => this.#draw(event, true), { signal, capture: true })
    surface.addEventListener('pointermove', (event) => this.#draw(event, false), { signal, capture: true })
    this.#set([])
  }

  /** The figure with the points that were drawn. */
  apply(figure: Figure): Figure {
    const column = (axis: 0 | 1) => encode(this.#points.map((point) => point[axis]))
    return {
      ...figure,
      data: figure.data.map((trace, i) => (i ? trace : { ...trace, x: column(0), y: column(1) })),
    }
  }

  dispose(): void {
    this.#ended.abort()
    this.element.remove()
  }

  #draw(event: PointerEvent, first: boolean): void {
    if (!(event.buttons & 1)) return
    const [x, y] = [event.clientX, event.clientY]
    if (!first && this.#last && Math.hypot(x - this.#last[0], y - this.#last[1]) < SPACING) return
    const point = this.#axes.at(x, y)
    if (!point) return
    event.preventDefault()
    this.#last = [x, y]
    this.#set([...this.#points, point])
  }

  #set(points: (readonly [number, number])[]): void {
    this.#points = points
    this.#text.value = `[${points.map(([x, y]) => `[${short(x)}, ${short(y)}]`).join(', ')}]`
    this.#changed()
  }

  #copy(): void {
    this.#text.select()
    // Where the clipboard is not allowed, the text is selected, and the keyboard copies it.
    navigator.clipboard?.writeText(this.#text.value).catch(() => {})
  }

  #button(label: string, press: () => void): HTMLButtonElement {
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = label
    button.style.marginRight = '4px'
    button.addEventListener('click', press, { signal: this.#ended.signal })
    return button
  }
}

function short(x: number): string {
  return Number(x.toFixed(3)).toString()
}
