/** Reading a tensor's numbers without waiting, for a thread that is kept waiting and must not lie. */
import * as tf from '@tensorflow/tfjs'

/** What says which device has a tensor, and whether the WebGPU backend has its numbers beside it. */
interface Kept {
  readonly state: { readonly tensorInfo: WeakMap<object, { readonly backend: Stored }> }
}
interface Stored {
  readonly tensorMap?: { get(id: object): { readonly values?: unknown } | undefined }
}

/**
 * The numbers of a tensor, at once.
 *
 * TensorFlow.js has a way to read a GPU at once, through a canvas; in a thread that is kept waiting it gave zeros, and then lost the
 * device with all its tensors (Chromium 156 on its software adapter). So nothing is asked of the GPU.
 *
 * @throws Error where they are on a GPU.
 */
export function readNow(tensor: {
  readonly dataId?: object
  dataSync(): ArrayLike<number | string>
}): ArrayLike<number | string> {
  if (tensor instanceof tf.Tensor && !isHere(tensor.dataId))
    throw new Error('on the GPU, which cannot be read while the cell is paused')
  return tensor.dataSync()
}

function isHere(dataId: object): boolean {
  const { backend } = (tf.engine() as unknown as Kept).state.tensorInfo.get(dataId) ?? {}
  if (!backend || backend !== tf.engine().registry.webgpu) return true
  const values = backend.tensorMap?.get(dataId)?.values
  return values !== undefined && values !== null
}
