/** `genbook release`: the notebook that students get, made from the master. */
import { mkdir, realpath, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { writeNotebook } from '../../notebook'
import {
  pointsByGradeId,
  releaseNotebook,
  sharesOf,
  totalPoints,
  type SessionTest,
} from '../../notebook/grading'
import { hasErrors, showFindings, tally } from '../assignment/findings'
import { upToDateTolerances } from '../assignment/tolerances'
import { Status, UsageError } from '../failure'
import { readNotebook, type NotebookFile } from '../notebook'
import { backendOption, secondsOption } from '../options'
import { counted } from '../words'
import { lint, type LintOptions } from './lint'

interface ReleaseOptions extends LintOptions {
  readonly out: string
  readonly force?: true
  readonly calibrate: boolean
}

const EXAMPLES = `
Solutions become a placeholder; hidden tests, mark schemes and outputs vanish; cells that students may not change are locked;
what every cell read at release is recorded, so that the editor can restore it. The master is checked first, as by
genbook lint, and is not released while there are errors. The same master gives the same file.

Then tolerances are calibrated, as by genbook calibrate: the master is run on WASM, on plain JavaScript and, where there is
one, on a GPU, and how exact tests can be is written into the master, never into the release. That is done again only when a
cell of the master has changed. A test that allows less than backends differ by is an error.

Examples:
  genbook release master.genbook --out for-students       writes for-students/master.genbook
  genbook release master.genbook --out for-students --force`

const NOT_WITH_ERRORS = 'Tolerances were not calibrated: the master has errors.'

export function addRelease(program: Command, finish: (status: number) => void): void {
  program
    .command('release')
    .description('make the notebook that students get')
    .argument('<master>', 'the notebook with solutions and tests')
    .requiredOption('--out <folder>', 'where to write it, under the master’s name')
    .option('--force', 'release it with errors, too')
    .option('--no-run', 'check only what the text tells; run nothing')
    .option('--no-calibrate', 'leave the tolerances in the master as they are')
    .addOption(backendOption())
    .addOption(secondsOption('--timeout <seconds>', 'for one cell', 120))
    .addHelpText('after', EXAMPLES)
    .action(async (path: string, options: ReleaseOptions) => finish(await release(path, options)))
}

async function release(path: string, options: ReleaseOptions): Promise<number> {
  const file = await readNotebook(path)
  const target = await prepareTarget(path, options.out)
  const { findings: linted, tests } = await lint(file, options)
  process.stderr.write(showFindings(file, linted, 'text'))
  const tolerances = hasErrors(linted)
    ? { findings: [], note: NOT_WITH_ERRORS }
    : await upToDateTolerances(file, options)
  process.stderr.write(showFindings(file, tolerances.findings, 'text'))
  const findings = [...linted, ...tolerances.findings]
  if (hasErrors(findings) && !options.force) {
    console.error(`${tally(findings)}: ${path} was not released. Put them right, or give --force.`)
    return Status.failed
  }
  await writeFile(target, writeNotebook(releaseNotebook(file.notebook, shares(file, tests)))).catch(
    (error: Error) => {
      throw new UsageError(`${target} could not be written: ${error.message}`)
    },
  )
  console.error(tolerances.note)
  console.log(target)
  console.error(`${counted(totalPoints(file.notebook.cells), 'point')}. ${tally(findings)}.`)
  return Status.ok
}

/** What each test is worth, by grade id and name, where the master was run. */
function shares(file: NotebookFile, tests: ReadonlyMap<string, readonly SessionTest[]>) {
  const worth = pointsByGradeId(file.notebook.cells)
  return new Map([...tests].map(([gradeId, list]) => [gradeId, sharesOf(list, worth.get(gradeId) ?? 0)]))
}

/** @throws UsageError where writing would destroy the master or is impossible */
async function prepareTarget(path: string, out: string): Promise<string> {
  await mkdir(out, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      error.code === 'EEXIST' ? `--out ${out} is not a folder.` : `--out ${out}: ${error.message}`,
    )
  })
  const target = join(out, basename(path))
  // Links may lead back to the master.
  const real = await realpath(target).catch(() => resolve(target))
  if (real === (await realpath(path)))
    throw new UsageError(`--out ${out} would overwrite the master with its release; name another folder.`)
  return target
}
