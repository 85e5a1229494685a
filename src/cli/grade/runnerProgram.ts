/** The files of the runner, and how it is started. */
import { realpathSync } from 'node:fs'
import { basename } from 'node:path'
import { built } from '../built'
import { librariesOf } from './sandbox/libraries'
import type { Program } from './sandbox'

/** Where a sandbox shows the runner. */
const INSIDE = '/genbook'
const CODE_CACHE = `${INSIDE}/code`

/** @param codeCache the folder of a `CodeCache` */
export function runnerProgram(codeCache?: string): Program {
  const node = realpathSync(process.execPath)
  return {
    files: [
      ...librariesOf(node).map((file) => ({ from: file, to: file })),
      { from: node, to: `${INSIDE}/node` },
      ...built.runnerFiles.map((file) => ({ from: file, to: `${INSIDE}/${basename(file)}` })),
      { from: built.wasm, to: `${INSIDE}/wasm` },
      { from: built.weights, to: `${INSIDE}/weights` },
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
