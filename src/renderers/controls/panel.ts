/** The controls of one output: usable where a session stands behind them, and telling of it where not. */
import { element, pushButton } from './elements'
import { cellOf, type RendererMessage } from './messages'
import type { ControlSpec } from './specification'
import { addStyle } from './style'
import { widget, type Widget } from './widgets'
import { words } from './words'

/** What is known of the sessions behind controls and live pictures. */
export interface LiveState {
  /** Cells that have run in the session. */
  readonly cells: ReadonlySet<string>
  /** Live pictures that are being computed. */
  readonly computing: ReadonlySet<string>
}

/** Nobody runs cells. */
export const asleep: LiveState = { cells: new Set(), computing: new Set() }

export class ControlsView {
  readonly element = element('div', { className: 'genbook-controls' })
  readonly #state = element('div', { className: 'genbook-state' })
  readonly #said = element('span')
  readonly #stop: HTMLButtonElement
  readonly #post: (message: RendererMessage) => void
  #widgets: { readonly spec: ControlSpec; readonly widget: Widget }[] = []

  /** @param post tells the extension, where there is one. */
  constructor(post: (message: RendererMessage) => void) {
    addStyle()
    this.#post = post
    this.#said.setAttribute('role', 'status')
    this.#stop = pushButton(words().stop, () => post({ type: 'stop' }), 'small')
    this.element.setAttribute('role', 'group')
    this.element.setAttribute('aria-label', words().controls)
    this.#state.append(this.#said, this.#stop)
  }

  /** Shows controls; those that are there already keep focus and pointer. */
  show(specs: readonly ControlSpec[], state: LiveState): void {
    const same =
      specs.length === this.#widgets.length &&
      specs.every((spec, i) => shape(spec) === shape(this.#widgets[i]!.spec))
    if (same) specs.forEach((spec, i) => this.#widgets[i]!.widget.show(spec))
    else {
      this.#widgets = specs.map((spec) => {
        const moved = (value: Parameters<Parameters<typeof widget>[1]>[0], settled: boolean) =>
          this.#post({ type: 'change', control: spec.id, value, settled })
        return { spec, widget: widget(spec, moved) }
      })
      this.element.replaceChildren(...this.#widgets.flatMap(({ widget }) => widget.parts), this.#state)
    }
    this.follow(state)
  }

  /** Shows what has become of the session. */
  follow({ cells, computing }: LiveState): void {
    const alive = this.#widgets.every(({ spec }) => cells.has(cellOf(spec.id)))
    for (const { widget } of this.#widgets) widget.enable(alive)
    this.#said.textContent = alive ? (computing.size ? words().computing : '') : words().runFirst
    // Stays in its place, so that nothing moves while a slider does.
    this.#stop.style.visibility = alive && computing.size ? 'visible' : 'hidden'
  }
}

/** All of a control but its value, and whether a cell waits for it. */
function shape(spec: ControlSpec): string {
  return JSON.stringify({ ...spec, value: null, awaited: null })
}
