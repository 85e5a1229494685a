import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { planOf } from '../../../src/tensor/webgpu/product'
import { lanesOf } from '../../../src/tensor/webgpu/subgroups'
import { onWebGpuDevice } from './device'
import { productTests } from './products'

onWebGpuDevice('matrix products', () => {
  productTests()

  test('sums in parts are used where few tiles have long sums', () => {
    assert.deepEqual(planOf({ rows: 288, columns: 32, depth: 50_176, batches: 1 }), { tile: 32, parts: 29 })
    assert.equal(planOf({ rows: 128, columns: 128, depth: 512, batches: 1 }).parts, 1)
  })

  test('no subgroups where nobody allowed them, though the adapter has them', async () => {
    const adapter = await navigator.gpu.requestAdapter()
    assert.ok(adapter!.features.has('subgroups'), 'This adapter has no subgroups.')
    const { device } = tf.backend() as WebGPUBackend
    assert.ok(!device.features.has('subgroups'))
    assert.equal(lanesOf(device), undefined)
  })
})
