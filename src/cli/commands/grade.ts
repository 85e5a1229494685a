/** `genbook grade`: grades submissions against a master notebook. */
import { availableParallelism } from 'node:os'
import { InvalidArgumentError, type Command } from 'commander'
import { assignmentOf } from '../../notebook/grading'
import { Status, UsageError } from '../failure'
import { openAssignment } from '../grade/assignment'
import { gradeBatch, type Batch } from '../grade/batch'
import { BatchProgress } from '../grade/batchProgress'
import { Journal } from '../grade/journal'
import { gradingStatus, gradingSummary, GradingStatus } from '../grade/outcome'
import { tellGithub } from '../grade/reports/github'
import { writeReports } from '../grade/reports/write'
import { findSubmissions, shardOf, type Shard } from '../grade/submissions'
import type { Assignment, GradeOptions } from '../grade/types'
import { readNotebook } from '../notebook'
import {
  limitsOf,
  openChosenSandbox,
  wholeNumber,
  withLimits,
  withSandbox,
  type LimitOptions,
  type SandboxOptions,
} from './runOptions'

interface Options extends LimitOptions, SandboxOptions {
  readonly out: string
  readonly jobs: number
  readonly shard?: Shard
  readonly bom?: true
}

const HELP = `
MASTER is the instructor's notebook with solutions and hidden tests. Of a submission only the text of the answers is taken; each runs
in a sandbox of its own, and the tests' expected values never get there. Interrupted, the same command goes on where it was.

Examples:
  genbook grade master.genbook submitted --out graded                  every notebook in the folder
  genbook grade master.genbook submitted --out graded --jobs 8         eight at a time
  genbook grade master.genbook submitted --out graded-3 --shard 3/20   one of twenty machines; then genbook merge

Exit status: 0 all were graded, whatever their points; 2 the call or the master was bad; 3 some could not be graded; 4 the grader
itself broke, and some have no result; 130 stopped by Ctrl-C.`

export function addGrade(program: Command, finish: (status: number) => void): void {
  const command = program
    .command('grade')
    .description('grade submissions, each in a sandbox, and write reports')
    .argument('<master>', "the instructor's notebook")
    .argument('<submissions...>', 'notebooks, or folders with them')
    .requiredOption('--out <folder>', 'write results and reports there')
    .option('--jobs <number>', 'how many at a time', wholeNumber, Math.max(1, availableParallelism() - 1))
    .option('--shard <i/n>', 'grade the i-th of n parts, i from 1', shard)
    .option('--bom', 'begin CSV files with a byte order mark, for Excel')
  withSandbox(withLimits(command))
    .addHelpText('after', HELP)
    .action(async (master: string, submissions: string[], options: Options) => {
      finish(await guarded(() => grade(master, submissions, options)))
    })
}

/** What goes wrong in the grader itself is not the call's fault, nor any student's. */
async function guarded(run: () => Promise<number>): Promise<number> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof UsageError) throw error
    console.error(
      `genbook: the grader broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    )
    return GradingStatus.broken
  }
}

async function grade(master: string, paths: readonly string[], options: Options): Promise<number> {
  const submissions = await findSubmissions(paths, master)
  const own = options.shard ? shardOf(submissions, options.shard) : submissions
  const sandbox = openChosenSandbox(options)
  console.error(`Sandbox: ${sandbox.words}`)
  const stop = new AbortController()
  const onSignal = () => stop.abort()
  process.once('SIGINT', onSignal)
  process.once('SIGTERM', onSignal)
  const journal = Journal.open(options.out)
  let assignment: Assignment | undefined
  try {
    const { notebook } = await readNotebook(master)
    const limits = limitsOf(options, assignmentOf(notebook).seconds)
    const threads = Math.max(1, Math.floor(availableParallelism() / options.jobs))
    const run: GradeOptions = { ...limits, sandbox, threads, signal: stop.signal }
    assignment = await openAssignment(master, {
      ...run,
      ...(options.seed !== undefined && { seed: options.seed }),
    })
    const began = performance.now()
    const progress = new BatchProgress(process.stderr, own.length)
    const batch = await gradeBatch(assignment, own, { ...run, jobs: options.jobs }, journal, progress)
    progress.done()
    return await report(batch, assignment, options, performance.now() - began, stop.signal.aborted)
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
    journal.close()
    await assignment?.close()
  }
}

async function report(
  { source, faults }: Batch,
  { summary }: Assignment,
  { out, bom }: Options,
  milliseconds: number,
  stopped: boolean,
): Promise<number> {
  if (stopped) {
    console.error(`Stopped. ${source.results.length} are graded; the same command goes on from there.`)
    return Status.interrupted
  }
  const reported = await writeReports(out, source, summary, { ...(bom && { bom }) })
  await tellGithub(reported.results, summary, process.env, console.log)
  process.stdout.write(
    gradingSummary(reported.results, summary, { dir: out, milliseconds, problems: reported.problems }),
  )
  for (const { submission, message } of faults)
    console.error(`genbook: ${submission.path} was not graded: ${message}`)
  return faults.length ? GradingStatus.broken : gradingStatus(reported.results)
}

function shard(text: string): Shard {
  const [, index = 0, count = 0] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number)
  if (!(index >= 1 && index <= count))
    throw new InvalidArgumentError('It must be i/n with i from 1 to n, such as 3/20.')
  return { index, count }
}
