/** `genbook autograder`: a zip that makes Gradescope grade an assignment. */
import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { built } from '../built'
import { Status, UsageError } from '../failure'
import { autograderZip } from '../grade/autograder/zip'
import { readNotebook } from '../notebook'
import { withLimits, type LimitOptions } from './runOptions'

interface Options extends LimitOptions {
  readonly out: string
  readonly node: string
}

const HELP = `
Upload the zip under “Configure Autograder” of a programming assignment. It holds the master with its solutions and hidden tests, so
keep it as you keep those. Points that persons give are manual questions of Gradescope.

Example:
  genbook autograder master.genbook --out autograder.zip --timeout 300`

export function addAutograder(program: Command, finish: (status: number) => void): void {
  withLimits(
    program
      .command('autograder')
      .description('make an autograder for Gradescope')
      .argument('<master>', "the instructor's notebook")
      .requiredOption('--out <file>', 'write the zip there')
      .option('--node <file>', 'the Node for Linux on x64 to put into it', process.execPath),
  )
    .addHelpText('after', HELP)
    .action(async (master: string, options: Options) => finish(await make(master, options)))
}

async function make(
  master: string,
  { out, node, timeout, cellTimeout, memory, seed }: Options,
): Promise<number> {
  await readNotebook(master)
  const given = { '--timeout': timeout, '--cell-timeout': cellTimeout, '--memory': memory, '--seed': seed }
  const options = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [name, String(value)],
  )
  const zip = await autograderZip({ master, dist: built.folder, node, options })
  await writeFile(out, zip).catch((error: Error) => {
    throw new UsageError(`${out} could not be written: ${error.message}`)
  })
  console.log(`${out}: ${Math.round(zip.length / 1e6)} MB`)
  return Status.ok
}
