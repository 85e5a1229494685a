/** A row of the table of variables, as elements. */
import { element } from '../../renderers/controls/elements'
import { fill } from './fill'
import type { VariableWords } from './messages'
import { number, type VariableRow } from './rows'
import { sparkline } from './sparkline'

/**
 * @param row is filled anew, and keeps the focus if it has it.
 * @param open is called when the person wants to see the variable's numbers.
 */
export function fillRow(
  row: HTMLTableRowElement,
  shown: VariableRow,
  words: VariableWords,
  open: (name: string) => void,
): void {
  row.dataset.name = shown.name
  row.title = shown.hint
  row.classList.toggle('changed', shown.changed)
  row.classList.toggle('old', shown.old)
  row.replaceChildren(
    nameCell(shown, words, open),
    cell('kind', shown.kind),
    cell('shape', shown.shape),
    cell('value', shown.value),
    cell('range', shown.range, shown.warning && element('span', { className: 'warning' }, shown.warning)),
    cell('histogram', shown.histogram && histogram(shown.histogram, words)),
    cell('memory', shown.memory),
  )
}

function nameCell(
  { name, opens, changed }: VariableRow,
  words: VariableWords,
  open: (name: string) => void,
): HTMLElement {
  const made = element('th', { scope: 'row', className: 'name' })
  if (opens) {
    const link = element('button', { type: 'button', className: 'link', tabIndex: -1 }, name)
    link.setAttribute('aria-label', fill(words.open, name))
    link.addEventListener('click', () => open(name))
    made.append(link)
  } else made.append(name)
  if (changed) {
    const mark = element('span', { className: 'mark', title: words.changed }, '●')
    mark.setAttribute('role', 'img')
    mark.setAttribute('aria-label', words.changed)
    made.append(' ', mark)
  }
  return made
}

function histogram(bars: NonNullable<VariableRow['histogram']>, words: VariableWords): SVGElement {
  const { start, width, counts } = bars
  return sparkline(bars, fill(words.histogramOf, number(start), number(start + width * counts.length)))
}

function cell(name: string, ...children: (Node | string | undefined)[]): HTMLTableCellElement {
  return element('td', { className: name }, ...children.flatMap((child) => (child ? [child] : [])))
}
