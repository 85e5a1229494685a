/** What New Genbook starts from runs as it stands. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Folder } from '../cli/genbook'

const folder = join(process.cwd(), 'media/templates')
const names = readdirSync(folder).sort()

describe('every template', () => {
  for (const name of names)
    test(`${name} runs`, async (t) => {
      const out = await Folder.create(t)
      const ran = await out.genbook(['run', join(folder, name), '--out', out.path, '--fail-fast'])
      assert.equal(ran.status, 0, `${ran.stdout}\n${ran.stderr}`)
    })

  test('has the types that its cells claim', async (t) => {
    const out = await Folder.create(t)
    const checked = await out.genbook(['check', ...names.map((name) => join(folder, name))])
    assert.equal(checked.status, 0, `${checked.stdout}\n${checked.stderr}`)
  })

  test('and the assignment has nothing that an instructor must mend first', async (t) => {
    const out = await Folder.create(t)
    const { status, stdout, stderr } = await out.genbook(['lint', join(folder, 'assignment.genbook')])
    assert.equal(status, 0, `${stdout}\n${stderr}`)
  })
})
