/** How many dispatches things take: through a browser their number decides how fast they are. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { denoiser, mlp, vp } from '../../../src/models'
import { adam } from '../../../src/models/training'
import { affine, groupNorm, parameter, RandomStream, silu, sumOfSquares } from '../../../src/tensor'
import { attention } from '../../../src/tensor/attention'
import { counted } from './count'
import { onWebGpuDevice } from './device'

onWebGpuDevice('dispatches', () => {
  test('one for what is one operation', () => {
    const stream = new RandomStream(1, 'dispatches')
    const make = (...shape: number[]) => stream.normalTensor(shape)
    const tensors = {
      x: make(5, 3) as tf.Tensor2D,
      w: make(3, 4),
      b: make(4),
      picture: make(2, 3, 3, 4) as tf.Tensor4D,
      filter: make(3, 3, 4, 4) as tf.Tensor4D,
      sequence: make(2, 5, 3) as tf.Tensor3D,
    }
    const { x, w, b, picture, filter, sequence } = tensors
    const one = { dispatches: 1, copies: 0 }
    assert.deepEqual(
      counted(() => make(100)),
      one,
    )
    assert.deepEqual(
      counted(() => affine(b, [x, w])),
      one,
    )
    assert.deepEqual(
      counted(() => tf.fused.matMul({ a: x, b: w, bias: b, activation: 'relu' })),
      one,
    )
    assert.deepEqual(
      counted(() => silu(picture)),
      one,
    )
    assert.deepEqual(
      counted(() => groupNorm(picture, b, b, { groups: 2, activation: 'silu' })),
      one,
    )
    assert.deepEqual(
      counted(() => attention(sequence, sequence, sequence)),
      one,
    )
    assert.deepEqual(
      counted(() => tf.softmax(x)),
      one,
    )
    assert.deepEqual(
      counted(() => tf.conv2d(picture, filter, 1, 'same')),
      one,
    )
    assert.deepEqual(
      counted(() => tf.sum(picture, [0, 1])),
      one,
    )
    tf.dispose(tensors)
  })

  test('a step of Adam is one, however many parameters there are', () => {
    const params = Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [`p${i}`, tf.tidy(() => parameter(tf.ones([i + 1])))]),
    )
    const gradients = Object.fromEntries(
      Object.entries(params).map(([name, { shape }]) => [
        name,
        tf.tidy((): tf.Tensor => tf.fill(shape, 0.5).mul(2)),
      ]),
    )
    const state = adam().start(params)
    state.step(gradients, 0.1)
    assert.equal(counted(() => state.step(gradients, 0.1)).dispatches, 1)
    assert.equal(counted(() => sumOfSquares(Object.values(gradients))).dispatches, 2)
    state.dispose()
    tf.dispose([params, gradients])
  })

  test('a training step of a perceptron of four layers takes fewer than fifty', () => {
    const model = denoiser(vp(), mlp({ dim: 2, hidden: [8, 8, 8] }), { predicts: 'noise' })
    const { params } = model
    const points = new RandomStream(2, 'steps').normalTensor<tf.Rank.R2>([4, 2])
    const target = tf.zerosLike(points)
    const state = adam().start(params)
    const step = () => {
      const { grads } = tf.variableGrads(
        () => tf.losses.meanSquaredError(target, model.predict(points, 0.5).noise),
        Object.values(params),
      )
      state.step(
        Object.fromEntries(Object.entries(params).map(([name, { name: id }]) => [name, grads[id]!])),
        1e-3,
      )
    }
    // TensorFlow.js alone takes 220.
    const { dispatches } = counted(step)
    assert.ok(dispatches < 50, `${dispatches}`)
    state.dispose()
    tf.dispose([params, target, points])
  })
})
