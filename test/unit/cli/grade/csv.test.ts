/** Our CSV, read by others: by the grammar of RFC 4180, and by Python where there is one. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import fc from '../../../property'
import { guarded, writeCsv } from '../../../../src/cli/grade/reports/csv'
import { hostile, hostileTexts } from './hostile'

/** RFC 4180, section 2, with UTF-8 for its TEXTDATA: records end in CRLF, and every character of the file belongs to one. */
function byGrammar(text: string): string[][] {
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y
  const records: string[][] = [[]]
  while (field.lastIndex < text.length) {
    const at = field.lastIndex
    const [, quoted, bare, end] =
      field.exec(text) ?? assert.fail(`no field at ${at}: ${text.slice(at, at + 40)}`)
    records.at(-1)!.push(quoted?.replaceAll('""', '"') ?? bare!)
    if (end === '\r\n') records.push([])
  }
  assert.deepEqual(records.pop(), [], 'the last record has no line end')
  return records
}

/** What a reader should get. */
const expected = (rows: readonly (readonly string[])[]) =>
  rows.map((row) => row.map((text) => guarded(text).replaceAll('\n', '\r\n')))

const table = fc.array(fc.tuple(hostile, hostile, hostile), { maxLength: 6 })

test('every file has the grammar of RFC 4180, and the fields that were written', () => {
  fc.assert(
    fc.property(table, (rows) => {
      const head = ['name', 'a, "b"', 'c\nd']
      assert.deepEqual(byGrammar(writeCsv(head, rows)), expected([head, ...rows]))
    }),
  )
})

test('Python reads the same', (t) => {
  const rows = [
    hostileTexts,
    [...hostileTexts].reverse(),
    fc.sample(hostile, { numRuns: hostileTexts.length, seed: 1 }),
  ]
  const head = hostileTexts.map((_, index) => `h${index}`)
  const csv = writeCsv(head, rows)
  const script =
    'import csv, io, json, sys; text = sys.stdin.buffer.read().decode("utf-8"); print(json.dumps(list(csv.reader(io.StringIO(text, newline=""), strict=True))))'
  const python = spawnSync('python3', ['-c', script], { input: csv, encoding: 'utf8' })
  if (python.error) return t.diagnostic(`there is no Python here: ${python.error.message}`)
  assert.equal(python.status, 0, python.stderr)
  // The file is UTF-8, which has no half characters.
  const whole = expected([head, ...rows]).map((row) => row.map((text) => text.toWellFormed()))
  assert.deepEqual(JSON.parse(python.stdout), whole)
})
