/** Kernels of our own for the layers of networks. Their gradients are ordinary operations, so they have gradients again. */
import * as tf from '@tensorflow/tfjs'
import { multiply, multiplyOnto } from './gemm'
import { groupNorm, groupNormGradient } from './groupNorm'
import { addressOf, type NormShape } from './native'
import { register } from './registry'

export const SILU = 'GenbookSilu'
export const SILU_SLOPE = 'GenbookSiluSlope'
export const AFFINE = 'GenbookAffine'
/** rest + x·weights + bias. */
export const AFFINE_ONTO = 'GenbookAffineOnto'
export const GROUP_NORM = 'GenbookGroupNorm'
export const GROUP_NORM_GRADIENT = 'GenbookGroupNormGradient'

interface NormAttributes {
  readonly groups: number
  readonly epsilon: number
  readonly activate: boolean
}

export interface OntoInputs {
  readonly rest: tf.TensorInfo
  readonly x: tf.TensorInfo
  readonly weights: tf.TensorInfo
  readonly bias: tf.TensorInfo
}

interface Slope {
  readonly dy: tf.TensorInfo
  readonly x: tf.TensorInfo
}

export function registerLayers(): void {
  register<{ readonly x: tf.TensorInfo }>(SILU, ({ inputs: { x }, backend }, { native }) => {
    const out = backend.makeOutput(x.shape, 'float32')
    const size = tf.util.sizeFromShape(x.shape)
    native.silu(addressOf(backend, x), addressOf(backend, out), size)
    return out
  })
  register<Slope>(SILU_SLOPE, ({ inputs: { dy, x }, backend }, { native }) => {
    const out = backend.makeOutput(x.shape, 'float32')
    const size = tf.util.sizeFromShape(x.shape)
    const [atDy, atX, atOut] = [addressOf(backend, dy), addressOf(backend, x), addressOf(backend, out)]
    native.siluSlope(atDy, atX, atOut, size)
    return out
  })
  register<readonly tf.TensorInfo[]>(AFFINE, ({ inputs: [b, ...factors], backend }, kernels) => {
    const pairs = factors.flatMap((x, i) => (i % 2 ? [] : [[x, factors[i + 1]!] as const]))
    const n = b!.shape[0]!
    const m = Math.max(...pairs.map(([x]) => x.shape[0]!))
    const out = backend.makeOutput([m, n], 'float32')
    const product = ([x, w]: (typeof pairs)[number], to: number, bias: number): void =>
      multiply(
        kernels,
        addressOf(backend, x),
        false,
        addressOf(backend, w),
        false,
        to,
        x.shape[0]!,
        n,
        w.shape[0]!,
        bias,
        bias === 0,
      )
    // Pairs of one row are the same for all rows: they go with b.
    let bias = addressOf(backend, b!)
    let row: tf.TensorInfo | undefined
    for (const pair of pairs.filter(([x]) => x.shape[0] !== m)) {
      const first = !row
      row ??= backend.makeOutput([n], 'float32')
      product(pair, addressOf(backend, row), first ? bias : 0)
    }
    if (row) bias = addressOf(backend, row)
    for (const [i, pair] of pairs.filter(([x]) => x.shape[0] === m).entries())
      product(pair, addressOf(backend, out), i === 0 ? bias : 0)
    if (row) backend.disposeData(row.dataId)
    return out
  })
  register<OntoInputs>(AFFINE_ONTO, ({ inputs: { rest, x, weights, bias }, backend }, kernels) => {
    const [rows, inner] = x.shape as [number, number]
    const out = backend.makeOutput(rest.shape, 'float32')
    const [atRest, atX, atWeights, atBias, to] = [rest, x, weights, bias, out].map((tensor) =>
      addressOf(backend, tensor),
    ) as [number, number, number, number, number]
    const columns = rest.shape[1]!
    multiplyOnto(kernels, atRest, atX, false, atWeights, false, to, rows, columns, inner, atBias, false)
    return out
  })
  register<readonly tf.TensorInfo[], NormAttributes>(GROUP_NORM, ({ inputs, attrs, backend }, kernels) => {
    const out = backend.makeOutput(inputs[0]!.shape, 'float32')
    const addresses = [...inputs, out].map((input) => addressOf(backend, input))
    groupNorm(kernels, addresses, normShape(inputs[0]!, inputs[1]!, attrs))
    return out
  })
  register<readonly tf.TensorInfo[], NormAttributes>(
    GROUP_NORM_GRADIENT,
    ({ inputs, attrs, backend }, kernels) => {
      const [x, , scale, shift] = inputs
      const outs = [x!, scale!, shift!].map(({ shape }) => backend.makeOutput(shape, 'float32'))
      const addresses = [...inputs, ...outs].map((tensor) => addressOf(backend, tensor))
      groupNormGradient(kernels, backend, addresses, normShape(x!, scale!, attrs))
      return outs
    },
  )
}

function normShape(
  { shape }: tf.TensorInfo,
  scale: tf.TensorInfo,
  { groups, epsilon, activate }: NormAttributes,
): NormShape {
  const [batch, channels] = [shape[0]!, shape.at(-1)!]
  const places = tf.util.sizeFromShape(shape.slice(1, -1))
  return [batch, places, channels, groups, epsilon, activate, scale.shape.length === 2]
}
