/** Matrix products: `tf.matMul`, its two gradients, and `tf.fused.matMul`. */
import * as tf from '@tensorflow/tfjs'
import { activate, isActivation, type ActivationAttributes } from './activations'
import { multiply } from './gemm'
import { addressOf, type Kernels } from './native'
import { override, type Call } from './registry'
import { broadcastStrides, forEachPoint, joined } from './strides'

interface Factors {
  readonly a: tf.TensorInfo
  readonly b: tf.TensorInfo
}

interface Transposes {
  readonly transposeA: boolean
  readonly transposeB: boolean
}

interface FusedInputs extends Factors {
  readonly bias?: tf.TensorInfo
}

export function registerProducts(): void {
  override<Factors, Transposes>(tf.BatchMatMul, (call, kernels) => product(call, kernels))
  override<FusedInputs, Transposes & ActivationAttributes>(tf._FusedMatMul, (call, kernels) => {
    const { inputs, attrs, backend } = call
    if (!isActivation(attrs.activation)) return undefined
    const n = inputs.b.shape.at(attrs.transposeB ? -2 : -1)
    const { bias } = inputs
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== n)) return undefined
    const out = product(call, kernels, bias ? addressOf(backend, bias) : 0)
    return out && activate(out, attrs, backend, kernels.native)
  })
}

function product(
  { inputs, attrs, backend }: Call<Factors, Transposes>,
  kernels: Kernels,
  bias = 0,
): tf.TensorInfo | undefined {
  const { a, b } = inputs
  const { transposeA, transposeB } = attrs
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return undefined
  const [m, k] = lastTwo(a, transposeA)
  const [inner, n] = lastTwo(b, transposeB)
  if (inner !== k) return undefined
  const batches = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2))
  const out = backend.makeOutput([...batches, m, n], 'float32')
  const [atA, atB, atC] = [addressOf(backend, a), addressOf(backend, b), addressOf(backend, out)]
  if (m * n === 0) return out
  const strides = [a, b].map(({ shape }) => broadcastStrides(shape.slice(0, -2), batches))
  const axes = joined(batches.map((size, i) => ({ size, steps: strides.map((steps) => steps[i]!) })))
  let to = atC
  forEachPoint(axes, 2, (i, j) => {
    const [from, by] = [atA + 4 * m * k * i, atB + 4 * k * n * j]
    multiply(kernels, from, transposeA, by, transposeB, to, m, n, k, bias, false)
    to += 4 * m * n
  })
  return out
}

/** Rows and columns of the matrices of a tensor, as they are multiplied. */
function lastTwo({ shape }: tf.TensorInfo, transpose: boolean): readonly [number, number] {
  const [rows, columns] = [shape.at(-2)!, shape.at(-1)!]
  return transpose ? [columns, rows] : [rows, columns]
}
