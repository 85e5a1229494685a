import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Folder } from '../cli/genbook'

const folder = join(process.cwd(), 'examples')
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.genbook'))
  .sort()

interface Cell {
  readonly cell_type: string
  readonly source: readonly string[]
  readonly outputs?: readonly unknown[]
}

describe('every example', () => {
  for (const name of names)
    test(`${name} runs`, async (t) => {
      const out = await Folder.create(t)
      const ran = await out.genbook(['run', join(folder, name), '--out', out.path, '--fail-fast'])
      assert.equal(ran.status, 0, `${ran.stdout}\n${ran.stderr}`)
      const cells = (JSON.parse(readFileSync(join(out.path, name), 'utf8')) as { cells: Cell[] }).cells
      const last = cells.findLast(({ cell_type }) => cell_type === 'code')
      // Its numbers are checked where they are made.
      assert.match(last!.source.join(''), /\bcheck\(/, 'the last cell states what must be true')
      assert.match(JSON.stringify(last!.outputs), /✓/)
    })

  test('has the types that its cells claim', async (t) => {
    const out = await Folder.create(t)
    const checked = await out.genbook(['check', ...names.map((name) => join(folder, name))])
    assert.equal(checked.status, 0, `${checked.stdout}\n${checked.stderr}`)
  })
})
