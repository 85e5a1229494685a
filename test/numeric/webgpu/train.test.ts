import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  adamW,
  cosine,
  data,
  denoiser,
  edm,
  edmHead,
  mlp,
  train,
  vp,
  type Data,
  type MlpOptions,
  type NetworkDenoiser,
  type TrainOptions,
} from '../../../src/models'
import { RandomStream, setHost, type Path } from '../../../src/tensor'
import { assertNear } from '../wasm/builds'
import { onWebGpuDevice } from './device'

const named = (name: string): RandomStream => new RandomStream(7, name)
const moons = data.moons({ noise: 0.05 })

/** One set of widths for all, since shaders are compiled for widths. */
function model(head: 'noise' | 'edm' = 'noise', options: Partial<MlpOptions> = {}): NetworkDenoiser {
  const process = head === 'edm' ? edm({ sigmaMax: 5 }) : vp()
  const network = mlp({ dim: 2, hidden: [7, 8], embedding: 6, ...options })
  const predicts = head === 'edm' ? edmHead(process) : head
  return denoiser(process, network, { predicts, stream: named('network') })
}

async function numbers({ params }: NetworkDenoiser): Promise<Float32Array[]> {
  return Promise.all(Object.values(params).map(async (value) => (await value.data()).slice() as Float32Array))
}

/** Trains a model one way; what is told of the way goes into `told`. */
async function trained(
  made: NetworkDenoiser,
  options: Partial<TrainOptions<NetworkDenoiser>>,
  { of = moons, told = [] }: { readonly of?: Data; readonly told?: Path[] } = {},
) {
  setHost({ poll() {}, breathe: () => Promise.resolve(), tellPath: (path) => void told.push(path) })
  try {
    const stream = named('training')
    const run = await train(made, of, { steps: 12, batch: 19, stream, ...options })
    return { run, params: await numbers(made), position: stream.position }
  } finally {
    setHost()
    tf.dispose(made.params)
  }
}

/** That both ways give the same. @param fewer what the loop may differ in at most, relative to the largest number. */
async function agree(
  make: () => NetworkDenoiser,
  options: Partial<TrainOptions<NetworkDenoiser>> = {},
  of?: Data,
): Promise<void> {
  const told: Path[] = []
  const way = { told, ...(of && { of }) }
  const fused = await trained(make(), { ...options, fused: true }, way)
  const plain = await trained(make(), { ...options, fused: false }, way)
  assert.deepEqual(told, [
    { work: 'training', fused: true, detail: 'WebGPU' },
    { work: 'training', fused: false, detail: 'fused paths are switched off' },
  ])
  assert.equal(fused.position, plain.position)
  assert.equal(fused.run.losses.length, 12)
  for (const [i, loss] of fused.run.losses.entries()) assertNear([loss], [plain.run.losses[i]!], 2e-5)
  // Adam turns the rounding of a gradient near zero into a part of a step of 10⁻³: here into 5 · 10⁻⁶ at most.
  for (const [i, values] of fused.params.entries()) {
    const expected = plain.params[i]!
    assertNear(values, expected, 1e-4, Math.max(0.05, ...expected.map(Math.abs)))
  }
}

onWebGpuDevice('training in few dispatches', () => {
  test('agrees with single operations', () => agree(() => model()))

  test('with a weight and factors for each row', () => agree(() => model('edm')))

  test('with clipped gradients, AdamW, an average, and a rate that changes', () =>
    agree(() => model(), { clip: 0.5, optimizer: adamW({ decay: 0.1 }), ema: 0.9, rate: cosine(1e-3) }))

  test('with conditions, whose embedding is trained by single operations', () =>
    agree(() => model('noise', { conditions: { class: 8 } }), {}, data.eightGaussians()))

  test('where it is looked at changes nothing', async () => {
    const seen: number[] = []
    const saved: number[] = []
    const looked = await trained(model(), {
      evaluateEvery: 5,
      evaluate: (_, { step }) => seen.push(step),
      saveEvery: 4,
      save: (_, step) => void saved.push(step),
    })
    const alone = await trained(model(), {})
    assert.deepEqual(
      [seen, saved],
      [
        [5, 10, 12],
        [4, 8, 12],
      ],
    )
    assert.deepEqual(looked.run.losses, alone.run.losses)
    assert.deepEqual(looked.params, alone.params)
  })

  test('a loss that is not finite ends it at its step, with the parameters of the step before', async () => {
    const breaking = (): Data => {
      let batches = 0
      return {
        ...moons,
        draw: (n, stream) => (++batches < 12 ? moons.draw(n, stream) : tf.fill([n, 2], NaN)),
      }
    }
    const made = model()
    const training = train(made, breaking(), { steps: 40, batch: 19, stream: named('training') })
    await assert.rejects(training, /training stopped at step 12: the loss \(NaN\) is not finite/)
    const before = await trained(model(), { steps: 11 })
    assert.deepEqual(await numbers(made), before.params)
    tf.dispose(made.params)
  })

  test('no tensor stays behind', async () => {
    const made = model()
    const { numTensors } = tf.memory()
    await train(made, moons, { steps: 5, batch: 3, stream: named('training') })
    assert.equal(tf.memory().numTensors, numTensors)
    tf.dispose(made.params)
  })
})
