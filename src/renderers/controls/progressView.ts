/** Bars that say how far a running cell is. */
import { element } from './elements'
import { taskText, type TaskState } from './progress'
import { addStyle } from './style'

export class ProgressView {
  readonly element = element('div', { className: 'genbook-progress' })

  constructor() {
    addStyle()
    this.element.setAttribute('role', 'status')
  }

  show(tasks: readonly TaskState[]): void {
    this.element.replaceChildren(
      ...tasks.map((task, depth) => {
        const bar = element('progress', { title: task.label })
        bar.setAttribute('aria-label', task.label)
        if (task.total) {
          bar.max = task.total
          bar.value = task.done
        }
        const line = element('div', {}, bar, element('span', {}, taskText(task)))
        line.style.paddingLeft = `${16 * depth}px`
        return line
      }),
    )
  }
}
