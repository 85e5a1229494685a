import { createHash } from 'node:crypto'
import type { JsonObject } from '../../notebook'
import { runtimeVersion } from './runtime'
import type { Assignment } from './types'

/** One key, one result: of the master, the submission, the runtime, the seed and the configuration. */
export function keyOf(
  { hash, seed }: Pick<Assignment, 'hash' | 'seed'>,
  submission: string,
  configuration: JsonObject,
): string {
  const text = JSON.stringify([
    hash,
    submission,
    runtimeVersion(),
    seed,
    Object.entries(configuration).sort(),
  ])
  return createHash('sha256').update(text).digest('hex')
}
