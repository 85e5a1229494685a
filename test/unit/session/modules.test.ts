import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as genbook from '../../../src/kernel/library/genbook'
import * as bySpecifier from '../../../src/kernel/library/genbook/data'
import { data } from '../../../src/models'

test('what `data` has, `genbook/data` exports', () => {
  for (const [name, value] of Object.entries(data))
    assert.equal((bySpecifier as Readonly<Record<string, unknown>>)[name], value, name)
  assert.equal(bySpecifier.readFolder, genbook.readFolder)
})
