/**
 * The controls of the runtime view. Everything of `@vscode/webview-ui-toolkit` is behind these few functions, because
 * the toolkit is no longer developed and may be exchanged.
 */
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeDataGrid,
  vsCodeDataGridCell,
  vsCodeDataGridRow,
  vsCodeProgressRing,
  type DataGrid,
} from '@vscode/webview-ui-toolkit'

/** Makes the controls known to the page; call it once, before any other function here. */
export function registerControls(): void {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeDataGrid(),
    vsCodeDataGridCell(),
    vsCodeDataGridRow(),
    vsCodeProgressRing(),
  )
}

/** An element with properties and children, for what needs no control. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children)
  return made
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

export interface Table<Row> {
  readonly element: HTMLElement
  show(rows: readonly Row[]): void
}

/** A table whose columns are keys of its rows, with arrow keys to walk through it. */
export function table<Key extends string>(
  label: string,
  columns: readonly { readonly key: Key; readonly title: string; readonly width: string }[],
): Table<Readonly<Record<Key, string>>> {
  const grid = document.createElement('vscode-data-grid') as DataGrid
  grid.setAttribute('aria-label', label)
  grid.setAttribute('generate-header', 'default')
  grid.setAttribute('grid-template-columns', columns.map(({ width }) => width).join(' '))
  grid.columnDefinitions = columns.map(({ key, title }) => ({ columnDataKey: key, title }))
  return { element: grid, show: (rows) => void (grid.rowsData = [...rows]) }
}
