/** The lines around `line` (from 1) of `source`, with a mark under `column` (from 1); empty if there is no such line. */
export function excerpt(source: string, line: number, column: number): string {
  const lines = source.split(/\r\n|\r|\n/)
  if (line < 1 || line > lines.length) return ''
  const first = Math.max(1, line - 2)
  const last = Math.min(lines.length, line + 1)
  const width = String(last).length
  const shown: string[] = []
  for (let number = first; number <= last; number++) {
    const { text, mark } = fit(lines[number - 1]!, number === line ? column : 1)
    const label = String(number).padStart(width)
    shown.push(`${number === line ? '>' : ' '} ${label} | ${text}`.trimEnd())
    if (number === line) shown.push(`  ${' '.repeat(width)} | ${mark}^`)
  }
  return shown.join('\n')
}

/** Longest line that is shown whole; of a longer one, the part around the column. */
const WIDTH = 160

function fit(line: string, column: number): { text: string; mark: string } {
  const start = line.length <= WIDTH || column <= WIDTH / 2 ? 0 : column - WIDTH / 2
  const text =
    (start ? '…' : '') + line.slice(start, start + WIDTH) + (start + WIDTH < line.length ? '…' : '')
  const before = text.slice(0, column - 1 - start + (start ? 1 : 0))
  // Tabs stay tabs, so that the mark stands under its column whatever their width.
  return { text, mark: before.replace(/[^\t]/g, ' ') }
}
