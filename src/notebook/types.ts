/**
 * A notebook as the rest of Genbook sees it: nbformat 4.5 with its names, and every text joined to one string.
 *
 * Values are plain, read-only data. What this version does not know is kept under `unknown` and written back.
 * Source: https://nbformat.readthedocs.io/en/latest/format_description.html
 */
import type { Json, JsonObject } from './json'

export interface Notebook {
  readonly nbformat: 4
  /** At least 5: older files get cell ids on reading, and this number once something in them changes. */
  readonly nbformat_minor: number
  readonly metadata: JsonObject
  readonly cells: readonly Cell[]
  /** Members that nbformat does not define. */
  readonly unknown?: JsonObject
}

export type Cell = CodeCell | MarkdownCell | RawCell

export type CellType = Cell['cell_type']

interface CellBase {
  /** Unique in the notebook; 1 to 64 of the characters A–Z a–z 0–9 - _ */
  readonly id: string
  readonly metadata: JsonObject
  readonly source: string
  /** Members that nbformat does not define for this type of cell. */
  readonly unknown?: JsonObject
}

export interface CodeCell extends CellBase {
  readonly cell_type: 'code'
  readonly execution_count: number | null
  readonly outputs: readonly Output[]
}

export interface MarkdownCell extends CellBase {
  readonly cell_type: 'markdown'
  readonly attachments?: Attachments
}

export interface RawCell extends CellBase {
  readonly cell_type: 'raw'
  readonly attachments?: Attachments
}

/** Files inside a cell, by name. */
export type Attachments = Readonly<Record<string, MimeBundle>>

/** MIME type to text, base64 or JSON. The same shape as the kernel protocol's. */
export type MimeBundle = Readonly<Record<string, Json>>

export type Output = StreamOutput | DisplayData | ExecuteResult | ErrorOutput | UnknownOutput

export interface StreamOutput {
  readonly output_type: 'stream'
  readonly name: string
  readonly text: string
  readonly unknown?: JsonObject
}

export interface DisplayData {
  readonly output_type: 'display_data'
  readonly data: MimeBundle
  readonly metadata: JsonObject
  readonly unknown?: JsonObject
}

export interface ExecuteResult {
  readonly output_type: 'execute_result'
  readonly execution_count: number | null
  readonly data: MimeBundle
  readonly metadata: JsonObject
  readonly unknown?: JsonObject
}

export interface ErrorOutput {
  readonly output_type: 'error'
  readonly ename: string
  readonly evalue: string
  readonly traceback: readonly string[]
  readonly unknown?: JsonObject
}

/** An output of a kind that nbformat 4.5 does not define, kept as it is. */
export interface UnknownOutput {
  readonly output_type: 'unknown'
  readonly json: JsonObject
}

/** What Genbook itself keeps in a notebook, under `metadata.genbook`. */
export interface GenbookMetadata {
  /** Keys every cell's random stream, together with the cell's id. A whole number from 0 to 2⁵³ − 1. */
  readonly seed?: number
  /** What the outputs in the file were computed with. */
  readonly run?: RunStamp
}

export interface RunStamp {
  readonly backend: string
  /** For people: `NVIDIA H200`, `WASM SIMD`. */
  readonly device: string
  /** A GPU that is emulated by the processor. */
  readonly software?: boolean
  /** Genbook's version. */
  readonly version?: string
}
