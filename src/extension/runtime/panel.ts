/** What the runtime view shows of one notebook: device, state, what runs and waits, memory, variables, and buttons. */
import { element } from '../../renderers/controls/elements'
import { busySign, button, type PushButton } from './controls'
import { fill } from './fill'
import type { Button, Words } from './messages'
import { formatBytes, formatElapsed, type NotebookState, type Running } from './state'
import { VariablesTable, type VariablesHost } from './variables'

/** How often the time that a cell has run is told anew, and the session asked how far it has come. */
const TICK_MILLISECONDS = 1000

export interface PanelHost extends VariablesHost {
  /** What the session holds by now is wanted. */
  readonly inspect: () => void
}

export class NotebookPanel {
  readonly element: HTMLDetailsElement
  readonly #words: Words
  readonly #title = element('span', { className: 'title' })
  readonly #state = element('span', { className: 'state' })
  readonly #busy = busySign()
  readonly #device = element('dd')
  readonly #paths = { sampling: element('dd'), training: element('dd') }
  readonly #reason = element('p', { className: 'reason' })
  readonly #tensors = element('dd')
  readonly #bytes = element('dd')
  readonly #interrupt: PushButton
  readonly #now = element('dd')
  readonly #waiting = element('dd')
  readonly #variables: VariablesTable
  readonly #host: PanelHost
  #clock: ReturnType<typeof setInterval> | undefined
  /** The last answer after which the session was asked again: a cell that lets nobody look is asked once. */
  #askedAfter = 0

  constructor(words: Words, press: (button: Button) => void, host: PanelHost) {
    this.#words = words
    this.#host = host
    this.#state.setAttribute('role', 'status')
    const restart = button(words.restart, 'secondary', () => press('restart'))
    const runAll = button(words.restartAndRunAll, 'secondary', () => press('restartAndRunAll'))
    this.#interrupt = button(words.interrupt, 'secondary', () => press('interrupt'))
    this.#variables = new VariablesTable(words.variables, host)
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
            fact(words.now, this.#now),
            fact(words.waiting, this.#waiting),
            fact(words.training, this.#paths.training),
            fact(words.sampling, this.#paths.sampling),
          ),
          element('div', { className: 'buttons' }, this.#interrupt.element, restart.element, runAll.element),
        ),
        this.#reason,
        this.#variables.element,
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
    this.#showPaths(state)
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
    this.#showWaiting(state.waiting)
    this.#variables.show(state)
    this.#showTime(state)
  }

  /** The notebook is listed no longer. */
  remove(): void {
    clearInterval(this.#clock)
    this.element.remove()
  }

  /** Nothing is said of what has not been computed yet. */
  #showPaths({ paths }: NotebookState): void {
    for (const [work, shown] of Object.entries(this.#paths)) {
      const path = paths.find((path) => path.work === work)
      shown.parentElement!.hidden = !path
      if (path) shown.textContent = fill(path.fused ? this.#words.fused : this.#words.plain, path.detail)
    }
  }

  #showWaiting(waiting: readonly string[]): void {
    this.#waiting.textContent = waiting.length ? String(waiting.length) : this.#words.nothingWaits
    this.#waiting.title = waiting.join('\n')
    const [next] = waiting
    if (next !== undefined) this.#waiting.append(' ', element('code', {}, next))
  }

  #showTime(state: NotebookState): void {
    const { activity } = state
    clearInterval(this.#clock)
    this.#now.textContent = this.#words.nothingRuns
    if (activity.kind !== 'running') return
    this.#tick(activity)
    this.#clock = setInterval(() => {
      // What was told grows old while nothing is.
      this.#variables.show(state)
      this.#tick(activity)
    }, TICK_MILLISECONDS)
  }

  #tick({ count, since, heard }: Running): void {
    const now = Date.now()
    this.#now.textContent = `[${count}] ${formatElapsed(now - since)}`
    const seen = this.element.open && document.visibilityState === 'visible'
    if (!seen || heard === this.#askedAfter || now - heard < TICK_MILLISECONDS) return
    this.#askedAfter = heard
    this.#host.inspect()
  }

  #activity({ activity }: NotebookState): string {
    switch (activity.kind) {
      case 'starting':
        return this.#words.starting
      case 'idle':
        return this.#words.idle
      case 'running': {
        if (activity.asks !== undefined) return this.#words.asking.replace('{0}', activity.asks)
        const running = this.#words.running.replace('{0}', String(activity.count))
        return activity.doing === undefined ? running : `${running} · ${activity.doing}`
      }
      case 'gone':
        return this.#words.gone
    }
  }
}
