/** The options that say how submissions are run: of `grade`, and of whoever else runs them. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import { UsageError } from '../failure'
import { DEFAULT_CELL_TIMEOUT, DEFAULT_MEMORY, DEFAULT_TIMEOUT, LEAST_MEMORY } from '../grade/limits'
import { SandboxError, type Sandbox } from '../grade/sandbox'
import { openSandbox, type SandboxChoice } from '../grade/sandbox/open'

/** What decides results. */
export interface LimitOptions {
  readonly timeout?: number
  readonly cellTimeout: number
  readonly memory: number
  readonly seed?: number
}

export interface SandboxOptions {
  readonly sandbox: SandboxChoice
  readonly image?: string
  readonly trust?: true
}

export function withLimits(command: Command): Command {
  return command
    .option(
      '--timeout <seconds>',
      `end a submission that takes longer in all (default: what the master says, or ${DEFAULT_TIMEOUT})`,
      positive,
    )
    .option('--cell-timeout <seconds>', 'stop a cell that takes longer', positive, DEFAULT_CELL_TIMEOUT)
    .option('--memory <MiB>', 'end a submission that uses more', memory, DEFAULT_MEMORY)
    .option('--seed <number>', "exchange the master's seed", seed)
}

export function withSandbox(command: Command): Command {
  return command
    .addOption(
      new Option('--sandbox <kind>', 'what keeps submissions in')
        .choices(['auto', 'bubblewrap', 'docker', 'podman', 'none'])
        .default('auto'),
    )
    .option('--image <name>', 'the image of a container, which must be there already')
    .option('--trust', 'run without a sandbox where there is none: submissions can do all that you can')
}

/** @throws UsageError where there is no sandbox and nobody vouches for the submissions */
export function openChosenSandbox({ sandbox, trust, image }: SandboxOptions): Sandbox {
  try {
    return openSandbox({ choice: sandbox, trust: trust === true, ...(image !== undefined && { image }) })
  } catch (error) {
    if (error instanceof SandboxError) throw new UsageError(error.message)
    throw error
  }
}

/** @param seconds that the master gives a submission */
export function limitsOf(options: LimitOptions, seconds = DEFAULT_TIMEOUT) {
  const { timeout = seconds, cellTimeout, memory } = options
  return { timeout, cellTimeout: Math.min(cellTimeout, timeout), memory }
}

export function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number from 1.')
  return value
}

function seed(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('It must be a whole number from 0 to 2^53 - 1.')
  return value
}

function memory(text: string): number {
  const value = wholeNumber(text)
  if (value < LEAST_MEMORY) throw new InvalidArgumentError(`A runner needs at least ${LEAST_MEMORY} MiB.`)
  return value
}

function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 1e6)) throw new InvalidArgumentError('It must be a number of seconds above 0.')
  return value
}
