/** Cells that are edited while the service itself is at work on a question about them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LanguageRequest } from '../../../src/kernel/language/protocol'
import { localClient } from '../../language/local'
import { types } from './notebook'

const notebook = 'n'

test('an edit that comes before the answer leaves no wrong edits and no wrong places', async (t) => {
  let edit: ((message: LanguageRequest) => void) | undefined
  const client = localClient(
    () => types,
    (message) => edit?.(message),
  )
  t.after(() => client.dispose())
  const cells = (...sources: string[]) => sources.map((source, index) => ({ id: 'abc'[index]!, source }))
  const before = cells('const rate = 1', 'rate + 1', 'rate * 2')
  /** Asks while the cells become others. */
  const overtaken = async <T>(ask: () => Promise<T>, ...after: string[]) => {
    client.update(notebook, before)
    edit = ({ method }) => {
      if (method !== 'initialize') client.update(notebook, cells(...after))
    }
    try {
      return await ask()
    } finally {
      edit = undefined
    }
  }
  const rename = () => client.rename({ notebook, cell: 'b', offset: 0 }, 'speed')
  const refused = await overtaken(rename, 'const rate = 1', 'rate + 1', 'rate * rate')
  assert.equal(refused?.ok, false)
  const renamed = await rename()
  assert.ok(renamed?.ok)
  assert.deepEqual(
    renamed.edits.map(({ cell, start }) => [cell, start]),
    [
      ['a', 6],
      ['b', 0],
      ['c', 0],
      ['c', 7],
    ],
  )

  const references = await overtaken(
    () => client.references({ notebook, cell: 'b', offset: 0 }),
    '// Faster.\nconst rate = 1',
    'rate + 1',
    '2 * rate',
  )
  assert.deepEqual(
    references!.map(({ place }) => place),
    [
      { cell: 'a', start: 17, end: 21 },
      { cell: 'b', start: 0, end: 4 },
    ],
  )

  const definition = () => client.definitions({ notebook, cell: 'c', offset: 0 })
  assert.deepEqual((await overtaken(definition, '', 'rate + 1', 'rate * 2'))!.places, [])
  assert.equal(await overtaken(definition, 'const rate = 1', 'rate + 1', 'late * 2'), undefined)
  const hover = () => client.hover({ notebook, cell: 'c', offset: 0 })
  assert.equal(await overtaken(hover, 'const rate = 1', 'rate + 1'), undefined)
  assert.match((await overtaken(hover, 'const rate = "s"', 'rate', 'rate * 2'))!.code, /const rate: 1/)
})
