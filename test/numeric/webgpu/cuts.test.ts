import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { attention, groupNorm, silu } from '../../../src/tensor'
import { onWebGpuDevice, read } from './device'
import { randoms } from './exact'

/** Kernels of each kind, of pictures [n, height, width, channels]. */
const KERNELS: Readonly<Record<string, (x: tf.Tensor4D) => tf.Tensor>> = {
  convolution: (x) => tf.conv2d(x, tf.fill([3, 3, x.shape[3], 2], 0.1), 1, 'same'),
  'group normalisation': (x) => groupNorm(x, tf.ones([x.shape[3]]), tf.zeros([x.shape[3]])),
  product: (x) => tf.matMul(x, x, false, true),
  attention: (x) => {
    const rows = tf.reshape<tf.Rank.R3>(x, [x.shape[0], x.shape[1] * x.shape[2], x.shape[3]])
    return attention(rows, rows, rows)
  },
  softmax: (x) => tf.softmax(x),
  SiLU: silu,
  sum: (x) => tf.sum(x, [0, 2]),
}

onWebGpuDevice('what is cut out of another tensor, or in another order', () => {
  for (const [name, kernel] of Object.entries(KERNELS))
    test(`counts as any other: ${name}`, async () => {
      const whole = randoms([3, 4, 3, 4])
      const views: readonly ((x: tf.Tensor4D) => tf.Tensor4D)[] = [
        (x) => tf.slice4d(x, [1, 1, 0, 1], [2, 3, 3, 3]),
        (x) => tf.transpose(x, [2, 0, 3, 1]),
      ]
      for (const view of views) {
        const cut = tf.tidy(() => view(tf.tensor4d(whole, [3, 4, 3, 4])))
        const written = tf.tensor4d((await cut.data()) as Float32Array, cut.shape)
        const [ours, expected] = tf.tidy(() => [kernel(cut), kernel(written)])
        assert.deepEqual(ours.shape, expected.shape)
        // The same kernel on the same numbers.
        assert.deepEqual((await read(ours)).values, (await read(expected)).values)
        tf.dispose([cut, written])
      }
    })
})
