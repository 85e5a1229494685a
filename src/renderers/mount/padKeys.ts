/** Drawing by keyboard: a cross that the arrow keys move, and the space bar to put a point there. */
import { element } from '../controls/elements'
import { words } from '../controls/words'
import type { Axes } from './pad'

/** Key presses from one edge of the axes to the other. */
const STEPS = 40

export interface KeyActions {
  readonly put: (x: number, y: number) => void
  readonly undo: () => void
}

export class PadKeys {
  /** Says where the cross is, to who cannot see it. */
  readonly element = element('div', { className: 'genbook-pad-place' })
  readonly #cross = element('div', { className: 'genbook-pad-cross', hidden: true })
  readonly #axes: Axes
  #place: [number, number] | undefined

  constructor(surface: HTMLElement, axes: Axes, signal: AbortSignal, actions: KeyActions) {
    this.#axes = axes
    this.element.setAttribute('role', 'status')
    surface.tabIndex = 0
    surface.setAttribute('role', 'application')
    surface.setAttribute('aria-label', words().padKeys)
    surface.style.position = 'relative'
    surface.append(this.#cross)
    surface.addEventListener('keydown', (event) => this.#press(event, surface, actions), { signal })
    surface.addEventListener('blur', () => (this.#cross.hidden = true), { signal })
  }

  #press(event: KeyboardEvent, surface: HTMLElement, { put, undo }: KeyActions): void {
    const undoes = event.code === 'KeyZ' && (event.ctrlKey || event.metaKey)
    const directions: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, 1],
      ArrowDown: [0, -1],
    }
    const direction = directions[event.code]
    const puts = event.code === 'Space' || event.code === 'Enter'
    if (!undoes && !direction && !puts) return
    event.preventDefault()
    // VS Code would walk through the cells, or undo an edit of theirs.
    event.stopPropagation()
    if (undoes) return undo()
    const ranges = this.#axes.ranges()
    const place = (this.#place ??= ranges.map(([from, to]) => (from + to) / 2) as [number, number])
    if (direction)
      for (const axis of [0, 1] as const) {
        const [from, to] = ranges[axis]
        const moved = place[axis] + (direction[axis] * (to - from)) / STEPS
        place[axis] = Math.min(to, Math.max(from, moved))
      }
    // Plotly empties what it draws into when it draws from scratch.
    if (this.#cross.parentElement !== surface) surface.append(this.#cross)
    this.#cross.hidden = false
    const [left, top] = this.#axes.on(...place)
    this.#cross.style.left = `${left}px`
    this.#cross.style.top = `${top}px`
    this.element.textContent = place.map((x) => Number(x.toFixed(2))).join(', ')
    if (puts) put(...place)
  }
}
