/** Computing off the GPU for a while: where every number can be read at once, which a GPU does not allow. */
import * as tf from '@tensorflow/tfjs'
import { selectBackend, type BackendFiles } from './backend'

/** What TensorFlow.js moves tensors to other devices by. */
interface Readable {
  readSync: (dataId: object) => unknown
  readonly tensorMap?: { get(id: object): { readonly values?: unknown } | undefined }
}

/**
 * Has everything computed on WASM, or on plain JavaScript where there is none. What lies on the GPU is read first, by waiting, and
 * moves as it is used.
 *
 * @param tensors all that may be used; another one that is on the GPU is an error where it is used, since reading it without waiting
 * may give zeros.
 * @returns what goes back to the GPU; undefined, and nothing is changed, where none is in use.
 */
export async function leaveGpu(
  tensors: Iterable<tf.Tensor>,
  files: BackendFiles,
): Promise<(() => Promise<void>) | undefined> {
  if (tf.getBackend() !== 'webgpu') return undefined
  const gpu = tf.backend() as unknown as Readable
  const live = new Map(
    [...tensors].filter((tensor) => !tensor.isDisposed).map((tensor) => [tensor.dataId, tensor]),
  )
  await Promise.all([...live.values()].map((tensor) => tensor.data()))
  await selectBackend('wasm', files).catch(() => selectBackend('cpu', files))
  const { readSync } = gpu
  gpu.readSync = (dataId) => {
    const values = gpu.tensorMap?.get(dataId)?.values
    if (values !== undefined && values !== null) return values
    throw new Error(
      'A tensor that no variable leads to is on the GPU, which cannot be read here: run the cell without stepping.',
    )
  }
  const elsewhere = tf.getBackend()
  return async () => {
    gpu.readSync = readSync
    // A program may have chosen another device, and the GPU may have been lost.
    if (tf.getBackend() === elsewhere && tf.engine().registry.webgpu === (gpu as unknown))
      await tf.setBackend('webgpu')
  }
}
