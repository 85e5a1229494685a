/** Colours for TypeScript in a report: comments, strings, numbers, keywords. A scanner, not a parser, and linear in time. */
import { escapeHtml } from './html'

const keywords = new Set(
  (
    'abstract as async await break case catch class const continue debugger declare default delete do else enum export ' +
    'extends false finally for from function get if implements import in infer instanceof interface is keyof let new null ' +
    'of private protected public readonly return satisfies set static super switch this throw true try type typeof ' +
    'undefined unique using var void while yield'
  ).split(' '),
)

// In this order: the first that matches at a place is taken. Unfinished comments and strings run to the end.
const token = new RegExp(
  [
    String.raw`(?<comment>\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*(?:\*\/)?)`,
    String.raw`(?<string>"(?:[^"\\\n]|\\[^])*"?|'(?:[^'\\\n]|\\[^])*'?|` + '`(?:[^`\\\\]|\\\\[^])*`?)',
    String.raw`(?<number>\b0[xob][\da-f_]+n?|(?:\b\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?n?)`,
    String.raw`(?<word>[\p{L}_$][\p{L}\p{N}_$]*)`,
  ].join('|'),
  'giu',
)

/** @returns the source as HTML, its text unchanged. */
export function highlight(source: string): string {
  const parts: string[] = []
  let end = 0
  for (const match of source.matchAll(token)) {
    parts.push(escapeHtml(source.slice(end, match.index)))
    end = match.index + match[0].length
    const kind = kindOf(match)
    const html = escapeHtml(match[0])
    parts.push(kind ? `<span class="${kind}">${html}</span>` : html)
  }
  parts.push(escapeHtml(source.slice(end)))
  return parts.join('')
}

function kindOf(match: RegExpMatchArray): string | undefined {
  const { comment, string, number, word } = match.groups ?? {}
  if (comment !== undefined) return 'comment'
  if (string !== undefined) return 'string'
  if (number !== undefined) return 'number'
  return word !== undefined && keywords.has(word) ? 'keyword' : undefined
}
