/** Runs inside a report: draws the figures that it carries, and fits the frames of HTML outputs to their content. */
import { ContextBudget } from '../mount/budget'
import { readFigure } from '../mount/specification'
import { still } from '../mount/still'
import { darkPalette, lightPalette } from '../mount/theme'
import { FigureView } from '../mount/view'
import { FIGURES, STILLS } from './stills'

const dark = matchMedia('(prefers-color-scheme: dark)')
let printing = false
const surroundings = {
  palette: () => (dark.matches && !printing ? darkPalette : lightPalette),
  budget: new ContextBudget(),
}
const views: FigureView[] = []

async function drawAll(): Promise<void> {
  for (const element of document.querySelectorAll<HTMLElement>('.figure[data-figure]')) {
    const id = element.dataset.figure!
    const data = document.getElementById(id)?.textContent ?? ''
    try {
      const figure = readFigure(JSON.parse(data))
      element.removeAttribute('role')
      const view = new FigureView(element, id, surroundings)
      views.push(view)
      await view.show(figure)
    } catch (error) {
      element.textContent = `This figure cannot be shown. ${error instanceof Error ? error.message : String(error)}`
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
