/** The files of the runner, and how it is started. */
import { execFileSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import { built } from '../built'
import type { Program } from './sandbox'

/** Where a sandbox shows the runner. */
const INSIDE = '/genbook'
const CODE_CACHE = `${INSIDE}/code`

/** Of Node, once it has been asked. */
let libraries: readonly string[] | undefined

/** @param codeCache the folder of a `CodeCache` */
export function runnerProgram(codeCache?: string): Program {
  const node = realpathSync(process.execPath)
  libraries ??= librariesOf(node)
  return {
    files: [
      ...libraries.map((file) => ({ from: file, to: file })),
      { from: node, to: `${INSIDE}/node` },
      ...built.runnerFiles.map((file) => ({ from: file, to: `${INSIDE}/${basename(file)}` })),
      { from: built.wasm, to: `${INSIDE}/wasm` },
      ...(codeCache === undefined ? [] : [{ from: codeCache, to: CODE_CACHE }]),
    ],
    command: [
      `${INSIDE}/node`,
      // A second layer only: Node itself says that its permissions hold no hostile code.
      '--permission',
      `--allow-fs-read=${INSIDE}/*`,
      '--allow-worker',
      '--no-warnings',
      `${INSIDE}/runner.mjs`,
      ...(codeCache === undefined ? [] : [CODE_CACHE]),
    ],
  }
}

/** The shared libraries that a program loads, its loader among them. */
function librariesOf(program: string): string[] {
  let listed: string
  try {
    listed = execFileSync('ldd', [program], { encoding: 'utf8' })
  } catch {
    // Statically linked, or no ldd: then the places where they usually are.
    return ['/lib', '/lib64', '/usr/lib'].filter((folder) => exists(folder))
  }
  return [...listed.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, file]) => file!)
}

function exists(folder: string): boolean {
  try {
    realpathSync(join(folder))
    return true
  } catch {
    return false
  }
}
