import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { groupNorm, selectBackend } from '../../../src/tensor'
import { files } from '../backends'
import { assertNear, onBuilds, randoms, read } from './builds'

const EPSILON = 1e-3

interface Exact {
  readonly y: Float64Array
  /** The gradients of Σ d y in x, scale and shift. */
  readonly gradients: readonly Float64Array[]
}

/** In double precision, straight from the definition; the gradient in x by the derivative of every y in every x of its group. */
function exact(
  [x, scale, shift]: readonly [Float32Array, Float32Array, Float32Array],
  d: Float32Array,
  { shape, groups, each }: Case,
  activate: boolean,
): Exact {
  const [n, channels] = [shape[0]!, shape.at(-1)!]
  const size = d.length / n
  const width = channels / groups
  const y = new Float64Array(d.length)
  const gradients = [x, scale, shift].map(({ length }) => new Float64Array(length))
  const [dx, dscale, dshift] = gradients as [Float64Array, Float64Array, Float64Array]
  for (let b = 0; b < n; b++)
    for (let g = 0; g < groups; g++) {
      const at: number[] = []
      for (let i = 0; i < size; i++) if (Math.floor((i % channels) / width) === g) at.push(b * size + i)
      const mean = at.reduce((sum, i) => sum + x[i]!, 0) / at.length
      const variance = at.reduce((sum, i) => sum + (x[i]! - mean) ** 2, 0) / at.length
      const deviation = Math.sqrt(variance + EPSILON)
      const hat = (i: number) => (x[i]! - mean) / deviation
      // Of Σ d y in x̂.
      const ofHat = at.map((i) => {
        const c = (each ? b * channels : 0) + (i % channels)
        const z = hat(i) * scale[c]! + shift[c]!
        const s = 1 / (1 + Math.exp(-z))
        y[i] = activate ? z * s : z
        const dz = d[i]! * (activate ? s * (1 + z * (1 - s)) : 1)
        dscale[c]! += dz * hat(i)
        dshift[c]! += dz
        return dz * scale[c]!
      })
      // ∂x̂_i/∂x_j = (δ_ij − 1/M − x̂_i x̂_j/M) / √(σ² + ε)
      for (const [place, j] of at.entries()) {
        let sum = ofHat[place]!
        for (const [k, i] of at.entries()) sum -= (ofHat[k]! * (1 + hat(i) * hat(j))) / at.length
        dx[j] = sum / deviation
      }
    }
  return { y, gradients }
}

interface Case {
  readonly shape: readonly number[]
  readonly groups: number
  /** Whether every picture has its own scale and shift. */
  readonly each?: boolean
}

const CASES: readonly Case[] = [
  { shape: [3, 5, 7, 8], groups: 2 },
  { shape: [3, 5, 7, 8], groups: 2, each: true },
  { shape: [2, 12], groups: 3 },
  { shape: [2, 12], groups: 3, each: true },
  { shape: [1, 1, 1, 1], groups: 1 },
  { shape: [2, 3, 6], groups: 6 },
  { shape: [4, 9, 5], groups: 1 },
  { shape: [2, 11, 7, 20], groups: 4, each: true },
  // More places than are worked on at a time.
  { shape: [2, 13, 11, 13], groups: 13 },
  { shape: [1, 131, 32], groups: 8 },
]

function declare(): void {
  for (const activation of [undefined, 'silu'] as const)
    test(`values and gradients${activation ? ', with SiLU' : ''}`, () => {
      for (const each of CASES) {
        const { shape, groups } = each
        const ofChannels = each.each ? [shape[0]!, shape.at(-1)!] : [shape.at(-1)!]
        const inputs = [randoms(shape), randoms(ofChannels), randoms(ofChannels)] as const
        const d = randoms(shape)
        const f = (x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor) =>
          groupNorm(x, scale, shift, { groups, epsilon: EPSILON, activation })
        const tensors = inputs.map((values, i) => tf.tensor(values, [...(i ? ofChannels : shape)]))
        const { y, gradients } = exact(inputs, d, each, activation === 'silu')
        // Of numbers of about 3: the deviation of few numbers can be small, and makes the error of x̂ larger.
        assertNear(read(f(tensors[0]!, tensors[1]!, tensors[2]!)).values, y, 1e-6, 10)
        const ours = tf.tidy(() =>
          tf.grads((...z: tf.Tensor[]) => tf.sum(tf.mul(f(z[0]!, z[1]!, z[2]!), tf.tensor(d, [...shape]))))(
            tensors,
          ),
        )
        // A group of one number has x̂ = 0 and gradients of nothing but rounding, divided by √ε.
        for (const [k, gradient] of ours.entries())
          assertNear(read(gradient).values, gradients[k]!, 1e-5, Math.max(1, ...gradients[k]!.map(Math.abs)))
        tf.dispose(tensors)
      }
    })

  test('of numbers far from zero', () => {
    // Where a variance from E x² − μ² would have no digits left. x itself is known to 2⁻²⁰ only, and is divided by its deviation.
    const shape = [3, 5, 7, 8]
    const x = randoms(shape).map((z) => 30 + z)
    const [scale, shift, d] = [randoms([8]), randoms([8]), randoms(shape)]
    const { y } = exact([x, scale, shift], d, { shape, groups: 2 }, true)
    const ours = tf.tidy(() =>
      groupNorm(tf.tensor(x, shape), tf.tensor1d(scale), tf.tensor1d(shift), {
        groups: 2,
        epsilon: EPSILON,
        activation: 'silu',
      }),
    )
    assertNear(read(ours).values, y, 2e-5, 3)
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
      assert.deepEqual(groupNorm(tf.zeros([0, 3, 4]), tf.ones([0, 4]), tf.ones([0, 4])).shape, [0, 3, 4])
      assert.throws(() => groupNorm(four, tf.ones([2, 4]), one), /a shift of shape \[4\] do not fit/)
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
