import type { CodeCache } from './codeCache'
import { PROCESSES } from './limits'
import { RunnerProcess } from './runnerProcess'
import { runnerProgram } from './runnerProgram'
import type { GradeOptions } from './types'

/** Starts a runner in its sandbox. @param seconds that it may live. @param codeCache of an earlier one */
export function startRunner(
  { sandbox, memory, signal }: Pick<GradeOptions, 'sandbox' | 'memory' | 'signal'>,
  seconds: number,
  codeCache?: CodeCache,
): RunnerProcess {
  const launched = sandbox.launch(runnerProgram(codeCache?.folder), { memory, processes: PROCESSES })
  return new RunnerProcess(launched, seconds, signal)
}
