/** Who takes the tests that cells declare: the session itself, or a grader. */
import type { Run } from '../session/run'
import type { TestOptions } from './test'
import { sessionTests } from './sessionTests'

export interface TestHost {
  /** A cell has declared a test; `run.atEnd` lets the host act when the cell's own code is over. */
  declare(run: Run, name: string, options: TestOptions<unknown>): void
}

let host: TestHost = sessionTests

export function currentHost(): TestHost {
  return host
}

export function setTestHost(next: TestHost): void {
  host = next
}
