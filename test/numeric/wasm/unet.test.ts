import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { unet, type Params } from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { accelerateWasm } from '../../../src/tensor/wasm'
import { files } from '../backends'
import { assertNear, onBuilds } from './builds'

/** Enough channels for every way to convolve. */
const network = unet({ shape: [8, 12, 1], channels: 16, groups: 4 })

/** The loss and its gradient in every parameter, all of them random: layers that start at zero would hide what they do. */
function lossAndGradients(): {
  readonly value: number
  gradients: Record<string, Float32Array>
} {
  return tf.tidy(() => {
    const stream = new RandomStream(8, 'U-Net on WASM')
    const names = Object.keys(network.initial(stream)).sort()
    const fresh = network.initial(stream)
    const params = names.map((name) => stream.normalTensor(fresh[name]!.shape).mul(0.3))
    const x = stream.normalTensor([3, 8, 12, 1])
    const target = stream.normalTensor([3, 8, 12, 1])
    const f = (...values: tf.Tensor[]): tf.Tensor => {
      const given: Params = Object.fromEntries(names.map((name, i) => [name, values[i]!]))
      return tf.mean(tf.square(tf.sub(network(given, x, tf.tensor1d([0.3, -1, 2])), target)))
    }
    const { value, grads } = tf.valueAndGrads(f)(params)
    return {
      value: value.dataSync()[0]!,
      gradients: Object.fromEntries(names.map((name, i) => [name, grads[i]!.dataSync<'float32'>().slice()])),
    }
  })
}

onBuilds('a U-Net', (build) => {
  test('and its gradients agree with plain JavaScript', async () => {
    const ours = lossAndGradients()
    await selectBackend('cpu', files)
    const plain = lossAndGradients()
    await selectBackend('wasm', files)
    await accelerateWasm(build)
    assertNear([ours.value], [plain.value], 1e-5)
    // Both round to single precision after each of some forty layers.
    for (const [name, gradient] of Object.entries(plain.gradients))
      assertNear(ours.gradients[name]!, gradient, 1e-4, Math.max(1e-3, ...gradient.map(Math.abs)))
  })

  test('steps leave tensors and memory as they were after the first', () => {
    const heap = (): number =>
      (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length
    lossAndGradients()
    const before = [heap(), tf.memory().numTensors, tf.memory().numDataBuffers]
    for (let i = 0; i < 10; i++) lossAndGradients()
    assert.deepEqual([heap(), tf.memory().numTensors, tf.memory().numDataBuffers], before)
  })
})
