/** What stands under a live picture. */
import { element } from './elements'
import type { LiveState } from './panel'
import type { CaptionSpec } from './specification'
import { addStyle } from './style'
import { words } from './words'

export class CaptionView {
  readonly element = element('div', { className: 'genbook-caption' })
  #spec: CaptionSpec | undefined

  constructor() {
    addStyle()
  }

  show(spec: CaptionSpec, state: LiveState): void {
    this.#spec = spec
    this.follow(state)
  }

  follow({ computing }: LiveState): void {
    if (!this.#spec) return
    const { region, used, printed, error, hint } = this.#spec
    const values = used.map(([label, value]) => `${label} = ${value}`).join(', ')
    const mark = computing.has(region) ? words().computing : ''
    const line = element('div', {}, [values, mark].filter(Boolean).join(' · '))
    const parts: HTMLElement[] = [...(values || mark ? [line] : [])]
    if (printed) parts.push(element('pre', {}, printed.trimEnd()))
    if (error) {
      const said = element('div', { className: 'error' }, `${words().failed} ${error}`)
      said.setAttribute('role', 'alert')
      parts.push(said)
    }
    if (hint) parts.push(element('div', {}, hint))
    this.element.replaceChildren(...parts)
  }
}
