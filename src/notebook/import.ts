/** A notebook from the TypeScript that `toTypeScript` makes of one. */
import { isCellId } from './ids'
import { KERNELSPEC, LANGUAGE_INFO } from './new'
import { parseNotebook, type ParsedNotebook } from './parse'

/** The line before each cell; its id tells it from a comment that happens to look alike. */
const MARKER = /^\/\/ %%(?: \[(markdown|raw)\])? id="([^"]*)"$/
/** What `toTypeScript` ends with, so that the file is a module. */
const ENDING = 'export {}'

/**
 * The cells of a TypeScript file, each from its `// %% id="…"` line on. What stands before the first such line is a cell too,
 * so a file without any is one cell. Of Markdown and raw cells the comment marks go, and of all cells blank lines around.
 */
export function fromTypeScript(text: string): ParsedNotebook {
  const parts: { type: string; id: string; lines: string[] }[] = [{ type: 'code', id: '', lines: [] }]
  for (const line of text.split(/\r\n|[\n\r]/)) {
    const marker = MARKER.exec(line)
    if (marker) parts.push({ type: marker[1] ?? 'code', id: marker[2]!, lines: [] })
    else parts.at(-1)!.lines.push(line)
  }
  const cells = parts.map(({ type, id, lines }, index) => {
    const whole = trimmed(type === 'code' ? lines : lines.map(uncommented))
    const last = index === parts.length - 1 && whole.endsWith(ENDING)
    const source = last ? trimmed(whole.slice(0, -ENDING.length).split('\n')) : whole
    return {
      cell_type: type,
      ...(isCellId(id) && { id }),
      metadata: {},
      source,
      ...(type === 'code' && { execution_count: null, outputs: [] }),
    }
  })
  if (cells[0]!.source === '') cells.shift()
  const metadata = { kernelspec: KERNELSPEC, language_info: LANGUAGE_INFO }
  return parseNotebook(JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells }))
}

function uncommented(line: string): string {
  return line.replace(/^\/\/ ?/, '')
}

function trimmed(lines: readonly string[]): string {
  return lines.join('\n').replace(/^(?:[ \t]*\n)+|\s+$/g, '')
}
