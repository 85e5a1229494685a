/** Files that are not what was released. */
import { execFileSync } from 'node:child_process'
import { mkdir, open, symlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parseNotebook, writeNotebook, type Cell, type Notebook } from '../../../../src/notebook'
import { withRole } from '../../../../src/notebook/grading'
import type { Course } from '../notebooks'
import { handIn, master, RIGHT, type Attack } from './attack'

const WRONG = 'function double(x: number): any { return 0 }'

/** A notebook that a student has changed in ways that no editor of ours offers. */
function changed(change: (cells: readonly Cell[]) => readonly Cell[], answer = WRONG) {
  return (course: Course, path: string) => {
    const notebook = handIn(answer)
    return course.write(path, { ...notebook, cells: change(notebook.cells) })
  }
}

function edit(id: string, change: (cell: Cell) => Cell) {
  return (cells: readonly Cell[]) => cells.map((cell) => (cell.id === id ? change(cell) : cell))
}

const written = (content: string | Uint8Array | Notebook) => (course: Course, path: string) =>
  course.write(path, content)

const PASSING = "test('doubles', { run: () => 1, expect: 1, points: 4 })"
const NOT_FOUND = /not found|not in the notebook/i

export const files: readonly Attack[] = [
  {
    name: 'a symbolic link to another submission',
    file: async (course, path) => {
      await mkdir(dirname(`${course.path}/${path}`), { recursive: true })
      await symlink('honest-1.genbook', `${course.path}/${path}`)
    },
    status: 'ungradable',
    reason: /symbolic link/,
    others: 0,
  },
  {
    name: 'a pipe that nobody writes to',
    file: async (course, path) => {
      await mkdir(dirname(`${course.path}/${path}`), { recursive: true })
      execFileSync('mkfifo', [`${course.path}/${path}`])
    },
    status: 'ungradable',
    reason: /no file/,
    others: 0,
  },
  {
    name: '500 MB',
    file: async (course, path) => {
      await course.write(path, '{')
      const file = await open(`${course.path}/${path}`, 'r+')
      await file.truncate(500e6)
      await file.close()
    },
    status: 'ungradable',
    reason: /477 MiB; notebooks of up to/,
    others: 0,
  },
  { name: 'nothing', file: written(''), status: 'ungradable', reason: /empty/, others: 0 },
  {
    name: 'no JSON',
    file: written('#!/bin/sh\nrm -rf /'),
    status: 'ungradable',
    reason: /no notebook/,
    others: 0,
  },
  {
    name: 'JSON that is no notebook',
    file: written('{"nbformat": 4}'),
    status: 'ungradable',
    reason: /no notebook/,
    others: 0,
  },
  {
    name: 'JSON nested a million times',
    file: written('['.repeat(1e6)),
    status: 'ungradable',
    reason: /no notebook|cannot be read/,
    others: 0,
  },
  {
    name: 'two sources in one cell',
    file: (course, path) =>
      course.write(
        path,
        writeNotebook(handIn(WRONG)).replace('"source":', '"source": "double = 2",\n   "source":'),
      ),
    status: 'ungradable',
    reason: /no notebook/,
    others: 0,
  },
  {
    name: 'invalid UTF-8',
    file: (course, path) => {
      const bytes = Buffer.from(writeNotebook(handIn('const name = "Zoë"\n' + WRONG)))
      bytes[bytes.indexOf('ë')] = 0xff
      return course.write(path, bytes)
    },
    status: 'ungradable',
    reason: /UTF-8/,
    others: 0,
  },
  {
    name: 'points and roles edited',
    file: changed((cells) =>
      cells.map((cell) => ({
        ...cell,
        metadata: {
          nbgrader: {
            schema_version: 3,
            grade: true,
            solution: true,
            locked: false,
            task: false,
            grade_id: cell.id,
            points: 1000,
          },
        },
      })),
    ),
    status: 'failed',
    reason: /expected, and 0 came back/,
  },
  {
    name: 'cells in another order',
    file: changed((cells) => [...cells].reverse()),
    status: 'failed',
    reason: /expected, and 0 came back/,
  },
  {
    name: 'the cells of tests as text, so that they do not run',
    file: changed((cells) =>
      cells.map((cell) =>
        cell.id.startsWith('tests')
          ? { id: cell.id, metadata: cell.metadata, source: cell.source, cell_type: 'markdown' }
          : cell,
      ),
    ),
    status: 'failed',
    reason: /type|expected, and 0 came back/,
  },
  {
    name: 'a record of the release that has no tests',
    file: (course, path) => {
      const notebook = handIn(WRONG)
      const released = { version: 1, cells: [] }
      return course.write(path, { ...notebook, metadata: { genbook: { seed: 1, grading: { released } } } })
    },
    status: 'failed',
    reason: /expected, and 0 came back/,
  },
  {
    name: 'a seed and a title of its own',
    file: (course, path) =>
      course.write(path, {
        ...handIn(WRONG),
        metadata: { genbook: { seed: 0, grading: { title: '</title><script>', seconds: 1e9 } } },
      }),
    status: 'failed',
    reason: /expected, and 0 came back/,
  },
  {
    name: 'outputs that say that all is passed',
    file: changed((cells) =>
      cells.map((cell) =>
        cell.cell_type === 'code'
          ? {
              ...cell,
              outputs: [
                {
                  output_type: 'display_data',
                  data: { 'application/vnd.genbook.tests+json': { passed: 4, points: 4 } },
                  metadata: {},
                },
              ],
            }
          : cell,
      ),
    ),
    status: 'failed',
    reason: /expected, and 0 came back/,
  },
  {
    name: 'tests edited so that they pass',
    file: changed(edit('tests-first', (cell) => ({ ...cell, source: PASSING }))),
    status: 'failed',
    reason: /changed|expected, and 0 came back/,
  },
  {
    name: 'setup edited so that everything is right',
    file: changed(edit('setup', (cell) => ({ ...cell, source: 'function meanSquare() { return 0 }' }))),
    status: 'failed',
    reason: /expected, and 0 came back/,
  },
  {
    name: 'tests deleted',
    file: changed((cells) => cells.filter(({ id }) => !id.startsWith('tests'))),
    status: 'failed',
    reason: NOT_FOUND,
  },
  {
    name: 'the answer deleted',
    file: changed((cells) => cells.filter(({ id }) => id !== 'first')),
    status: 'failed',
    reason: NOT_FOUND,
  },
  {
    name: 'everything deleted',
    file: changed(() => []),
    status: 'failed',
    reason: NOT_FOUND,
    others: 0,
  },
  {
    name: 'the answer twice, the second one right',
    file: changed((cells) =>
      cells.flatMap((cell) =>
        cell.id === 'first' ? [cell, { ...cell, id: 'again', source: RIGHT }] : [cell],
      ),
    ),
    status: 'failed',
    reason: /expected, and 0 came back/,
  },
  {
    name: 'the answer as text',
    file: changed(
      edit('first', ({ id, metadata, source }) => ({ id, metadata, source, cell_type: 'markdown' })),
    ),
    status: 'failed',
    reason: /type|expected, and 0 came back/,
  },
  {
    name: 'all ids exchanged',
    file: changed((cells) => {
      const ids = cells.map(({ id }) => id).reverse()
      return cells.map((cell, index) => ({ ...cell, id: ids[index]! }))
    }),
    status: 'failed',
    reason: /expected, and 0 came back/,
  },
  {
    name: 'ids of tests on cells of its own',
    file: changed((cells) => [
      ...cells,
      {
        id: 'tests-first-2',
        cell_type: 'code',
        metadata: withRole({}, 'test', 'tests-first'),
        source: PASSING,
        execution_count: null,
        outputs: [],
      },
    ]),
    status: 'failed',
    reason: /expected, and 0 came back/,
  },
  {
    name: 'a thousand cells of its own',
    file: changed((cells) => [
      ...cells,
      ...Array.from({ length: 1000 }, (_, index): Cell => ({
        id: `more-${index}`,
        cell_type: 'code',
        metadata: {},
        source: 'throw 1',
        execution_count: null,
        outputs: [],
      })),
    ]),
    status: 'failed',
    reason: /expected, and 0 came back/,
  },
  {
    name: 'an answer of two million characters',
    file: changed(edit('first', (cell) => ({ ...cell, source: `${RIGHT} // ${'x'.repeat(2e6)}` }))),
    status: 'failed',
    reason: /characters/,
  },
  {
    name: 'the text of the tests as the answer',
    file: changed(
      edit('first', (cell) => ({
        ...cell,
        source: parseNotebook(writeNotebook(master)).notebook.cells.find(({ id }) => id === 'setup')!.source,
      })),
    ),
    status: 'failed',
    reason: /is the text of the locked cell/,
  },
  {
    name: '=cmd|calc!A0 <script>alert(1)</script>\u202e&#x0;',
    file: changed((cells) => cells),
    status: 'failed',
    reason: /expected, and 0 came back/,
  },
]
