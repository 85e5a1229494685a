/** `genbook calibrate`: how exact the tests of a master can be, found by running it on each backend. */
import type { Command } from 'commander'
import { hasErrors, showFindings, tally } from '../assignment/findings'
import { Status } from '../failure'
import { calibratedWords, calibrateMaster, keepCalibration } from '../grade/calibrateMaster'
import { readNotebook } from '../notebook'
import { limitsOf, withLimits, type LimitOptions } from './runOptions'

const HELP = `
A right answer computes the same numbers in another way, and rounds differently; how much depends on what is computed. The master is run
on WASM, on plain JavaScript and, where there is one, on a GPU, and tests without a tolerance of their own get eight times what these
differ by, and never less than 1e-5 relative. The tolerances are written into the master, and hold until a cell of it is changed.
A test that passes on one of them and not on another is an error. With --seed the tolerances are for grading with that seed.
genbook release does the same where that is needed.

Example:
  genbook calibrate master.genbook`

export function addCalibrate(program: Command, finish: (status: number) => void): void {
  const command = program
    .command('calibrate')
    .description("find the tolerances of a master's tests, and write them into it")
    .argument('<master>', "the instructor's notebook")
  withLimits(command)
    .addHelpText('after', HELP)
    .action(async (path: string, options: LimitOptions) => finish(await calibrate(path, options)))
}

async function calibrate(path: string, options: LimitOptions): Promise<number> {
  const file = await readNotebook(path)
  const calibrated = await calibrateMaster(file, {
    ...limitsOf(options),
    ...(options.seed !== undefined && { seed: options.seed }),
  })
  const { calibration, findings } = calibrated
  process.stderr.write(showFindings(file, findings, 'text'))
  if (hasErrors(findings)) {
    console.error(`${tally(findings)}: no tolerances were written into ${path}.`)
    return Status.failed
  }
  await keepCalibration(file, calibration)
  for (const [gradeId, tests] of Object.entries(calibration.tests))
    for (const [name, { relative }] of Object.entries(tests))
      console.log(`${gradeId}: ${name}: relative ${Number(relative.toPrecision(2))}`)
  console.error(calibratedWords(calibrated))
  return Status.ok
}
