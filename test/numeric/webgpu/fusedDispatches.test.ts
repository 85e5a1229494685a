import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { data, ddim, denoiser, mlp, sample, train, vp, type NetworkDenoiser } from '../../../src/models'
import { RandomStream } from '../../../src/tensor'
import { trainingExecutor } from '../../../src/tensor/fused/trainers'
import { drawn, moments, tensorsOf } from '../fused/trainingCases'
import { onWebGpuDevice, read } from './device'

/** What takes the time of small computations on a GPU: how many dispatches are recorded while `f` runs. */
async function dispatches(t: TestContext, f: () => unknown): Promise<number> {
  const { mock } = t.mock.method(GPUComputePassEncoder.prototype, 'dispatchWorkgroups')
  await f()
  const count = mock.callCount()
  mock.restore()
  return count
}

const made = (): NetworkDenoiser =>
  denoiser(vp(), mlp({ dim: 2, hidden: [8, 8, 8], embedding: 4 }), { stream: new RandomStream(1, 'network') })

onWebGpuDevice('numbers of dispatches', () => {
  test('a training step takes three, beside those that make its batch', async (t) => {
    const { layers, rows } = drawn({ widths: [2, 8, 8, 8, 2], n: 9, features: 4 })
    const { perceptron, batch } = tensorsOf(layers, rows)
    const { m, v } = moments(perceptron)
    const rule = { beta1: 0.9, beta2: 0.999, size: 0.01, correction: 1.7, epsilon: 1e-8 }
    const count = await dispatches(t, () =>
      read(
        trainingExecutor()!.steps!(perceptron, Array<typeof batch>(10).fill(batch), {
          m,
          v,
          clip: 1,
          rules: Array<typeof rule>(10).fill(rule),
        }),
      ),
    )
    assert.equal(count, 30)
    tf.dispose([perceptron, batch, m, v] as unknown as tf.Tensor[])
  })

  test('`train` and `sample` take several times fewer than by single operations', async (t) => {
    const counts: Record<string, number[]> = { train: [], sample: [] }
    for (const fused of [true, false]) {
      const model = made()
      const stream = new RandomStream(2, 'counts')
      counts.train!.push(
        await dispatches(t, () => train(model, data.moons(), { steps: 20, batch: 16, stream, fused })),
      )
      const sampler = ddim(model, { steps: 50, eta: 1 })
      counts.sample!.push(
        await dispatches(t, async () => tf.dispose(await sample(sampler, 16, { stream, fused }))),
      )
      tf.dispose(model.params)
    }
    t.diagnostic(JSON.stringify(counts))
    const [ofTraining, ofSampling] = [counts.train!, counts.sample!]
    assert.ok(ofTraining[0]! * 3 < ofTraining[1]!, ofTraining.join())
    assert.ok(ofSampling[0]! * 10 < ofSampling[1]!, ofSampling.join())
  })
})
