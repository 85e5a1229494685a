/** A notebook in the forms that other programs take. */
import { KERNELSPEC, LANGUAGE_INFO } from './new'
import type { ParsedNotebook } from './parse'
import type { Cell, CodeCell, Notebook } from './types'
import { writeNotebook } from './write'

/**
 * The notebook for Jupyter's tools: the same nbformat 4.5, naming Genbook's kernel and TypeScript as the language.
 *
 * @param original the file that the notebook was read from, whose layout is then kept
 */
export function toIpynb(notebook: Notebook, original?: ParsedNotebook): string {
  const metadata = { ...notebook.metadata, kernelspec: KERNELSPEC, language_info: LANGUAGE_INFO }
  return writeNotebook({ ...notebook, metadata }, original)
}

/**
 * The notebook as one TypeScript module: code as it is, Markdown and raw text as comments, each cell under a `// %%` line
 * with its id, which editors know as the start of a cell.
 *
 * Names that several cells declare are declared several times, which a module may not; everything else that the cells
 * hold, whatever characters, leaves the module valid.
 *
 * @param parses whether a code cell's source is valid on its own. One that is not is written as a comment, since it could
 *   swallow the cells after it. Without it all cells are taken to be valid.
 */
export function toTypeScript(notebook: Notebook, parses: (source: string) => boolean = () => true): string {
  const { cells } = notebook
  const isCode = (cell: Cell): cell is CodeCell => cell.cell_type === 'code' && parses(cell.source)
  let previous = ''
  const parts = cells.map((cell) => {
    const marker = `// %%${cell.cell_type === 'code' ? '' : ` [${cell.cell_type}]`} id="${cell.id}"`
    if (!isCode(cell)) return `${marker}\n${comment(cell.source)}`
    const guard = mayContinue(previous, cell.source) ? ';' : ''
    if (cell.source.trim()) previous = cell.source
    // A first line such as `#!/usr/bin/env genbook` is allowed at the start of a file only.
    const code = cell.source.replace(/^#!/, '// #!').trimEnd()
    return `${marker}\n${guard}${code}`
  })
  // Makes the file a module, in which top-level await is allowed.
  return [...parts, 'export {}'].map((part) => part.replace(/\n+$/, '')).join('\n\n') + '\n'
}

/** `toTypeScript`, asking a compiler which cells are valid. */
export async function toValidTypeScript(
  notebook: Notebook,
  compile: (id: string, source: string) => Promise<{ readonly ok: boolean }>,
): Promise<string> {
  const valid = new Set<string>()
  for (const { cell_type, id, source } of notebook.cells)
    if (cell_type === 'code' && (!source.trim() || (await compile(id, source)).ok)) valid.add(source)
  return toTypeScript(notebook, (source) => valid.has(source))
}

/** Every line of a text as a line comment, so that no sequence of characters can end it. */
function comment(text: string): string {
  return text
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => (line ? `// ${line}` : '//'))
    .join('\n')
}

/**
 * Whether a cell that follows another could be read as going on with its last statement. A semicolon is then put before
 * its first line; where a comment opens the cell the semicolon stands before the comment, which does no harm.
 */
function mayContinue(previous: string, next: string): boolean {
  const code = next.replace(/^(?:\s+|\/\/[^\n\r\u2028\u2029]*|\/\*[^]*?\*\/)*/, '')
  return previous !== '' && /^[([`+\-/*<]/.test(code)
}
