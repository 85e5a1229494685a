/** Functions of one or two tensors, number by number, the smaller of two repeated along the larger. */
import * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { addressOf } from './native'
import { override } from './registry'
import { broadcastStrides, forEachPoint, joined } from './strides'

/** Kernels of one tensor, by their number in `native/elementwise.ts`. */
const UNARY = [
  ...[tf.Square, tf.Sqrt, tf.Rsqrt, tf.Neg, tf.Reciprocal, tf.Abs, tf.Relu],
  ...[tf.Exp, tf.Log, tf.Sigmoid, tf.Tanh, tf.Softplus, tf.Sin, tf.Cos],
]

/** Kernels of two tensors, by their number there. */
const BINARY = [tf.Add, tf.Sub, tf.Multiply, tf.RealDiv, tf.Maximum, tf.Minimum, tf.SquaredDifference]

export function registerElementwise(): void {
  for (const [op, name] of UNARY.entries()) registerUnary(op, name)
  for (const [op, name] of BINARY.entries()) registerBinary(op, name)
}

function registerUnary(op: number, name: string): void {
  const periodic = name === tf.Sin || name === tf.Cos
  override<{ readonly x: tf.TensorInfo }, object>(name, ({ inputs: { x }, backend }, { native }) => {
    if (x.dtype !== 'float32') return undefined
    const size = tf.util.sizeFromShape(x.shape)
    if (periodic && !native.anglesAreSmall(addressOf(backend, x), size)) return undefined
    const out = backend.makeOutput(x.shape, 'float32')
    native.unary(op, addressOf(backend, x), addressOf(backend, out), size)
    return out
  })
}

interface Operands {
  readonly a: tf.TensorInfo
  readonly b: tf.TensorInfo
}

function registerBinary(op: number, name: string): void {
  override<Operands, object>(name, ({ inputs: { a, b }, backend }, { native }) => {
    if (a.dtype !== 'float32' || b.dtype !== 'float32') return undefined
    return broadcastLoop(a, b, backend, 'float32', (...loop) => native.binary(op, ...loop))
  })
}

/** Where two operands and a result lie, and the steps of `binary` in `native/elementwise.ts`. */
export type Loop = readonly [
  a: number,
  stepA: number,
  b: number,
  stepB: number,
  out: number,
  inner: number,
  outer: number,
  outerA: number,
  outerB: number,
]

/** Runs `f` over two tensors, the smaller repeated along the larger. */
export function broadcastLoop(
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  backend: BackendWasm,
  dtype: 'float32' | 'bool',
  f: (...loop: Loop) => void,
): tf.TensorInfo {
  const shape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape)
  const out = backend.makeOutput(shape, dtype)
  const [atA, atB, atOut] = [addressOf(backend, a), addressOf(backend, b), addressOf(backend, out)]
  if (tf.util.arraysEqual(a.shape, b.shape)) {
    f(atA, 1, atB, 1, atOut, tf.util.sizeFromShape(shape), 1, 0, 0)
    return out
  }
  const [stridesA, stridesB] = [broadcastStrides(a.shape, shape), broadcastStrides(b.shape, shape)]
  const axes = joined(shape.map((size, i) => ({ size, steps: [stridesA[i]!, stridesB[i]!] })))
  const inner = axes.pop() ?? { size: 1, steps: [1, 1] }
  const outer = axes.pop() ?? { size: 1, steps: [0, 0] }
  const bytes = tf.util.bytesPerElement(dtype)
  let to = atOut
  forEachPoint(axes, 2, (i, j) => {
    const [stepA, stepB] = inner.steps as [number, number]
    const [outerA, outerB] = outer.steps as [number, number]
    f(atA + 4 * i, stepA, atB + 4 * j, stepB, to, inner.size, outer.size, outerA, outerB)
    to += bytes * inner.size * outer.size
  })
  return out
}
