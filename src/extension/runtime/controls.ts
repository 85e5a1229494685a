/**
 * The controls of the runtime view. Everything of `@vscode/webview-ui-toolkit` is behind these few functions, because
 * the toolkit is no longer developed and may be exchanged.
 */
import { provideVSCodeDesignSystem, vsCodeButton, vsCodeProgressRing } from '@vscode/webview-ui-toolkit'

/** Makes the controls known to the page; call it once, before any other function here. */
export function registerControls(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeProgressRing())
}

export interface PushButton {
  readonly element: HTMLElement
  enable(enabled: boolean): void
}

/** A button that says `label` and calls `press`, by pointer or keyboard. */
export function button(label: string, emphasis: 'primary' | 'secondary', press: () => void): PushButton {
  const made = document.createElement('vscode-button')
  made.setAttribute('appearance', emphasis)
  made.textContent = label
  made.addEventListener('click', press)
  return { element: made, enable: (enabled) => made.toggleAttribute('disabled', !enabled) }
}

/** A small sign that something is going on; hidden from screen readers, for which the state is in words. */
export function busySign(): HTMLElement {
  const made = document.createElement('vscode-progress-ring')
  made.setAttribute('aria-hidden', 'true')
  return made
}
