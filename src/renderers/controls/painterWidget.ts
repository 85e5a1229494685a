/** A picture that a person paints on by mouse, finger, pen or keyboard. */
import { element, pushButton } from './elements'
import { Brush } from './painterBrush'
import { PainterKeys } from './painterKeys'
import { bytesOf, packBytes, unpackBytes, visiblePixels, type PainterSpec } from './painterSpec'
import { Painting, type Place } from './painting'
import type { Json } from '../figures/figure'
import type { Moved, Widget } from './widgets'
import { words } from './words'

/** Width and height of a picture on the screen, at most, in pixels. */
const SIDE = 320

/** The widget of a painter. */
export function painterWidget(spec: PainterSpec, moved: Moved): Widget {
  const view = new PainterView(spec, moved)
  return {
    parts: [view.element],
    enable: (enabled) => view.enable(enabled),
    show: (next) => void (next.kind === 'painter' && view.show(next)),
  }
}

class PainterView {
  readonly element = element('div', { className: 'genbook-painter' })
  readonly #canvas = element('canvas')
  readonly #ring = element('div', { className: 'genbook-painter-ring', hidden: true })
  readonly #done: HTMLButtonElement
  readonly #brush: Brush
  readonly #painting: Painting
  readonly #moved: Moved
  readonly #scale: number
  /** What was settled on, and has not yet come back from the session. */
  #told: string[] = []
  #spec: PainterSpec
  #last: Place | undefined
  #enabled = false

  constructor(spec: PainterSpec, moved: Moved) {
    this.#spec = spec
    this.#moved = moved
    const size = bytesOf(spec)
    const stored = (text: string): Uint8Array => unpackBytes(text, size) ?? new Uint8Array(size)
    const [height, width] = spec.shape
    this.#painting = new Painting(spec.shape, stored(spec.value), stored(spec.blank))
    this.#scale = Math.max(1, Math.floor(SIDE / Math.max(height, width)))
    this.#brush = new Brush(spec, Math.max(height, width))
    Object.assign(this.#canvas, { width, height, tabIndex: 0 })
    Object.assign(this.#canvas.style, {
      width: `${width * this.#scale}px`,
      height: `${height * this.#scale}px`,
    })
    const say = words()
    this.#done = pushButton(say.painterDone, () => this.#tell(true, true), 'small')
    const label = element('div', { className: 'genbook-painter-label' }, spec.label)
    const keys = new PainterKeys(this.#canvas, spec, {
      paint: (from, to) => this.#stroke(from, to, true),
      begin: () => this.#painting.begin(),
      point: (at) => this.#point(at),
      size: (by) => this.#brush.resize(by),
      undo: () => this.#undo(),
      enabled: () => this.#enabled,
    })
    const surface = element('div', { className: 'genbook-painter-surface' }, this.#canvas, this.#ring)
    const actions = element(
      'div',
      { className: 'genbook-pad-row' },
      pushButton(say.padUndo, () => this.#undo(), 'small'),
      pushButton(say.padClear, () => this.#change(() => this.#painting.clear()), 'small'),
      pushButton(say.copy, () => this.#copy(), 'small', say.painterCopy),
      this.#done,
    )
    this.element.append(label, surface, this.#brush.element, actions, keys.element)
    this.#listen()
    this.#draw()
  }

  enable(enabled: boolean): void {
    this.#enabled = enabled
    this.element.classList.toggle('disabled', !enabled)
    for (const each of this.element.querySelectorAll<HTMLButtonElement | HTMLInputElement>('button, input'))
      each.disabled = !enabled
    this.#done.hidden = !this.#spec.awaited
  }

  /** Takes what was stored, unless it is what was painted here, a while ago or just now. */
  show(next: PainterSpec): void {
    this.#spec = next
    this.#done.hidden = !next.awaited
    const echo = this.#told.indexOf(next.value)
    if (echo >= 0) this.#told = this.#told.slice(echo + 1)
    const bytes = unpackBytes(next.value, bytesOf(next))
    if (echo >= 0 || this.#last || !bytes || this.#told.length) return
    this.#painting.replace(bytes)
    this.#draw()
  }

  #listen(): void {
    const canvas = this.#canvas
    canvas.addEventListener('pointerdown', (event) => {
      if (!this.#enabled || event.button !== 0) return
      event.preventDefault()
      canvas.focus()
      canvas.setPointerCapture(event.pointerId)
      this.#painting.begin()
      this.#last = this.#placeOf(event)
      this.#stroke(this.#last, this.#last, false)
    })
    canvas.addEventListener('pointermove', (event) => {
      const place = this.#placeOf(event)
      this.#point(place)
      if (!this.#last) return
      this.#stroke(this.#last, place, false)
      this.#last = place
    })
    const up = (): void => {
      if (!this.#last) return
      this.#last = undefined
      this.#tell(true)
    }
    for (const event of ['pointerup', 'pointercancel'] as const) canvas.addEventListener(event, up)
    for (const event of ['pointerleave', 'blur'] as const)
      canvas.addEventListener(event, () => (this.#ring.hidden = true))
  }

  #placeOf({ clientX, clientY }: PointerEvent): Place {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect()
    return [
      ((clientX - left) / width) * this.#painting.width,
      ((clientY - top) / height) * this.#painting.height,
    ]
  }

  /** Shows where the brush would paint. */
  #point([x, y]: Place): void {
    const size = this.#brush.size * this.#scale
    this.#ring.hidden = !this.#enabled
    Object.assign(this.#ring.style, {
      left: `${x * this.#scale - size / 2}px`,
      top: `${y * this.#scale - size / 2}px`,
      width: `${size}px`,
      height: `${size}px`,
    })
  }

  #stroke(from: Place, to: Place, settled: boolean): void {
    const changed = this.#painting.stroke(from, to, this.#brush.size, this.#brush.colour)
    if (!changed) return
    this.#draw()
    this.#tell(settled)
  }

  #undo(): void {
    if (!this.#painting.undo()) return
    this.#draw()
    this.#tell(true)
  }

  #change(change: () => void): void {
    change()
    this.#draw()
    this.#tell(true)
  }

  #tell(settled: boolean, done = false): void {
    const pixels = packBytes(this.#painting.pixels)
    if (settled) this.#told.push(pixels)
    this.#moved({ pixels, ...(done && { done }) } satisfies Json, settled)
  }

  #draw(): void {
    const { width, height, pixels } = this.#painting
    const image = new ImageData(visiblePixels(this.#spec, pixels), width, height)
    this.#canvas.getContext('2d')!.putImageData(image, 0, 0)
  }

  #copy(): void {
    // Where the clipboard is not allowed, nothing happens: the picture can still be used where it is.
    navigator.clipboard?.writeText(packBytes(this.#painting.pixels)).catch(() => {})
  }
}
