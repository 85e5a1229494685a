/** What Genbook itself keeps in a notebook: everything of ours lives under `metadata.genbook`. */
import { isObject, type Json, type JsonObject, own } from './json'
import type { GenbookMetadata, Notebook, RunStamp } from './types'

/** The seed of a notebook that names none. */
export const DEFAULT_SEED = 0

/** Genbook's own metadata. A run stamp that is not one is left out; reading a file has checked the seed. */
export function genbookMetadata(notebook: Notebook): GenbookMetadata {
  const ours = own(notebook.metadata, 'genbook')
  if (!isObject(ours)) return {}
  const seed = own(ours, 'seed')
  const run = runStamp(own(ours, 'run'))
  return { ...(typeof seed === 'number' ? { seed } : {}), ...(run ? { run } : {}) }
}

/** The notebook with some of Genbook's own metadata exchanged; members that this version does not know stay. */
export function withGenbookMetadata(notebook: Notebook, changes: GenbookMetadata): Notebook {
  const ours = own(notebook.metadata, 'genbook')
  const genbook: JsonObject = {
    ...(isObject(ours) ? ours : {}),
    ...(changes.seed === undefined ? {} : { seed: changes.seed }),
    ...(changes.run === undefined ? {} : { run: { ...changes.run } }),
  }
  return { ...notebook, metadata: { ...notebook.metadata, genbook } }
}

function runStamp(value: Json | undefined): RunStamp | undefined {
  if (!isObject(value)) return undefined
  const backend = own(value, 'backend')
  const device = own(value, 'device')
  const software = own(value, 'software')
  const version = own(value, 'version')
  if (typeof backend !== 'string' || typeof device !== 'string') return undefined
  return {
    backend,
    device,
    ...(typeof software === 'boolean' ? { software } : {}),
    ...(typeof version === 'string' ? { version } : {}),
  }
}
