import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { terms, type ConvolutionCase, type Shape4 } from '../convolutionReference'
import { assertNear, onBuilds, randoms, read } from './builds'

const CASES: readonly ConvolutionCase[] = [
  { x: [1, 1, 1, 1], filter: [1, 1, 1, 1], strides: [1, 1], pad: 'valid' },
  { x: [2, 5, 7, 3], filter: [1, 1, 3, 13], strides: [1, 1], pad: 'valid' },
  { x: [2, 5, 7, 3], filter: [3, 3, 3, 5], strides: [1, 1], pad: 'same' },
  { x: [2, 5, 7, 17], filter: [3, 2, 17, 9], strides: [1, 1], pad: 'valid' },
  { x: [3, 8, 6, 4], filter: [3, 3, 4, 8], strides: [2, 2], pad: 'same' },
  { x: [1, 9, 4, 2], filter: [5, 1, 2, 3], strides: [2, 1], pad: 2 },
  { x: [2, 1, 11, 3], filter: [1, 3, 3, 7], strides: [1, 2], pad: 'same' },
  { x: [2, 4, 4, 3], filter: [1, 1, 3, 2], strides: [2, 2], pad: 'valid' },
  // More places than one block of rows, also through the turned filter.
  { x: [5, 13, 13, 40], filter: [3, 2, 40, 41], strides: [1, 1], pad: 'same' },
  { x: [5, 21, 21, 9], filter: [3, 2, 9, 6], strides: [1, 1], pad: 'same' },
  // Fewer channels after than before.
  { x: [2, 5, 7, 17], filter: [3, 3, 17, 1], strides: [1, 1], pad: 'same' },
  { x: [1, 6, 4, 3], filter: [2, 3, 3, 2], strides: [1, 1], pad: 'same' },
  { x: [2, 6, 5, 4], filter: [5, 4, 4, 1], strides: [1, 1], pad: 'valid' },
  { x: [1, 3, 4, 2], filter: [3, 3, 2, 1], strides: [1, 1], pad: 4 },
  { x: [1, 9, 8, 5], filter: [3, 2, 5, 3], strides: [1, 1], pad: 'same', dilations: [2, 3] },
  // Enough channels for Winograd's way: even and odd sizes, channels that are no multiple of four, more than one block of tiles.
  { x: [1, 1, 1, 12], filter: [3, 3, 12, 12], strides: [1, 1], pad: 'same' },
  { x: [2, 3, 5, 4], filter: [3, 3, 4, 4], strides: [1, 1], pad: 'same' },
  { x: [1, 4, 6, 5], filter: [3, 3, 5, 4], strides: [1, 1], pad: 'valid' },
  { x: [2, 6, 5, 13], filter: [3, 3, 13, 14], strides: [1, 1], pad: 'same' },
  { x: [2, 7, 4, 16], filter: [3, 3, 16, 23], strides: [1, 1], pad: 'valid' },
  { x: [1, 5, 3, 12], filter: [3, 3, 12, 17], strides: [1, 1], pad: 4 },
  { x: [7, 13, 14, 20], filter: [3, 3, 20, 16], strides: [1, 1], pad: 'same' },
  { x: [0, 4, 4, 16], filter: [3, 3, 16, 16], strides: [1, 1], pad: 'same' },
  { x: [0, 4, 4, 3], filter: [3, 3, 3, 2], strides: [1, 1], pad: 'same' },
]

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

onBuilds('convolutions', () => {
  test('and their gradients in image and filter agree with sums in double precision', () => {
    for (const shapes of CASES) {
      const { x, filter, strides, pad, dilations = [1, 1] } = shapes
      const [image, weights] = [randoms(x), randoms(filter)]
      const sizes = tf.backend_util.computeConv2DInfo(x, filter, strides, dilations, pad)
      const dy = randoms(sizes.outShape)
      const [y, dx, dw] = [
        new Float64Array(dy.length),
        new Float64Array(image.length),
        new Float64Array(weights.length),
      ]
      terms(shapes, (input, weight, output) => {
        y[output]! += image[input]! * weights[weight]!
        dx[input]! += dy[output]! * weights[weight]!
        dw[weight]! += dy[output]! * image[input]!
      })
      const ours = tf.tidy(() =>
        tf.conv2d(tf.tensor4d(image, x), tf.tensor4d(weights, filter), strides, pad, 'NHWC', dilations),
      )
      assert.deepEqual(ours.shape, sizes.outShape)
      // An error of 1e-6 of the size of a sum of so many products of normals.
      const size = (count: number) => 4 * Math.sqrt(Math.max(count, 1))
      assertNear(read(ours).values, y, 1e-6, size(sizeOf(filter.slice(0, 3))))
      // TensorFlow.js has no gradient for filters with holes.
      if (shapes.dilations) continue
      const [ourDx, ourDw] = tf.tidy(() =>
        tf.grads((a: tf.Tensor, b: tf.Tensor) =>
          tf.sum(
            tf.mul(
              tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, pad),
              tf.tensor4d(dy, sizes.outShape),
            ),
          ),
        )([tf.tensor4d(image, x), tf.tensor4d(weights, filter)]),
      )
      assertNear(read(ourDx!).values, dx, 1e-6, size(sizeOf(filter) / filter[2]))
      assertNear(read(ourDw!).values, dw, 1e-6, size(sizeOf(sizes.outShape) / filter[3]))
    }
  })

  test('with holes in the filter, and with bias and activation in one', () => {
    const shapes: ConvolutionCase = {
      x: [2, 9, 8, 3],
      filter: [3, 2, 3, 5],
      strides: [1, 1],
      pad: 'same',
      dilations: [2, 3],
    }
    const { x, filter, strides, dilations } = shapes
    const [image, weights, bias] = [randoms(x), randoms(filter), randoms([5])]
    const y = new Float64Array(2 * 9 * 8 * 5)
    terms(shapes, (input, weight, output) => {
      y[output]! += image[input]! * weights[weight]!
    })
    const plain = tf.tidy(() =>
      tf.conv2d(tf.tensor4d(image, x), tf.tensor4d(weights, filter), strides, 'same', 'NHWC', dilations),
    )
    assertNear(read(plain).values, y, 1e-6, 20)
    const fused = tf.tidy(() =>
      tf.fused.conv2d({
        x: tf.tensor4d(image, x),
        filter: tf.tensor4d(weights, filter),
        strides,
        pad: 'same',
        dilations,
        bias: tf.tensor1d(bias),
        activation: 'relu',
      }),
    )
    assertNear(
      read(fused).values,
      y.map((value, i) => Math.max(value + bias[i % 5]!, 0)),
      1e-6,
      20,
    )
  })

  test('with bias and every activation, whichever way they are computed', () => {
    const functions = {
      linear: (z: number) => z,
      relu: (z: number) => Math.max(z, 0),
      sigmoid: (z: number) => 1 / (1 + Math.exp(-z)),
      elu: (z: number) => (z < 0 ? Math.expm1(z) : z),
    } as const
    // By patches, through the turned filter, and Winograd's way.
    for (const [channels, outChannels] of [
      [2, 5],
      [5, 2],
      [13, 14],
    ] as const)
      for (const [activation, f] of Object.entries(functions)) {
        const x: Shape4 = [2, 5, 6, channels]
        const filter: Shape4 = [3, 3, channels, outChannels]
        const [image, weights, bias] = [randoms(x), randoms(filter), randoms([outChannels])]
        const y = new Float64Array(2 * 5 * 6 * outChannels)
        terms({ x, filter, strides: [1, 1], pad: 'same' }, (input, weight, output) => {
          y[output]! += image[input]! * weights[weight]!
        })
        const ours = tf.tidy(() =>
          tf.fused.conv2d({
            x: tf.tensor4d(image, x),
            filter: tf.tensor4d(weights, filter),
            strides: 1,
            pad: 'same',
            bias: tf.tensor1d(bias),
            activation: activation as 'relu',
          }),
        )
        const expected = y.map((value, i) => f(value + bias[i % outChannels]!))
        assertNear(read(ours).values, expected, 1e-6, 4 * Math.sqrt(9 * channels))
      }
  })

  test('have right gradients of gradients', () => {
    const [x, filter]: [Shape4, Shape4] = [
      [2, 4, 5, 2],
      [3, 3, 2, 3],
    ]
    const [image, weights] = [randoms(x), randoms(filter)]
    const f = (a: tf.Tensor, b: tf.Tensor) =>
      tf.sum(tf.pow(tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'same'), 3))
    // The squared length of the gradient in one factor, as a function of both.
    for (const which of [0, 1] as const) {
      const length = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.square(tf.grads(f)([a, b])[which]!))
      const exact = (a: Float64Array, b: Float64Array): number => {
        const y = new Float64Array(2 * 4 * 5 * 3)
        const shapes: ConvolutionCase = { x, filter, strides: [1, 1], pad: 'same' }
        terms(shapes, (i, j, o) => {
          y[o]! += a[i]! * b[j]!
        })
        const gradient = new Float64Array(which === 0 ? a.length : b.length)
        terms(shapes, (i, j, o) => {
          gradient[which === 0 ? i : j]! += 3 * y[o]! ** 2 * (which === 0 ? b[j]! : a[i]!)
        })
        return gradient.reduce((sum, value) => sum + value * value, 0)
      }
      const [da, db] = tf.tidy(() => tf.grads(length)([tf.tensor4d(image, x), tf.tensor4d(weights, filter)]))
      const [u, v] = [randoms(x), randoms(filter)]
      const ours =
        [...read(da!).values].reduce((sum, d, i) => sum + d * u[i]!, 0) +
        [...read(db!).values].reduce((sum, d, i) => sum + d * v[i]!, 0)
      const h = 1e-5
      const at = (step: number) =>
        exact(
          Float64Array.from(image, (z, i) => z + step * u[i]!),
          Float64Array.from(weights, (z, i) => z + step * v[i]!),
        )
      const slope = (at(h) - at(-h)) / (2 * h)
      assert.ok(Math.abs(ours / slope - 1) < 1e-4, `${ours} against ${slope}`)
    }
  })

  test('steps of training leave memory as it was', () => {
    const heap = () => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length
    const w = tf.tidy(() => tf.variable(tf.tensor4d(randoms([3, 3, 8, 8]), [3, 3, 8, 8])))
    const x = tf.tensor4d(randoms([8, 14, 14, 8]), [8, 14, 14, 8])
    const step = () =>
      tf.dispose(tf.variableGrads(() => tf.sum(tf.square(tf.conv2d(x, w, 1, 'same'))).asScalar(), [w]))
    for (let i = 0; i < 3; i++) step()
    const before = [heap(), tf.memory().numTensors]
    for (let i = 0; i < 50; i++) step()
    assert.deepEqual([heap(), tf.memory().numTensors], before)
    tf.dispose([w, x])
  })
})
