import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { RandomStream } from '../../../src/tensor'
import { webGpuMixtures, webGpuWaves } from '../../../src/tensor/webgpu/batches'
import { assertNear } from '../wasm/builds'
import { onWebGpuDevice, read } from './device'

const stream = new RandomStream(4, 'batches')
const singles = (n: number): Float32Array => Float32Array.from(stream.normal(n))

onWebGpuDevice('batches', () => {
  test('two mixtures of rows', async () => {
    for (const [n, d] of [
      [1, 1],
      [7, 3],
      [131, 2],
      [0, 2],
    ] as const) {
      const [a, b, shares] = [singles(n * d), singles(n * d), singles(4 * n)]
      const tensors = [tf.tensor2d(a, [n, d]), tf.tensor2d(b, [n, d])] as const
      const made = webGpuMixtures(...tensors, () => shares)!
      for (const [which, mixture] of made.entries()) {
        const { shape, values } = await read(mixture)
        assert.deepEqual(shape, [n, d])
        const share = (i: number, of: number): number => shares[4 * Math.floor(i / d) + 2 * which + of]!
        // Two products and a sum, of numbers of about one.
        assertNear(
          values,
          a.map((x, i) => share(i, 0) * x + share(i, 1) * b[i]!),
          1e-6,
          5,
        )
      }
      tf.dispose([...tensors])
    }
  })

  test('sines, then cosines', async () => {
    const [labels, frequencies] = [singles(9), Float32Array.of(1, 0, -3.7, 97, 2000)]
    const label = tf.tensor1d(labels)
    const { shape, values } = await read(webGpuWaves(label, frequencies)!)
    assert.deepEqual(shape, [9, 10])
    const expected = Array.from(values, (_, i) => {
      const angle = Math.fround(labels[Math.floor(i / 10)]! * frequencies[i % 5]!)
      return i % 10 < 5 ? Math.sin(angle) : Math.cos(angle)
    })
    assertNear(values, expected, 1e-6, 1)
    label.dispose()
    assert.deepEqual((await read(webGpuWaves(tf.zeros([0]), frequencies)!)).shape, [0, 10])
  })
})
