import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import fc from '../../../property'
import { applyManual } from '../../../../src/cli/grade/manual/apply'
import { readManualEntries, type ManualEntry } from '../../../../src/cli/grade/manual/entries'
import { fingerprint } from '../../../../src/cli/grade/manual/fingerprint'
import { openSheet, wholeSheet } from '../../../../src/cli/grade/manual/sheet'
import { readCsv } from '../../../../src/cli/grade/reports/csv'
import { printable } from '../../../../src/cli/grade/reports/printable'
import { cellGrade, manualCell, result, testGrade } from './fixtures'
import { hostile } from './hostile'

const q1 = cellGrade('q1', [testGrade('t', 1, 2)])
const ada = result('ada', [q1, manualCell('essay', 4)])
const bob = result('bob', [q1, manualCell('essay', 4)])
const entry = (more: Partial<ManualEntry> = {}): ManualEntry => ({
  student: 'ada',
  gradeId: 'essay',
  points: 3,
  place: 'manual.csv:2',
  ...more,
})
const essayOf = ({ cells }: { readonly cells: readonly (typeof q1)[] }) =>
  cells.find(({ gradeId }) => gradeId === 'essay')!

void describe('grades of persons', () => {
  test('count, and the submission is settled once nothing is open', () => {
    const { results, problems } = applyManual([ada, bob], [entry({ comment: 'Good.', by: 'Curie' })])
    assert.deepEqual(problems, [])
    assert.deepEqual([results[0]!.points, results[0]!.status], [4, 'failed'])
    assert.deepEqual(essayOf(results[0]!).manual, { points: 3, comment: 'Good.', by: 'Curie' })
    assert.deepEqual([results[1]!.points, results[1]!.status], [1, 'needs-manual'])
  })

  test('applied again change nothing, and taken back leave no trace', () => {
    const once = applyManual([ada, bob], [entry(), entry({ student: 'bob', gradeId: 'q1', points: 2 })])
    const twice = applyManual(
      once.results,
      [entry(), entry({ student: 'bob', gradeId: 'q1', points: 2 })],
      once.seen,
    )
    assert.deepEqual(twice, once)
    assert.equal(once.results[1]!.points, 2)
    assert.deepEqual(applyManual(once.results, []).results, [ada, bob])
  })

  test('are flagged, and still count, where the automatic part has changed since', () => {
    const first = applyManual([ada], [entry()])
    assert.equal(essayOf(first.results[0]!).manual?.flagged, undefined)
    const regraded = result('ada', [cellGrade('q1', [testGrade('t', 2, 2)]), manualCell('essay', 4)])
    const second = applyManual([regraded], [entry()], first.seen)
    assert.match(essayOf(second.results[0]!).manual!.flagged!, /has changed since this was graded/)
    assert.equal(second.results[0]!.points, 5)
    // It stays flagged until the person has looked: changes the entry, or accepts it.
    assert.ok(essayOf(applyManual([regraded], [entry()], second.seen).results[0]!).manual!.flagged)
    const changed = applyManual([regraded], [entry({ points: 2 })], second.seen)
    assert.equal(essayOf(changed.results[0]!).manual?.flagged, undefined)
    const accepted = applyManual([regraded], [entry()], second.seen, { accept: true })
    assert.equal(essayOf(accepted.results[0]!).manual?.flagged, undefined)
    assert.equal(
      essayOf(applyManual([regraded], [entry()], accepted.seen).results[0]!).manual?.flagged,
      undefined,
    )
  })

  test('a sheet says which version the person saw, even where nobody has run the reports since', () => {
    const seen = fingerprint(ada)
    assert.equal(essayOf(applyManual([ada], [entry({ seen })]).results[0]!).manual?.flagged, undefined)
    assert.ok(essayOf(applyManual([ada], [entry({ seen: 'another' })]).results[0]!).manual?.flagged)
    const accepted = applyManual([ada], [entry({ seen: 'another' })], {}, { accept: true })
    const later = applyManual([ada], [entry({ seen: 'another' })], accepted.seen)
    assert.equal(essayOf(later.results[0]!).manual?.flagged, undefined)
    const resubmitted = { ...ada, submission: { ...ada.submission, hash: 'other' } }
    assert.ok(essayOf(applyManual([resubmitted], [entry({ seen })]).results[0]!).manual?.flagged)
    // Time, memory and manual grades are no change.
    assert.equal(fingerprint({ ...ada, seconds: 99, peakMemory: 1 }), seen)
    assert.equal(fingerprint(applyManual([ada], [entry()]).results[0]!), seen)
  })

  test('what does not fit is said with its place, and does not count', () => {
    const cases: [Partial<ManualEntry>, RegExp][] = [
      [{ student: 'eve' }, /^manual\.csv:2: there is no submission “eve”/],
      [{ submission: 'other.genbook' }, /no submission “other\.genbook” of “ada”/],
      [{ gradeId: 'esay' }, /ada has no cell “esay”/],
      [{ points: 5 }, /“essay” has 0 to 4 points, and 5 were given/],
      [{ points: -1 }, /0 to 4 points, and -1 were given/],
    ]
    for (const [more, problem] of cases) {
      const { results, problems } = applyManual([ada], [entry(more)])
      assert.equal(problems.length, 1)
      assert.match(problems[0]!, problem)
      assert.deepEqual(results, [ada])
    }
    const twice = applyManual([ada], [entry(), entry({ points: 1, place: 'manual/bob.csv:9' })])
    assert.match(
      twice.problems.join(),
      /^manual\/bob\.csv:9: another grade .* is in manual\.csv:2, and that one counts/,
    )
    assert.equal(essayOf(twice.results[0]!).points, 3)
    const same = { ...ada, submission: { ...ada.submission, name: 'late.genbook', path: 'late/ada.genbook' } }
    assert.match(
      applyManual([ada, same], [entry()]).problems.join(),
      /2 submissions fit “ada”; fill in the column “submission”/,
    )
    assert.deepEqual(applyManual([ada, same], [entry({ submission: 'late.genbook' })]).problems, [])
  })
})

async function folderWith(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'genbook-manual-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'manual'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

void describe('files of grades', () => {
  test('are read as people and spreadsheet programs write them', async (t) => {
    const folder = await folderWith(t, {
      'manual.csv':
        '\ufeffStudent;Grade_ID;Points;Comment\r\nada;essay;2,5;"Good;\r\nbut late"\r\nbob;essay;;\r\n',
      'manual.json': JSON.stringify([{ student: 'bob', grade_id: 'essay', points: 4, graded_by: 'Curie' }]),
      'manual/eve.csv': "student,submission,grade_id,points\n'=eve,,essay,1\n",
      'manual/notes.txt': 'not a grade',
    })
    const { entries, problems } = await readManualEntries(folder)
    assert.deepEqual(problems, [])
    assert.deepEqual(
      entries.map(({ student, points, comment, by, place }) => [student, points, comment, by, place]),
      [
        ['ada', 2.5, 'Good;\nbut late', undefined, 'manual.csv:2'],
        ['bob', 4, undefined, 'Curie', 'manual.json: entry 1'],
        ['=eve', 1, undefined, undefined, 'manual/eve.csv:2'],
      ],
    )
  })

  test('that are broken say where, and the others count', async (t) => {
    const folder = await folderWith(t, {
      'manual.csv': 'student,grade_id,points\nada,essay,three\nbob,essay,1\n',
      'manual.json': '{',
      'manual/a.csv': 'who,what\n',
      'manual/b.csv': 'student,grade_id,points\n"ada,essay,1\n',
    })
    const { entries, problems } = await readManualEntries(folder)
    assert.deepEqual(
      entries.map(({ student }) => student),
      ['bob'],
    )
    for (const expected of [
      /manual\.csv:2: points must be a number, and are “three”/,
      /manual\.json: .*JSON.* No grade in it counts/,
      /manual\/a\.csv: its first line lacks the column “student”/,
      /manual\/b\.csv: line 2: a quoted field never ends\./,
    ])
      assert.match(problems.join('\n'), expected)
  })

  test('a sheet that a person fills in finds its cells again, whatever the students are called', async (t) => {
    const folder = await folderWith(t, {})
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (student, title) => {
        const graded = result(student, [manualCell('essay', 4, { title })])
        const sheet = wholeSheet([graded], {})!
        const [head, row] = readCsv(sheet).map(({ fields }) => [...fields])
        row![head!.indexOf('points')] = '2'
        const quoted = [head!, row!].map((fields) =>
          fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(','),
        )
        await writeFile(join(folder, 'manual.csv'), quoted.join('\r\n'))
        const { entries, problems } = await readManualEntries(folder)
        const applied = applyManual([graded], entries)
        assert.deepEqual([...problems, ...applied.problems], [])
        assert.equal(applied.results[0]!.points, 2)
        assert.equal(printable(entries[0]!.student), printable(student))
      }),
      { numRuns: 60 },
    )
  })

  test('the sheet of what is open has what waits and what is flagged', () => {
    const { results } = applyManual([ada, bob], [entry({ seen: 'another' })])
    const rows = readCsv(openSheet(results, {})!).map(({ fields }) => [
      fields[0],
      fields[5],
      fields[9]!.slice(0, 14),
    ])
    assert.deepEqual(rows.slice(1), [
      ['ada', '3', 'The submission'],
      ['bob', '', ''],
    ])
    assert.equal(openSheet(applyManual([ada], [entry()]).results, {}), undefined)
    assert.equal(wholeSheet([result('eve', [q1])], {}), undefined)
    const nothing = { ...bob, status: 'ungradable' as const }
    assert.equal(wholeSheet([nothing], {}), undefined)
    assert.equal(openSheet([nothing], {}), undefined)
  })
})
