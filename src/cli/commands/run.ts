/** `genbook run`: executes notebooks from top to bottom. */
import { access, constants, mkdir, realpath, writeFile } from 'node:fs/promises'
import { basename, extname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { KernelStartError } from '../../kernel/client'
import type { LanguageClient } from '../../kernel/language/client'
import type { BackendChoice } from '../../kernel/protocol'
import { writeNotebook } from '../../notebook'
import { executedNotebook, seedOf } from '../executed'
import { Status, UsageError } from '../failure'
import { withInterrupt } from '../interrupt'
import { withLanguage } from '../language'
import { readNotebook, type NotebookFile } from '../notebook'
import { backendOption, positive, threadNumber, wholeNumber } from '../options'
import { createProgress } from '../progress'
import { reportHtml } from '../report'
import { execute, type SessionResult } from '../session'
import { jsonResult, summary, type FileResult } from '../summary'

interface RunOptions {
  readonly out?: string
  readonly html?: true
  readonly backend: BackendChoice
  readonly seed?: number
  readonly timeout?: number
  readonly json?: true
  readonly failFast?: true
  readonly plain?: true
  readonly threads?: number
  readonly subgroups?: true
  readonly verbose?: true
  readonly input: readonly string[]
}

const EXAMPLES = `
Without --out nothing is written: the run only says which cells work. The notebook given is never changed.

Examples:
  genbook run first-diffusion.genbook                       run it, print a summary
  genbook run first-diffusion.genbook --out done --html     write done/first-diffusion.genbook and .html
  genbook run week*.genbook --backend wasm --timeout 300    the same device everywhere, at most 5 minutes a cell
  genbook run homework.genbook --json > result.json         for a program to read`

export function addRun(program: Command, finish: (status: number) => void): void {
  program
    .command('run')
    .description('execute notebooks, each from top to bottom in a session of its own')
    .argument('<file...>', 'notebooks')
    .option('--out <folder>', 'write the executed notebooks there')
    .option('--html', 'write a self-contained report beside each of them')
    .addOption(backendOption())
    .option('--seed <number>', "exchange the notebook's seed", wholeNumber)
    .option('--timeout <seconds>', 'stop a cell that takes longer', positive)
    .option('--input <answer>', 'answer a cell that asks; once a question, in their order', collect, [])
    .option('--json', 'print the result as JSON, and progress on the error stream')
    .option('--fail-fast', 'end at the first cell that fails')
    .option('--plain', 'train and sample by single operations only, for comparison')
    .option(
      '--threads <number>',
      'how many threads share sampling (default: one for each processor)',
      threadNumber,
    )
    .option('--subgroups', 'let matrix products use subgroups, where the GPU has them')
    .option('--verbose', 'say how training and sampling were computed, and why not in one go')
    .addHelpText('after', EXAMPLES)
    .action(async (paths: string[], options: RunOptions) => finish(await run(paths, options)))
}

async function run(paths: readonly string[], options: RunOptions): Promise<number> {
  // Every file is read before anything runs: a mistake in the last should not cost an hour.
  const files = await Promise.all(paths.map(readNotebook))
  const targets = await prepareTargets(files, options)
  return await withInterrupt((stop) =>
    withLanguage((language) => runAll(files, targets, language, options, stop)),
  )
}

async function runAll(
  files: readonly NotebookFile[],
  targets: readonly Target[],
  language: LanguageClient,
  options: RunOptions,
  stop: AbortSignal,
): Promise<number> {
  const results: FileResult[] = []
  for (const [index, file] of files.entries()) {
    if (stop.aborted || (options.failFast && results.some(hasFailed))) break
    const result = await runOne(file, targets[index], language, options, stop)
    results.push(result)
    if (!options.json) process.stdout.write(summary(result))
  }
  for (const { path } of files.slice(results.length)) console.error(`genbook: ${path} was not run.`)
  const status = stop.aborted ? Status.interrupted : results.some(hasFailed) ? Status.failed : Status.ok
  if (options.json) process.stdout.write(`${JSON.stringify(jsonResult(results, status), null, 2)}\n`)
  return status
}

function hasFailed({ result }: FileResult): boolean {
  return result.cells.some(({ status }) => status !== 'ok')
}

async function runOne(
  file: NotebookFile,
  target: Target | undefined,
  language: LanguageClient,
  options: RunOptions,
  stop: AbortSignal,
): Promise<FileResult> {
  const seed = options.seed ?? seedOf(file.notebook)
  const progress = createProgress(process.stderr, basename(file.path), {
    verbose: options.verbose ?? false,
  })
  const {
    backend,
    timeout,
    failFast = false,
    plain = false,
    threads,
    subgroups = false,
    input: answers,
  } = options
  let result: SessionResult
  try {
    const settings = {
      backend,
      seed,
      failFast,
      plain,
      subgroups,
      answers,
      stop,
      ...(threads && { threads }),
      ...(timeout !== undefined && { timeout }),
    }
    result = await execute(file, language, settings, progress)
  } catch (error) {
    if (!(error instanceof KernelStartError)) throw error
    throw new UsageError(`${file.path}: ${error.message}`)
  } finally {
    progress.done()
  }
  if (target) {
    const notebook = executedNotebook(file.notebook, result, options.seed)
    await writeResult(target.notebook, writeNotebook(notebook, file))
    if (target.html) await writeResult(target.html, await reportHtml(notebook, file.path))
  }
  return { path: file.path, seed, result, ...(target && { target }) }
}

/** @throws UsageError where the file cannot be written */
async function writeResult(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((error: Error) => {
    throw new UsageError(`${path} could not be written: ${error.message}`)
  })
}

/** Where a file's results go. */
export interface Target {
  readonly notebook: string
  readonly html?: string
}

/** @throws UsageError where writing would destroy something or is impossible */
async function prepareTargets(files: readonly NotebookFile[], { out, html }: RunOptions): Promise<Target[]> {
  if (out === undefined) {
    if (html) throw new UsageError('--html needs --out FOLDER to say where the report goes.')
    return []
  }
  await prepareFolder(out)
  const targets = files.map(({ path }) => {
    const place = join(out, basename(path))
    const stem = place.slice(0, place.length - extname(place).length)
    // What ran is a notebook with outputs, which a TypeScript file has no place for.
    const notebook = extname(place) === '.ts' ? `${stem}.genbook` : place
    return { notebook, ...(html && { html: `${stem}.html` }) }
  })
  const inputs = new Map<string, string>()
  for (const { path } of files) inputs.set(await realpath(path), path)
  const written = new Map<string, string>()
  for (const [index, target] of targets.entries())
    for (const place of Object.values(target)) {
      // Links may lead back to an input.
      const real = await realpath(place).catch(() => resolve(place))
      const input = inputs.get(real)
      if (input !== undefined)
        throw new UsageError(`--out ${out} would overwrite ${input}; name another folder.`)
      const { path } = files[index]!
      const other = written.get(real)
      if (other !== undefined)
        throw new UsageError(
          `${other} and ${path} would both be written to ${place}; run them one at a time, into folders of their own.`,
        )
      written.set(real, path)
    }
  return targets
}

/** @throws UsageError where files cannot be written in the folder */
async function prepareFolder(out: string): Promise<void> {
  try {
    await mkdir(out, { recursive: true })
    await access(out, constants.W_OK)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new UsageError(code === 'EEXIST' ? `--out ${out} is not a folder.` : `--out ${out}: ${message}`)
  }
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}
