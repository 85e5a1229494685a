/** Names of the files of submissions: readable, safe in every file system and address, each once. */
import { createHash } from 'node:crypto'
import type { SubmissionResult } from '../result'

const LONGEST = 80

/**
 * A stem for each submission, in their order: the student's name where it can be one and is nobody else's; otherwise what
 * is left of it, with a part of a hash.
 */
export function fileStems(results: readonly SubmissionResult[]): string[] {
  const plain = results.map(({ student }) => stemOf(student))
  const seen = new Map<string, number>()
  // File systems may not tell capitals from small letters.
  for (const stem of plain) seen.set(stem.toLowerCase(), (seen.get(stem.toLowerCase()) ?? 0) + 1)
  return results.map(({ student, submission }, index) => {
    const stem = plain[index]!
    const alone = seen.get(stem.toLowerCase()) === 1
    if (alone && stem === student.normalize()) return stem
    const hash = createHash('sha256')
      .update(JSON.stringify([student, submission.path]))
      .digest('hex')
      .slice(0, 10)
    return `${stem}-${hash}`
  })
}

/** Letters, digits, spaces and - _ . @ of any script; no leading dot, no name that Windows keeps for itself. */
function stemOf(student: string): string {
  const kept = student
    .toWellFormed()
    .normalize()
    .replace(/[^\p{L}\p{M}\p{N} ._@-]+/gu, '_')
    .replace(/^[ .-]+|[ .]+$/g, '_')
    .slice(0, LONGEST)
    .toWellFormed()
    .replaceAll('\ufffd', '_')
  return /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(kept) || kept === '' ? `_${kept}` : kept
}
