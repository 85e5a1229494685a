/** How much a GPU is asked to do. */
import * as tf from '@tensorflow/tfjs'

/** Dispatches, and copies from buffer to buffer, that `f` records; what it returns is disposed of. */
export function counted(f: () => unknown): { dispatches: number; copies: number } {
  const count = { dispatches: 0, copies: 0 }
  const [passes, encoders] = [GPUComputePassEncoder.prototype, GPUCommandEncoder.prototype]
  const [dispatch, copy] = [
    Object.getOwnPropertyDescriptor(passes, 'dispatchWorkgroups')!,
    Object.getOwnPropertyDescriptor(encoders, 'copyBufferToBuffer')!,
  ]
  const counting = (kind: keyof typeof count, original: PropertyDescriptor): PropertyDescriptor => ({
    configurable: true,
    value(this: object, ...rest: unknown[]) {
      count[kind]++
      return (original.value as (...rest: unknown[]) => unknown).apply(this, rest)
    },
  })
  Object.defineProperty(passes, 'dispatchWorkgroups', counting('dispatches', dispatch))
  Object.defineProperty(encoders, 'copyBufferToBuffer', counting('copies', copy))
  try {
    tf.dispose(tf.tidy(() => f() as tf.TensorContainer))
  } finally {
    Object.defineProperty(passes, 'dispatchWorkgroups', dispatch)
    Object.defineProperty(encoders, 'copyBufferToBuffer', copy)
  }
  return count
}
