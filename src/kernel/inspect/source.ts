/** Where the numbers of a variable are read from: a tensor on a device, or an array of JavaScript's. */
import * as tf from '@tensorflow/tfjs'
import { tensorFacts } from '../display/describe'
import { isTensor } from '../display/preview'
import type { TensorFacts } from '../protocol'

/** Numbers, or texts of a tensor of strings, to be read in parts. */
export interface Source {
  readonly facts: TensorFacts
  readonly size: number
  /**
   * The values from `from` up to `to`, in row-major order; of a tensor on a GPU they come when they come.
   *
   * @throws Error where the device or the tensor is gone.
   */
  readonly read: (from: number, to: number) => Promise<ArrayLike<number> | readonly string[]>
}

/** The numbers that a value holds; undefined where it holds none, or its memory was given back. */
export function sourceOf(value: unknown): Source | undefined {
  const facts = tensorFacts(value)
  if (!facts || facts.disposed || facts.dtype === 'complex64') return undefined
  const size = facts.shape.reduce((product, n) => product * n, 1)
  if (!isTensor(value)) {
    const values = value as ArrayLike<number>
    return { facts, size, read: (from, to) => Promise.resolve(Array.prototype.slice.call(values, from, to)) }
  }
  const tensor = value as tf.Tensor
  return {
    facts,
    size,
    read: async (from, to) => {
      if (from === 0 && to === size) return tensor.data()
      // The work on the device is asked for before anything is awaited, so the tensor may be disposed of right after.
      const part = tf.tidy(() => tensor.reshape([size]).slice([from], [to - from]))
      try {
        return await part.data()
      } finally {
        part.dispose()
      }
    },
  }
}
