/**
 * Runs shaders of ours among TensorFlow.js's: in the same command buffer and the same pass, so that nothing waits and the order is that
 * of the calls.
 */
import * as tf from '@tensorflow/tfjs'
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { pipelineOf } from './pipelines'
import { packed, type Shader } from './shader'

/** What TensorFlow.js 4.22's backend keeps to itself of the commands that are being recorded. */
export interface Recording {
  readonly device: GPUDevice
  readonly queue: GPUQueue
  readonly bufferManager: {
    acquireBuffer(size: number, usage: number): GPUBuffer
  }
  readonly tensorMap: { get(id: object): { values?: unknown; resource?: unknown } | undefined }
  /** Tensors of the commands recorded: their buffers are given to others only when those were submitted. */
  readonly commandQueueOwnedIds: WeakSet<object>
  readonly commandEncoder: GPUCommandEncoder
  computePassEncoder: GPUComputePassEncoder | null
  dispatchCountInPass: number
  uniformPendingDisposal: GPUBuffer[]
  ensureCommandEncoderReady(): void
  endComputePassEncoder(): void
  submitQueue(): void
  uploadToGPU(id: object): void
}

export function recordingOf(backend: WebGPUBackend): Recording {
  return backend as unknown as Recording
}

/** Workgroups along an axis beyond this are refused by every device; shaders loop over the rest. */
export const MOST_GROUPS = 65_535

/** The buffer of a tensor, which is brought to the GPU first if it is not there. */
export function bufferOf(backend: WebGPUBackend, { dataId }: tf.TensorInfo): GPUBuffer {
  const recording = recordingOf(backend)
  recording.uploadToGPU(dataId)
  recording.commandQueueOwnedIds.add(dataId)
  return recording.tensorMap.get(dataId)!.resource as GPUBuffer
}

/** A tensor to be written to; one of no numbers is complete as it is. */
export function makeOutput(backend: WebGPUBackend, shape: number[]): tf.TensorInfo {
  const empty = tf.util.sizeFromShape(shape) === 0
  return backend.makeTensorInfo(shape, 'float32', empty ? new Float32Array(0) : undefined)
}

/** Notes that the numbers of a tensor on the GPU are about to change: a copy of the old ones on the processor is no longer right. */
export function overwritten(backend: WebGPUBackend, { dataId }: tf.TensorInfo): void {
  const data = recordingOf(backend).tensorMap.get(dataId)!
  if (data.resource) data.values = null
}

/**
 * Records a call of a shader.
 *
 * @param tensors not empty ones, each by the name that the shader gives its buffer. The same tensor must not be written to and be anything
 * else as well.
 * @param groups workgroups along x, y and z; more than a device takes are cut to what it takes.
 */
export function dispatch<S extends Shader>(
  backend: WebGPUBackend,
  shader: S,
  tensors: Readonly<Record<keyof S['buffers'] & string, tf.TensorInfo | GPUBuffer>>,
  params: Readonly<Record<keyof S['params'] & string, number>>,
  groups: readonly [x: number, y?: number, z?: number],
): void {
  const recording = recordingOf(backend)
  const { device } = recording
  const pipeline = pipelineOf(device, shader)
  const buffers = Object.keys(shader.buffers).map((name) => {
    const tensor: tf.TensorInfo | GPUBuffer = tensors[name as keyof typeof tensors]
    return 'dataId' in tensor ? bufferOf(backend, tensor) : tensor
  })
  if (Object.keys(shader.params).length) buffers.push(uniform(recording, packed(shader.params, params)))
  const bindGroup = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  })
  recording.ensureCommandEncoderReady()
  recording.computePassEncoder ??= recording.commandEncoder.beginComputePass()
  const pass = recording.computePassEncoder
  pass.setPipeline(pipeline)
  pass.setBindGroup(0, bindGroup)
  const [x, y = 1, z = 1] = groups.map((count) => Math.min(count!, MOST_GROUPS)) as [number, number?, number?]
  pass.dispatchWorkgroups(x, y, z)
  recording.dispatchCountInPass++
  if (recording.dispatchCountInPass >= tf.env().getNumber('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE')) {
    recording.endComputePassEncoder()
    recording.submitQueue()
  }
}

/** As TensorFlow.js does: buffers of its store, which it takes back when the commands were submitted. */
function uniform(recording: Recording, bytes: ArrayBuffer): GPUBuffer {
  const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.UNIFORM
  const buffer = recording.bufferManager.acquireBuffer(bytes.byteLength, usage)
  recording.queue.writeBuffer(buffer, 0, bytes)
  recording.uniformPendingDisposal.push(buffer)
  return buffer
}
