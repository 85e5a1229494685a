/** `genbook lint`: whether a master notebook is fit to be released. */
import { Option, type Command } from 'commander'
import type { BackendChoice } from '../../kernel/protocol'
import { error, inOrder, lintMaster, placeOf, warning, type Finding } from '../../notebook/grading'
import { hasErrors, showFindings, tally, type FindingsFormat } from '../assignment/findings'
import { lintByRunning, type LintRun } from '../assignment/lintRun'
import type { RunSettings } from '../assignment/run'
import { Status } from '../failure'
import { withInterrupt } from '../interrupt'
import { withLanguage } from '../language'
import { readNotebook, type NotebookFile } from '../notebook'
import { backendOption, secondsOption } from '../options'

export interface LintOptions {
  readonly backend: BackendChoice
  readonly timeout: number
  readonly run: boolean
}

const EXAMPLES = `
The master is run twice: with its own solutions, where every test must pass, and with none, where no test may. It looks for
missing points, ids that stand twice, markers that are not closed or stand in the wrong cell, tests that are never reached,
solutions that students would see, and more; each finding names its cell and line.

Examples:
  genbook lint master.genbook
  genbook lint master.genbook --format github        annotations in a workflow
  genbook lint master.genbook --no-run               only what the text tells`

export function addLint(program: Command, finish: (status: number) => void): void {
  program
    .command('lint')
    .description('look for mistakes in an assignment’s master notebook')
    .argument('<master>', 'the notebook with solutions and tests')
    .addOption(
      new Option('--format <name>', 'how findings are printed')
        .choices(['text', 'json', 'github'])
        .default('text'),
    )
    .option('--no-run', 'run nothing')
    .addOption(backendOption())
    .addOption(secondsOption('--timeout <seconds>', 'for one cell', 120))
    .addHelpText('after', EXAMPLES)
    .action(async (path: string, options: LintOptions & { readonly format: FindingsFormat }) => {
      const file = await readNotebook(path)
      const { findings } = await lint(file, options)
      process.stdout.write(showFindings(file, findings, options.format))
      console.error(`${tally(findings)} in ${path}.`)
      finish(hasErrors(findings) ? Status.failed : Status.ok)
    })
}

/** Everything that is found about a master, by reading it and, unless told not to, by running it. */
export async function lint(file: NotebookFile, { backend, timeout, run }: LintOptions): Promise<LintRun> {
  const read = [...doubledIds(file), ...lintMaster(file.notebook)]
  // What broken markers would hide is unknown, so that running without solutions would say nothing.
  if (!run || read.some(({ rule }) => rule === 'marker')) return { findings: inOrder(read), tests: new Map() }
  return await withInterrupt(async (stop) => {
    const settings: RunSettings = { backend, timeout, stop }
    const ran = await withLanguage((language) => lintByRunning(file, language, settings))
    return { ...ran, findings: inOrder(merge(read, ran.findings)) }
  })
}

/** A run finds again what the text told, in other words. */
function merge(read: readonly Finding[], ran: readonly Finding[]): Finding[] {
  const known = (found: Finding) =>
    read.some(({ rule, cell }) => cell === found.cell && (rule === found.rule || rule === 'solution-missing'))
  return [...read, ...ran.filter((found) => !known(found))]
}

/** Reading a notebook gives doubled ids new names; a master should have its own. */
function doubledIds({ warnings, notebook }: NotebookFile): Finding[] {
  return warnings.flatMap(({ path, message }) => {
    const index = Number(/^cells\[(\d+)\]\.id$/.exec(path)?.[1])
    const cell = notebook.cells[index]
    return cell
      ? [error('id-doubled', placeOf(cell, index), 'The cell’s id is no good: {0}.', message)]
      : [warning('file', {}, '{0}: {1}', path, message)]
  })
}
