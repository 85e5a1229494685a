/**
 * Starts the runner's program, in its process and again in the thread of its cells: from V8's code cache where the grader has one,
 * which takes half the time.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { Script } from 'node:vm'

/** What each of the two programs exports. */
export interface Loaded {
  /** @param codeCache what V8 has compiled of the program by now, in V8's own form */
  start(codeCache: () => Uint8Array): void
}

const file = import.meta.filename.replace(/\.mjs$/, '.js')
const [, , caches] = process.argv

/** A cache that is not there, or is of another V8, only costs time. */
function cached(): Buffer | undefined {
  try {
    return caches === undefined ? undefined : readFileSync(join(caches, basename(file)))
  } catch {
    return undefined
  }
}

// esbuild writes ASCII only; read as such, it takes one byte a character.
const text = readFileSync(file, 'latin1')
const cachedData = cached()
const script = new Script(`(function (exports, require, module, __filename, __dirname) {${text}\n})`, {
  filename: file,
  ...(cachedData && { cachedData }),
})
const program = { exports: {} }
const evaluate = script.runInThisContext() as (...names: readonly unknown[]) => void
evaluate(program.exports, createRequire(import.meta.url), program, file, dirname(file))
;(program.exports as Loaded).start(() => script.createCachedData())
