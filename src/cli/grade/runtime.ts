import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { built, version } from '../built'

let known: string | undefined

/** Genbook's version and a part of the hash of the runner's scripts and the shipped weights: `0.1.0+1f0c2a9b3d4e`. */
export function runtimeVersion(): string {
  if (known === undefined) {
    const hash = createHash('sha256')
    const weights = readdirSync(built.weights).sort()
    for (const file of [...built.runnerFiles, ...weights.map((name) => join(built.weights, name))])
      hash.update(readFileSync(file))
    known = `${version()}+${hash.digest('hex').slice(0, 12)}`
  }
  return known
}
