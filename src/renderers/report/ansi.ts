/** Terminal output as HTML: colours are kept, everything else that terminals obey is dropped. */
import { escapeHtml } from './html'

const styles = /\x1b\[([\d;]*)m/g
const others =
  /\x1b(?:\[[0-?]*[ -/]*[@-ln-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])|[\x00-\x08\x0b\x0c\x0e-\x1f]/g

/** @returns the text as HTML, with classes `ansi-bold` and `ansi-31` … `ansi-97`. */
export function ansiToHtml(text: string): string {
  let bold = false
  let color: number | undefined
  let html = ''
  let end = 0
  const settled = overwritten(text)
  const write = (plain: string) => {
    const clean = escapeHtml(plain.replace(others, ''))
    const classes = [...(bold ? ['ansi-bold'] : []), ...(color === undefined ? [] : [`ansi-${color}`])]
    if (clean) html += classes.length ? `<span class="${classes.join(' ')}">${clean}</span>` : clean
  }
  for (const match of settled.matchAll(styles)) {
    write(settled.slice(end, match.index))
    end = match.index + match[0].length
    for (const code of (match[1] || '0').split(';').map(Number)) {
      if (code === 0) [bold, color] = [false, undefined]
      else if (code === 1) bold = true
      else if (code === 22) bold = false
      else if (code === 39) color = undefined
      else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) color = code
    }
  }
  write(settled.slice(end))
  return html
}

/** A carriage return writes over its line, as progress bars do. */
function overwritten(text: string): string {
  return text
    .replace(/\r+\n/g, '\n')
    .split('\n')
    .map((line) => line.slice(line.lastIndexOf('\r', line.length - 2) + 1).replace(/\r$/, ''))
    .join('\n')
}
