/** Documentation as Markdown, with formulas between dollar signs in Unicode: VS Code's hovers show no others. */
import type ts from 'typescript'
import { formulas, inUnicode } from '../../renderers/symbols'

export function documentation(
  parts: readonly ts.SymbolDisplayPart[] | undefined,
  tags: readonly ts.JSDocTagInfo[] | undefined,
): string {
  const shown = (tags ?? []).map(tag).filter((text) => text !== '')
  return readFormulas([plain(parts), ...shown].filter((text) => text !== '').join('\n\n'))
}

/** What is beyond a line of text stays as its author wrote it. */
function readFormulas(markdown: string): string {
  let text = markdown
  for (const { tex, start } of formulas(markdown).reverse()) {
    const shown = inUnicode(tex)
    if (shown === undefined) continue
    const end = start + tex.length
    const dollars = markdown.startsWith('$$', start - 2) && markdown.startsWith('$$', end) ? 2 : 1
    const escaped = shown.replace(/[\\`*_{}[\]<>#|~!]/g, '\\$&')
    text = text.slice(0, start - dollars) + escaped + text.slice(end + dollars)
  }
  return text
}

/** Display parts as text; links become code, since their targets have no address. */
export function plain(parts: readonly ts.SymbolDisplayPart[] | undefined): string {
  let text = ''
  let link: string | undefined
  for (const part of parts ?? []) {
    if (part.kind === 'link') {
      // `{@link` opens and `}` closes; what is between comes in parts of its own.
      if (link === undefined) link = ''
      else {
        text += linked(link)
        link = undefined
      }
    } else if (link !== undefined) link += part.text
    else text += part.text
  }
  return text
}

/** `https://… words`, or a name. */
function linked(content: string): string {
  const [target = '', ...words] = content.trim().split(/[ |]+/)
  const label = words.join(' ')
  if (/^https?:/.test(target)) return `[${label || target}](${target})`
  return `\`${label || target}\``
}

function tag({ name, text }: ts.JSDocTagInfo): string {
  const body = plain(text).trim()
  switch (name) {
    case 'param':
    case 'template':
    case 'typeParam':
    case 'property': {
      const [, word = '', rest = ''] = /^(\S+)\s*(?:[-–—]\s*)?([\s\S]*)$/.exec(body) ?? []
      return `*@${name}* \`${word}\`${rest && ` — ${rest}`}`
    }
    case 'example':
      return `*@example*\n\n${body.includes('```') ? body : `\`\`\`typescript\n${body}\n\`\`\``}`
    case 'internal':
    case 'packageDocumentation':
      return ''
    default:
      return body ? `*@${name}* — ${body}` : `*@${name}*`
  }
}
