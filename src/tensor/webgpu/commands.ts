/** What is recorded beside shaders, among the same commands. */
import type * as tf from '@tensorflow/tfjs'
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { bufferOf, recordingOf } from './dispatch'

/** Records that so many numbers are copied from a place in one tensor to a place in another. */
export function copy(
  backend: WebGPUBackend,
  from: tf.TensorInfo,
  start: number,
  to: tf.TensorInfo,
  place: number,
  count: number,
): void {
  if (!count) return
  const [source, target] = [bufferOf(backend, from), bufferOf(backend, to)]
  const recording = recordingOf(backend)
  recording.ensureCommandEncoderReady()
  recording.endComputePassEncoder()
  recording.commandEncoder.copyBufferToBuffer(source, 4 * start, target, 4 * place, 4 * count)
}

/** Sends what is recorded to the GPU. */
export function submit(backend: WebGPUBackend): void {
  const recording = recordingOf(backend)
  recording.ensureCommandEncoderReady()
  recording.endComputePassEncoder()
  recording.submitQueue()
}
