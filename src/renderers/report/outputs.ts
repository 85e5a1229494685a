/** A cell's outputs as HTML. Whatever they hold is data: none of it can run or fetch anything. */
import { describe, PLOTLY_MIME } from '../figures/figure'
import { CONTROLS_MIME } from '../controls/specification'
import { readFigure } from '../mount/specification'
import { ansiToHtml } from './ansi'
import { controlsToHtml } from './controls'
import { text, type ReportOutput } from './document'
import { base64, embedJson, escapeHtml, imageAddress } from './html'
import { markdownToHtml } from './markdown'
import { formula } from './math'

/** Larger figures, as JSON, are left to their text. */
const LARGEST_FIGURE = 20_000_000

export interface OutputOptions {
  /** Whether the page brings the program that draws figures. */
  readonly drawsFigures: boolean
  /** A new name for each figure. */
  readonly nextId: () => string
}

export function outputToHtml(output: ReportOutput, options: OutputOptions): string {
  switch (output.output_type) {
    case 'stream': {
      const kind = output.name === 'stderr' ? 'stream stderr' : 'stream'
      return `<pre class="${kind}">${ansiToHtml(text(output.text) ?? '')}</pre>`
    }
    case 'error': {
      const traceback = output.traceback?.join('\n')
      const message = traceback || `${output.ename ?? 'Error'}: ${output.evalue ?? ''}`
      return `<pre class="error" role="alert">${ansiToHtml(message)}</pre>`
    }
    case 'display_data':
    case 'execute_result':
    case 'update_display_data':
      return bundleToHtml(output.data ?? {}, options)
    default:
      return `<p class="note">An output of the unknown kind “${escapeHtml(output.output_type)}” is not shown.</p>`
  }
}

type Bundle = Readonly<Record<string, unknown>>

/** The richest form that can be shown; each falls through where its data is not what it should be. */
function bundleToHtml(bundle: Bundle, options: OutputOptions): string {
  return (
    controlsToHtml(bundle[CONTROLS_MIME]) ??
    figure(bundle, options) ??
    picture(bundle) ??
    hypertext(bundle) ??
    written(bundle) ??
    `<p class="note">This output has no form that a report can show (${escapeHtml(Object.keys(bundle).join(', ') || 'none')}).</p>`
  )
}

function figure(bundle: Bundle, options: OutputOptions): string | undefined {
  const stored = bundle[PLOTLY_MIME]
  if (stored === undefined || !options.drawsFigures) return undefined
  let note: string
  try {
    const json = embedJson(stored)
    if (json.length <= LARGEST_FIGURE) {
      const figure = readFigure(stored)
      const id = options.nextId()
      const summary = escapeHtml(plain(bundle) ?? describe(figure))
      const still = picture(bundle) ?? ''
      return (
        `<div class="figure" role="img" aria-label="${summary}" data-figure="${id}">` +
        // Stays where scripts are off.
        `${still}<p class="note">${summary}</p></div>` +
        `<script type="application/json" id="${id}">${json}</script>`
      )
    }
    note = `This figure is too large for a report: ${Math.round(json.length / 1e6)} MB.`
  } catch (error) {
    note = `This figure cannot be shown. ${error instanceof Error ? error.message : String(error)}`
  }
  return `<p class="note">${escapeHtml(note)}</p>${picture(bundle) ?? written(bundle) ?? ''}`
}

function picture(bundle: Bundle): string | undefined {
  const alt = escapeHtml(plain(bundle)?.slice(0, 300) ?? 'picture')
  for (const mime of ['image/png', 'image/jpeg', 'image/gif', 'image/webp']) {
    const address = imageAddress(mime, text(bundle[mime]) ?? '')
    if (address) return `<img src="${address}" alt="${alt}">`
  }
  const svg = text(bundle['image/svg+xml'])
  // As a picture, SVG cannot run scripts or load anything.
  return svg && `<img src="data:image/svg+xml;base64,${base64(svg)}" alt="${alt}">`
}

/** HTML goes into a frame where nothing runs; its height is fitted where the page's own program may look inside. */
function hypertext(bundle: Bundle): string | undefined {
  const html = text(bundle['text/html'])
  if (html === undefined) return undefined
  // Frames may not run, submit or load; that also stops these elements, but some browsers look up their hosts first.
  const inert = html.replace(/<(?=\/?(?:script|link|meta|base|iframe|frame|object|embed|portal)\b)/gi, '&lt;')
  const page = `<!doctype html><meta charset="utf-8"><style>${frameStyle}</style>${inert}`
  return `<iframe sandbox="allow-same-origin" title="output" srcdoc="${escapeHtml(page)}"></iframe>`
}

const frameStyle =
  ':root{color-scheme:light dark}body{margin:0;font:14px system-ui,sans-serif;overflow-x:auto}' +
  'table{border-collapse:collapse}th,td{padding:2px 10px;text-align:right;border-bottom:1px solid #8884}'

function written(bundle: Bundle): string | undefined {
  const markdown = text(bundle['text/markdown'])
  if (markdown !== undefined) return `<div class="prose">${markdownToHtml(markdown)}</div>`
  const latex = text(bundle['text/latex'])
  if (latex !== undefined)
    return `<div class="prose">${formula(latex.trim().replace(/^\$+|\$+$/g, ''), true)}</div>`
  const json = bundle['application/json']
  if (json !== undefined) return `<pre>${escapeHtml(JSON.stringify(json, null, 2))}</pre>`
  const words = plain(bundle)
  return words === undefined ? undefined : `<pre>${ansiToHtml(words)}</pre>`
}

function plain(bundle: Bundle): string | undefined {
  return text(bundle['text/plain'])
}
