import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { SubmissionResult } from '../../../src/cli/grade/result'
import { handIn, master, RIGHT, type Attack } from './attacks/attack'
import { bombs, timeBombs } from './attacks/bombs'
import { channel } from './attacks/channel'
import { files } from './attacks/files'
import { overriding } from './attacks/overriding'
import { reading } from './attacks/reading'
import { gradeCourse } from './grade'
import { Course } from './notebooks'

const HONEST: readonly { readonly answer: string; readonly points: number }[] = [
  { answer: RIGHT, points: 6 },
  { answer: 'const double = (x: number) => 2 * x', points: 6 },
  { answer: 'function double(x: number) { return x > 3 ? x : 2 * x }', points: 4 },
]

/** Hands in attacks with honest work between them, grades them all at once, and holds each against what was foretold. */
function attackTogether(title: string, attacks: readonly Attack[], options: readonly string[]): void {
  describe(title, () => {
    const cleanups: (() => unknown)[] = []
    let results: ReadonlyMap<string, SubmissionResult>
    let status: number | null
    let printed = ''

    before(async () => {
      const course = await Course.create({ after: (cleanup) => void cleanups.push(cleanup as () => unknown) })
      await course.write('master.genbook', master)
      for (const [index, { answer }] of HONEST.entries())
        await course.write(`submitted/honest-${index}.genbook`, handIn(answer))
      for (const [index, { file, first }] of attacks.entries()) {
        const path = `submitted/attack-${index}.genbook`
        if (file) await file(course, path)
        else await course.write(path, handIn(first!))
      }
      ;({ results, status, printed } = await gradeCourse(course, [
        '--jobs',
        '2',
        '--memory',
        '400',
        ...options,
      ]))
    })
    after(async () => {
      for (const cleanup of cleanups) await cleanup()
    })

    test(`${title}: honest work between attacks is graded as ever`, () => {
      assert.equal(status, attacks.some((attack) => attack.status === 'ungradable') ? 3 : 0, printed)
      assert.equal(results.size, HONEST.length + attacks.length)
      for (const [index, { points }] of HONEST.entries())
        assert.equal(
          results.get(`honest-${index}`)?.points,
          points,
          JSON.stringify(results.get(`honest-${index}`)),
        )
    })

    for (const [index, attack] of attacks.entries())
      test(`attack: ${attack.name.replaceAll(/[^\x20-\x7e]/g, '?')}`, () => {
        const result = results.get(`attack-${index}`)
        assert.ok(result, printed)
        const said = JSON.stringify(
          result,
          (key, value: unknown) => (key === 'outputs' || key === 'source' ? undefined : value),
          1,
        )
        const cell = (id: string) => result.cells.find(({ gradeId }) => gradeId === id)
        assert.equal(cell('tests-first')?.points, attack.points ?? 0, said)
        assert.equal(cell('tests-second')?.points, attack.others ?? 2, said)
        if (result.status !== attack.otherStatus) assert.equal(result.status, attack.status, said)
        assert.match(reasonsOf(result), attack.reason)
      })
  })
}

function reasonsOf(result: SubmissionResult): string {
  const texts = [
    result.reason,
    ...result.notes,
    ...result.cells.flatMap(({ reason, tests }) => [
      reason,
      ...tests.flatMap(({ reason, evidence }) => [reason, evidence?.expected]),
    ]),
  ]
  return texts.filter((text) => text !== undefined).join('\n')
}

attackTogether('overriding', overriding, ['--cell-timeout', '60'])
attackTogether('the channel', channel, ['--cell-timeout', '60'])
attackTogether('reading', reading, ['--cell-timeout', '60'])
attackTogether('files', files, ['--cell-timeout', '60'])
attackTogether('bombs', bombs, ['--cell-timeout', '60'])
// Each of these takes its time limit, twice.
attackTogether('time bombs', timeBombs, ['--cell-timeout', '3'])

test('there are at least 60 attacks, each of its own name', () => {
  const names = [...overriding, ...channel, ...reading, ...files, ...bombs, ...timeBombs].map(
    ({ name }) => name,
  )
  assert.ok(names.length >= 60, String(names.length))
  assert.equal(new Set(names).size, names.length)
})
