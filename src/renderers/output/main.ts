/** VS Code's notebook renderer: Plotly figures, controls, and captions of live pictures. */
import type { ActivationFunction, OutputItem } from 'vscode-notebook-renderer'
import { CaptionView } from '../controls/caption'
import type { HostMessage, RendererMessage } from '../controls/messages'
import { asleep, ControlsView, type LiveState } from '../controls/panel'
import { PROGRESS_MIME, readTasks } from '../controls/progress'
import { ProgressView } from '../controls/progressView'
import { CAPTION_MIME, CONTROLS_MIME, readCaption, readControls } from '../controls/specification'
import { ERROR_TEXT } from '../controls/style'
import { setWords } from '../controls/words'
import type { Figure, Json } from '../figures/figure'
import type { LetterValues } from '../mount/letters'
import type { Drawn } from '../mount/pad'
import { base64Of, download } from '../mount/picture'
import { readFigure } from '../mount/specification'
import { ContextBudget } from '../mount/budget'
import { editorPalette } from '../mount/theme'
import type { PictureHost } from '../mount/tools'
import { FigureView } from '../mount/view'

/** What is drawn in one output. */
interface View {
  show(item: OutputItem): Promise<void> | void
  /** The session has changed. */
  follow?(state: LiveState): void
  /** The session has answered what letters are in it. */
  setLetters?(values: LetterValues): void
  /** The theme has changed. */
  redraw?(): void
  dispose(): void
}

export const activate: ActivationFunction = (context) => {
  const views = new Map<string, { readonly element: HTMLElement; readonly view: View }>()
  let state = asleep
  const post = (message: RendererMessage) => context.postMessage?.(message)
  const pictures: PictureHost = {
    async save(name, picture) {
      if (context.postMessage) post({ type: 'save', name, base64: await base64Of(picture) })
      else download(name, picture)
    },
    ...(context.postMessage && {
      open: (title: string, figure: Figure) => post({ type: 'open', title, figure: { ...figure } }),
    }),
  }
  const drawn: Drawn = (control, value, settled) =>
    post({ type: 'change', control, value: value as unknown as Json, settled })
  const surroundings = {
    palette: () => editorPalette(document.body),
    budget: new ContextBudget(),
    pictures,
    drawn,
    ...(context.postMessage && {
      askLetters: (signs: readonly string[]) => post({ type: 'letters', signs }),
    }),
  }

  const make = (item: OutputItem, element: HTMLElement): View => {
    switch (item.mime) {
      case CONTROLS_MIME: {
        const controls = new ControlsView(post)
        element.replaceChildren(controls.element)
        return {
          show: (item) => controls.show(wellFormed(readControls(item.json())), state),
          follow: (state) => controls.follow(state),
          dispose: () => controls.element.remove(),
        }
      }
      case CAPTION_MIME: {
        const caption = new CaptionView()
        element.replaceChildren(caption.element)
        return {
          show: (item) => caption.show(wellFormed(readCaption(item.json())), state),
          follow: (state) => caption.follow(state),
          dispose: () => caption.element.remove(),
        }
      }
      case PROGRESS_MIME: {
        const progress = new ProgressView()
        element.replaceChildren(progress.element)
        return {
          show: (item) => progress.show(wellFormed(readTasks(item.json()))),
          dispose: () => progress.element.remove(),
        }
      }
      default: {
        const figure = new FigureView(element, item.id, surroundings)
        return {
          show: (item) => figure.show(readFigure(item.json())),
          setLetters: (values) => figure.setLetters(values),
          redraw: () => void figure.redraw(),
          dispose: () => figure.dispose(),
        }
      }
    }
  }

  // VS Code marks a change of theme on the body and writes its colours on the root.
  const themes = new MutationObserver(() => {
    for (const { view } of views.values()) view.redraw?.()
  })
  for (const element of [document.documentElement, document.body])
    themes.observe(element, { attributes: true, attributeFilter: ['class', 'style'] })

  context.onDidReceiveMessage?.((message: HostMessage) => {
    switch (message.type) {
      case 'words':
        setWords(message.words)
        break
      case 'live':
        state = { cells: new Set(message.cells), computing: new Set(message.computing) }
        for (const { view } of views.values()) view.follow?.(state)
        break
      case 'letters':
        for (const { view } of views.values()) view.setLetters?.(message.values)
        break
    }
  })
  post({ type: 'hello' })

  const dispose = (id: string) => {
    views.get(id)?.view.dispose()
    views.delete(id)
  }

  return {
    async renderOutputItem(item, element, signal) {
      try {
        if (signal.aborted) return
        let shown = views.get(item.id)
        if (shown?.element !== element || !element.firstChild) {
          dispose(item.id)
          shown = { element, view: make(item, element) }
          views.set(item.id, shown)
        }
        await shown.view.show(item)
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

function wellFormed<T>(spec: T | undefined): T {
  if (spec === undefined) throw new Error('The notebook holds something else here.')
  return spec
}

/** Why there is no picture, in words. */
function explain(error: unknown): HTMLElement {
  const text = document.createElement('div')
  text.setAttribute('role', 'alert')
  text.style.cssText = `color: ${ERROR_TEXT}; white-space: pre-wrap`
  text.textContent = `This figure cannot be shown. ${error instanceof Error ? error.message : String(error)}`
  return text
}
