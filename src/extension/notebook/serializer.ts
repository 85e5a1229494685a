import * as vscode from 'vscode'
import { NotebookFormatError } from '../../notebook/errors'
import { parseNotebook, type ParsedNotebook } from '../../notebook/parse'
import { decodeText, encodeText } from '../../notebook/utf8'
import { writeNotebook } from '../../notebook/write'
import { NOTEBOOK_TYPE } from '../names'
import { Owner } from '../owner'
import { fromEditor, toEditor, type DocumentMetadata, type EditorCell } from './convert'
import type { ItemOutput } from './items'
import { isGenbook } from './cells'

/** A file that could not be read as a notebook. */
export interface Unreadable {
  readonly content: Uint8Array
  readonly error: NotebookFormatError
}

/** Texts of files that no open document needs are kept for a while: VS Code may still be opening them. */
const SPARE_ORIGINALS = 16

/**
 * Reads and writes `.genbook` files.
 *
 * What a document was read from is kept, under a key in the document's metadata (VS Code does not say which file it
 * writes), so that saving changes only what was edited.
 */
export class GenbookSerializer extends Owner implements vscode.NotebookSerializer {
  readonly #originals = new Map<string, ParsedNotebook>()
  readonly #unreadable = this.own(new vscode.EventEmitter<Unreadable>())
  readonly onDidFail = this.#unreadable.event

  constructor() {
    super()
    this.own(vscode.workspace.registerNotebookSerializer(NOTEBOOK_TYPE, this, { transientOutputs: false }))
  }

  /** @throws Error that names line, column and what was expected, which VS Code shows instead of a notebook. */
  deserializeNotebook(content: Uint8Array): vscode.NotebookData {
    try {
      const parsed = parseNotebook(decodeText(content))
      return notebookData(toEditor(parsed.notebook, this.#keep(parsed)))
    } catch (error) {
      if (error instanceof NotebookFormatError) this.#unreadable.fire({ content, error })
      throw error
    }
  }

  serializeNotebook(data: vscode.NotebookData): Uint8Array {
    const { original } = (data.metadata ?? {}) as DocumentMetadata
    const parsed = original === undefined ? undefined : this.#originals.get(original)
    return encodeText(writeNotebook(fromEditor(data), parsed))
  }

  #keep(parsed: ParsedNotebook): string {
    const key = crypto.randomUUID()
    this.#originals.set(key, parsed)
    const needed = new Set(
      vscode.workspace.notebookDocuments
        .filter(isGenbook)
        .map(({ metadata }) => (metadata as DocumentMetadata).original),
    )
    const spare = [...this.#originals.keys()].filter((candidate) => !needed.has(candidate))
    for (const old of spare.slice(0, -SPARE_ORIGINALS)) this.#originals.delete(old)
    return key
  }
}

/** VS Code's classes around the same data. */
export function notebookData({ cells, metadata }: ReturnType<typeof toEditor>): vscode.NotebookData {
  const data = new vscode.NotebookData(cells.map(cellData))
  if (metadata) data.metadata = { ...metadata }
  return data
}

function cellData({ kind, value, languageId, metadata, outputs, executionSummary }: EditorCell) {
  const data = new vscode.NotebookCellData(kind, value, languageId)
  if (metadata) data.metadata = { ...metadata }
  if (outputs) data.outputs = outputs.map(cellOutput)
  if (executionSummary) data.executionSummary = { ...executionSummary }
  return data
}

function cellOutput({ items, metadata }: ItemOutput): vscode.NotebookCellOutput {
  const made = items.map(({ mime, data }) => new vscode.NotebookCellOutputItem(data, mime))
  return new vscode.NotebookCellOutput(made, metadata && { ...metadata })
}
