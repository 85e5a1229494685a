/** What the runtime view shows of one notebook: device, state, memory, variables, and buttons. */
import type { Variable } from '../../kernel/protocol'
import { busySign, button, element, table, type PushButton, type Table } from './controls'
import type { Button, Words } from './messages'
import { formatBytes, type NotebookState } from './state'

export class NotebookPanel {
  readonly element: HTMLDetailsElement
  readonly #words: Words
  readonly #title = element('span', { className: 'title' })
  readonly #state = element('span', { className: 'state' })
  readonly #busy = busySign()
  readonly #device = element('dd')
  readonly #reason = element('p', { className: 'reason' })
  readonly #tensors = element('dd')
  readonly #bytes = element('dd')
  readonly #interrupt: PushButton
  readonly #variables: Table<Record<'name' | 'kind' | 'summary', string>>
  readonly #none: HTMLElement
  #shown: readonly Variable[] | undefined

  constructor(words: Words, press: (button: Button) => void) {
    this.#words = words
    this.#state.setAttribute('role', 'status')
    const restart = button(words.restart, 'secondary', () => press('restart'))
    const runAll = button(words.restartAndRunAll, 'secondary', () => press('restartAndRunAll'))
    this.#interrupt = button(words.interrupt, 'secondary', () => press('interrupt'))
    this.#variables = table(words.variables, [
      { key: 'name', title: words.name, width: 'minmax(5em, 1fr)' },
      { key: 'kind', title: words.kind, width: 'minmax(4em, 0.7fr)' },
      { key: 'summary', title: words.summary, width: 'minmax(7em, 3fr)' },
    ])
    this.#none = element('p', { className: 'none' }, words.noVariables)
    const fact = (label: string, value: HTMLElement) => element('div', {}, element('dt', {}, label), value)
    this.element = element(
      'details',
      {},
      element('summary', {}, this.#title, this.#busy, this.#state),
      element(
        'div',
        { className: 'body' },
        element(
          'div',
          { className: 'overview' },
          element(
            'dl',
            {},
            fact(words.device, this.#device),
            fact(words.tensors, this.#tensors),
            fact(words.bytes, this.#bytes),
          ),
          element('div', { className: 'buttons' }, this.#interrupt.element, restart.element, runAll.element),
        ),
        this.#reason,
        element('div', { className: 'variables' }, this.#variables.element, this.#none),
      ),
    )
  }

  show(state: NotebookState): void {
    const { activity, device } = state
    this.#title.textContent = state.title
    this.#title.title = state.title
    this.#state.textContent = this.#activity(state)
    this.#state.dataset.kind = activity.kind
    this.#busy.hidden = activity.kind !== 'running' && activity.kind !== 'starting'
    this.#interrupt.enable(activity.kind === 'running' || activity.kind === 'starting')
    this.#device.textContent = device
      ? device.software
        ? `${device.name} – ${this.#words.softwareNote}`
        : device.name
      : '–'
    this.#reason.textContent = [
      activity.kind === 'gone' ? activity.reason : '',
      state.deviceLost ? this.#words.deviceLost : '',
      device?.reason ?? '',
    ]
      .filter(Boolean)
      .join(' ')
    this.#reason.hidden = !this.#reason.textContent
    this.#tensors.textContent = String(state.memory.tensors)
    this.#bytes.textContent = formatBytes(state.memory.bytes)
    // The table loses its focus when it is filled, so it is filled only when there is news.
    if (state.variables !== this.#shown) {
      this.#shown = state.variables
      this.#variables.show(state.variables.map(({ name, kind, summary }) => ({ name, kind, summary })))
      this.#variables.element.hidden = !state.variables.length
      this.#none.hidden = state.variables.length > 0
    }
  }

  #activity({ activity }: NotebookState): string {
    switch (activity.kind) {
      case 'starting':
        return this.#words.starting
      case 'idle':
        return this.#words.idle
      case 'running':
        return this.#words.running.replace('{0}', String(activity.count))
      case 'gone':
        return this.#words.gone
    }
  }
}
