import assert from 'node:assert/strict'
import { before, after, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { findGpu } from '../../../src/kernel/worker/gpu.node'
import { selectBackend } from '../../../src/tensor'
import { dispatch, makeOutput } from '../../../src/tensor/webgpu/dispatch'
import { shader } from '../../../src/tensor/webgpu/shader'
import { files } from '../backends'

before(async () => {
  assert.equal(await findGpu('webgpu'), undefined)
  await selectBackend('webgpu', files)
})
after(() => selectBackend('cpu', files))

test('a computation that the GPU refuses is an error where its result is read, and the next one is right', async () => {
  const backend = tf.backend() as WebGPUBackend
  const wrong = shader(
    'wrong',
    { out: 'write' },
    {},
    '@compute @workgroup_size(1) fn main() { out[0] = nothing; }',
  )
  const out = tf.engine().makeTensorFromTensorInfo(makeOutput(backend, [1]))
  dispatch(backend, wrong, { out }, {}, [1])
  await assert.rejects(
    async () => out.data(),
    /refused to compute something, so what is computed on it is not right: .*nothing/s,
  )
  assert.deepEqual([...(await tf.tensor1d([1, 2]).add(1).data())], [2, 3])
})

test('a buffer larger than the GPU takes is an error that names memory, and the next result is right', async () => {
  const { device } = tf.backend() as WebGPUBackend
  device.createBuffer({ size: device.limits.maxBufferSize + 4, usage: GPUBufferUsage.STORAGE }).destroy()
  await assert.rejects(async () => tf.tensor1d([1, 2]).add(1).data(), {
    name: 'OutOfMemoryError',
    message: /has not enough memory, so what is computed on it is not right; take smaller batches: /,
  })
  assert.deepEqual([...(await tf.tensor1d([1, 2]).add(1).data())], [2, 3])
})
