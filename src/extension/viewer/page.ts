/** The page that shows one variable: as a table, an image, a picture or a text. */
import { imageLayout } from '../../kernel/inspect/imageLayout'
import type { Variable, ViewForm, ViewResult } from '../../kernel/protocol'
import { unreachable } from '../../kernel/protocol'
import { element } from '../../renderers/controls/elements'
import { fill } from '../runtime/fill'
import type { ViewerMessage, ViewerRequest, ViewerSetup } from './messages'
import { FigurePane } from './figure'
import { TablePane } from './table'

declare function acquireVsCodeApi(): { postMessage(message: ViewerRequest): void }

const vscode = acquireVsCodeApi()
const { words, renderer } = JSON.parse(document.body.dataset.setup!) as ViewerSetup
const title = element('h1')
const facts = element('span', { className: 'facts' })
const origin = element('span', { className: 'note' })
const tabs = element('div')
tabs.setAttribute('role', 'tablist')
tabs.setAttribute('aria-label', words.forms)
const pane = element('div')
pane.setAttribute('role', 'tabpanel')
const note = element('p', { className: 'note' })
note.setAttribute('role', 'status')
document.querySelector('main')!.append(element('header', {}, title, facts, origin), tabs, note, pane)

const table = new TablePane(words, (form) => look(form))
const figure = new FigurePane(renderer)
type Kind = ViewForm['kind']
const buttons = new Map<Kind, HTMLButtonElement>()
let shown: Kind | undefined
let variable: Variable | undefined
let request = 0

for (const kind of ['table', 'image', 'picture', 'text'] as const) {
  const tab = element('button', { type: 'button', id: `tab-${kind}` }, words[kind])
  tab.setAttribute('role', 'tab')
  tab.addEventListener('click', () => choose(kind))
  tab.addEventListener('keydown', (event) => step(event, tab))
  buttons.set(kind, tab)
  tabs.append(tab)
}

/** Left and right walk through the tabs. */
function step(event: KeyboardEvent, tab: HTMLElement): void {
  const offered = [...buttons.values()].filter((button) => !button.hidden)
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
  if (!by) return
  const next = offered[(offered.indexOf(tab as HTMLButtonElement) + by + offered.length) % offered.length]
  next?.focus()
  next?.click()
  event.preventDefault()
}

function choose(kind: Kind): void {
  shown = kind
  for (const [each, tab] of buttons) {
    tab.setAttribute('aria-selected', String(each === kind))
    tab.tabIndex = each === kind ? 0 : -1
  }
  pane.setAttribute('aria-labelledby', `tab-${kind}`)
  refresh()
}

/** Asks for what is shown, as it is now. */
function refresh(): void {
  if (shown === 'table') look(table.wanted)
  else if (shown) look({ kind: shown })
}

function look(as: ViewForm): void {
  note.textContent = words.waiting
  note.hidden = false
  vscode.postMessage({ type: 'look', request: ++request, as })
}

function describe(next: Variable | undefined): void {
  variable = next
  const tensor = next?.tensor
  title.textContent = next?.name ?? title.textContent
  facts.textContent = tensor ? `[${tensor.shape.join(', ')}] ${tensor.dtype}` : ''
  origin.textContent = next?.origin ? fill(words.setBy, next.origin.count) : ''
  tabs.hidden = !tensor || tensor.disposed === true
  if (next && !tensor) return choose('text')
  if (!tensor || tensor.disposed) {
    pane.replaceChildren()
    note.hidden = false
    note.textContent = fill(next ? words.notNumbers : words.gone, title.textContent)
    shown = undefined
    request++
    return
  }
  const image = imageLayout(tensor.shape) !== undefined && tensor.dtype !== 'string'
  buttons.get('image')!.hidden = !image
  buttons.get('picture')!.hidden = tensor.dtype === 'string'
  if (tensor.shape.includes(0)) {
    pane.replaceChildren()
    tabs.hidden = true
    note.hidden = false
    note.textContent = words.empty
    return
  }
  if (shown && !buttons.get(shown)!.hidden) refresh()
  else choose(natural(tensor.shape, image))
}

/** What a person most likely wants to see. */
function natural(shape: readonly number[], image: boolean): Kind {
  if (image) return 'image'
  return shape.length === 2 && shape[1] === 2 && shape[0]! > 20 ? 'picture' : 'table'
}

function show(result: ViewResult): void {
  note.hidden = true
  switch (result.kind) {
    case 'table':
      pane.replaceChildren(table.show(result))
      break
    case 'bundle':
      void showBundle(result.bundle)
      break
    case 'text':
      pane.replaceChildren(element('pre', { className: 'text', tabIndex: 0 }, result.text))
      note.hidden = !result.cut
      note.textContent = result.cut ? words.cut : ''
      break
    case 'failed':
      pane.replaceChildren(element('p', { className: 'failed' }, result.reason))
      break
    default:
      unreachable(result)
  }
}

async function showBundle(bundle: Readonly<Record<string, unknown>>): Promise<void> {
  const png = bundle['image/png']
  if (typeof png !== 'string') return pane.replaceChildren(await figure.show(bundle))
  const text = String(bundle['text/plain'])
  const image = element('img', {
    src: `data:image/png;base64,${png}`,
    alt: `${variable?.name ?? ''}: ${text}`,
  })
  // Small images are enlarged by a whole number, so that every pixel is as large as every other.
  image.addEventListener('load', () => {
    image.width =
      image.naturalWidth * Math.max(1, Math.floor(480 / Math.max(image.naturalWidth, image.naturalHeight)))
  })
  pane.replaceChildren(image, element('p', { className: 'note' }, text))
}

window.addEventListener('message', ({ data }: MessageEvent<ViewerMessage>) => {
  switch (data.type) {
    case 'variable':
      describe(data.variable)
      break
    case 'result':
      if (data.request === request) show(data.result)
      break
    default:
      unreachable(data)
  }
})
vscode.postMessage({ type: 'loaded' })
