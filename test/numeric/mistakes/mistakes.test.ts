import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { MistakeError, mistakes, type Mistake } from '../../../src/models/mistakes'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { files } from '../backends'

before(() => selectBackend('cpu', files))

/** Each form is put to the test with several streams, so that no check depends on luck. */
const SEEDS = [1, 2]

describe('every mistake is told from the right form', () => {
  // Each has a form of its own kind, which only its own check takes.
  const all = Object.entries(mistakes) as unknown as readonly (readonly [string, Mistake<unknown>])[]
  for (const [name, mistake] of all)
    test(name, async () => {
      for (const seed of SEEDS) {
        await mistake.check(mistake.right, new RandomStream(seed, name))
        await assert.rejects(
          async () => mistake.check(mistake.wrong, new RandomStream(seed, name)),
          MistakeError,
        )
      }
      for (const text of [mistake.title, mistake.written, mistake.correct]) assert.ok(text.trim())
      assert.notEqual(mistake.written, mistake.correct)
    })
})
