/** Reading a tensor's numbers without waiting, for a thread that is kept waiting and must not lie. */
import * as tf from '@tensorflow/tfjs'

/** What says where a tensor of the WebGPU backend has its numbers. */
interface Stored {
  readonly tensorMap?: { get(id: object): { readonly values?: unknown } | undefined }
}

/** Whether a backend reads at once what is on the GPU; some browsers give zeros before the task has ended. */
const atOnce = new WeakMap<object, boolean>()

/**
 * The numbers of a tensor, at once.
 *
 * @throws Error where they are on a GPU that cannot be read before the thread goes on.
 */
export function readNow(tensor: {
  readonly dataId?: object
  dataSync(): ArrayLike<number | string>
}): ArrayLike<number | string> {
  if (tf.getBackend() === 'webgpu' && tensor instanceof tf.Tensor && !isHere(tensor.dataId) && !readsAtOnce())
    throw new Error('on the GPU, which cannot be read while the cell is paused')
  return tensor.dataSync()
}

function isHere(dataId: object): boolean {
  const values = (tf.backend() as Stored).tensorMap?.get(dataId)?.values
  return values !== undefined && values !== null
}

/** Tries it, on numbers that are known. */
function readsAtOnce(): boolean {
  const backend = tf.backend()
  let known = atOnce.get(backend)
  if (known === undefined) {
    const forward = tf.env().get('WEBGPU_CPU_FORWARD')
    try {
      // Else small tensors stay on the processor.
      tf.env().set('WEBGPU_CPU_FORWARD', false)
      const [one, two] = tf.tidy(() => Array.from(tf.add(tf.tensor1d([1, 2]), tf.scalar(0.5)).dataSync()))
      known = one === 1.5 && two === 2.5
    } catch {
      known = false
    } finally {
      tf.env().set('WEBGPU_CPU_FORWARD', forward)
    }
    atOnce.set(backend, known)
  }
  return known
}
