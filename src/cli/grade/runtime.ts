import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { built, version } from '../built'

let known: string | undefined

/** Genbook's version and a part of the hash of the runner's scripts: `0.1.0+1f0c2a9b3d4e`. */
export function runtimeVersion(): string {
  if (known === undefined) {
    const hash = createHash('sha256')
    for (const file of built.runnerFiles) hash.update(readFileSync(file))
    known = `${version()}+${hash.digest('hex').slice(0, 12)}`
  }
  return known
}
