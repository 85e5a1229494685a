/** `genbook queue`: batches of submissions that workers on many machines grade. */
import type { Command } from 'commander'
import { assignmentOf } from '../../notebook/grading'
import { seedOf } from '../executed'
import { UsageError } from '../failure'
import { gradingStatus, gradingSummary, GradingStatus } from '../grade/outcome'
import { collect, readBatch, type Collected } from '../grade/queue/batch'
import { enqueue } from '../grade/queue/enqueue'
import { connect } from '../grade/queue/open'
import type { Counts, Failure, Queue } from '../grade/queue/queue'
import { FolderStore } from '../grade/queue/store'
import { tellGithub } from '../grade/reports/github'
import { oneLine } from '../grade/reports/printable'
import { writeReports } from '../grade/reports/write'
import { runtimeVersion } from '../grade/runtime'
import { findSubmissions } from '../grade/submissions'
import { readNotebook } from '../notebook'
import { counted } from '../words'
import { limitsOf, withLimits, type LimitOptions } from './runOptions'

interface Place {
  readonly database?: string
  readonly store: string
}

interface AddOptions extends Place, LimitOptions {
  readonly batch: string
}

interface CollectOptions extends Place {
  readonly batch: string
  readonly out: string
  readonly bom?: true
}

const HELP = `
The queue is a PostgreSQL database, which holds names and keys only; texts and results lie in a folder that all machines reach
(--store). Workers may come, go and die: every submission gets exactly one result.

Examples:
  export GENBOOK_DATABASE=postgres://genbook:secret@db/genbook
  genbook queue add master.genbook submitted --batch week-4 --store /shared/grading
  genbook worker --store /shared/grading                       on every machine
  genbook queue status
  genbook queue collect --batch week-4 --store /shared/grading --out graded`

export function addQueue(program: Command, finish: (status: number) => void): void {
  const queue = program
    .command('queue')
    .description('grade on several machines, by a queue')
    .addHelpText('after', HELP)
  withLimits(
    placed(
      queue
        .command('add')
        .description('put submissions into the queue; again, it adds only what is missing')
        .argument('<master>', "the instructor's notebook")
        .argument('<submissions...>', 'notebooks, or folders with them')
        .requiredOption('--batch <name>', 'what this grading is called'),
    ),
  ).action(async (master: string, paths: string[], options: AddOptions) =>
    finish(await add(master, paths, options)),
  )
  queue
    .command('status')
    .description('show how far every batch is')
    .option('--database <url>', DATABASE_HELP)
    .option('--json', 'print it as JSON')
    .action(async (options: { readonly database?: string; readonly json?: true }) =>
      finish(await status(options)),
    )
  placed(queue.command('collect').description('write the results of a batch and their reports'))
    .requiredOption('--batch <name>', 'which grading')
    .requiredOption('--out <folder>', 'write results and reports there')
    .option('--bom', 'begin CSV files with a byte order mark, for Excel')
    .action(async (options: CollectOptions) => finish(await collectInto(options)))
}

export const DATABASE_HELP =
  'PostgreSQL, as postgres://user@host/name; else GENBOOK_DATABASE of the environment'

/** The options that say where the queue and the store are. */
export function placed(command: Command): Command {
  return command
    .option('--database <url>', DATABASE_HELP)
    .requiredOption('--store <folder>', 'a folder that all machines reach')
}

async function withQueue<T>(database: string | undefined, action: (queue: Queue) => Promise<T>): Promise<T> {
  const queue = await connect(database, {})
  try {
    return await action(queue)
  } finally {
    await queue.close()
  }
}

async function add(master: string, paths: readonly string[], options: AddOptions): Promise<number> {
  const { notebook } = await readNotebook(master)
  const submissions = await findSubmissions(paths, master)
  const settings = {
    ...limitsOf(options, assignmentOf(notebook).seconds),
    seed: options.seed ?? seedOf(notebook),
  }
  const { batch, open } = await withQueue(options.database, (queue) =>
    enqueue(queue, new FolderStore(options.store), {
      name: options.batch,
      master,
      runtime: runtimeVersion(),
      settings,
      submissions,
    }),
  )
  const done = batch.submissions.length - open
  console.log(
    `${batch.name}: ${counted(batch.submissions.length, 'submission')}, ${open} to be graded${done ? `, ${done} have results` : ''}.`,
  )
  return GradingStatus.graded
}

async function status({
  database,
  json,
}: {
  readonly database?: string
  readonly json?: true
}): Promise<number> {
  const counts = await withQueue(database, (queue) => queue.counts())
  if (json) console.log(JSON.stringify(counts, null, 2))
  else console.log(counts.length ? counts.map(line).join('\n') : 'The queue has no batches.')
  return GradingStatus.graded
}

/** `week-4   120/200 done · 60 % · 77 waiting · 3 active` */
function line({ batch, done, waiting, active, retrying, failed }: Counts): string {
  const total = done + waiting + active + retrying + failed
  const parts = [
    `${done}/${total} done`,
    `${Math.floor((100 * done) / total)} %`,
    ...(waiting ? [`${waiting} waiting`] : []),
    ...(active ? [`${active} active`] : []),
    ...(retrying ? [`${retrying} to be tried again`] : []),
    ...(failed ? [`${failed} given up`] : []),
  ]
  return `${batch.padEnd(20)} ${parts.join(' · ')}`
}

async function collectInto({
  database,
  store: folder,
  batch: name,
  out,
  bom,
}: CollectOptions): Promise<number> {
  const store = new FolderStore(folder)
  const batch = await readBatch(store, name)
  const collected = await collect(store, batch)
  const { assignment, source, missing } = collected
  if (!assignment) throw new UsageError(`No worker has begun with “${name}” yet.`)
  const reported = await writeReports(out, source, assignment, { ...(bom && { bom }) })
  await tellGithub(reported.results, assignment, process.env, console.log)
  process.stdout.write(
    gradingSummary(reported.results, assignment, { dir: out, problems: reported.problems }),
  )
  if (!missing.length) return gradingStatus(reported.results)
  const failures = await withQueue(database, (queue) => queue.failures(name))
  for (const text of missingLines(missing, failures)) console.error(text)
  return GradingStatus.broken
}

const MOST_LINES = 20

function missingLines(missing: Collected['missing'], failures: readonly Failure[]): string[] {
  const faults = new Map(failures.map(({ key, fault }) => [key, fault]))
  const lines = missing.slice(0, MOST_LINES).map(({ key, path }) => {
    const fault = faults.get(key)
    return `genbook: ${oneLine(path)} has no result${fault === undefined ? ' yet.' : `: ${oneLine(fault, 400)}`}`
  })
  const more = missing.length - MOST_LINES
  return more > 0 ? [...lines, `genbook: and ${more} more have no result.`] : lines
}
