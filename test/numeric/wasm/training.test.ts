import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { data, ddim, denoiser, mlp, sample, train, type NetworkDenoiser, vp } from '../../../src/models'
import { RandomStream } from '../../../src/tensor'
import { accelerateWasm } from '../../../src/tensor/wasm'
import { assertNear, onBuilds, read } from './builds'

const moons = data.moons({ noise: 0.05 })

function model(hidden = [32, 32]): NetworkDenoiser {
  const stream = new RandomStream(3, 'network')
  return denoiser(vp({ betaMin: 0.1, betaMax: 20 }), mlp({ dim: 2, hidden }), {
    predicts: 'noise',
    stream,
  })
}

const heap = (): number => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length

/** Losses of a short training from one seed, and samples of what was trained. */
async function trained(steps: number): Promise<{ losses: readonly number[]; samples: Float32Array }> {
  const network = model()
  const stream = new RandomStream(4, 'training')
  const { losses } = await train(network, moons, { steps, batch: 61, rate: 1e-3, stream })
  const samples = read(await sample(ddim(network, { steps: 10 }), 50, { stream })).values
  tf.dispose(network.params)
  return { losses, samples }
}

onBuilds('training and sampling', (build) => {
  test('give what TensorFlow.js alone gives, as far as single precision goes', async () => {
    const ours = await trained(20)
    await accelerateWasm('stock')
    const stock = await trained(20)
    await accelerateWasm(build)
    // Adam turns the rounding of a gradient near zero into a whole step, of 1e-3, one way or the other.
    assertNear(ours.losses, stock.losses, 1e-3)
    assertNear(ours.samples, stock.samples, 2e-2)
  })

  // What leaks does so on either build; ten thousand steps on one of them are enough.
  const many = build === 'relaxed' ? 10_000 : 300
  for (const fused of [true, false])
    test(`${many} steps leave tensors and memory as they were after the first ten, ${fused ? 'in one pass each' : 'operation by operation'}`, async () => {
      const network = model([8])
      const stream = new RandomStream(5, 'long training')
      const seen: number[][] = []
      let at = 0
      // Every step draws from the data once: what is there then is what the step before left.
      const counted: typeof moons = {
        ...moons,
        draw: (n, stream) => {
          at++
          if (at === 10 || at === many)
            seen.push([tf.memory().numTensors, tf.memory().numDataBuffers, heap()])
          return moons.draw(n, stream)
        },
      }
      await train(network, counted, { steps: many, batch: 16, rate: 1e-3, ema: 0.99, stream, fused })
      assert.equal(seen.length, 2)
      assert.deepEqual(seen[1], seen[0])
      tf.dispose(network.params)
    })
})
