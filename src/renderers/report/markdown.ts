/** Markdown cells and outputs: no HTML of theirs, no pictures from the network. */
import MarkdownIt from 'markdown-it'
import type { ReportCell } from './document'
import { text } from './document'
import { highlight } from './highlight'
import { base64, escapeHtml, imageAddress } from './html'
import { math } from './math'

const reader = new MarkdownIt({
  html: false,
  linkify: false,
  highlight: (code, language) =>
    /^(ts|tsx|typescript|js|jsx|javascript)$/i.test(language) ? highlight(code) : escapeHtml(code),
})
math(reader)

const pictures = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/svg+xml']

reader.renderer.rules.image = (tokens, i, _options, env) => {
  const token = tokens[i]!
  const source = String(token.attrGet('src') ?? '')
  const alt = escapeHtml(token.content)
  const address = source.startsWith('attachment:')
    ? attached(source.slice(11), env?.attachments as ReportCell['attachments'])
    : embedded(source)
  if (address) return `<img src="${escapeHtml(address)}" alt="${alt}">`
  // Showing it would tell its server who reads the report.
  return `<span class="missing">[picture not included: ${alt || escapeHtml(source)}]</span>`
}

reader.renderer.rules.link_open = (tokens, i, options, _env, self) => {
  tokens[i]!.attrSet('rel', 'noopener noreferrer')
  return self.renderToken(tokens, i, options)
}

/** @returns HTML without scripts, whatever the source. */
export function markdownToHtml(source: string, attachments?: ReportCell['attachments']): string {
  return reader.render(source, { attachments })
}

/** The same for a heading or a label: no paragraphs, no lists. */
export function inlineMarkdownToHtml(source: string): string {
  return reader.renderInline(source, {})
}

function attached(name: string, attachments: ReportCell['attachments']): string | undefined {
  const bundle = attachments?.[name] ?? attachments?.[safeDecode(name)]
  for (const mime of pictures) {
    const data = text(bundle?.[mime])
    if (data === undefined) continue
    // Attachments are base64, but some programs write pictures in SVG as text.
    return imageAddress(mime, mime === 'image/svg+xml' && data.includes('<') ? base64(data) : data)
  }
  return undefined
}

function embedded(source: string): string | undefined {
  return /^data:image\/(?:png|jpeg|gif|webp);/i.test(source) ? source : undefined
}

function safeDecode(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
