import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { writeResult } from '../../../../src/cli/grade/json'
import { mergeResults } from '../../../../src/cli/grade/merge'
import { fromFile, inMemory, withoutBulk } from '../../../../src/cli/grade/source'
import { assignmentOf, cellGrade, manualCell, result, testGrade } from './fixtures'

const cells = [cellGrade('q', [testGrade('t', 1, 1)]), manualCell('essay', 4)]
const ada = result('ada', cells)

async function fileWith(t: TestContext, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'genbook-source-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'results.jsonl')
  await writeFile(path, text)
  return path
}

test('a file gives results without their bulk, and each in full, lines longer than what is read at once too', async (t) => {
  const long = result('long', [manualCell('essay', 4, { source: 'é'.repeat(1_500_000) })])
  const path = await fileWith(
    t,
    `${writeResult(ada)}\n\n${writeResult(long)}\n${writeResult(result('eve', cells))}`,
  )
  const source = await fromFile(path)
  assert.deepEqual(
    source.results.map(({ student }) => student),
    ['ada', 'long', 'eve'],
  )
  assert.deepEqual(source.results[1], withoutBulk(long))
  assert.equal(source.results[1]?.cells[0]?.source, undefined)
  assert.deepEqual(await source.full(1), long)
  assert.deepEqual(await source.full(0), ada)
  assert.deepEqual((await source.full(2)).student, 'eve')
  await source.close()
})

test('a line that is no result is named', async (t) => {
  const path = await fileWith(t, `${writeResult(ada)}\n\n{}\n`)
  await assert.rejects(fromFile(path), {
    name: 'ResultFormatError',
    message: /results\.jsonl:3: not a grading result/,
  })
})

test('shards become one grading, each submission once', async () => {
  const assignment = assignmentOf(cells)
  const shard = (dir: string, ...names: string[]) => ({
    dir,
    assignment,
    source: inMemory(names.map((name) => result(name, cells))),
  })
  const merged = mergeResults([shard('1', 'ada', 'bob'), shard('2', 'eve'), shard('again', 'bob')])
  assert.deepEqual(
    merged.source.results.map(({ student }) => student),
    ['ada', 'bob', 'eve'],
  )
  assert.equal((await merged.source.full(2)).student, 'eve')
  const other = { ...shard('3', 'bob'), source: inMemory([result('bob', cells, { key: 'another' })]) }
  assert.throws(
    () => mergeResults([shard('1', 'bob'), other]),
    /bob \(in\/bob\.genbook\) was graded differently in 1 and 3/,
  )
  const foreign = { ...shard('4', 'zoe'), assignment: { ...assignment, master: 'another' } }
  assert.throws(
    () => mergeResults([shard('1', 'bob'), foreign]),
    /4 and 1 were graded with different masters/,
  )
})
