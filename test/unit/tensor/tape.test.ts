import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { selectBackend } from '../../../src/tensor'
import { files, take } from '../../numeric/backends'

before(() => selectBackend('cpu', files))

describe('differentiation', () => {
  test('adds up what comes by several ways, and leaves out what leads nowhere', () => {
    const before = tf.memory().numTensors
    const [dx, dy] = tf.tidy(() =>
      tf.grads((x: tf.Tensor, y: tf.Tensor) => {
        const twice = x.add(x)
        // Leads nowhere.
        x.mul(y).square()
        // Depends on neither.
        const constant = tf.exp(tf.scalar(0))
        return twice.mul(y).add(x.square()).mul(constant).sum()
      })([tf.tensor1d([1, 2]), tf.tensor1d([3, 4])]),
    )
    // 2xy + x²: 2y + 2x, and 2x.
    assert.deepEqual(take(dx!), [8, 12])
    assert.deepEqual(take(dy!), [2, 4])
    assert.equal(tf.memory().numTensors, before)
  })

  test('goes on from dy', () => {
    const x = tf.tensor1d([1, 2])
    assert.deepEqual(take(tf.grad((z: tf.Tensor) => z.mul(3))(x, tf.tensor1d([10, 100]))), [30, 300])
    x.dispose()
  })

  test('operations of several results', () => {
    const [first, second] = tf.tidy(() =>
      tf.grads((x: tf.Tensor, y: tf.Tensor) => {
        const [a, b] = tf.split(tf.concat([x, y]), [1, 3]) as [tf.Tensor, tf.Tensor]
        return a.mul(5).sum().add(b.square().sum())
      })([tf.tensor1d([1, 2]), tf.tensor1d([3, 4])]),
    )
    assert.deepEqual(take(first!), [5, 4])
    assert.deepEqual(take(second!), [6, 8])
  })

  test('a variable that the loss does not depend on has no gradient', () => {
    const [used, unused] = [tf.variable(tf.scalar(2)), tf.variable(tf.scalar(3))]
    const { value, grads } = tf.variableGrads(() => used.square().asScalar(), [used, unused])
    assert.deepEqual(Object.keys(grads), [used.name])
    assert.deepEqual(take(grads[used.name]!), [4])
    tf.dispose([value, used, unused])
  })

  test('gradients of gradients of gradients', () => {
    const f = (x: tf.Tensor) => x.pow(4).sum()
    const third = tf.grad((x: tf.Tensor) =>
      tf
        .grad((y: tf.Tensor) => tf.grad(f)(y).sum())(x)
        .sum(),
    )
    assert.deepEqual(take(tf.tidy(() => third(tf.tensor1d([1, 2])))), [24, 48])
  })

  test('what cannot be differentiated is an error that says so', () => {
    const x = tf.tensor1d([1, 2])
    assert.throws(() => tf.grad(() => tf.scalar(1).square())(x), /Cannot compute gradient of y=f\(x\)/)
    assert.throws(
      () => tf.grad((z: tf.Tensor) => tf.topk(z, 1).indices.cast('float32'))(x),
      /gradient function not found for TopK/,
    )
    assert.throws(
      () => tf.grad((z: tf.Tensor) => z)(x, tf.tensor1d([1, 2], 'int32')),
      /dy must have 'float32' dtype/,
    )
    x.dispose()
  })
})
