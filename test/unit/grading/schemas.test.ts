import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { toIpynb, writeNotebook, type JsonObject } from '../../../src/notebook'
import { releaseNotebook } from '../../../src/notebook/grading'
import { assertNotebook, gradingProblems, notebookProblems } from '../../schemas/validate'
import { cell, marked, master, notebook } from './notebooks'

test('a master and its release are notebooks for Jupyter and for nbgrader', () => {
  for (const [label, made] of Object.entries({ master: master(), release: releaseNotebook(master()) })) {
    assertNotebook(writeNotebook(made), label)
    assertNotebook(toIpynb(made), `${label} as ipynb`)
  }
})

test('every example is a notebook for Jupyter', () => {
  const folder = join(process.cwd(), 'examples')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.genbook'),
  )
  assert.ok(files.length >= 13)
  for (const name of files) assertNotebook(readFileSync(join(folder, name), 'utf8'), name)
})

const json = (edit: (json: Record<string, unknown>) => void) => {
  const made = JSON.parse(writeNotebook(releaseNotebook(master()))) as Record<string, unknown>
  edit(made)
  return made
}
const cellOf = (made: Record<string, unknown>, index: number) =>
  (made['cells'] as Record<string, unknown>[])[index]!

test('the notebook schema rejects what nbformat forbids', () => {
  const wrong: ((json: Record<string, unknown>) => void)[] = [
    (made) => delete made['metadata'],
    (made) => (made['nbformat'] = 3),
    (made) => (made['nbformat_minor'] = 4),
    (made) => (made['extra'] = 1),
    (made) => (made['metadata'] = { kernelspec: { name: 'genbook' } }),
    (made) => delete cellOf(made, 0)['id'],
    (made) => (cellOf(made, 0)['id'] = 'ü'),
    (made) => (cellOf(made, 0)['id'] = cellOf(made, 1)['id']),
    (made) => (cellOf(made, 0)['outputs'] = []),
    (made) => delete cellOf(made, 1)['outputs'],
    (made) => (cellOf(made, 1)['execution_count'] = -1),
    (made) => (cellOf(made, 1)['source'] = [1]),
    (made) => (cellOf(made, 1)['cell_type'] = 'heading'),
    (made) => (cellOf(made, 1)['outputs'] = [{ output_type: 'stream', text: 'a' }]),
    (made) =>
      (cellOf(made, 1)['outputs'] = [
        { output_type: 'display_data', data: { 'text/plain': {} }, metadata: {} },
      ]),
    (made) => (cellOf(made, 1)['outputs'] = [{ output_type: 'update', data: {} }]),
    (made) => (cellOf(made, 1)['metadata'] = { tags: ['a', 'a'] }),
  ]
  for (const edit of wrong) assert.notDeepEqual(notebookProblems(json(edit)), [], edit.toString())
  assert.deepEqual(notebookProblems(json(() => {})), [])
})

test('the grading schema rejects what nbgrader rejects', () => {
  const problems = (metadata: JsonObject, type: 'code' | 'markdown' = 'code') =>
    gradingProblems({ cells: [{ cell_type: type, id: 'a', metadata: { nbgrader: metadata } }] })
  const good = {
    schema_version: 3,
    grade: true,
    locked: true,
    solution: false,
    task: false,
    grade_id: 'a',
    points: 1,
  }
  assert.deepEqual(problems(good), [])
  const wrong: [JsonObject, ('code' | 'markdown')?][] = [
    [{ ...good, schema_version: 2 }],
    [{ ...good, points: -1 }],
    [{ ...good, grade_id: 'ü' }],
    [{ ...good, grade_id: '' }],
    [{ ...good, extra: 1 }],
    [{ ...good, checksum: 'abc' }],
    [{ schema_version: 3, grade: true, locked: true, solution: false, grade_id: 'a' }],
    [{ schema_version: 3, grade: false, locked: true, solution: false }],
    [good, 'markdown'],
    [{ ...good, grade: false, solution: true }, 'markdown'],
    [{ ...good, grade: false, task: true }, 'code'],
  ]
  for (const [metadata, type] of wrong)
    assert.notDeepEqual(problems(metadata, type), [], JSON.stringify(metadata))
  assert.notDeepEqual(
    gradingProblems(
      JSON.parse(writeNotebook(notebook([marked('test', 'a', ''), { ...marked('test', 'a', ''), id: 'b' }]))),
    ),
    [],
  )
  assert.deepEqual(gradingProblems({ cells: [cell('a', '')] }), [])
})
