/** A WebGPU device under Node, and the tensors that our kernels are tried on. */
import { after, before, describe } from 'node:test'
import assert from 'node:assert/strict'
import * as tf from '@tensorflow/tfjs'
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { findGpu } from '../../../src/kernel/worker/gpu.node'
import { selectBackend } from '../../../src/tensor'
import type { DeviceOptions } from '../../../src/tensor/backend'
import { files } from '../backends'

/**
 * Declares tests on WebGPU with our kernels in use; leaves plain JavaScript in use. Every error of the device fails them.
 *
 * @param options what the device may use; tests that allow subgroups fail where the adapter has none.
 */
export function onWebGpuDevice(what: string, declare: () => void, options?: DeviceOptions): void {
  describe(`${what}, WebGPU`, () => {
    const errors: string[] = []
    before(async () => {
      const missing = await findGpu('webgpu')
      assert.equal(missing, undefined, `${missing} The tests find Chromium's where it is installed.`)
      await selectBackend('webgpu', files, options)
      // Small tensors must not be computed on the processor.
      tf.env().set('WEBGPU_CPU_FORWARD', false)
      const { device } = tf.backend() as WebGPUBackend
      if (options?.subgroups) assert.ok(device.features.has('subgroups'), 'This adapter has no subgroups.')
      device.onuncapturederror = ({ error }) => errors.push(error.message)
    })
    declare()
    after(async () => {
      await (tf.backend() as WebGPUBackend).device.queue.onSubmittedWorkDone()
      await selectBackend('cpu', files)
      assert.deepEqual(errors, [])
    })
  })
}

/** Values and shape of a tensor, which is disposed of. */
export async function read(tensor: tf.Tensor): Promise<{ shape: number[]; values: Float32Array }> {
  const values = await tensor.data()
  tensor.dispose()
  return { shape: tensor.shape, values: values as Float32Array }
}
