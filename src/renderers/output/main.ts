/** VS Code's notebook renderer for Plotly figures. */
import type { ActivationFunction } from 'vscode-notebook-renderer'
import { readFigure } from '../mount/specification'
import { ContextBudget } from '../mount/budget'
import { editorPalette } from '../mount/theme'
import { FigureView } from '../mount/view'

export const activate: ActivationFunction = () => {
  const views = new Map<string, { readonly element: HTMLElement; readonly view: FigureView }>()
  const surroundings = { palette: () => editorPalette(document.body), budget: new ContextBudget() }

  // VS Code marks a change of theme on the body and writes its colours on the root.
  const themes = new MutationObserver(() => {
    for (const { view } of views.values()) void view.redraw()
  })
  for (const element of [document.documentElement, document.body])
    themes.observe(element, { attributes: true, attributeFilter: ['class', 'style'] })

  const dispose = (id: string) => {
    views.get(id)?.view.dispose()
    views.delete(id)
  }

  return {
    async renderOutputItem(item, element, signal) {
      try {
        const figure = readFigure(item.json())
        if (signal.aborted) return
        let shown = views.get(item.id)
        if (shown?.element !== element || !element.firstChild) {
          dispose(item.id)
          shown = { element, view: new FigureView(element, item.id, surroundings) }
          views.set(item.id, shown)
        }
        await shown.view.show(figure)
      } catch (error) {
        dispose(item.id)
        element.replaceChildren(explain(error))
      }
    },
    disposeOutputItem(id) {
      if (id === undefined) [...views.keys()].forEach(dispose)
      else dispose(id)
    },
  }
}

/** Why there is no picture, in words. */
function explain(error: unknown): HTMLElement {
  const text = document.createElement('div')
  text.setAttribute('role', 'alert')
  text.style.cssText = 'color: var(--vscode-errorForeground); white-space: pre-wrap'
  text.textContent = `This figure cannot be shown. ${error instanceof Error ? error.message : String(error)}`
  return text
}
