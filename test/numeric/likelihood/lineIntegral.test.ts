import * as tf from '@tensorflow/tfjs'
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { mixture } from '../../../src/models/data/mixture'
import { field, type Field } from '../../../src/models/field'
import { circulation, curl, logDensityRatio } from '../../../src/models/likelihood'
import { selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('cpu', files))

const M2 = mixture({
  weights: [0.8, 0.2],
  means: [
    [5, 5],
    [-5, -5],
  ],
})
const points = [5, 5, -5, -5, 0.3, -0.4, 2, 6, -4, -7]

/** The score with a whirl c (−x₂, x₁) added, which is no gradient: its curl is 2c everywhere. */
const whirled = (c: number): Field =>
  field((x: tf.Tensor) =>
    tf.tidy(() => M2.score(x).add(tf.matMul(x as tf.Tensor2D, tf.tensor2d([0, c, -c, 0], [2, 2])))),
  )

describe('the density from the score', () => {
  test('along straight lines, in doubles, across two far modes', () => {
    const x = Float64Array.from(points)
    const from = Float64Array.of(-5, -5)
    const logP = M2.logDensity(x)
    const expected = logP.map((value) => value - M2.logDensity(from)[0]!)
    // The turn between the modes takes up a hundredth of the way.
    approximately(logDensityRatio(M2, x, from, { points: 400 }), expected, 1e-6)
  })

  test('on tensors', () => {
    const x = tf.tensor2d(points, [5, 2])
    const from = tf.tensor2d([5, 5], [1, 2])
    const expected = M2.logDensity(Float64Array.from(points))
    const origin = M2.logDensity(Float64Array.of(5, 5))[0]!
    // log p changes by a hundred over the way: seven digits of that.
    approximately(
      take(logDensityRatio(M2, x, from, { points: 200 })),
      expected.map((v) => v - origin),
      1e-3,
    )
    tf.dispose([x, from])
  })

  test('what makes no sense is refused', () => {
    assert.throws(
      () => logDensityRatio(M2, Float64Array.of(1, 2, 3), Float64Array.of(0, 0)),
      /from has 2 numbers/,
    )
    assert.throws(
      () => logDensityRatio(M2, Float64Array.of(1, 2), Float64Array.of(0, 0), { points: 0 }),
      /points must be/,
    )
    assert.throws(() => logDensityRatio({} as Field, tf.scalar(1), tf.scalar(0)), /must be a field/)
  })
})

describe('is the score a gradient?', () => {
  test('the exact one is: no curl, and nothing left around a loop', () => {
    const x = tf.tensor2d(points, [5, 2])
    approximately(take(curl(M2, x)), [0, 0, 0, 0, 0], 1e-4)
    x.dispose()
    const corners = [
      [-1, -1],
      [2, -1],
      [2, 3],
      [-1, 3],
    ].map((corner) => Float64Array.from(corner))
    approximately(circulation(M2, corners, { points: 200 }), 0, 1e-8)
  })

  test('a whirl c (−x₂, x₁) has the curl 2c, and 2c times the area around a loop', () => {
    const x = tf.tensor2d(points, [5, 2])
    approximately(take(curl(whirled(0.15), x)), [0.3, 0.3, 0.3, 0.3, 0.3], 1e-4)
    x.dispose()
    const corners = [
      [-1, -1],
      [2, -1],
      [2, 3],
      [-1, 3],
    ].map((corner) => tf.tensor2d([corner as [number, number]]))
    approximately(circulation(whirled(0.15), corners, { points: 200 }), 0.3 * 12, 1e-3)
    tf.dispose(corners)
  })

  test('a loop has three corners', () => {
    assert.throws(() => circulation(M2, [Float64Array.of(0, 0)]), /at least three states/)
  })
})
