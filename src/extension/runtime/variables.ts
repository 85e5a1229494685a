/** The table of a notebook's variables: filter, order, and keys to walk through it. */
import type { Variable } from '../../kernel/protocol'
import { element } from '../../renderers/controls/elements'
import { fill } from './fill'
import type { VariableWords } from './messages'
import { fits, rowOf, sorted, type Sort, type SortKey, type VariableRow } from './rows'
import { mayBeOld, type NotebookState } from './state'
import { fillRow } from './variableRow'

/** Rows that are drawn; whoever has more variables filters. */
const MOST_ROWS = 300

interface Column {
  readonly key: string
  readonly title: string
  readonly sort?: SortKey
}

export interface VariablesHost {
  /** The person wants to see a variable's numbers. */
  readonly open: (name: string) => void
  /** Statistics of these are wanted: their rows can be seen. */
  readonly summarise: (names: readonly string[]) => void
}

export class VariablesTable {
  readonly element: HTMLElement
  readonly #words: VariableWords
  readonly #host: VariablesHost
  readonly #filter: HTMLInputElement
  readonly #count = element('span', { className: 'count' })
  readonly #table: HTMLTableElement
  readonly #body = element('tbody')
  readonly #message = element('p', { className: 'none' })
  readonly #headers = new Map<SortKey, HTMLTableCellElement>()
  #sort: Sort = { key: 'session', descending: false }
  #state: NotebookState | undefined
  /** Rows by variable, with what they were drawn from. */
  #rows = new Map<string, { readonly row: HTMLTableRowElement; readonly text: string }>()
  /** Versions that statistics were asked for. */
  readonly #asked = new Map<string, number>()
  readonly #seen = new Set<string>()
  readonly #observer = new IntersectionObserver((entries) => this.#see(entries))

  constructor(words: VariableWords, host: VariablesHost) {
    this.#words = words
    this.#host = host
    this.#filter = element('input', { type: 'search', placeholder: words.filter, className: 'filter' })
    this.#filter.setAttribute('aria-label', words.filter)
    this.#filter.addEventListener('input', () => this.#draw())
    this.#count.setAttribute('role', 'status')
    const columns: Column[] = [
      { key: 'name', title: words.name, sort: 'name' },
      { key: 'kind', title: words.kind, sort: 'kind' },
      { key: 'shape', title: words.shape, sort: 'shape' },
      { key: 'value', title: words.value, sort: 'value' },
      { key: 'range', title: words.range },
      { key: 'histogram', title: words.histogram },
      { key: 'memory', title: words.memory, sort: 'memory' },
    ]
    const head = element('tr', {}, ...columns.map((column) => this.#header(column)))
    this.#table = element('table', {}, element('thead', {}, head), this.#body)
    this.#table.setAttribute('aria-label', words.title)
    this.#body.addEventListener('keydown', (event) => this.#key(event))
    this.#body.addEventListener('dblclick', (event) => this.#openAt(event.target))
    this.element = element(
      'section',
      { className: 'variables' },
      element('div', { className: 'tools' }, this.#filter, this.#count),
      this.#table,
      this.#message,
    )
  }

  show(state: NotebookState): void {
    if (state.activity.kind === 'starting') this.#asked.clear()
    this.#state = state
    this.#draw()
  }

  #header({ key, title, sort }: Column): HTMLTableCellElement {
    const cell = element('th', { scope: 'col', className: key })
    if (!sort) {
      cell.textContent = title
      return cell
    }
    const press = element('button', { type: 'button' }, title)
    press.addEventListener('click', () => this.#order(sort))
    cell.append(press)
    this.#headers.set(sort, cell)
    return cell
  }

  /** Up, then down, then the session's own order. */
  #order(key: SortKey): void {
    const { key: before, descending } = this.#sort
    if (before !== key) this.#sort = { key, descending: false }
    else this.#sort = descending ? { key: 'session', descending: false } : { key, descending: true }
    for (const [each, cell] of this.#headers)
      if (each !== this.#sort.key) cell.removeAttribute('aria-sort')
      else cell.setAttribute('aria-sort', this.#sort.descending ? 'descending' : 'ascending')
    this.#draw()
  }

  #draw(): void {
    const state = this.#state
    if (!state) return
    const { variables, summaries } = state
    const now = Date.now()
    const fitting = sorted(variables, summaries, this.#sort).filter((each) => fits(each, this.#filter.value))
    const shown = fitting.slice(0, MOST_ROWS)
    const rows = new Map<string, { row: HTMLTableRowElement; text: string }>()
    for (const variable of shown) {
      const { name } = variable
      const row = rowOf(
        variable,
        summaries.get(name),
        { changed: state.changed.has(name), old: mayBeOld(state, variable, now) },
        this.#words,
      )
      const text = JSON.stringify(row)
      // A row that says the same stays, with the focus in it.
      const old = this.#rows.get(name)
      rows.set(name, old?.text === text ? old : { row: this.#row(row, old?.row), text })
    }
    this.#place(rows)
    this.#rows = rows
    this.#count.textContent =
      fitting.length === variables.length && shown.length === fitting.length
        ? ''
        : fill(this.#words.count, shown.length, variables.length)
    this.#table.hidden = !shown.length
    this.#filter.hidden = !variables.length
    this.#message.hidden = shown.length > 0
    this.#message.textContent =
      state.activity.kind === 'gone'
        ? this.#words.gone
        : variables.length
          ? this.#words.noneFit
          : this.#words.none
    this.#ask()
  }

  #place(rows: ReadonlyMap<string, { readonly row: HTMLTableRowElement }>): void {
    for (const [name, { row }] of this.#rows) if (rows.get(name)?.row !== row) this.#remove(name, row)
    let at = this.#body.firstElementChild
    for (const { row } of rows.values()) {
      if (row === at) at = at.nextElementSibling
      else this.#body.insertBefore(row, at)
    }
    // One row is reached by Tab, the others by arrows.
    if (!this.#body.querySelector('tr[tabindex="0"]'))
      this.#body.querySelector('tr')?.setAttribute('tabindex', '0')
  }

  #remove(name: string, row: HTMLTableRowElement): void {
    this.#observer.unobserve(row)
    if (this.#rows.get(name)?.row === row) this.#seen.delete(name)
    row.remove()
  }

  #row(shown: VariableRow, old: HTMLTableRowElement | undefined): HTMLTableRowElement {
    const row = old ?? element('tr', { tabIndex: -1 })
    fillRow(row, shown, this.#words, this.#host.open)
    if (!old) this.#observer.observe(row)
    return row
  }

  #see(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const { name } = (target as HTMLElement).dataset
      if (name === undefined) continue
      if (isIntersecting) this.#seen.add(name)
      else this.#seen.delete(name)
    }
    this.#ask()
  }

  /** Asks for the statistics of rows that can be seen, once for each version. */
  #ask(): void {
    const wanted: Variable[] = (this.#state?.variables ?? []).filter(
      ({ name, tensor, version }) =>
        tensor && !tensor.disposed && this.#seen.has(name) && this.#asked.get(name) !== version,
    )
    if (!wanted.length) return
    for (const { name, version } of wanted) this.#asked.set(name, version)
    this.#host.summarise(wanted.map(({ name }) => name))
  }

  #key(event: KeyboardEvent): void {
    const row = (event.target as HTMLElement).closest('tr')
    if (!row) return
    const target = {
      ArrowDown: row.nextElementSibling,
      ArrowUp: row.previousElementSibling,
      Home: this.#body.firstElementChild,
      End: this.#body.lastElementChild,
    }[event.key]
    if (event.key === 'Enter' || event.key === ' ') this.#openAt(row)
    else if (target instanceof HTMLTableRowElement) {
      row.tabIndex = -1
      target.tabIndex = 0
      target.focus()
    } else return
    event.preventDefault()
  }

  #openAt(target: EventTarget | null): void {
    const row = target instanceof Element ? target.closest('tr') : null
    if (row?.querySelector('.link') && row.dataset.name !== undefined) this.#host.open(row.dataset.name)
  }
}
