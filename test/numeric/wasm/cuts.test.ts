import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { attention, groupNorm, silu } from '../../../src/tensor'
import { assertNear, onBuilds, randoms, read } from './builds'

/** Kernels of each kind, of pictures [n, height, width, channels]. */
const KERNELS: Readonly<Record<string, (x: tf.Tensor4D) => tf.Tensor>> = {
  convolution: (x) => tf.conv2d(x, tf.fill([3, 3, x.shape[3], 2], 0.1), 1, 'same'),
  "convolution, Winograd's": (x) =>
    tf.conv2d(tf.tile(x, [1, 1, 1, 8]), tf.fill([3, 3, 8 * x.shape[3], 12], 0.1), 1, 'same'),
  'group normalisation': (x) =>
    groupNorm(x, tf.ones([x.shape[3]]), tf.zeros([x.shape[3]]), { activation: 'silu' }),
  product: (x) => tf.matMul(x, x, false, true),
  attention: (x) => {
    const rows = tf.reshape<tf.Rank.R3>(x, [x.shape[0], x.shape[1] * x.shape[2], x.shape[3]])
    return attention(rows, rows, rows)
  },
  softmax: (x) => tf.softmax(x),
  SiLU: silu,
  sum: (x) => tf.sum(x, [0, 2]),
  function: (x) => tf.exp(x),
  quotient: (x) => tf.div(x, tf.add(tf.square(tf.mean(x, 0)), 1)),
  choice: (x) => tf.where(tf.greater(x, 0), x, tf.neg(x)),
  copies: (x) => tf.concat(tf.split(tf.tile(x, [1, 2, 1, 1]), 2, 1).reverse(), 2),
}

onBuilds('what is cut out of another tensor, or in another order', () => {
  for (const [name, kernel] of Object.entries(KERNELS))
    test(`counts as any other: ${name}`, () => {
      const whole = randoms([5, 7, 6, 4])
      /** The same numbers as each of these views, written down one after another. */
      const written = (view: tf.Tensor4D): tf.Tensor4D => {
        const { shape } = view
        return tf.tensor4d(Float32Array.from(view.dataSync()), shape)
      }
      const views: readonly ((x: tf.Tensor4D) => tf.Tensor4D)[] = [
        (x) => tf.slice4d(x, [1, 2, 1, 1], [3, 4, 3, 3]),
        (x) => tf.transpose(x, [2, 0, 3, 1]),
        (x) => tf.reshape<tf.Rank.R4>(tf.slice4d(x, [0, 0, 0, 2], [5, 7, 6, 1]), [6, 7, 5, 1]),
        // Every second column.
        (x) => tf.slice4d(tf.reshape(x, [5, 7, 3, 8]), [0, 0, 0, 4], [5, 7, 3, 4]),
      ]
      for (const view of views) {
        const [ours, expected] = tf.tidy(() => {
          const x = tf.tensor4d(whole, [5, 7, 6, 4])
          return [kernel(view(x)), kernel(written(view(x)))]
        })
        assert.deepEqual(ours.shape, expected.shape)
        // The same kernel on the same numbers.
        assert.deepEqual(read(ours).values, read(expected).values)
        const [dx, wanted] = tf.tidy(() => {
          const x = tf.tensor4d(whole, [5, 7, 6, 4])
          const f = (z: tf.Tensor4D) => tf.sum(tf.square(kernel(z)))
          const through = tf.grad((z: tf.Tensor) => f(view(z as tf.Tensor4D)))(x)
          // The view's own gradient puts each number where it was cut from.
          const there = tf.grad((z: tf.Tensor) => f(z as tf.Tensor4D))(written(view(x)))
          const places = tf.range(0, whole.length).reshape<tf.Tensor4D>([5, 7, 6, 4])
          const back = new Float32Array(whole.length)
          const gradients = there.dataSync()
          for (const [i, place] of view(places).dataSync().entries()) back[place]! += gradients[i]!
          return [through, tf.tensor1d(back)]
        })
        assertNear(read(dx).values, read(wanted).values, 1e-5)
      }
    })
})
