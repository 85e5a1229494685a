import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { affineOnto, convolutionOnto, selectBackend } from '../../../src/tensor'
import { files } from '../backends'
import { exactOnto, madeOnto, ONTO_CASES } from '../onto'
import { assertNear, onBuilds, randoms, read } from './builds'

function agrees(one: (typeof ONTO_CASES)[number]): void {
  const values = one.shapes.map(randoms) as [Float32Array, Float32Array, Float32Array, Float32Array]
  const d = randoms(one.shapes[0])
  const exact = exactOnto(one, values, d)
  for (const [i, made] of madeOnto(one, values, d).entries()) {
    const { shape, values: ours } = read(made)
    assert.deepEqual(shape, i === 0 ? one.shapes[0] : one.shapes[i - 1])
    // Sums of at most 1100 products of normals: an error of 1e-6 of the size of the largest.
    assertNear(ours, exact[i]!, i ? 1e-5 : 1e-6, Math.max(1, ...exact[i]!.map(Math.abs)))
  }
}

onBuilds('layers added to what goes past them', (build) => {
  for (const one of ONTO_CASES) test(`${one.what} agrees with sums in double precision`, () => agrees(one))

  test('have right gradients of gradients', () => {
    const [rest, bias, x, w] = [[2, 3, 4, 5], [5], [2, 3, 4, 5], [3, 3, 5, 5]].map((shape) =>
      tf.tensor(randoms(shape), shape),
    ) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
    /** The squared length of the gradient of Σ y³ in the weights, as a function of x, by either way. */
    const along = (f: (x: tf.Tensor, w: tf.Tensor) => tf.Tensor) =>
      tf.grad((at: tf.Tensor) =>
        tf
          .grad((v: tf.Tensor) => f(at, v).pow(3).sum())(w)
          .square()
          .sum(),
      )(x)
    const ours = tf.tidy(() => along((x, w) => convolutionOnto(rest, bias, x, w)))
    const plain = tf.tidy(() =>
      along((x, w) => rest.add(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same')).add(bias)),
    )
    // Two orders of sums of some 10⁴ products of several factors.
    assertNear(read(ours).values, read(plain).values, 1e-5)
    tf.dispose([rest, bias, x, w])
  })

  test('shapes that do not fit are refused', () => {
    const [row, matrix, picture] = [tf.zeros([3]), tf.zeros([2, 3]), tf.zeros([1, 2, 2, 3])]
    assert.throws(() => affineOnto(matrix, row, matrix, matrix), /affineOnto: \[2, 3\].* do not fit/)
    assert.throws(() => convolutionOnto(picture, row, picture, picture), RangeError)
    tf.dispose([row, matrix, picture])
  })

  if (build === 'relaxed')
    test('by TensorFlow.js’s operations too, where there are no kernels of ours', async () => {
      await selectBackend('cpu', files)
      for (const one of ONTO_CASES.slice(1, 9)) agrees(one)
      await selectBackend('wasm', files)
    })
})
