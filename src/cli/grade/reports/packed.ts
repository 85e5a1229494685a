import { gzipSync } from 'node:zlib'
import { embedScript, sha256, type PackedProgram } from '../../../renderers/report'

/** The program that draws figures, for pages that are made by the thousand: three megabytes as little more than one. */
export function packed(program: string): PackedProgram {
  const text = embedScript(program)
  return { gzip: gzipSync(text, { level: 9 }).toString('base64'), hash: sha256(text) }
}
