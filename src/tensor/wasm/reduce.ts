/** Sums and means along any axes. */
import * as tf from '@tensorflow/tfjs'
import { addressOf } from './native'
import { override } from './registry'

interface Attributes {
  readonly axis: number | number[]
  readonly keepDims?: boolean
}

export function registerReductions(): void {
  registerSum(tf.Sum, () => 1)
  registerSum(tf.Mean, (count) => 1 / count)
}

function registerSum(name: string, scaleOf: (count: number) => number): void {
  override<{ readonly x: tf.TensorInfo }, Attributes>(
    name,
    ({ inputs: { x }, attrs, backend }, { native }) => {
      if (x.dtype !== 'float32') return undefined
      const axes = tf.util.parseAxisParam(attrs.axis, x.shape)
      const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
      const shape = attrs.keepDims ? kept : x.shape.filter((_, axis) => !axes.includes(axis))
      const out = backend.makeOutput(shape, 'float32')
      let from = x
      // Neighbouring axes are summed at once, the last ones first.
      const runs = runsOf(axes)
      const sizes = [...x.shape]
      const scale = scaleOf(axes.reduce((count, axis) => count * x.shape[axis]!, 1))
      for (const [index, [first, last]] of runs.entries()) {
        const done = index === runs.length - 1
        const count = product(sizes.slice(first, last + 1))
        const [outer, inner] = [product(sizes.slice(0, first)), product(sizes.slice(last + 1))]
        for (let axis = first; axis <= last; axis++) sizes[axis] = 1
        const to = done ? out : backend.makeOutput([outer * inner], 'float32')
        native.sum(addressOf(backend, from), addressOf(backend, to), outer, count, inner, done ? scale : 1)
        if (from !== x) backend.disposeData(from.dataId)
        from = to
      }
      return out
    },
  )
}

/** Runs of neighbouring axes [first, last], the last run first; at least one, which may be of no axes. */
function runsOf(axes: readonly number[]): (readonly [number, number])[] {
  const runs: [number, number][] = []
  for (const axis of [...axes].sort((a, b) => b - a)) {
    const run = runs.at(-1)
    if (run?.[0] === axis + 1) run[0] = axis
    else runs.push([axis, axis])
  }
  return runs.length ? runs : [[0, -1]]
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((size, next) => size * next, 1)
}
