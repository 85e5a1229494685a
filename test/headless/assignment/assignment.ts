/** Masters on disk, for the command line to work on. */
import { writeNotebook, type Cell } from '../../../src/notebook'
import { cell, marked, notebook } from '../../unit/grading/notebooks'
import type { Folder } from '../cli/genbook'

/** A small assignment: one solution, one test cell. */
export interface Parts {
  readonly solution?: string
  readonly tests?: string
  readonly points?: number
  readonly more?: readonly Cell[]
}

export const SOLUTION =
  'const double = (x: number): number => {\n  // BEGIN SOLUTION\n  return 2 * x\n  // END SOLUTION\n}'
export const TESTS =
  "test('two', { given: [1], run: (x) => double(x), expect: 2, points: 1 })\n// BEGIN HIDDEN TESTS\ntest('ten', { given: [5], run: (x) => double(x), points: 2 })\n// END HIDDEN TESTS"

/** Writes a master, with its parts exchanged. @returns its name */
export async function writeMaster(
  folder: Folder,
  { solution = SOLUTION, tests = TESTS, points = 3, more = [] }: Parts = {},
): Promise<string> {
  const name = 'master.genbook'
  const cells = [
    cell('intro', '# Twice', {}, 'markdown'),
    marked('locked', 'setup', "import { test } from 'genbook'"),
    marked('solution', 'double', solution),
    marked('test', 'double-test', tests, { points }),
    ...more,
  ]
  await folder.text(name, writeNotebook(notebook(cells)))
  return name
}
