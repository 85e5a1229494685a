import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { groupNorm } from '../../../src/tensor'
import { onWebGpuDevice, read } from './device'
import { assertNear, randoms } from './exact'

const EPSILON = 1e-3

const CASES = [
  { shape: [3, 5, 7, 8], groups: 2 },
  { shape: [2, 12], groups: 3 },
  { shape: [1, 1, 1, 1], groups: 1 },
  { shape: [2, 3, 6], groups: 6 },
  { shape: [4, 9, 5], groups: 1 },
  // A scale and shift for each member of the batch.
  { shape: [3, 5, 7, 6], groups: 2, own: true },
  // More channels in a group than threads, and no divisor of them.
  { shape: [2, 2, 602], groups: 2 },
] as readonly { readonly shape: readonly number[]; readonly groups: number; readonly own?: boolean }[]

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z))

/** y and the gradients of Σ d · y in double precision, by the formulas of the source. */
function exact(
  [x, scale, shift]: readonly Float32Array[],
  d: Float32Array,
  shape: readonly number[],
  groups: number,
  activate: boolean,
) {
  const [n, channels] = [shape[0]!, shape.at(-1)!]
  const [size, width] = [d.length / n, channels / groups]
  const [y, dx] = [new Float64Array(d.length), new Float64Array(d.length)]
  const [dscale, dshift] = [new Float64Array(scale!.length), new Float64Array(scale!.length)]
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  for (let b = 0; b < n; b++)
    for (let g = 0; g < groups; g++) {
      const at: number[] = []
      for (let i = 0; i < size; i++) if (Math.floor((i % channels) / width) === g) at.push(b * size + i)
      const middle = mean(at.map((i) => x![i]!))
      const rate = 1 / Math.sqrt(mean(at.map((i) => (x![i]! - middle) ** 2)) + EPSILON)
      const hat = at.map((i) => (x![i]! - middle) * rate)
      const dz = at.map((i, k) => {
        const c = (i % channels) + (scale!.length > channels ? b * channels : 0)
        const z = hat[k]! * scale![c]! + shift![c]!
        y[i] = activate ? z * sigmoid(z) : z
        const slope = activate ? d[i]! * sigmoid(z) * (1 + z * sigmoid(-z)) : d[i]!
        dscale[c]! += slope * hat[k]!
        dshift[c]! += slope
        return slope * scale![c]!
      })
      const [first, second] = [mean(dz), mean(dz.map((value, k) => value * hat[k]!))]
      for (const [k, i] of at.entries()) dx[i] = rate * (dz[k]! - first - hat[k]! * second)
    }
  return { y, dx, dscale, dshift }
}

onWebGpuDevice('group normalisation', () => {
  for (const activation of [undefined, 'silu'] as const)
    test(`values and gradients${activation ? ', with SiLU' : ''}`, async () => {
      for (const { shape, groups, own } of CASES) {
        const ofGain = own ? [shape[0]!, shape.at(-1)!] : [shape.at(-1)!]
        const inputs = [randoms(shape), randoms(ofGain), randoms(ofGain)] as const
        const d = randoms(shape)
        const f = (x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor) =>
          groupNorm(x, scale, shift, { groups, epsilon: EPSILON, ...(activation && { activation }) })
        const tensors = [
          tf.tensor(inputs[0], [...shape]),
          tf.tensor(inputs[1], ofGain),
          tf.tensor(inputs[2], ofGain),
        ] as const
        const expected = exact(inputs, d, shape, groups, activation === 'silu')
        const what = shape.join()
        assertNear((await read(f(...tensors))).values, expected.y, 1e-6, `y of ${what}`)
        const [dx, dscale, dshift] = tf.tidy(() =>
          tf.grads((...z: tf.Tensor[]) =>
            f(z[0]!, z[1]!, z[2]!)
              .mul(tf.tensor(d, [...shape]))
              .sum(),
          )([...tensors]),
        )
        // What is left of a group of few numbers after its mean is small beside its terms, which are of 1/√ε at most.
        const scaleOf = (values: Float64Array) =>
          Math.max(1, ...values.map(Math.abs)) / Math.max(1e-30, ...values.map(Math.abs))
        assertNear((await read(dx!)).values, expected.dx, 1e-5 * scaleOf(expected.dx), `dx of ${what}`)
        assertNear(
          (await read(dscale!)).values,
          expected.dscale,
          1e-5 * scaleOf(expected.dscale),
          `dscale of ${what}`,
        )
        assertNear((await read(dshift!)).values, expected.dshift, 1e-5, `dshift of ${what}`)
        tf.dispose([...tensors])
      }
    })

  test('of nothing', async () => {
    const one = tf.ones([4])
    assert.deepEqual((await read(groupNorm(tf.zeros([0, 3, 4]), one, one))).shape, [0, 3, 4])
    one.dispose()
  })

  test('far from zero, where a variance from E x² − μ² would have no digits left', async () => {
    const shape = [2, 31, 4]
    const inputs = [randoms(shape).map((z) => 300 + z), randoms([4]), randoms([4])] as const
    const { y } = exact(inputs, randoms(shape), shape, 2, false)
    const made = tf.tidy(() =>
      groupNorm(tf.tensor(inputs[0], shape), tf.tensor1d(inputs[1]), tf.tensor1d(inputs[2]), {
        groups: 2,
        epsilon: EPSILON,
      }),
    )
    // A mean of 300 is known to 2⁻¹⁶.
    assertNear((await read(made)).values, y, 5e-5)
  })

  test('a gradient of gradients is that of the formula, as on other devices', async () => {
    const shape = [2, 3, 4]
    const [x, d, u] = [randoms(shape), randoms(shape), randoms(shape)]
    const [scale, shift] = [randoms([4]), randoms([4])]
    const options = { groups: 2, epsilon: 0.5, activation: 'silu' } as const
    const second = tf.tidy(() => {
      const first = tf.grad((z: tf.Tensor) =>
        groupNorm(z, tf.tensor1d(scale), tf.tensor1d(shift), options).mul(tf.tensor(d, shape)).sum(),
      )
      return tf.grad((z: tf.Tensor) => first(z).mul(tf.tensor(u, shape)).sum())(tf.tensor(x, shape))
    })
    const { values } = await read(second)
    const h = 1e-2
    const at = (sign: number) =>
      tf.tidy(() =>
        tf.grad((z: tf.Tensor) =>
          groupNorm(z, tf.tensor1d(scale), tf.tensor1d(shift), options).mul(tf.tensor(d, shape)).sum(),
        )(
          tf.tensor(
            x.map((value, i) => value + sign * h * u[i]!),
            shape,
          ),
        ),
      )
    const [above, below] = [await read(at(1)), await read(at(-1))]
    // The matrix of second derivatives is symmetric: along u it is the change of the gradient along u.
    const changes = above.values.map((value, i) => (value - below.values[i]!) / (2 * h))
    for (const [i, value] of values.entries())
      assert.ok(
        Math.abs(value - changes[i]!) < 5e-3 * Math.max(1, ...changes.map(Math.abs)),
        `${value}, ${changes[i]}`,
      )
  })
})
