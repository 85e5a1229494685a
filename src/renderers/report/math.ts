/** `$…$` and `$$…$$` in Markdown, as MathML: browsers draw it themselves, with no fonts or scripts of ours. */
import katex from 'katex'
import type { MarkdownIt } from 'markdown-it'
import { escapeHtml } from './html'

/** A formula as MathML; one that cannot be read is shown as it was written, with the reason. */
export function formula(tex: string, display: boolean): string {
  try {
    return katex.renderToString(tex, {
      output: 'mathml',
      displayMode: display,
      throwOnError: true,
      trust: false,
      strict: 'ignore',
      maxSize: 20,
      maxExpand: 1000,
    })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return `<code class="bad-formula" title="${escapeHtml(reason)}">${escapeHtml(tex)}</code>`
  }
}

const display = /\$\$((?:[^$\\]|\\[^])+)\$\$/y
// As in Pandoc: no space inside the dollars, and no digit after them, so that prices stay prices.
const inline = /\$(?=[^\s$])((?:[^$\\]|\\[^])*)(?<!\s)\$(?!\d)/y

function matchAt(pattern: RegExp, source: string, place: number): RegExpExecArray | null {
  pattern.lastIndex = place
  return pattern.exec(source)
}

/** Teaches a Markdown reader both forms. */
export function math(markdown: MarkdownIt): void {
  markdown.inline.ruler.after('escape', 'math', (state, silent) => {
    if (state.src[state.pos] !== '$') return false
    const match = matchAt(display, state.src, state.pos) ?? matchAt(inline, state.src, state.pos)
    if (!match || state.pos + match[0].length > state.posMax) return false
    if (!silent) {
      const token = state.push('math', 'math', 0)
      token.content = match[1]!
      token.markup = match[0].startsWith('$$') ? '$$' : '$'
    }
    state.pos += match[0].length
    return true
  })
  markdown.block.ruler.before(
    'fence',
    'math_block',
    (state, start, end, silent) => {
      const line = (n: number) => state.src.slice(state.bMarks[n]! + state.tShift[n]!, state.eMarks[n])
      const first = line(start).trim()
      if (!first.startsWith('$$')) return false
      let tex: string | undefined
      let next = start + 1
      if (first.length > 4 && first.endsWith('$$')) tex = first.slice(2, -2)
      else {
        const lines = [first.slice(2)]
        for (; next < end; next++) {
          const text = line(next).trim()
          if (text.endsWith('$$')) {
            tex = [...lines, text.slice(0, -2)].join('\n')
            next++
            break
          }
          lines.push(text)
        }
      }
      if (tex === undefined || tex.includes('$$')) return false
      if (silent) return true
      const token = state.push('math', 'math', 0)
      token.block = true
      token.content = tex
      token.markup = '$$'
      token.map = [start, next]
      state.line = next
      return true
    },
    { alt: ['paragraph', 'reference', 'blockquote', 'list'] },
  )
  markdown.renderer.rules.math = (tokens, i) => formula(tokens[i]!.content.trim(), tokens[i]!.markup === '$$')
}
