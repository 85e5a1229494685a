import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RandomStream } from '../../../src/tensor'
import { onBuilds, read } from './builds'

/** A stream at a place near where the lower word of the counter runs over, among others. */
const PLACES = [0, 1, 12345, 2 ** 32 - 2, 2 ** 32, 2 ** 40 + 3]
const COUNTS = [0, 1, 2, 3, 4, 5, 15, 16, 17, 1001]

function streamAt(position: number): RandomStream {
  const stream = new RandomStream(5, 'wasm')
  stream.position = position
  return stream
}

onBuilds('random streams', () => {
  test('uniforms have the bits that JavaScript gives, and leave the stream at the same place', () => {
    for (const position of PLACES)
      for (const count of COUNTS)
        for (const [low, high] of [
          [0, 1],
          [-3, 0.1],
        ] as const) {
          const [ours, theirs] = [streamAt(position), streamAt(position)]
          const { values } = read(ours.uniformTensor([count], low, high))
          assert.deepEqual(
            values,
            Float32Array.from(theirs.uniform(count), (u) => low + u * (high - low)),
          )
          assert.equal(ours.position, theirs.position)
        }
  })

  test('normals agree with double precision to three units in the last place of the larger of a pair', () => {
    for (const position of PLACES)
      for (const count of COUNTS) {
        const [ours, theirs] = [streamAt(position), streamAt(position)]
        const { values } = read(ours.normalTensor([count]))
        const expected = theirs.normal(count)
        assert.equal(values.length, count)
        for (const [i, value] of values.entries()) {
          // A pair is a length and an angle: both numbers have the length's error.
          const pair = Math.hypot(expected[i - (i % 2)]!, expected[i - (i % 2) + 1] ?? 0)
          const unit = 2 ** (Math.floor(Math.log2(Math.max(pair, 1e-6))) - 23)
          assert.ok(Math.abs(value - expected[i]!) <= 3 * unit, `${value} is not ${expected[i]}`)
        }
        assert.equal(ours.position, theirs.position)
      }
  })

  test('a hundred thousand normals, each to 2⁻²¹ of its size', () => {
    const { values } = read(streamAt(7).normalTensor([50_000, 2]))
    const expected = streamAt(7).normal(100_000)
    for (const [i, value] of values.entries())
      assert.ok(
        Math.abs(value - expected[i]!) <= 2 ** -21 * Math.max(Math.abs(expected[i]!), 1e-3),
        `${value}, ${expected[i]}`,
      )
  })
})
