/** Painting by keyboard: the arrow keys move the brush, the space bar paints, Shift paints on the way. */
import { element } from './elements'
import type { PainterSpec } from './painterSpec'
import type { Place } from './painting'
import { words } from './words'

export interface PainterActions {
  readonly paint: (from: Place, to: Place) => void
  /** What is painted from now on is taken back together. */
  readonly begin: () => void
  /** The brush is somewhere else. */
  readonly point: (at: Place) => void
  readonly size: (by: number) => void
  readonly undo: () => void
  readonly enabled: () => boolean
}

const DIRECTIONS: Readonly<Record<string, Place>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

/** Keys that make the brush smaller or larger. */
const SIZES: Readonly<Record<string, number>> = { '-': -1, '+': 1, '[': -1, ']': 1 }

export class PainterKeys {
  /** Says where the brush is, to who cannot see it. */
  readonly element = element('div', { className: 'genbook-pad-place' })
  readonly #size: readonly [width: number, height: number]
  readonly #actions: PainterActions
  #at: Place
  /** Shift has been held since the stroke began. */
  #drawing = false

  constructor(canvas: HTMLCanvasElement, { label, shape }: PainterSpec, actions: PainterActions) {
    this.#size = [shape[1], shape[0]]
    this.#at = [Math.floor(shape[1] / 2) + 0.5, Math.floor(shape[0] / 2) + 0.5]
    this.#actions = actions
    this.element.setAttribute('role', 'status')
    canvas.setAttribute('role', 'application')
    canvas.setAttribute('aria-label', `${label}. ${words().painterKeys}`)
    canvas.addEventListener('keydown', (event) => this.#press(event))
    canvas.addEventListener('keyup', ({ key }) => {
      if (key === 'Shift') this.#drawing = false
    })
  }

  #press(event: KeyboardEvent): void {
    const { paint, begin, point, size, undo, enabled } = this.#actions
    const undoes = event.code === 'KeyZ' && (event.ctrlKey || event.metaKey)
    const direction = DIRECTIONS[event.code]
    const paints = event.code === 'Space' || event.code === 'Enter'
    const resizes = SIZES[event.key]
    if (!enabled() || !(undoes || direction || paints || resizes)) return
    event.preventDefault()
    // VS Code would walk through the cells, or undo an edit of theirs.
    event.stopPropagation()
    if (undoes) return undo()
    const from = this.#at
    if (resizes) size(resizes)
    if (direction) this.#at = this.#moved(direction)
    point(this.#at)
    this.element.textContent = `${Math.ceil(this.#at[0])}, ${Math.ceil(this.#at[1])}`
    const drags = direction !== undefined && event.shiftKey
    if (!paints && !drags) return
    if (paints || !this.#drawing) begin()
    this.#drawing = drags
    paint(drags ? from : this.#at, this.#at)
  }

  #moved(direction: Place): Place {
    const along = (axis: 0 | 1): number =>
      Math.min(this.#size[axis] - 0.5, Math.max(0.5, this.#at[axis] + direction[axis]))
    return [along(0), along(1)]
  }
}
