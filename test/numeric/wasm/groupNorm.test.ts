import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { groupNorm, selectBackend } from '../../../src/tensor'
import { files } from '../backends'
import { assertNear, onBuilds, randoms, read } from './builds'

const EPSILON = 1e-3

/** Σ d · groupNorm in double precision. */
function exact(
  [x, scale, shift]: readonly ArrayLike<number>[],
  d: Float32Array,
  shape: readonly number[],
  groups: number,
  activate: boolean,
): { readonly y: Float64Array; readonly sum: number } {
  const [n, channels] = [shape[0]!, shape.at(-1)!]
  const size = d.length / n
  const width = channels / groups
  const y = new Float64Array(d.length)
  for (let b = 0; b < n; b++)
    for (let g = 0; g < groups; g++) {
      const at: number[] = []
      for (let i = 0; i < size; i++) if (Math.floor((i % channels) / width) === g) at.push(b * size + i)
      const mean = at.reduce((sum, i) => sum + x![i]!, 0) / at.length
      const variance = at.reduce((sum, i) => sum + (x![i]! - mean) ** 2, 0) / at.length
      for (const i of at) {
        const z =
          ((x![i]! - mean) / Math.sqrt(variance + EPSILON)) * scale![i % channels]! + shift![i % channels]!
        y[i] = activate ? z / (1 + Math.exp(-z)) : z
      }
    }
  return { y, sum: y.reduce((sum, value, i) => sum + value * d[i]!, 0) }
}

const CASES = [
  { shape: [3, 5, 7, 8], groups: 2 },
  { shape: [2, 12], groups: 3 },
  { shape: [1, 1, 1, 1], groups: 1 },
  { shape: [2, 3, 6], groups: 6 },
  { shape: [4, 9, 5], groups: 1 },
] as const

function declare(): void {
  for (const activation of [undefined, 'silu'] as const)
    test(`values and gradients${activation ? ', with SiLU' : ''}`, () => {
      for (const { shape, groups } of CASES) {
        const channels = shape.at(-1)!
        // Far from zero, where a variance from E x² − μ² would have no digits left.
        const x = randoms(shape).map((z) => 30 + z)
        const inputs = [x, randoms([channels]), randoms([channels])] as const
        const d = randoms(shape)
        const f = (x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor) =>
          groupNorm(x, scale, shift, { groups, epsilon: EPSILON, activation })
        const tensors = [tf.tensor(x, [...shape]), tf.tensor1d(inputs[1]), tf.tensor1d(inputs[2])] as const
        const { y } = exact(inputs, d, shape, groups, activation === 'silu')
        // x itself is known to 2⁻²⁰ only, and is divided by its deviation.
        assertNear(read(f(...tensors)).values, y, 2e-5, 3)
        const gradients = tf.tidy(() =>
          tf.grads((...z: tf.Tensor[]) => tf.sum(tf.mul(f(z[0]!, z[1]!, z[2]!), tf.tensor(d, [...shape]))))([
            ...tensors,
          ]),
        )
        for (const [k, gradient] of gradients.entries()) {
          const { values } = read(gradient)
          // Along one direction at a time, against a central difference.
          const direction = randoms([values.length])
          const at = (h: number) =>
            exact(
              inputs.map((input, i) =>
                i === k ? Float64Array.from(input, (z, j) => z + h * direction[j]!) : input,
              ),
              d,
              shape,
              groups,
              activation === 'silu',
            ).sum
          const slope = (at(1e-5) - at(-1e-5)) / 2e-5
          const ours = values.reduce((sum, value, i) => sum + value * direction[i]!, 0)
          const size = Math.hypot(...values) * Math.hypot(...direction)
          assert.ok(
            Math.abs(ours - slope) <= 1e-4 * size + 1e-6,
            `${shape.join()}, ${k}: ${ours} against ${slope}`,
          )
        }
        tf.dispose([...tensors])
      }
    })

  test('gradients of gradients', () => {
    const shape = [2, 3, 4]
    const [x, scale, shift, d] = [randoms(shape), randoms([4]), randoms([4]), randoms(shape)]
    const length = (x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor) =>
      tf.sum(
        tf.square(
          tf.grad((z: tf.Tensor) =>
            tf.sum(
              tf.mul(
                groupNorm(z, scale, shift, { groups: 2, epsilon: 0.5, activation: 'silu' }),
                tf.tensor(d, shape),
              ),
            ),
          )(x),
        ),
      )
    const [dx, dscale, dshift] = tf.tidy(() =>
      tf.grads(length)([tf.tensor(x, shape), tf.tensor1d(scale), tf.tensor1d(shift)]),
    )
    const at = (h: number, u: Float32Array, v: Float32Array, w: Float32Array) =>
      tf.tidy(
        () =>
          length(
            tf.tensor(
              x.map((z, i) => z + h * u[i]!),
              shape,
            ),
            tf.tensor1d(scale.map((z, i) => z + h * v[i]!)),
            tf.tensor1d(shift.map((z, i) => z + h * w[i]!)),
          ).dataSync()[0]!,
      )
    const [u, v, w] = [randoms(shape), randoms([4]), randoms([4])]
    // In single precision: the step is chosen so that rounding and curvature are both about a thousandth.
    const slope = (at(3e-3, u, v, w) - at(-3e-3, u, v, w)) / 6e-3
    const dot = (t: tf.Tensor, y: Float32Array) =>
      read(t).values.reduce((sum, value, i) => sum + value * y[i]!, 0)
    const ours = dot(dx!, u) + dot(dscale!, v) + dot(dshift!, w)
    assert.ok(Math.abs(ours - slope) < 1e-2 * (1 + Math.abs(slope)), `${ours} against ${slope}`)
  })

  test('nothing, and what does not fit', () => {
    tf.tidy(() => {
      const [one, four] = [tf.ones([4]), tf.ones([2, 3, 4])]
      assert.deepEqual(groupNorm(tf.zeros([0, 3, 4]), one, one).shape, [0, 3, 4])
      assert.throws(() => groupNorm(four, tf.ones([3]), one), /groupNorm: x of shape \[2, 3, 4\].*do not fit/)
      assert.throws(() => groupNorm(four, one, one, { groups: 3 }), /3 groups do not divide 4 channels/)
      assert.throws(() => groupNorm(four, one, one, { epsilon: 0 }), /epsilon must be positive, but is 0/)
    })
  })
}

onBuilds('group normalisation', declare)
describe('group normalisation, plain JavaScript', () => {
  before(() => selectBackend('cpu', files))
  declare()
})
