import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RandomStream } from '../../../src/tensor'
import { onWebGpuDevice, read } from './device'

/** Places near where the lower word of the counter runs over, among others. */
const PLACES = [0, 12345, 2 ** 32 - 2, 2 ** 40 + 3]
const COUNTS = [0, 1, 2, 3, 4, 5, 17, 1001]

function streamAt(position: number): RandomStream {
  const stream = new RandomStream(5, 'webgpu')
  stream.position = position
  return stream
}

onWebGpuDevice('random streams', () => {
  test('uniforms have the bits that JavaScript gives, and leave the stream at the same place', async () => {
    for (const position of PLACES)
      for (const count of COUNTS) {
        const [ours, theirs] = [streamAt(position), streamAt(position)]
        const { values } = await read(ours.uniformTensor([count]))
        assert.deepEqual(values, Float32Array.from(theirs.uniform(count)))
        assert.equal(ours.position, theirs.position)
      }
  })

  test('uniforms on other intervals differ by the rounding of a product and a sum', async () => {
    const { values } = await read(streamAt(3).uniformTensor([1001], -3, 0.1))
    for (const [i, u] of streamAt(3).uniform(1001).entries())
      assert.ok(Math.abs(values[i]! - (-3 + 3.1 * u)) <= 3 * 2 ** -23)
  })

  test('normals agree with double precision to four units in the last place of the larger of a pair', async () => {
    for (const position of PLACES)
      for (const count of COUNTS) {
        const [ours, theirs] = [streamAt(position), streamAt(position)]
        const { values } = await read(ours.normalTensor([count]))
        const expected = theirs.normal(count)
        assert.equal(values.length, count)
        for (const [i, value] of values.entries()) {
          // A pair is a length and an angle: both numbers have the length's error. WGSL's square root may be off by two units.
          const pair = Math.hypot(expected[i - (i % 2)]!, expected[i - (i % 2) + 1] ?? 0)
          const unit = 2 ** (Math.floor(Math.log2(Math.max(pair, 1e-6))) - 23)
          assert.ok(Math.abs(value - expected[i]!) <= 4 * unit, `${value} is not ${expected[i]}`)
        }
        assert.equal(ours.position, theirs.position)
      }
  })

  test('a hundred thousand normals, more than one round of the workgroups, each to 2⁻²⁰ of its size', async () => {
    const { values } = await read(streamAt(7).normalTensor([50_000, 2]))
    const expected = streamAt(7).normal(100_000)
    for (const [i, value] of values.entries())
      assert.ok(
        Math.abs(value - expected[i]!) <= 2 ** -20 * Math.max(Math.abs(expected[i]!), 1e-3),
        `${value}, ${expected[i]}`,
      )
  })
})
