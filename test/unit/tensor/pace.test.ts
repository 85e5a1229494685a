import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Pace } from '../../../src/tensor/pace'

/** Portions that a device gets which takes so long for a unit of work, beside what every portion costs. */
function portions(milliseconds: number, latency: number, count = 8): number[] {
  const pace = new Pace(256)
  return Array.from({ length: count }, () => {
    const { portion } = pace
    pace.took(portion, latency + portion * milliseconds)
    return portion
  })
}

test('a fast device soon gets portions that take about 60 ms', () => {
  const [first, second, ...later] = portions(1e-4, 2)
  assert.deepEqual([first, second], [256, 2048])
  for (const portion of later.slice(4)) assert.ok(portion * 1e-4 > 50 && portion * 1e-4 < 70, `${portion}`)
})

test('a slow device gets what it can do in that time, and at least one unit', () => {
  assert.deepEqual(portions(1, 0, 4), [256, 60, 60, 60])
  assert.deepEqual(portions(1000, 0, 3), [256, 1, 1])
})

test('a portion that took no time at all is followed by a larger one', () => {
  assert.deepEqual(portions(0, 0, 3), [256, 2048, 16384])
})
