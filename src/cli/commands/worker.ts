/** `genbook worker`: grades what is in the queue. */
import { availableParallelism } from 'node:os'
import type { Command } from 'commander'
import { Status } from '../failure'
import { QueueGrader } from '../grade/queue/grader'
import { connect } from '../grade/queue/open'
import { FolderStore } from '../grade/queue/store'
import { work } from '../grade/queue/worker'
import { counted } from '../words'
import { placed } from './queue'
import { openChosenSandbox, wholeNumber, withSandbox, type SandboxOptions } from './runOptions'

interface Options extends SandboxOptions {
  readonly database?: string
  readonly store: string
  readonly jobs: number
  readonly untilDone?: true
}

const HELP = `
Ctrl-C, or SIGTERM, lets the worker finish what it has begun; the second time, it gives that back to the queue.

Examples:
  genbook worker --store /shared/grading --jobs 8
  genbook worker --store /shared/grading --until-done          ends when nothing is left to grade`

export function addWorker(program: Command, finish: (status: number) => void): void {
  withSandbox(
    placed(program.command('worker').description('grade what `genbook queue` holds, until stopped'))
      .option('--jobs <number>', 'how many at a time', wholeNumber, Math.max(1, availableParallelism() - 1))
      .option('--until-done', 'end when nothing waits and nobody works'),
  )
    .addHelpText('after', HELP)
    .action(async (options: Options) => finish(await run(options)))
}

async function run(options: Options): Promise<number> {
  const { database, store: folder, jobs, untilDone = false } = options
  const say = (message: string) => console.error(`${new Date().toISOString()} ${message}`)
  const sandbox = openChosenSandbox(options)
  say(`Sandbox: ${sandbox.words}`)
  const queue = await connect(database, {
    connections: jobs + 3,
    onFault: (message) => say(`The database: ${message}`),
  })
  const store = new FolderStore(folder)
  const grader = await QueueGrader.open(store, sandbox)
  const drain = new AbortController()
  const stop = new AbortController()
  const onSignal = () => {
    if (drain.signal.aborted) stop.abort()
    else say('Finishing what has begun; once more gives it back to the queue.')
    drain.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  try {
    say(`Waiting for submissions, ${jobs} at a time.`)
    const finished = await work(queue, store, {
      grade: async (claim, signal) => {
        const result = await grader.grade(claim, signal)
        say(`${claim.batch} ${result.student}: ${result.status}, ${result.seconds.toFixed(1)} s`)
        return result
      },
      jobs,
      untilDone,
      drain: drain.signal,
      stop: stop.signal,
      say,
    })
    say(`${counted(finished, 'submission')} done.`)
    return stop.signal.aborted ? Status.interrupted : Status.ok
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
    await grader.close()
    await queue.close()
  }
}
