/** Who takes the tests that cells declare. */
import type { Run } from '../session/run'
import type { TestOptions } from './test'

export interface DeclaredTest {
  readonly name: string
  readonly options: TestOptions<unknown>
}

export interface TestHost {
  /** A cell has declared a test. @throws TypeError where it has one of that name already */
  declare(run: Run, test: DeclaredTest): void
}

/** A host that acts when the rest of a cell has run. @param finish is given the cell's tests, and the cell waits for it */
export function perCell(finish: (tests: readonly DeclaredTest[], cell: string) => Promise<void>): TestHost {
  const declared = new WeakMap<Run, DeclaredTest[]>()
  return {
    declare(run, test) {
      const tests = declared.get(run) ?? []
      if (tests.some(({ name }) => name === test.name))
        throw new TypeError(`test '${test.name}': the cell has a test of this name already`)
      if (!tests.length) {
        declared.set(run, tests)
        run.atEnd.push(() => finish(tests, run.cell.id))
      }
      tests.push(test)
    },
  }
}
