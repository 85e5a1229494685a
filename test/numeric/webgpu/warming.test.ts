import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { silu } from '../../../src/tensor'
import { ELEMENTWISE_SHADERS } from '../../../src/tensor/webgpu/elementwise'
import { warm } from '../../../src/tensor/webgpu/pipelines'
import { onWebGpuDevice } from './device'

onWebGpuDevice('warming', () => {
  test('makes shaders beside whatever else goes on, once, so that nobody waits for them', async (t) => {
    const { device } = tf.backend() as WebGPUBackend
    const waited = t.mock.method(device, 'createComputePipeline')
    const beside = t.mock.method(device, 'createComputePipelineAsync')
    for (let i = 0; i < 2; i++) await warm(device, ELEMENTWISE_SHADERS)
    assert.equal(beside.mock.callCount(), ELEMENTWISE_SHADERS.length)
    const x = tf.ones([3, 4])
    const y = silu(x)
    assert.equal(waited.mock.callCount(), 0)
    assert.equal((await y.data()).length, 12)
    tf.dispose([x, y])
  })

  test('a shader that does not compile is no error before it is needed', async () => {
    const { device } = tf.backend() as WebGPUBackend
    const [shader] = ELEMENTWISE_SHADERS
    device.pushErrorScope('validation')
    await assert.doesNotReject(warm(device, [{ ...shader!, name: 'wrong', code: 'nothing' }]))
    assert.match((await device.popErrorScope())?.message ?? '', /nothing/)
  })
})
