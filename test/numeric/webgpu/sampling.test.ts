import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  ancestral,
  classifierFree,
  ddim,
  denoiser,
  dpmpp2M,
  edm,
  edmHead,
  edmHeun,
  mlp,
  sample,
  trajectory,
  unet,
  unipc,
  vp,
  type NetworkDenoiser,
  type Sampler,
} from '../../../src/models'
import { RandomStream, setHost, type Path } from '../../../src/tensor'
import { take } from '../backends'
import { assertNear } from '../wasm/builds'
import { onWebGpuDevice, read } from './device'

const named = (name: string): RandomStream => new RandomStream(6, name)

/** One set of widths for all, since shaders are compiled for widths; an output of size one, as fresh ones' are not. */
function model(head: 'noise' | 'v' | 'edm'): NetworkDenoiser {
  const process = head === 'edm' ? edm({ sigmaMax: 5 }) : vp()
  const network = mlp({ dim: 2, hidden: [12, 7], embedding: 4, conditions: { class: 3 } })
  const predicts = head === 'edm' ? edmHead(process) : head
  const made = denoiser(process, network, { predicts, stream: named('network') })
  tf.tidy(() => {
    for (const name of ['W2', 'b2'])
      made.params[name]!.assign(tf.mul(named(name).normalTensor(made.params[name]!.shape), 0.3))
  })
  return made
}

const SAMPLERS: Readonly<Record<string, () => Sampler>> = {
  'ddim with noise': () => ddim(model('noise'), { steps: 5, eta: 0.7 }),
  'ancestral sampling': () => ancestral(model('v'), { steps: 5 }),
  'edmHeun with churn': () => edmHeun(model('edm'), { steps: 4, churn: 2 }),
  'dpmpp2M with a last clean step': () => dpmpp2M(model('v'), { steps: 5, denoise: true }),
  'unipc of order 3': () => unipc(model('noise'), { steps: 5, order: 3 }),
  'classifier-free guidance': () =>
    ddim(classifierFree(model('v'), { class: 2 }, { scale: 2.5 }), { steps: 4 }),
}

/** What paths are told while `f` runs. */
async function paths(f: () => Promise<unknown>): Promise<Path[]> {
  const told: Path[] = []
  setHost({ poll() {}, breathe: () => Promise.resolve(), tellPath: (path) => void told.push(path) })
  try {
    await f()
  } finally {
    setHost()
  }
  return told
}

onWebGpuDevice('sampling in whole walks', () => {
  for (const [name, make] of Object.entries(SAMPLERS))
    test(`${name}: as by single operations on the same device`, async () => {
      const sampler = make()
      const drawn: Float32Array[] = []
      const told = await paths(async () => {
        for (const fused of [true, false])
          drawn.push((await read(await sample(sampler, 9, { stream: named('samples'), fused }))).values)
      })
      assert.deepEqual(
        told.map(({ fused, detail }) => [fused, detail]),
        [
          [true, 'WebGPU'],
          [false, 'fused paths are switched off'],
        ],
      )
      // What is divided by a small α or σ in the first steps multiplies roundings.
      assertNear(drawn[0]!, drawn[1]!, 3e-4)
    })

  test('states on the way are handed out as they are asked for', async () => {
    const sampler = dpmpp2M(model('v'), { steps: 5 })
    const kept = async (fused: boolean) => {
      const trajectories = await trajectory(sampler, 3, { every: 2, stream: named('kept'), fused })
      return { ...trajectories, ...(await read(trajectories.states)) }
    }
    const [fused, plain] = [await kept(true), await kept(false)]
    assert.deepEqual(
      [fused.times, fused.evaluations, fused.shape],
      [plain.times, plain.evaluations, plain.shape],
    )
    assertNear(fused.values, plain.values, 3e-4)
  })

  test('what is no perceptron goes step by step, and says so', async () => {
    const pictures = denoiser(vp(), unet({ shape: [4, 4, 1], channels: 4, groups: 2 }))
    const wide = denoiser(vp(), mlp({ dim: 2, hidden: [520] }))
    const told = await paths(async () => {
      for (const m of [pictures, wide]) tf.dispose(await sample(ddim(m, { steps: 1 }), 1))
    })
    assert.deepEqual(
      told.map(({ fused }) => fused),
      [false, false],
    )
    assert.match(told[0]!.detail, /no vectors/)
    assert.match(told[1]!.detail, /520 units does not fit/)
  })

  test('as step by step in JavaScript', async () => {
    const draw = (fused: boolean) =>
      sample(SAMPLERS['ancestral sampling']!(), 17, { stream: named('devices'), fused })
    const gpu = (await read(await draw(true))).values
    await tf.setBackend('cpu')
    const processor = take(await draw(false))
    await tf.setBackend('webgpu')
    assertNear(gpu, processor, 3e-4)
  })
})
