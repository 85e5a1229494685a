/** What to say where a batch does not fit into memory: its size, and one that fits. */
import * as tf from '@tensorflow/tfjs'
import { OutOfMemoryError, peakBytes } from '../tensor'

/** The share of the memory that tensors can fill, which leave gaps between them. */
const FILLED = 0.7

/**
 * The error of a batch of `size` that did not fit.
 *
 * @param what did not fit, such as `train: a batch of 512`.
 * @param advice how to ask for fewer, given how many fit.
 * @param attempt does the same with fewer samples, so that what each takes can be measured; its tensors are disposed of.
 */
export function tooLarge(
  error: OutOfMemoryError,
  size: number,
  what: string,
  advice: (fitting: number) => string,
  attempt: (n: number) => unknown,
): OutOfMemoryError {
  const fitting = fittingSize(error, size, attempt)
  const told = fitting === undefined ? 'Not even one fits: make the model smaller.' : advice(fitting)
  return new OutOfMemoryError(`${what} does not fit into memory. ${told} (${error.message})`, {
    cause: error,
    capacity: error.capacity,
  })
}

/** The largest power of two that fits, by what one and two samples take; half of what did not where the memory's size is not known. */
function fittingSize(
  { capacity }: OutOfMemoryError,
  size: number,
  attempt: (n: number) => unknown,
): number | undefined {
  const half = size > 1 ? 2 ** Math.floor(Math.log2(size / 2)) : undefined
  if (capacity === undefined || half === undefined) return half
  try {
    const [one, two] = [peak(attempt, 1), peak(attempt, 2)]
    const each = Math.max(two - one, 1)
    const most = 1 + Math.floor((FILLED * capacity - one) / each)
    return most < 1 ? undefined : Math.min(half, 2 ** Math.floor(Math.log2(most)))
  } catch (error) {
    if (error instanceof OutOfMemoryError) return undefined
    // Something that belongs to this very batch, such as a condition for each of its samples, cannot be done with fewer.
    return half
  }
}

/** The most bytes of tensors there are during an attempt with n samples. */
function peak(attempt: (n: number) => unknown, n: number): number {
  return peakBytes(() =>
    tf.tidy(() => {
      attempt(n)
    }),
  )
}
