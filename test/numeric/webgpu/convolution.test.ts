import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { terms, type ConvolutionCase } from '../convolutionReference'
import { onWebGpuDevice, read } from './device'
import { assertNear, randoms } from './exact'

const CASES: readonly ConvolutionCase[] = [
  { x: [1, 1, 1, 1], filter: [1, 1, 1, 1], strides: [1, 1], pad: 'valid' },
  { x: [2, 5, 7, 3], filter: [1, 1, 3, 13], strides: [1, 1], pad: 'valid' },
  { x: [2, 5, 7, 17], filter: [3, 2, 17, 9], strides: [1, 1], pad: 'valid' },
  { x: [3, 8, 6, 4], filter: [3, 3, 4, 8], strides: [2, 2], pad: 'same' },
  { x: [1, 9, 4, 2], filter: [5, 1, 2, 3], strides: [2, 1], pad: 2 },
  { x: [2, 1, 11, 3], filter: [1, 3, 3, 7], strides: [1, 2], pad: 'same' },
  // So many places that the filter's gradient is made in parts.
  { x: [5, 17, 16, 2], filter: [3, 3, 2, 3], strides: [1, 1], pad: 'same' },
  { x: [0, 4, 4, 3], filter: [3, 3, 3, 2], strides: [1, 1], pad: 'same' },
]

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

onWebGpuDevice('convolutions', () => {
  test('and their gradients in image and filter agree with sums in double precision', async () => {
    for (const shapes of CASES) {
      const { x, filter, strides, pad } = shapes
      const [image, weights] = [randoms(x), randoms(filter)]
      const { outShape } = tf.backend_util.computeConv2DInfo(x, filter, strides, 1, pad)
      const d = randoms(outShape)
      const [y, dx, dw] = [d.length, image.length, weights.length].map((size) => new Float64Array(size))
      terms(shapes, (input, weight, output) => {
        y![output]! += image[input]! * weights[weight]!
        dx![input]! += d[output]! * weights[weight]!
        dw![weight]! += d[output]! * image[input]!
      })
      const ours = tf.tidy(() => tf.conv2d(tf.tensor4d(image, x), tf.tensor4d(weights, filter), strides, pad))
      assert.deepEqual(ours.shape, outShape)
      const [ourDx, ourDw] = tf.tidy(() =>
        tf.grads((a: tf.Tensor, b: tf.Tensor) =>
          tf
            .conv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, pad)
            .mul(tf.tensor(d, outShape))
            .sum(),
        )([tf.tensor4d(image, x), tf.tensor4d(weights, filter)]),
      )
      assertNear((await read(ours)).values, y!, 1e-6, `y of ${x.join()}`)
      assertNear((await read(ourDx!)).values, dx!, 1e-5, `dx of ${x.join()}`)
      assertNear((await read(ourDw!)).values, dw!, 1e-5, `dw of ${x.join()}`)
    }
  })

  test('dilated, and fused with bias and activation', async () => {
    const shapes: ConvolutionCase = {
      x: [2, 7, 6, 3],
      filter: [3, 2, 3, 5],
      strides: [1, 1],
      pad: 'same',
      dilations: [2, 2],
    }
    const [image, weights, bias] = [randoms(shapes.x), randoms(shapes.filter), randoms([5])]
    const y = new Float64Array(2 * 7 * 6 * 5)
    terms(shapes, (input, weight, output) => {
      y[output]! += image[input]! * weights[weight]!
    })
    const made = tf.tidy(() =>
      tf.fused.conv2d({
        x: tf.tensor4d(image, shapes.x),
        filter: tf.tensor4d(weights, shapes.filter),
        strides: shapes.strides,
        pad: shapes.pad,
        dilations: shapes.dilations!,
        bias: tf.tensor1d(bias),
        activation: 'relu',
      }),
    )
    assertNear(
      (await read(made)).values,
      y.map((value, i) => Math.max(0, value + bias[i % 5]!)),
      1e-6,
    )
    assert.equal(sizeOf(made.shape), y.length)
  })
})
