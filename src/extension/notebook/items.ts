/** Outputs as VS Code holds them (items of bytes by MIME type) and as nbformat does, without VS Code itself. */
import { bytesToMime, mimeToBytes } from '../../notebook/mime'
import type { JsonObject } from '../../notebook/json'
import type { MimeBundle, Output } from '../../notebook/types'

/** One form of an output, the way VS Code's `NotebookCellOutputItem` holds it. */
export interface Item {
  readonly mime: string
  readonly data: Uint8Array
}

/** One output, the way VS Code's `NotebookCellOutput` holds it. */
export interface ItemOutput {
  readonly items: readonly Item[]
  /** What nbformat says of the output beyond its items. */
  readonly metadata?: { readonly [key: string]: unknown }
}

export const STDOUT = 'application/vnd.code.notebook.stdout'
export const STDERR = 'application/vnd.code.notebook.stderr'
export const ERROR = 'application/vnd.code.notebook.error'

const encode = (text: string) => new TextEncoder().encode(text)
const decode = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)

/** A MIME bundle as items. */
export function bundleItems(bundle: MimeBundle): Item[] {
  return Object.entries(bundle).map(([mime, value]) => ({ mime, data: mimeToBytes(mime, value) }))
}

/** Text that a cell printed. */
export function streamItem(name: string, text: string): Item {
  return { mime: name === 'stderr' ? STDERR : STDOUT, data: encode(text) }
}

/** An error whose `stack` is the whole text that a person sees. */
export function errorItem(name: string, message: string, stack: string): Item {
  return { mime: ERROR, data: encode(JSON.stringify({ name, message, stack })) }
}

/** What `metadata` of an output keeps of nbformat: see `toItems`. */
interface Kept {
  readonly output_type?: string
  readonly name?: string
  readonly execution_count?: number | null
  readonly metadata?: JsonObject
  readonly unknown?: JsonObject
  readonly traceback?: readonly string[]
  readonly json?: JsonObject
}

/** An output of a file as items, with everything else that it says in the metadata. */
export function toItems(output: Output): ItemOutput {
  const { output_type } = output
  switch (output.output_type) {
    case 'stream': {
      const kept: Kept = { output_type, name: output.name, ...unknownOf(output) }
      return { items: [streamItem(output.name, output.text)], metadata: { ...kept } }
    }
    case 'error': {
      const { ename, evalue, traceback } = output
      const stack = traceback.join('\n')
      const kept: Kept = { output_type, traceback, ...unknownOf(output) }
      return { items: [errorItem(ename, evalue, stack)], metadata: { ...kept } }
    }
    case 'display_data':
    case 'execute_result': {
      const count = output.output_type === 'execute_result' ? { execution_count: output.execution_count } : {}
      const kept: Kept = { output_type, metadata: output.metadata, ...count, ...unknownOf(output) }
      return { items: bundleItems(output.data), metadata: { ...kept } }
    }
    case 'unknown': {
      const kept: Kept = { output_type, json: output.json }
      return { items: bundleItems({ 'application/json': output.json }), metadata: { ...kept } }
    }
  }
}

/** The output of a file that items and metadata stand for; undefined where there is nothing to keep. */
export function fromItems({ items, metadata = {} }: ItemOutput): Output | undefined {
  const kept = metadata as Kept
  if (kept.output_type === 'unknown' && kept.json) return { output_type: 'unknown', json: kept.json }
  if (!items.length && kept.output_type === undefined) return undefined
  const unknown = unknownOf(kept)
  const first = items[0] ?? { mime: '', data: new Uint8Array() }
  switch (first.mime) {
    case STDOUT:
    case STDERR: {
      const name = first.mime === STDERR ? 'stderr' : (kept.name ?? 'stdout')
      // VS Code keeps each piece that was appended to a stream.
      const text = items.map(({ data }) => decode(data)).join('')
      return { output_type: 'stream', name, text, ...unknown }
    }
    case ERROR: {
      const { name = 'Error', message = '', stack = '' } = readError(first.data)
      const traceback = kept.traceback ?? (stack ? stack.split('\n') : [])
      return { output_type: 'error', ename: name, evalue: message, traceback, ...unknown }
    }
    default: {
      const data = Object.fromEntries(items.map(({ mime, data }) => [mime, bytesToMime(mime, data)]))
      const about = { data, metadata: kept.metadata ?? {}, ...unknown }
      return kept.output_type === 'execute_result'
        ? { output_type: 'execute_result', execution_count: kept.execution_count ?? null, ...about }
        : { output_type: 'display_data', ...about }
    }
  }
}

function unknownOf({ unknown }: { readonly unknown?: JsonObject }): { unknown?: JsonObject } {
  return unknown ? { unknown } : {}
}

function readError(data: Uint8Array): { name?: string; message?: string; stack?: string } {
  try {
    return JSON.parse(decode(data)) as { name?: string; message?: string; stack?: string }
  } catch {
    return { message: decode(data) }
  }
}
