import type * as vscode from 'vscode'
import { DEFAULT_SEED, genbookMetadata, withGenbookMetadata } from '../../notebook/genbook'
import type { Notebook, RunStamp } from '../../notebook/types'
import { fromEditor, type DocumentMetadata } from './convert'

/** The seed that keys every cell's random stream. */
export function seedOf(notebook: vscode.NotebookDocument): number {
  return genbookMetadata(headOf(notebook.metadata)).seed ?? DEFAULT_SEED
}

/** The document's metadata with another run stamp; undefined where it has this one already. */
export function restamped(metadata: DocumentMetadata, run: RunStamp): DocumentMetadata | undefined {
  const head = headOf(metadata)
  const old = genbookMetadata(head).run
  const same =
    old?.backend === run.backend &&
    old.device === run.device &&
    old.software === run.software &&
    old.version === run.version
  return same ? undefined : { ...metadata, metadata: withGenbookMetadata(head, { run }).metadata }
}

/** The notebook without its cells. */
function headOf(metadata: DocumentMetadata): Notebook {
  return fromEditor({ metadata: { ...metadata }, cells: [] })
}
