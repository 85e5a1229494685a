/** Assignments to test with. */
import type { Cell, JsonObject, Notebook } from '../../../src/notebook'
import { newNotebook } from '../../../src/notebook'
import { withRole, type Role } from '../../../src/notebook/grading'

/** A cell; code unless another type is named. */
export function cell(
  id: string,
  source: string,
  metadata: JsonObject = {},
  cell_type: Cell['cell_type'] = 'code',
): Cell {
  return cell_type === 'code'
    ? { cell_type, id, metadata, source, execution_count: null, outputs: [] }
    : { cell_type, id, metadata, source }
}

/** A cell that is marked as something, with its id as grade id. */
export function marked(
  role: Role,
  id: string,
  source: string,
  { points, type = 'code' }: { points?: number; type?: Cell['cell_type'] } = {},
): Cell {
  const metadata = withRole({}, role, id)
  const nbgrader = metadata['nbgrader'] as JsonObject
  return cell(id, source, points === undefined ? metadata : { nbgrader: { ...nbgrader, points } }, type)
}

export function notebook(cells: readonly Cell[], metadata: JsonObject = {}): Notebook {
  const empty = newNotebook()
  return { ...empty, metadata: { ...empty.metadata, ...metadata }, cells }
}

/** A master with a cell of every role. */
export function master(): Notebook {
  return notebook([
    cell('intro', '# Scores', {}, 'markdown'),
    marked('locked', 'setup', "import { tf } from 'genbook'\nconst sigma = 1"),
    marked(
      'solution',
      'score',
      '// The score of N(0, σ²)\nfunction score(x: number): number {\n  // BEGIN SOLUTION\n  return -x / sigma ** 2\n  // END SOLUTION\n}',
    ),
    marked(
      'test',
      'score-test',
      "test('at 1', { given: [1], run: (x) => score(x), expect: -1 })\n\n// BEGIN HIDDEN TESTS\ntest('at 7', { given: [7], run: (x) => score(x), expect: -7 })\n// END HIDDEN TESTS",
      { points: 2 },
    ),
    marked('solution', 'step', '// BEGIN SOLUTION\nconst step = (x: number) => x / 2\n// END SOLUTION'),
    marked('test', 'step-test', "test('half', { run: () => step(4), expect: 2 })", { points: 1.5 }),
    marked('manual', 'why', 'Because of Tweedie.', { points: 3, type: 'markdown' }),
    marked(
      'task',
      'draw',
      'Draw something.\n\n=== BEGIN MARK SCHEME ===\none point a line\n=== END MARK SCHEME ===',
      {
        points: 2,
        type: 'markdown',
      },
    ),
    cell('end', 'Thank you.', {}, 'markdown'),
  ])
}
