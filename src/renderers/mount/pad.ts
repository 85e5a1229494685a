/** Drawing on a pad: points of several classes by mouse, finger or keyboard, into the cell or as text to copy. */
import { element, pushButton } from '../controls/elements'
import { words } from '../controls/words'
import type { Figure } from '../figures/figure'
import { padContent, withPoints, type DrawnPoint } from '../figures/pad'
import { colorway } from '../figures/style'
import { PadKeys } from './padKeys'
import { Strokes } from './strokes'

/** What the drawn figure knows of its axes. */
export interface Axes {
  /** The data coordinates of a place on the screen, or nothing outside of the axes. */
  at(clientX: number, clientY: number): readonly [number, number] | undefined
  /** Pixels on the screen of one unit of each axis. */
  scale(): readonly [number, number]
  /** The place on the figure of data coordinates, in pixels from its left and top. */
  on(x: number, y: number): readonly [number, number]
  /** From and to of each axis. */
  ranges(): readonly [readonly [number, number], readonly [number, number]]
}

/** Tells the cell's control, where there is one, what was drawn. */
export type Drawn = (control: string, value: DrawnValue, settled: boolean) => void

export interface DrawnValue {
  readonly points: readonly (readonly [number, number])[]
  readonly labels: readonly number[]
  /** The person has said so. */
  readonly done?: true
}

/** Points closer together on the screen than this, in pixels, are one stroke of the hand. */
const SPACING = 6
/** What is sprayed, and erased, around the pointer, in pixels. */
const BRUSH = 14
const SPRAYED = 4

export type PadMode = 'pen' | 'spray' | 'eraser'

export class Pad {
  readonly element = element('div', { className: 'genbook-pad' })
  readonly #text = element('textarea', { readOnly: true, rows: 3 })
  readonly #count = element('summary')
  readonly #done: HTMLButtonElement
  readonly #axes: Axes
  readonly #changed: () => void
  readonly #tell: Drawn
  readonly #ended = new AbortController()
  readonly #control: string | undefined
  readonly #strokes: Strokes
  #mode: PadMode = 'pen'
  #label = 0
  #last: readonly [number, number] | undefined

  /**
   * @param surface where the pointer draws.
   * @param figure whose points are there already.
   * @param changed called when there are other points to show.
   */
  constructor(surface: HTMLElement, figure: Figure, axes: Axes, changed: () => void, tell: Drawn) {
    const { classes, points, control, awaited } = padContent(figure)
    this.#axes = axes
    this.#changed = changed
    this.#tell = tell
    this.#control = control
    this.#strokes = new Strokes(points)
    const say = words()
    this.#done = pushButton(say.padDone, () => this.#finish(), 'small')
    this.#done.hidden = !awaited
    this.#text.setAttribute('aria-label', say.padText)
    const copy = pushButton(say.copy, () => this.#copy(), 'small', say.padCopy)
    this.element.append(
      this.#row(classes),
      element('details', {}, this.#count, this.#text, element('div', {}, copy)),
    )
    this.#listen(surface)
    this.#show()
  }

  /** The figure with the points that were drawn. */
  apply(figure: Figure): Figure {
    this.#done.hidden = !padContent(figure).awaited
    return withPoints(figure, this.#strokes.points)
  }

  dispose(): void {
    this.#ended.abort()
    this.element.remove()
  }

  /** The tools, the classes where there are several, and what is done to everything. */
  #row(classes: readonly string[]): HTMLElement {
    const say = words()
    const tools = choose(
      say.padTools,
      (['pen', 'spray', 'eraser'] as const).map((mode) => ({
        label: { pen: say.padPen, spray: say.padSpray, eraser: say.padEraser }[mode],
        press: () => (this.#mode = mode),
      })),
    )
    const labels = choose(
      say.padClasses,
      classes.map((name, label) => ({
        label: name,
        colour: colorway[label % colorway.length]!,
        press: () => (this.#label = label),
      })),
    )
    const actions = [
      pushButton(say.padUndo, () => this.#change(() => this.#strokes.undo(), true), 'small'),
      pushButton(say.padClear, () => this.#change(() => this.#strokes.clear(), true), 'small'),
      this.#done,
    ]
    const row = element(
      'div',
      { className: 'genbook-pad-row' },
      tools,
      ...(classes.length > 1 ? [labels] : []),
      ...actions,
    )
    return row
  }

  #listen(surface: HTMLElement): void {
    const { signal } = this.#ended
    surface.style.touchAction = 'none'
    surface.addEventListener('pointerdown', (event) => this.#draw(event, true), { signal, capture: true })
    surface.addEventListener('pointermove', (event) => this.#draw(event, false), { signal, capture: true })
    const up = () => {
      if (!this.#last) return
      this.#last = undefined
      this.#report(true)
    }
    for (const event of ['pointerup', 'pointercancel'] as const)
      window.addEventListener(event, up, { signal })
    const keys = new PadKeys(surface, this.#axes, signal, {
      put: (x, y) => {
        this.#strokes.begin()
        this.#change(() => this.#touch(x, y), true)
      },
      undo: () => this.#change(() => this.#strokes.undo(), true),
    })
    this.element.append(keys.element)
  }

  #draw(event: PointerEvent, first: boolean): void {
    if (!(event.buttons & 1)) return
    const [x, y] = [event.clientX, event.clientY]
    if (!first && (!this.#last || Math.hypot(x - this.#last[0], y - this.#last[1]) < SPACING)) return
    const point = this.#axes.at(x, y)
    if (!point) return
    event.preventDefault()
    if (first) this.#strokes.begin()
    this.#last = [x, y]
    this.#change(() => this.#touch(...point), false)
  }

  /** What the tool in hand does at a place. */
  #touch(x: number, y: number): void {
    const label = this.#label
    const [right, up] = this.#axes.scale()
    if (this.#mode === 'eraser') {
      this.#strokes.erase(x, y, (dx, dy) => Math.hypot(dx * right, dy * up) < BRUSH)
      return
    }
    if (this.#mode === 'pen') {
      this.#strokes.add({ x, y, label })
      return
    }
    // Evenly over the disc around the pointer, and nowhere beyond the axes.
    const [[left, edge], [bottom, top]] = this.#axes.ranges()
    const around = Array.from({ length: SPRAYED }, (): DrawnPoint => {
      const [angle, radius] = [2 * Math.PI * Math.random(), BRUSH * Math.sqrt(Math.random())]
      return { x: x + (radius * Math.cos(angle)) / right, y: y + (radius * Math.sin(angle)) / up, label }
    })
    this.#strokes.add(
      ...around.filter((point) => point.x >= left && point.x <= edge && point.y >= bottom && point.y <= top),
    )
  }

  #change(change: () => void, settled: boolean): void {
    change()
    this.#show()
    this.#changed()
    this.#report(settled)
  }

  #show(): void {
    const { points } = this.#strokes
    this.#text.value = `[${points.map(({ x, y }) => `[${short(x)}, ${short(y)}]`).join(', ')}]`
    this.#count.textContent = `${words().padText} (${points.length.toLocaleString('en-US')})`
  }

  #report(settled: boolean, done = false): void {
    if (this.#control === undefined) return
    const { points } = this.#strokes
    const value: DrawnValue = {
      points: points.map(({ x, y }) => [Number(short(x)), Number(short(y))] as const),
      labels: points.map(({ label }) => label),
      ...(done && { done }),
    }
    this.#tell(this.#control, value, settled)
  }

  #finish(): void {
    this.#report(true, true)
  }

  #copy(): void {
    this.#text.select()
    // Where the clipboard is not allowed, the text is selected, and the keyboard copies it.
    navigator.clipboard?.writeText(this.#text.value).catch(() => {})
  }
}

interface Option {
  readonly label: string
  readonly colour?: string
  readonly press: () => void
}

/** Buttons of which one is pressed. */
function choose(label: string, options: readonly Option[]): HTMLElement {
  const group = element('span', { className: 'genbook-pad-group' })
  group.setAttribute('role', 'group')
  group.setAttribute('aria-label', label)
  const buttons = options.map(({ label, colour, press }) => {
    const button = pushButton(
      label,
      () => {
        press()
        for (const each of buttons) each.setAttribute('aria-pressed', String(each === button))
      },
      'small',
    )
    if (colour) button.style.borderBottom = `3px solid ${colour}`
    return button
  })
  buttons.forEach((button, i) => button.setAttribute('aria-pressed', String(i === 0)))
  group.append(...buttons)
  return group
}

function short(x: number): string {
  return Number(x.toFixed(3)).toString()
}
