import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { caught, mistakes } from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { files } from '../backends'

before(() => selectBackend('cpu', files))

describe('mistakes of samplers, and what their checks say', () => {
  test('the drift of the ODE in the SDE leaves the law too wide', async () => {
    assert.match(
      await caught(mistakes.reverseDriftWithHalf),
      /N\(0, 0\.001\) the variance is 0\.01\d+, but should be 0\.0016/,
    )
  })

  test('Δt in the place of its root leaves hardly any noise', async () => {
    assert.match(await caught(mistakes.noiseByTheStep), /variance is 0\.000[0-9]+, but should be 0\.00/)
  })

  test('the root of a negative step is no number', async () => {
    assert.match(await caught(mistakes.rootOfNegativeStep), /variance is NaN/)
  })

  test('the ODE without ½ contracts twice as much', async () => {
    assert.match(await caught(mistakes.flowWithoutHalf), /should be/)
  })

  test('refused noise drawn again more than doubles a variance', async () => {
    const said = await caught(mistakes.refusedNoiseRedrawn, new RandomStream(3, 'refused'))
    assert.match(said, /is 0\.[4-9]\d*, but should be 0\.25/)
  })
})
