/** One-hot rows in every type. TensorFlow.js 4.22 writes whole numbers of four bytes, whatever the type is to be. */
import * as tf from '@tensorflow/tfjs'
import { override } from './registry'

interface Attributes {
  readonly dtype: tf.DataType
  readonly depth: number
  readonly onValue: number
  readonly offValue: number
}

export function registerOneHot(): void {
  override<{ readonly indices: tf.TensorInfo }, Attributes>(
    tf.OneHot,
    ({ inputs: { indices }, attrs: { dtype, depth, onValue, offValue }, backend }) => {
      const out = backend.makeOutput([...indices.shape, depth], dtype)
      const values = backend.typedArrayFromHeap(out).fill(offValue)
      for (const [row, index] of backend.typedArrayFromHeap(indices).entries())
        if (index >= 0 && index < depth) values[row * depth + index] = onValue
      return out
    },
  )
}
