/** Comparisons, `tf.where`, `tf.gather`, and powers with a whole exponent. */
import * as tf from '@tensorflow/tfjs'
import { broadcastLoop } from './elementwise'
import { addressOf } from './native'
import { override } from './registry'

interface Operands {
  readonly a: tf.TensorInfo
  readonly b: tf.TensorInfo
}

/** Comparisons, by their number in `native/choices.ts`, and whether the operands change places. */
const COMPARISONS: readonly (readonly [name: string, op: number, swapped: boolean])[] = [
  [tf.Greater, 0, false],
  [tf.GreaterEqual, 1, false],
  [tf.Equal, 2, false],
  [tf.NotEqual, 3, false],
  [tf.Less, 0, true],
  [tf.LessEqual, 1, true],
]

/** Exponents up to this are taken by repeated multiplication. */
const LARGEST_EXPONENT = 16

export function registerChoices(): void {
  for (const [name, op, swapped] of COMPARISONS)
    override<Operands, object>(name, ({ inputs, backend }, { native }) => {
      const [a, b] = swapped ? [inputs.b, inputs.a] : [inputs.a, inputs.b]
      if (a.dtype !== 'float32' || b.dtype !== 'float32') return undefined
      return broadcastLoop(a, b, backend, 'bool', (...loop) => native.compare(op, ...loop))
    })

  override<
    { readonly condition: tf.TensorInfo; readonly t: tf.TensorInfo; readonly e: tf.TensorInfo },
    object
  >(tf.Select, ({ inputs: { condition, t, e }, backend }, { native }) => {
    if (condition.dtype !== 'bool' || t.dtype === 'bool' || e.dtype !== t.dtype) return undefined
    if (![condition, e].every(({ shape }) => tf.util.arraysEqual(shape, t.shape))) return undefined
    const out = backend.makeOutput(t.shape, t.dtype)
    const [atC, atT, atE] = [addressOf(backend, condition), addressOf(backend, t), addressOf(backend, e)]
    native.select(atC, atT, atE, addressOf(backend, out), tf.util.sizeFromShape(t.shape))
    return out
  })

  override<
    { readonly x: tf.TensorInfo; readonly indices: tf.TensorInfo },
    { readonly axis: number; readonly batchDims: number }
  >(tf.GatherV2, ({ inputs: { x, indices }, attrs, backend }, { native }) => {
    if (attrs.batchDims || x.dtype === 'bool' || x.dtype === 'string' || indices.dtype !== 'int32')
      return undefined
    const axis = tf.util.parseAxisParam(attrs.axis, x.shape)[0]!
    const size = x.shape[axis]!
    const count = tf.util.sizeFromShape(indices.shape)
    // TensorFlow.js names the index that is outside.
    if (!native.indicesAreInside(addressOf(backend, indices), count, size)) return undefined
    const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)]
    const out = backend.makeOutput([...before, ...indices.shape, ...after], x.dtype)
    native.gatherRows(
      addressOf(backend, x),
      addressOf(backend, indices),
      addressOf(backend, out),
      tf.util.sizeFromShape(before),
      size,
      tf.util.sizeFromShape(after),
      count,
    )
    return out
  })

  // Without it, gathering has no gradient on WASM.
  override<
    { readonly x: tf.TensorInfo; readonly segmentIds: tf.TensorInfo },
    { readonly numSegments: number }
  >(tf.UnsortedSegmentSum, ({ inputs: { x, segmentIds }, attrs, backend }, { native }) => {
    if (x.dtype !== 'float32' || segmentIds.dtype !== 'int32') return undefined
    const row = x.shape.slice(1)
    const out = backend.makeOutput([attrs.numSegments, ...row], 'float32')
    native.addRows(
      addressOf(backend, x),
      addressOf(backend, segmentIds),
      addressOf(backend, out),
      attrs.numSegments,
      tf.util.sizeFromShape(row),
      tf.util.sizeFromShape(segmentIds.shape),
    )
    return out
  })

  override<Operands, object>(tf.Pow, ({ inputs: { a, b }, backend }, { native }) => {
    if (a.dtype !== 'float32' || b.dtype !== 'float32' || tf.util.sizeFromShape(b.shape) !== 1)
      return undefined
    if (b.shape.length > a.shape.length) return undefined
    const [exponent = NaN] = backend.typedArrayFromHeap(b)
    if (!Number.isInteger(exponent) || exponent < 1 || exponent > LARGEST_EXPONENT) return undefined
    const out = backend.makeOutput(a.shape, 'float32')
    native.power(addressOf(backend, a), addressOf(backend, out), tf.util.sizeFromShape(a.shape), exponent)
    return out
  })
}
