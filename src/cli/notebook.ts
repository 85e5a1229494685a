/** Notebooks on disk. */
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import {
  decodeText,
  fromTypeScript,
  NotebookFormatError,
  parseNotebook,
  type CodeCell,
  type ParsedNotebook,
} from '../notebook'
import { UsageError } from './failure'

export interface NotebookFile extends ParsedNotebook {
  /** As the person wrote it. */
  readonly path: string
}

/**
 * A notebook, or a TypeScript file that was exported from one.
 *
 * @throws UsageError with `path:line:column` where the file cannot be read or is no notebook
 */
export async function readNotebook(path: string): Promise<NotebookFile> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (error) {
    throw new UsageError(`${path}: ${reasonOf(error)}`)
  }
  try {
    const text = decodeText(bytes)
    return { path, ...(extname(path) === '.ts' ? fromTypeScript(text) : parseNotebook(text)) }
  } catch (error) {
    if (!(error instanceof NotebookFormatError)) throw error
    const where = error.path ? `${error.path}: ` : ''
    throw new UsageError(
      `${path}:${error.line}:${error.column}: ${where}expected ${error.expected}, found ${error.found}`,
    )
  }
}

/** The code cells with something in them, and the number of each among all cells, from 1. */
export function codeCells({ notebook }: ParsedNotebook): { cell: CodeCell; number: number }[] {
  return notebook.cells.flatMap((cell, index) =>
    cell.cell_type === 'code' && cell.source.trim() ? [{ cell, number: index + 1 }] : [],
  )
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file.',
  EISDIR: 'this is a folder; name the notebook in it.',
  EACCES: 'the file may not be read by this user.',
}

function reasonOf(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException
  return REASONS[code] ?? message
}
