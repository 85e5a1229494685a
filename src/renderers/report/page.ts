/** Runs inside a report: draws the figures that it carries, and fits the frames of HTML outputs to their content. */
import { addStyle } from '../controls/style'
import { element } from '../controls/elements'
import type { TabAnswer, TabMessage } from '../controls/messages'
import { words } from '../controls/words'
import type { Figure } from '../figures/figure'
import { ContextBudget } from '../mount/budget'
import { base64Of, download } from '../mount/picture'
import { readFigure } from '../mount/specification'
import { still } from '../mount/still'
import { darkPalette, editorPalette, lightPalette } from '../mount/theme'
import type { PictureHost } from '../mount/tools'
import { FigureView, type Surroundings } from '../mount/view'
import { FIGURES, STILLS } from './stills'

const dark = matchMedia('(prefers-color-scheme: dark)')
let printing = false
/** Inside VS Code, a tab shows one figure with this program, as large as it is. */
const inTab = [...document.body.classList].some((name) => name.startsWith('vscode-'))
const budget = new ContextBudget()
const palette = () => {
  if (inTab) return editorPalette(document.body)
  return dark.matches && !printing ? darkPalette : lightPalette
}
const views = new Set<FigureView>()

declare function acquireVsCodeApi(): { postMessage(message: TabMessage): void }
let editor: ReturnType<typeof acquireVsCodeApi> | undefined

/** Tells VS Code something, from a tab. */
function tell(message: TabMessage): void {
  // Only now: it may be had once, and pages that use this program for its stills want it themselves.
  editor ??= acquireVsCodeApi()
  editor.postMessage(message)
}

const pictures: PictureHost = {
  async save(name, picture) {
    if (inTab) {
      tell({ type: 'save', name, base64: await base64Of(picture) })
      return
    }
    download(name, picture)
  },
  ...(inTab ? {} : { open: enlarge }),
}
const surroundings: Surroundings = {
  ...{ palette, budget, pictures, fill: inTab },
  ...(inTab && { askLetters: (signs: readonly string[]) => tell({ type: 'letters', signs }) }),
}

/** Shows a figure over the page until the reader closes it. */
function enlarge(title: string, figure: Figure): void {
  addStyle()
  const dialog = element('dialog', { className: 'genbook-large' })
  dialog.setAttribute('aria-label', title)
  const place = element('div')
  const close = element('button', { type: 'button', className: 'genbook-button small' }, words().close)
  close.addEventListener('click', () => dialog.close())
  dialog.append(close, place)
  document.body.append(dialog)
  const view = new FigureView(place, 'large', {
    palette,
    budget,
    pictures: { save: pictures.save },
    fill: true,
  })
  views.add(view)
  dialog.addEventListener('close', () => {
    views.delete(view)
    view.dispose()
    dialog.remove()
  })
  dialog.showModal()
  void view.show(figure)
}

async function drawAll(): Promise<void> {
  for (const place of document.querySelectorAll<HTMLElement>('.figure[data-figure]')) {
    const id = place.dataset.figure!
    const data = document.getElementById(id)?.textContent ?? ''
    try {
      const figure = readFigure(JSON.parse(data))
      place.removeAttribute('role')
      const view = new FigureView(place, id, surroundings)
      views.add(view)
      await view.show(figure)
    } catch (error) {
      place.textContent = `This figure cannot be shown. ${error instanceof Error ? error.message : String(error)}`
    }
  }
}

function redrawAll(): void {
  for (const view of views) void view.redraw()
}

function fit(frame: HTMLIFrameElement): void {
  // Null until the frame's first element is parsed, whatever the type says.
  const root = frame.contentDocument?.documentElement as HTMLElement | null | undefined
  if (!root) return
  // A document is never less high than its frame, so the frame gives way before it is measured.
  const before = frame.style.height
  frame.style.height = '0'
  const height = root.scrollHeight
  frame.style.height = height ? `${height}px` : before
}

dark.addEventListener('change', redrawAll)
if (inTab) {
  addEventListener('message', ({ data }: MessageEvent<Partial<TabAnswer>>) => {
    if (data.type === 'letters' && data.values) for (const view of views) view.setLetters(data.values)
  })
  addEventListener('resize', redrawAll)
  const themes = new MutationObserver(redrawAll)
  themes.observe(document.body, { attributes: true, attributeFilter: ['class'] })
}
for (const [event, on] of [
  ['beforeprint', true],
  ['afterprint', false],
] as const)
  addEventListener(event, () => {
    printing = on
    redrawAll()
  })

for (const frame of document.querySelectorAll('iframe')) {
  frame.addEventListener('load', () => fit(frame))
  fit(frame)
}

/** Draws the figures that `stillsPage` put here, and leaves their pictures where `readStills` finds them. */
async function writeStills(figures: readonly unknown[]): Promise<void> {
  const pictures = []
  for (const figure of figures) pictures.push(await still(figure).catch(() => null))
  const element = document.createElement('script')
  element.type = 'application/json'
  element.id = STILLS
  element.textContent = JSON.stringify(pictures)
  document.body.append(element)
}

// For pages of other programs that load this one.
Object.assign(globalThis, { genbookStill: still })

const figures = document.getElementById(FIGURES)
if (figures) void writeStills(JSON.parse(figures.textContent) as unknown[])
else void drawAll()
