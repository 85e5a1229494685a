/** `genbook rerun`: whether a notebook still shows what it shows. */
import { basename } from 'node:path'
import { InvalidArgumentError, Option, type Command } from 'commander'
import { KernelStartError } from '../../kernel/client'
import type { LanguageClient } from '../../kernel/language/client'
import type { BackendChoice } from '../../kernel/protocol'
import { genbookMetadata, type CodeCell } from '../../notebook'
import { seedOf } from '../executed'
import { Status, UsageError } from '../failure'
import { withInterrupt } from '../interrupt'
import { withLanguage } from '../language'
import { codeCells, readNotebook, type NotebookFile } from '../notebook'
import { backendOption, secondsOption } from '../options'
import { createProgress } from '../progress'
import { outputDifferences } from '../rerun/outputs'
import { rerunJson, rerunText, type CellReport, type RerunReport } from '../rerun/report'
import { agreementOf, AGREEMENT, pattern, type Agreement } from '../rerun/settings'
import { execute, type CellResult, type SessionResult } from '../session'

interface RerunOptions {
  readonly backend: BackendChoice
  readonly timeout: number
  readonly relative: number
  readonly absolute: number
  readonly noise: readonly string[]
  readonly format: 'text' | 'json'
}

const EXAMPLES = `
The notebook runs from top to bottom in a session of its own, with its own seed, and is not changed. Numbers agree within the
tolerance, also inside text and figures; other text agrees word for word. How long something took may differ, and so may what
--noise matches. A notebook or a cell declares the same for itself, under metadata.genbook.rerun:
  { "noise": ["elapsed .*"], "relative": 0.001, "absolute": 1e-5, "skip": true }

Examples:
  genbook rerun lecture.genbook
  genbook rerun paper.genbook --backend wasm --relative 1e-3
  genbook rerun paper.genbook --format json > rerun.json

Exit status: 0 every cell shows what is stored, 1 some do not, 2 the call or the file was bad.`

export function addRerun(program: Command, finish: (status: number) => void): void {
  program
    .command('rerun')
    .description('run a notebook anew and compare what its cells show with what is stored')
    .argument('<file>', 'the notebook')
    .addOption(backendOption())
    .addOption(secondsOption('--timeout <seconds>', 'for one cell', 3600))
    .option(
      '--relative <number>',
      'how far numbers may be apart, as a share of them',
      size,
      AGREEMENT.relative,
    )
    .option('--absolute <number>', 'how far numbers may be apart in any case', size, AGREEMENT.absolute)
    .option('--noise <regex>', 'text that may differ; may be given several times', collect, [])
    .addOption(
      new Option('--format <name>', 'how the result is printed').choices(['text', 'json']).default('text'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (path: string, options: RerunOptions) => finish(await rerun(path, options)))
}

async function rerun(path: string, options: RerunOptions): Promise<number> {
  const file = await readNotebook(path)
  const agreements = agreementsOf(file, options)
  if (!codeCells(file).some(({ cell }) => wasRun(cell)))
    throw new UsageError(`${path} holds no outputs to compare with: run it and save it first.`)
  const [result, stopped] = await withInterrupt(async (stop) => {
    const ran = await withLanguage((language) => run(file, language, options, stop))
    return [ran, stop.aborted] as const
  })
  const stored = genbookMetadata(file.notebook).run
  const cells = result.cells.map((cell) =>
    compareCell(cell, result, agreements.get(cell.cell.id) ?? AGREEMENT),
  )
  const report: RerunReport = { path, device: result.device, cells, ...(stored && { stored }) }
  const same = cells.every(({ verdict }) => verdict !== 'different')
  const status = stopped ? Status.interrupted : same ? Status.ok : Status.failed
  process.stdout.write(
    options.format === 'json' ? `${JSON.stringify(rerunJson(report, status), null, 2)}\n` : rerunText(report),
  )
  return status
}

/** Read before anything runs: a mistake in the last cell should not cost an hour. @throws UsageError naming the cell */
function agreementsOf(
  file: NotebookFile,
  { relative, absolute, noise }: RerunOptions,
): Map<string, Agreement> {
  const base = { ...AGREEMENT, relative, absolute, noise: [...AGREEMENT.noise, ...noise.map(pattern)] }
  return new Map(
    codeCells(file).map(({ cell, number }) => {
      try {
        return [cell.id, agreementOf(file.notebook, cell, base)] as const
      } catch (error) {
        throw new UsageError(`${file.path}: cell ${number}: ${(error as Error).message}.`)
      }
    }),
  )
}

async function run(
  file: NotebookFile,
  language: LanguageClient,
  { backend, timeout }: RerunOptions,
  stop: AbortSignal,
): Promise<SessionResult> {
  const progress = createProgress(process.stderr, basename(file.path))
  try {
    const settings = { backend, timeout, stop, seed: seedOf(file.notebook), failFast: false }
    return await execute(file, language, settings, progress)
  } catch (error) {
    if (error instanceof KernelStartError) throw new UsageError(`${file.path}: ${error.message}`)
    throw error
  } finally {
    progress.done()
  }
}

function compareCell(
  { cell, number, status, error }: CellResult,
  { outputs }: SessionResult,
  agreement: Agreement,
): CellReport {
  const about = { id: cell.id, number, ...(error && { error }) }
  if (agreement.skip) return { ...about, verdict: 'skipped', differences: [] }
  if (!wasRun(cell)) return { ...about, verdict: 'not stored', differences: [] }
  const differences =
    status === 'not run' || status === 'interrupted'
      ? ['the cell was not run to its end']
      : outputDifferences(cell.outputs, outputs.of(cell.id), agreement)
  return { ...about, verdict: differences.length ? 'different' : 'same', differences }
}

function wasRun({ execution_count, outputs }: CodeCell): boolean {
  return execution_count !== null || outputs.length > 0
}

function size(text: string): number {
  const value = Number(text)
  if (!text.trim() || !(value >= 0)) throw new InvalidArgumentError('It must be a number from 0.')
  return value
}

function collect(text: string, before: readonly string[]): readonly string[] {
  try {
    pattern(text)
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}.`)
  }
  return [...before, text]
}
