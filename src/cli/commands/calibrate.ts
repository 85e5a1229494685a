/** `genbook calibrate`: how exact the tests of a master can be, found by running it on each backend. */
import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { writeNotebook } from '../../notebook'
import { withAssignment } from '../../notebook/grading'
import { Status } from '../failure'
import { calibrateMaster } from '../grade/assignment'
import { readNotebook } from '../notebook'
import {
  limitsOf,
  openChosenSandbox,
  withLimits,
  withSandbox,
  type LimitOptions,
  type SandboxOptions,
} from './runOptions'

const HELP = `
A right answer computes the same numbers in another way, and rounds differently; how much depends on what is computed. The master is run
on WASM and on plain JavaScript, and tests without a tolerance of their own get eight times what the two differ by, and never less than
1e-5 relative. The tolerances are written into the master, and hold until a cell of it is changed.

Example:
  genbook calibrate master.genbook`

export function addCalibrate(program: Command, finish: (status: number) => void): void {
  const command = program
    .command('calibrate')
    .description("find the tolerances of a master's tests, and write them into it")
    .argument('<master>', "the instructor's notebook")
  withSandbox(withLimits(command))
    .addHelpText('after', HELP)
    .action(async (path: string, options: LimitOptions & SandboxOptions) =>
      finish(await calibrate(path, options)),
    )
}

async function calibrate(path: string, options: LimitOptions & SandboxOptions): Promise<number> {
  const sandbox = openChosenSandbox(options)
  const file = await readNotebook(path)
  const calibration = await calibrateMaster(path, { ...limitsOf(options), sandbox })
  await writeFile(path, writeNotebook(withAssignment(file.notebook, { calibration }), file))
  for (const [gradeId, tests] of Object.entries(calibration.tests))
    for (const [name, { relative }] of Object.entries(tests))
      console.log(`${gradeId}: ${name}: relative ${Number(relative.toPrecision(2))}`)
  return Status.ok
}
