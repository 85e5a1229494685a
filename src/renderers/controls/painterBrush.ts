/** The brush in hand: its colour or the eraser, and its size, each chosen by a button or by a slider. */
import { element, keepKeys, pushButton } from './elements'
import type { PainterSpec } from './painterSpec'
import { words } from './words'

/** A byte that marks a pixel of a mask. */
const MARKED = [255]

export class Brush {
  readonly element = element('div', { className: 'genbook-pad-row' })
  readonly #size: HTMLInputElement
  readonly #shown = element('output')
  #colour: readonly number[] | undefined

  /** @param side of the picture in pixels, of which a brush covers at most half. */
  constructor({ paints, colours }: Pick<PainterSpec, 'paints' | 'colours'>, side: number) {
    const say = words()
    const most = Math.max(1, Math.floor(side / 2))
    this.#size = element('input', { type: 'range', min: '1', max: String(most), step: '1' })
    this.#size.value = String(Math.max(1, Math.round(side / 10)))
    this.#size.setAttribute('aria-label', say.painterSize)
    this.#size.title = say.painterSize
    keepKeys(this.#size)
    this.#size.addEventListener('input', () => this.#say())
    const inks =
      paints === 'mask' ? [{ name: say.painterBrush, bytes: MARKED, plain: true }] : colours.map((c) => c)
    const group = element('span', { className: 'genbook-pad-group' })
    group.setAttribute('role', 'group')
    group.setAttribute('aria-label', say.padTools)
    const buttons = [
      ...inks.map((ink) => ({ colour: ink.bytes, button: this.#ink(ink.name, ink.bytes, 'plain' in ink) })),
      { colour: undefined, button: pushButton(say.padEraser, () => {}, 'small') },
    ]
    for (const { colour, button } of buttons)
      button.addEventListener('click', () => {
        this.#colour = colour
        for (const each of buttons) each.button.setAttribute('aria-pressed', String(each.button === button))
      })
    this.#colour = buttons[0]!.colour
    buttons.forEach(({ button }, i) => button.setAttribute('aria-pressed', String(i === 0)))
    group.append(...buttons.map(({ button }) => button))
    this.element.append(group, this.#size, this.#shown)
    this.#say()
  }

  /** A byte for each channel; undefined is the eraser. */
  get colour(): readonly number[] | undefined {
    return this.#colour
  }

  /** Diameter in pixels of the picture. */
  get size(): number {
    return this.#size.valueAsNumber
  }

  /** Makes it larger, or smaller, as far as it goes. */
  resize(by: number): void {
    this.#size.valueAsNumber = Math.min(Number(this.#size.max), Math.max(1, this.size + by))
    this.#say()
  }

  #ink(name: string, bytes: readonly number[], plain: boolean): HTMLButtonElement {
    if (plain) return pushButton(name, () => {}, 'small')
    const button = pushButton('', () => {}, 'small swatch', name)
    const [r = 0, g = r, b = r] = bytes
    const patch = element('span', { className: 'genbook-swatch' })
    patch.style.background = `rgb(${r}, ${g}, ${b})`
    button.append(patch)
    return button
  }

  #say(): void {
    this.#shown.textContent = `${this.size} px`
  }
}
