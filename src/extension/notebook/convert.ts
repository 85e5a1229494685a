/**
 * A notebook as VS Code's editor holds it and as nbformat does, without VS Code itself.
 *
 * What VS Code has no place for (ids, nbformat's metadata, attachments, unknown members) travels in its metadata, which
 * it carries without looking at it. VS Code has no raw cells: they are code cells in plain text, which nothing runs.
 */
import { DerivedIds, isCellId } from '../../notebook/ids'
import type { JsonObject } from '../../notebook/json'
import { newNotebook } from '../../notebook/new'
import type { Attachments, Cell, Notebook } from '../../notebook/types'
import { CELL_LANGUAGE } from '../names'
import { fromItems, toItems, type ItemOutput } from './items'

/** VS Code's `NotebookCellKind`. */
export const MARKUP = 1
export const CODE = 2

export const MARKDOWN_LANGUAGE = 'markdown'
export const RAW_LANGUAGE = 'plaintext'

/** The shape of VS Code's `NotebookCellData`. */
export interface EditorCell {
  readonly kind: typeof MARKUP | typeof CODE
  readonly value: string
  readonly languageId: string
  readonly metadata?: { readonly [key: string]: unknown }
  readonly outputs?: readonly ItemOutput[]
  readonly executionSummary?: { readonly executionOrder?: number }
}

/** The shape of VS Code's `NotebookData`. */
export interface EditorNotebook {
  readonly metadata?: { readonly [key: string]: unknown }
  readonly cells: readonly EditorCell[]
}

/** What a cell's metadata in the editor holds. */
export interface CellMetadata {
  readonly id?: string
  /** nbformat's metadata of the cell, nbgrader's and the like. */
  readonly metadata?: JsonObject
  /** VS Code's own Markdown renderer looks for pasted pictures here. */
  readonly attachments?: Attachments
  readonly unknown?: JsonObject
}

/** What the document's metadata in the editor holds. */
export interface DocumentMetadata {
  readonly nbformat_minor?: number
  /** nbformat's metadata of the notebook; ours is in its member `genbook`. */
  readonly metadata?: JsonObject
  readonly unknown?: JsonObject
  /** Finds the text that the document was read from. */
  readonly original?: string
}

export function toEditor(notebook: Notebook, original?: string): EditorNotebook {
  const { nbformat_minor, metadata, unknown } = notebook
  const document: DocumentMetadata = {
    nbformat_minor,
    metadata,
    ...(unknown && { unknown }),
    ...(original !== undefined && { original }),
  }
  return { metadata: { ...document }, cells: notebook.cells.map(editorCell) }
}

function editorCell(cell: Cell): EditorCell {
  const { id, metadata, source, unknown } = cell
  const attachments = cell.cell_type === 'code' ? undefined : cell.attachments
  const about: CellMetadata = {
    id,
    metadata,
    ...(attachments && { attachments }),
    ...(unknown && { unknown }),
  }
  const common = { value: source, metadata: { ...about } }
  switch (cell.cell_type) {
    case 'markdown':
      return { kind: MARKUP, languageId: MARKDOWN_LANGUAGE, ...common }
    case 'raw':
      return { kind: CODE, languageId: RAW_LANGUAGE, ...common }
    case 'code':
      return {
        kind: CODE,
        languageId: CELL_LANGUAGE,
        ...common,
        outputs: cell.outputs.map(toItems),
        ...(cell.execution_count !== null && {
          executionSummary: { executionOrder: cell.execution_count },
        }),
      }
  }
}

/** The notebook that the editor holds. Cells without an id of their own get one that depends on their text only. */
export function fromEditor({ metadata = {}, cells }: EditorNotebook): Notebook {
  const document = metadata as DocumentMetadata
  const ids = cells.map((cell) => (cell.metadata as CellMetadata | undefined)?.id)
  const derived = new DerivedIds(ids.filter((id) => id !== undefined))
  const taken = new Set<string>()
  const notebook = newNotebook()
  return {
    ...notebook,
    nbformat_minor: document.nbformat_minor ?? notebook.nbformat_minor,
    metadata: document.metadata ?? notebook.metadata,
    cells: cells.map((cell, index) => {
      const type = cellType(cell)
      let id = ids[index]
      if (id === undefined || !isCellId(id) || taken.has(id)) id = derived.next(type, cell.value)
      taken.add(id)
      return notebookCell(cell, type, id)
    }),
    ...(document.unknown && { unknown: document.unknown }),
  }
}

/** What nbformat calls a cell of the editor. */
export function cellType({ kind, languageId }: Pick<EditorCell, 'kind' | 'languageId'>): Cell['cell_type'] {
  if (kind === MARKUP) return 'markdown'
  return languageId === RAW_LANGUAGE ? 'raw' : 'code'
}

function notebookCell(cell: EditorCell, cell_type: Cell['cell_type'], id: string): Cell {
  const about = (cell.metadata ?? {}) as CellMetadata
  const common = {
    id,
    metadata: about.metadata ?? {},
    source: cell.value,
    ...(about.unknown && { unknown: about.unknown }),
  }
  if (cell_type !== 'code')
    return { ...common, cell_type, ...(about.attachments && { attachments: about.attachments }) }
  return {
    ...common,
    cell_type,
    execution_count: cell.executionSummary?.executionOrder ?? null,
    outputs: (cell.outputs ?? []).map(fromItems).filter((output) => output !== undefined),
  }
}
