/** Kernels that only move numbers about: without a copy where that can be, else each number once. */
import * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { addressOf, type Kernels } from './native'
import { override } from './registry'
import { forEachPoint, joined, stridesOf, type Axis } from './strides'

interface OneInput {
  readonly x: tf.TensorInfo
}

export function registerCopies(): void {
  override<OneInput, object>(tf.Identity, ({ inputs: { x }, backend }) => shared(x, backend))
  override<OneInput, { readonly dtype: tf.DataType }>(tf.Cast, ({ inputs: { x }, attrs, backend }) =>
    x.dtype === attrs.dtype ? shared(x, backend) : undefined,
  )
  override<OneInput, { readonly perm: readonly number[] }>(
    tf.Transpose,
    ({ inputs: { x }, attrs: { perm }, backend }, kernels) => {
      const strides = stridesOf(x.shape)
      const shape = perm.map((axis) => x.shape[axis]!)
      return gathered(
        x,
        backend,
        kernels,
        shape,
        axesOf(
          shape,
          perm.map((axis) => strides[axis]!),
        ),
      )
    },
  )
  override<OneInput, { readonly reps: readonly number[] }>(
    tf.Tile,
    ({ inputs: { x }, attrs: { reps }, backend }, kernels) => {
      const strides = stridesOf(x.shape)
      const shape = x.shape.map((size, axis) => size * reps[axis]!)
      const axes = x.shape.flatMap((size, axis) => [
        { size: reps[axis]!, steps: [0] },
        { size, steps: [strides[axis]!] },
      ])
      return gathered(x, backend, kernels, shape, axes)
    },
  )
  override<OneInput, { readonly begin: number | number[]; readonly size: number | number[] }>(
    tf.Slice,
    ({ inputs: { x }, attrs, backend }, kernels) => {
      const [begin, size] = tf.slice_util.parseSliceParams(x, attrs.begin, attrs.size)
      return slice(x, backend, kernels, begin!, size!)
    },
  )
  override<OneInput, { readonly numOrSizeSplits: number[] | number; readonly axis: number }>(
    tf.SplitV,
    ({ inputs: { x }, attrs, backend }, kernels) => {
      if (x.dtype !== 'float32' && x.dtype !== 'int32') return undefined
      const axis = tf.util.parseAxisParam(attrs.axis, x.shape)[0]!
      const begin = x.shape.map(() => 0)
      return tf.backend_util.prepareSplitSize(x as tf.Tensor, attrs.numOrSizeSplits, axis).map((length) => {
        const part = slice(x, backend, kernels, [...begin], x.shape.with(axis, length))!
        begin[axis]! += length
        return part
      })
    },
  )
  override<tf.TensorInfo[], { readonly axis: number }>(tf.Concat, ({ inputs, attrs, backend }, kernels) => {
    if (inputs.some(({ dtype }) => dtype !== 'float32')) return undefined
    const axis = tf.util.parseAxisParam(attrs.axis, inputs[0]!.shape)[0]!
    const shapes = inputs.map(({ shape }) => shape)
    tf.backend_util.assertParamsConsistent(shapes, axis)
    return sideBySide(inputs, backend, kernels, tf.backend_util.computeOutShape(shapes, axis), axis)
  })
  override<tf.TensorInfo[], { readonly axis: number }>(tf.Pack, ({ inputs, attrs, backend }, kernels) => {
    const { shape } = inputs[0]!
    // TensorFlow.js says what does not fit.
    if (inputs.some((x) => x.dtype !== 'float32' || !tf.util.arraysEqual(x.shape, shape))) return undefined
    const axis = attrs.axis < 0 ? attrs.axis + shape.length + 1 : attrs.axis
    return sideBySide(inputs, backend, kernels, shape.toSpliced(axis, 0, inputs.length), axis)
  })
  override<{ readonly value: tf.TensorInfo }, { readonly axis: number }>(
    tf.Unpack,
    ({ inputs: { value }, attrs, backend }, kernels) => {
      if (value.dtype !== 'float32' && value.dtype !== 'int32') return undefined
      const axis = attrs.axis < 0 ? attrs.axis + value.shape.length : attrs.axis
      const begin = value.shape.map(() => 0)
      const shape = value.shape.toSpliced(axis, 1)
      return Array.from({ length: value.shape[axis]! }, (_, i) => {
        const part = slice(value, backend, kernels, begin.with(axis, i), value.shape.with(axis, 1))!
        return { ...part, shape }
      })
    },
  )
}

/** A tensor of `shape`, made of parts that follow one another along `axis`. */
function sideBySide(
  parts: readonly tf.TensorInfo[],
  backend: BackendWasm,
  { native }: Kernels,
  shape: number[],
  axis: number,
): tf.TensorInfo {
  const out = backend.makeOutput(shape, 'float32')
  const rows = tf.util.sizeFromShape(shape.slice(0, axis))
  const width = tf.util.sizeFromShape(shape.slice(axis))
  let to = addressOf(backend, out)
  for (const part of parts) {
    const count = rows ? tf.util.sizeFromShape(part.shape) / rows : 0
    native.scatterRows(addressOf(backend, part), to, rows, count, width)
    to += 4 * count
  }
  return out
}

/** The same numbers under another name: they are freed with the last that uses them. */
function shared({ dataId, shape, dtype }: tf.TensorInfo, backend: BackendWasm): tf.TensorInfo {
  backend.incRef(dataId)
  return { dataId, shape, dtype }
}

function slice(
  x: tf.TensorInfo,
  backend: BackendWasm,
  kernels: Kernels,
  begin: readonly number[],
  size: number[],
): tf.TensorInfo | undefined {
  tf.slice_util.assertParamsValid(x, begin as number[], size)
  const strides = stridesOf(x.shape)
  const first = begin.reduce((sum, at, axis) => sum + at * strides[axis]!, 0)
  return gathered(x, backend, kernels, size, axesOf(size, strides), first)
}

function axesOf(shape: readonly number[], strides: readonly number[]): Axis[] {
  return shape.map((size, axis) => ({ size, steps: [strides[axis]!] }))
}

/** A tensor of `shape` whose numbers lie in `x` along `axes`, from `first` on. */
function gathered(
  x: tf.TensorInfo,
  backend: BackendWasm,
  { native }: Kernels,
  shape: number[],
  axes: readonly Axis[],
  first = 0,
): tf.TensorInfo | undefined {
  if (x.dtype !== 'float32' && x.dtype !== 'int32') return undefined
  const out = backend.makeOutput(shape, x.dtype)
  if (tf.util.sizeFromShape(shape) === 0) return out
  const from = addressOf(backend, x) + 4 * first
  let to = addressOf(backend, out)
  const loops = joined(axes)
  const none: Axis = { size: 1, steps: [0] }
  const inner = loops.pop() ?? { size: 1, steps: [1] }
  const middle = loops.pop() ?? none
  const outer = loops.pop() ?? none
  forEachPoint(loops, 1, (at) => {
    const [n0, n1, n2] = [outer.size, middle.size, inner.size]
    native.gather(from + 4 * at, to, n0, n1, n2, outer.steps[0]!, middle.steps[0]!, inner.steps[0]!)
    to += 4 * n0 * n1 * n2
  })
  return out
}
