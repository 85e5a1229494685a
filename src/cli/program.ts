/** The command line as people type it. */
import { Command, CommanderError } from 'commander'
import { version } from './built'
import { addAutograder } from './commands/autograder'
import { addCalibrate } from './commands/calibrate'
import { addCheck } from './commands/check'
import { addExport } from './commands/export'
import { addFeedback } from './commands/feedback'
import { addGrade } from './commands/grade'
import { addLint } from './commands/lint'
import { addQueue } from './commands/queue'
import { addRelease } from './commands/release'
import { addRerun } from './commands/rerun'
import { addRun } from './commands/run'
import { addText } from './commands/text'
import { addWorker } from './commands/worker'
import { Status, UsageError } from './failure'

const EXAMPLES = `
Examples:
  genbook run assignment.genbook --out done --html
  genbook check assignment.genbook
  genbook export assignment.genbook --html

Exit status: 0 all went well; 1 a cell failed or has an error; 2 the call or a file was bad; 130 stopped by Ctrl-C.`

/** @returns the exit status */
export async function main(args: readonly string[]): Promise<number> {
  let status: number = Status.ok
  const finish = (result: number) => {
    status = result
  }
  const program = new Command('genbook')
    .description('Runs, checks and exports .genbook notebooks without an editor.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(add --help for what is possible)')
    .exitOverride()
  const commands = [
    ...[addRun, addRerun, addCheck, addExport, addText],
    ...[addLint, addRelease, addCalibrate, addGrade, addFeedback],
    ...[addQueue, addWorker, addAutograder],
  ]
  for (const add of commands) add(program, finish)
  try {
    await program.parseAsync(args, { from: 'user' })
    return status
  } catch (error) {
    // Help and version end this way, too; what is wrong with a call has been printed by then.
    if (error instanceof CommanderError) return error.exitCode === 0 ? Status.ok : Status.bad
    if (!(error instanceof UsageError)) throw error
    console.error(`genbook: ${error.message}`)
    return Status.bad
  }
}
