import { createHash } from 'node:crypto'
import type { SubmissionResult } from '../result'

/** Changes where the submission, its master or what the tests said changed; not with time, memory or manual grades. */
export function fingerprint({ submission, master, cells }: SubmissionResult): string {
  const automatic = cells.map(({ gradeId, automaticPoints, maxPoints, tests }) => [
    gradeId,
    automaticPoints,
    maxPoints,
    tests.map(({ name, status, points }) => [name, status, points]),
  ])
  const text = JSON.stringify([submission.hash, master, automatic])
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
