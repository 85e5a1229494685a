/** The built files that the command line works with; they lie beside its own. */
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { joinProgram, PROGRAM_FILES } from '../renderers/report/program'

const folder = dirname(fileURLToPath(import.meta.url))

export const built = {
  folder,
  kernel: join(folder, 'kernel.node.mjs'),
  language: join(folder, 'language.js'),
  wasm: join(folder, 'wasm'),
  /** Of the shipped models, with their cards. */
  weights: join(folder, 'weights'),
  /** What starts the runner, and what it consists of. */
  runner: join(folder, 'runner.mjs'),
  runnerFiles: ['runner.mjs', 'runner.js', 'runner.worker.mjs', 'runner.worker.js'].map((name) =>
    join(folder, name),
  ),
  types: () => readFile(join(folder, 'types.json'), 'utf8'),
  /** The program that draws the figures of reports. */
  report: async () =>
    joinProgram(await Promise.all(PROGRAM_FILES.map((name) => readFile(join(folder, name), 'utf8')))),
  /** The queue on pg-boss. */
  queue: join(folder, 'queue.mjs'),
}

/** Genbook's version, of the package that `dist` is in. */
export function version(): string {
  const manifest = JSON.parse(readFileSync(join(folder, '../package.json'), 'utf8')) as { version: string }
  return manifest.version
}
