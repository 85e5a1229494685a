import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { writeNotebook, type JsonObject } from '../../../src/notebook'
import {
  assignmentOf,
  checksum,
  findMarkers,
  hasPlaceholder,
  releaseNotebook,
  roleOf,
  strip,
  totalPoints,
  withAssignment,
  withRole,
} from '../../../src/notebook/grading'
import { md5 } from '../../../src/notebook/grading/md5'
import { Random } from '../notebook/random'
import { cell, marked, master, notebook } from './notebooks'

const source = (id: string) => releaseNotebook(master()).cells.find((cell) => cell.id === id)?.source

test('a solution becomes the placeholder with the indentation of its marker', () => {
  assert.equal(
    source('score'),
    "// The score of N(0, σ²)\nfunction score(x: number): number {\n  throw new Error('Write your answer here')\n}",
  )
  assert.equal(source('step'), "throw new Error('Write your answer here')")
  assert.equal(source('why'), 'YOUR ANSWER HERE')
})

test('hidden tests and mark schemes vanish', () => {
  assert.equal(source('score-test'), "test('at 1', { given: [1], run: (x) => score(x), expect: -1 })")
  assert.equal(source('draw'), 'Draw something.')
})

test('outputs, run numbers and what is the instructor’s alone do not leave', () => {
  const ours = withAssignment(master(), { title: 'Scores', seconds: 60 })
  const genbook = {
    ...(ours.metadata['genbook'] as JsonObject),
    seed: 3,
    run: { backend: 'cpu', device: 'x' },
  }
  const [first, ...rest] = ours.cells
  const run = {
    ...ours,
    metadata: { ...ours.metadata, genbook },
    cells: [
      first!,
      ...rest.map((cell) =>
        cell.cell_type === 'code'
          ? {
              ...cell,
              execution_count: 4,
              outputs: [{ output_type: 'stream' as const, name: 'stdout', text: 'secret' }],
              metadata: {
                ...cell.metadata,
                genbook: { grading: { note: 'secret' } },
                execution: { a: 'secret' },
              },
            }
          : cell,
      ),
    ],
  }
  const released = releaseNotebook(run)
  const text = writeNotebook(released)
  for (const secret of ['secret', 'seconds', '"run"', 'SOLUTION', 'HIDDEN', 'at 7', 'Tweedie', 'MARK SCHEME'])
    assert.ok(!text.includes(secret), secret)
  assert.equal((released.metadata['genbook'] as JsonObject)['seed'], 3)
  assert.equal(assignmentOf(released).title, 'Scores')
  assert.deepEqual(
    released.cells.map((cell) => (cell.cell_type === 'code' ? cell.execution_count : null)),
    released.cells.map(() => null),
  )
})

test('marked cells say to Jupyter what may be done with them', () => {
  const flags = Object.fromEntries(
    releaseNotebook(master()).cells.map(({ id, metadata }) => [
      id,
      [metadata['deletable'], metadata['editable']],
    ]),
  )
  assert.deepEqual(flags, {
    intro: [undefined, undefined],
    setup: [false, false],
    score: [false, undefined],
    'score-test': [false, false],
    step: [false, undefined],
    'step-test': [false, false],
    why: [false, undefined],
    draw: [false, false],
    end: [undefined, undefined],
  })
})

test('the record of a release holds every cell as it was released', () => {
  const released = releaseNotebook(master())
  const record = assignmentOf(released).released
  assert.deepEqual(
    record?.cells.map(({ id, cell_type, metadata, source }) => ({ id, cell_type, metadata, source })),
    released.cells.map(({ id, cell_type, metadata, source }) => ({ id, cell_type, metadata, source })),
  )
})

test('releasing is deterministic, and a released notebook releases as itself', () => {
  const once = writeNotebook(releaseNotebook(master()))
  assert.equal(writeNotebook(releaseNotebook(master())), once)
  assert.deepEqual(
    releaseNotebook(releaseNotebook(master()))
      .cells.map(({ id, source }) => [id, source])
      .filter(([id]) => id !== 'score'),
    releaseNotebook(master())
      .cells.map(({ id, source }) => [id, source])
      .filter(([id]) => id !== 'score'),
  )
})

test('placeholders may be the assignment’s own', () => {
  const own = withAssignment(master(), { placeholders: { code: 'todo()\ntodo()', text: 'Ihre Antwort' } })
  const sources = Object.fromEntries(releaseNotebook(own).cells.map(({ id, source }) => [id, source]))
  assert.equal(sources['why'], 'Ihre Antwort')
  assert.equal(
    sources['score'],
    '// The score of N(0, σ²)\nfunction score(x: number): number {\n  todo()\n  todo()\n}',
  )
  assert.ok(hasPlaceholder(sources['score'], 'code', { code: 'todo()\ntodo()', text: '' }))
  assert.ok(!hasPlaceholder('todo()\nx\ntodo()', 'code', { code: 'todo()\ntodo()', text: '' }))
})

test('every spelling of a marker is understood', () => {
  for (const [begin, end] of [
    ['// BEGIN SOLUTION', '// END SOLUTION'],
    ['//BEGIN SOLUTION', '//END SOLUTION'],
    ['### BEGIN SOLUTION', '### END SOLUTION'],
    ['// ### BEGIN SOLUTION', '// ### END SOLUTION ###'],
    ['/* BEGIN SOLUTION */', '/* END SOLUTION */'],
    ['<!-- BEGIN SOLUTION -->', '<!-- END SOLUTION -->'],
    ['// Begin Solution', '// end solution  '],
  ]) {
    const { regions, problems } = findMarkers(`a\n  ${begin}\nb\n  ${end}\nc`)
    assert.deepEqual(problems, [], begin)
    assert.deepEqual(regions, [{ what: 'solution', first: 1, last: 3, indentation: '  ' }], begin)
  }
})

test('nested, unclosed, crossed and disguised markers are problems in their line', () => {
  const lines = (source: string) => findMarkers(source).problems.map(({ line }) => line)
  assert.deepEqual(lines('// BEGIN SOLUTION\n// BEGIN SOLUTION\n// END SOLUTION'), [1])
  assert.deepEqual(lines('a\n// BEGIN SOLUTION\nb'), [1])
  assert.deepEqual(lines('a\n// END SOLUTION'), [1])
  assert.deepEqual(lines('// BEGIN SOLUTION\n// END HIDDEN TESTS\n// END SOLUTION'), [1])
  assert.deepEqual(lines('return x // BEGIN SOLUTION\n// END SOLUTION'), [0, 1])
  assert.deepEqual(lines('a BEGINNER SOLUTION\nthe end solution'), [])
})

test('no arrangement of markers, however broken, releases a line between the first and the last', () => {
  const random = new Random(11)
  const markers = [
    '// BEGIN SOLUTION',
    '// END SOLUTION',
    '// BEGIN HIDDEN TESTS',
    '// END HIDDEN TESTS',
    'x() // BEGIN SOLUTION',
  ]
  for (let round = 0; round < 2000; round++) {
    const lines = random.list(8, (i) => (random.chance(0.4) ? random.pick(markers) : `line${i}`))
    const text = lines.join('\n')
    const { regions, problems } = findMarkers(text)
    const hidden = new Set(
      problems.length
        ? lines.slice(lines.findIndex((line) => line.includes('BEGIN') || line.includes('END')))
        : regions.flatMap(({ first, last }) => lines.slice(first, last + 1)),
    )
    for (const role of ['solution', 'manual', 'test', 'locked', 'plain'] as const) {
      const kept = strip(text, role, 'code').split('\n')
      assert.deepEqual(
        kept.filter((line) => hidden.has(line)),
        [],
        JSON.stringify({ text, role }),
      )
    }
  }
})

test('MD5 is MD5', () => {
  for (let length = 0; length < 200; length += 7) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 255)
    assert.equal(md5(bytes), createHash('md5').update(bytes).digest('hex'))
  }
})

test('checksums are those of nbgrader', () => {
  const of = (text: string) => createHash('md5').update(text).digest('hex')
  assert.equal(checksum(marked('test', 't', 'x = 1', { points: 2 })), of('x = 1codeTrueFalseTruet2.0'))
  assert.equal(checksum(marked('test', 't', 'ü', { points: 0.5 })), of('ücodeTrueFalseTruet0.5'))
  assert.equal(checksum(marked('test', 't', 'x', { points: 0.00001 })), of('xcodeTrueFalseTruet1e-05'))
  assert.equal(checksum(marked('solution', 's', 'x')), of('xcodeFalseTrueFalses'))
  assert.equal(
    checksum(marked('manual', 'm', 'x', { type: 'markdown', points: 3 })),
    of('xmarkdownTrueTrueFalsem3.0'),
  )
  assert.equal(checksum(marked('locked', 'l', 'x')), of('xcodeFalseFalseTruel'))
  assert.equal(checksum(cell('plain', 'x')), undefined)
  for (const released of releaseNotebook(master()).cells)
    assert.equal((released.metadata['nbgrader'] as JsonObject | undefined)?.['checksum'], checksum(released))
})

test('marking a cell keeps its grade id and points, and unmarking leaves nothing', () => {
  const test = withRole({ tags: ['a'] }, 'test', 'q1')
  assert.equal(roleOf({ metadata: test }), 'test')
  const priced = { ...test, nbgrader: { ...(test['nbgrader'] as JsonObject), points: 4 } }
  const manual = withRole(priced, 'manual', 'other')
  assert.equal(roleOf({ metadata: manual }), 'manual')
  assert.deepEqual(manual['nbgrader'], {
    schema_version: 3,
    grade: true,
    solution: true,
    locked: false,
    task: false,
    grade_id: 'q1',
    points: 4,
  })
  assert.deepEqual(withRole(manual, 'plain', ''), { tags: ['a'] })
})

test('points are those of graded cells only', () => {
  assert.equal(totalPoints(master().cells), 8.5)
  const odd = { nbgrader: { schema_version: 3, grade: true, grade_id: 'a', points: -3 } }
  assert.equal(totalPoints(notebook([cell('a', '', odd)]).cells), 0)
})
