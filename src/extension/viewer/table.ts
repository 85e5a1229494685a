/** A page of a tensor's rows, and the way to the others. */
import type { ViewForm, ViewResult } from '../../kernel/protocol'
import { element } from '../../renderers/controls/elements'
import { fill } from '../runtime/fill'
import type { ViewerWords } from './messages'

/** Rows of one page. */
const ROWS = 100

type TableResult = ViewResult & { readonly kind: 'table' }
type TableForm = ViewForm & { readonly kind: 'table' }

export class TablePane {
  /** The rows that are to be shown. */
  wanted: TableForm = { kind: 'table', row: 0, rows: ROWS }
  readonly #words: ViewerWords
  readonly #look: (form: TableForm) => void

  constructor(words: ViewerWords, look: (form: TableForm) => void) {
    this.#words = words
    this.#look = look
  }

  show(result: TableResult): HTMLElement {
    const { rowCount, rows, row, more } = result
    const scroll = element('div', { className: 'table', tabIndex: 0 }, grid(result))
    const parts: HTMLElement[] = [scroll]
    if (rows.length < rowCount) parts.unshift(this.#paging(row, rows.length, rowCount))
    if (more) {
      const text = fill(this.#words.moreColumns, more.toLocaleString('en-US'))
      parts.push(element('p', { className: 'note' }, text))
    }
    return element('div', {}, ...parts)
  }

  #paging(row: number, shown: number, count: number): HTMLElement {
    const words = this.#words
    const button = (label: string, to: number, enabled: boolean) => {
      const made = element('button', { type: 'button', disabled: !enabled }, label)
      made.addEventListener('click', () => this.#goTo(to, count))
      return made
    }
    const first = element('input', { type: 'number', min: '0', max: String(count - 1), value: String(row) })
    first.setAttribute('aria-label', words.first)
    first.addEventListener('change', () => this.#goTo(first.valueAsNumber || 0, count))
    const place = fill(
      words.rows,
      ...[row, row + shown - 1, count].map((each) => each.toLocaleString('en-US')),
    )
    return element(
      'div',
      { className: 'paging' },
      button(words.previous, row - ROWS, row > 0),
      first,
      button(words.next, row + ROWS, row + shown < count),
      element('span', { className: 'note' }, place),
    )
  }

  #goTo(row: number, count: number): void {
    this.wanted = { kind: 'table', row: Math.max(0, Math.min(Math.floor(row), count - 1)), rows: ROWS }
    this.#look(this.wanted)
  }
}

function grid({ columns, rows }: TableResult): HTMLElement {
  const heads = columns.map((column) => element('th', { scope: 'col' }, column))
  const body = rows.map(({ index, cells }) => {
    const made = cells.map((text) => element('td', { className: odd(text) ? 'odd' : '' }, text))
    return element('tr', {}, element('th', { scope: 'row' }, index), ...made)
  })
  return element(
    'table',
    {},
    element('thead', {}, element('tr', {}, element('th'), ...heads)),
    element('tbody', {}, ...body),
  )
}

/** What stands out among numbers. */
const odd = (text: string) => text === 'NaN' || text === 'Infinity' || text === '-Infinity'
