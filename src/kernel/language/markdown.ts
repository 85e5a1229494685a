/** Documentation as Markdown. Formulas between dollar signs are left as their authors wrote them. */
import type ts from 'typescript'

export function documentation(
  parts: readonly ts.SymbolDisplayPart[] | undefined,
  tags: readonly ts.JSDocTagInfo[] | undefined,
): string {
  const shown = (tags ?? []).map(tag).filter((text) => text !== '')
  return [plain(parts), ...shown].filter((text) => text !== '').join('\n\n')
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
