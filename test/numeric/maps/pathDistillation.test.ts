/** Distillation from whole paths, on Gaussians, whose paths end at x √((v + σ_end²)/(v + σ²)). */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { data } from '../../../src/models/data'
import { asDenoiser, type Denoiser } from '../../../src/models/denoiser'
import { exact } from '../../../src/models/exact'
import { timeAt } from '../../../src/models/grids'
import {
  asConsistency,
  consistency,
  pathDistillation,
  squaredDistance,
  type NetworkConsistency,
} from '../../../src/models/maps'
import { mlp } from '../../../src/models/mlp'
import { Prediction } from '../../../src/models/prediction'
import { ddpm, edm, rectified, vp } from '../../../src/models/processes'
import { over, type GaussianProcess } from '../../../src/models/process'
import { dpmpp2M, rk4 } from '../../../src/models/samplers'
import { combine, type Time } from '../../../src/models/state'
import { train } from '../../../src/models/train'
import { cosine } from '../../../src/models/training'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('cpu', files))

const named = (name: string) => new RandomStream(43, name)
const v = 0.4
const [sigmaMin, sigmaMax] = [0.05, 5]
const law = data.mixture({ means: [[0]], deviations: Math.sqrt(v) })
const batch = tf.zeros([300, 1])

/** f(x, σ) = c(σ) x, which has no network, as a loss needs none. */
const linear = (c: (sigma: number) => number) =>
  asConsistency<tf.Tensor>([1], { sigmaMin, sigmaMax }, (x, sigma: Time) =>
    combine([over(sigma, c), x]),
  ) as NetworkConsistency
const exactly = (sigma: number) => Math.sqrt((v + sigmaMin ** 2) / (v + sigma ** 2))
const between = ({ logSnr, times }: GaussianProcess) => {
  const process = { logSnr, times } as GaussianProcess
  return { start: timeAt(process, -Math.log(sigmaMax)), end: timeAt(process, -Math.log(sigmaMin)) }
}

describe('distillation from whole paths', () => {
  test('the target is where a path ends, whatever the process, from every level', async () => {
    for (const process of [edm({ sigmaMax }), vp(), rectified()]) {
      const loss = await pathDistillation(exact(process, law), {
        sampler: (told) => dpmpp2M(told, { steps: 60, ...between(process) }),
        n: 200,
        distance: squaredDistance,
        stream: named('paths'),
      })
      const of = (share: number) =>
        take(
          loss(
            linear((sigma) => share * exactly(sigma)),
            batch,
            named('steps'),
          ),
        )[0]!
      const ends = of(0)
      // 300 draws among 200 paths, whose ends have variance v + σ_min²: the mean square has a deviation of √(2/200 + 2/300) of it.
      approximately(ends, v + sigmaMin ** 2, 4 * v * Math.sqrt(2 / 200 + 2 / 300))
      // A second-order solver in sixty steps errs by less than a thousandth.
      assert.ok(of(1) < 1e-5 * ends, `${process.name}: ${of(1)}`)
      approximately(of(0.5), ends / 4, 1e-3 * ends)
    }
  })

  test('levels are chosen alike, without the last, and paths with their own end', async () => {
    const steps = 4
    const times = [5, 2, 1, 0.5, 0.1]
    const loss = await pathDistillation(exact(edm({ sigmaMax }), law), {
      sampler: (told) => rk4(told, { times }),
      n: 50,
      stream: named('paths'),
    })
    const asked: number[] = []
    const watching = asConsistency<tf.Tensor>([1], { sigmaMin, sigmaMax }, (x, sigma) => {
      asked.push(...(sigma as ArrayLike<number> & Iterable<number>))
      return tf.zerosLike(x)
    }) as NetworkConsistency
    take(loss(watching, tf.zeros([2000, 1]), named('steps')))
    const counts = times.map((time) => asked.filter((sigma) => sigma === time).length)
    assert.equal(counts[steps], 0)
    for (const count of counts.slice(0, steps)) approximately(count, 500, 4 * Math.sqrt(500))
  })

  test('a path keeps its class: teacher and model are told the same of it', async () => {
    const process = edm({ sigmaMax })
    // Every path leads to its own class.
    const teacher = asDenoiser(process, [1], (x: tf.Tensor, t, condition) => {
      const { class: told } = condition as { class: Int32Array }
      const x0 = tf.tensor2d(Float32Array.from(told), [told.length, 1])
      return new Prediction(process, t, [
        { value: x0, ofX0: () => 1, ofNoise: (s) => -1 / s },
        { value: x, ofX0: () => 0, ofNoise: (s) => 1 / s },
      ])
    })
    const seen = new Set<number>()
    const knowing = asConsistency<tf.Tensor>([1], { sigmaMin, sigmaMax }, (x, _sigma, condition) => {
      const { class: told } = condition as { class: Int32Array }
      for (const label of told) seen.add(label)
      return tf.tensor2d(Float32Array.from(told), x.shape as [number, number])
    }) as NetworkConsistency
    const loss = await pathDistillation(teacher, {
      sampler: (told) => dpmpp2M(told, { steps: 3, end: 0.1, denoise: true }),
      n: 10,
      classes: 3,
      stream: named('paths'),
    })
    assert.equal(take(loss(knowing, batch, named('steps')))[0], 0)
    assert.deepEqual([...seen].sort(), [0, 1, 2])
  })

  test('a network learns it', async () => {
    const teacher = exact(edm({ sigmaMax }), law)
    const model = consistency(mlp({ dim: 1, hidden: [24], embedding: 8 }), {
      sigmaMin,
      sigmaMax,
      stream: named('network'),
    })
    const x = named('start').normalTensor([200, 1]).mul(sigmaMax)
    const away = (): number =>
      take(
        model
          .origin(x, sigmaMax)
          .sub(x.mul(exactly(sigmaMax)))
          .square()
          .mean()
          .div(v),
      )[0]!
    const before = away()
    await train(model, law, {
      steps: 150,
      batch: 64,
      rate: cosine(1e-2),
      stream: named('training'),
      loss: await pathDistillation(teacher, {
        sampler: (told) => dpmpp2M(told, { steps: 12, end: sigmaMin }),
        n: 400,
        stream: named('paths'),
      }),
    })
    assert.ok(away() < before / 5 && away() < 0.05, `away by ${before}, then by ${away()}`)
  })

  test('what makes no sense is named', async () => {
    const teacher = exact(vp(), law)
    const sampler = (told: Denoiser) => dpmpp2M(told, { steps: 2 })
    const rejected = (promise: Promise<unknown>, message: RegExp) => assert.rejects(promise, message)
    await rejected(
      pathDistillation({} as never, { sampler }),
      /pathDistillation: the first argument must be a denoiser/,
    )
    await rejected(pathDistillation(teacher, {} as never), /sampler must be a function/)
    await rejected(pathDistillation(teacher, { sampler, n: 0 }), /0/)
    await rejected(
      pathDistillation(teacher, { sampler, classes: 1.5 }),
      /classes must be a positive whole number, but is 1\.5/,
    )
    await rejected(pathDistillation(exact(ddpm(), law), { sampler }), /knows a table of steps/)
    const early = await pathDistillation(teacher, { sampler, n: 3, stream: named('early') })
    assert.throws(
      () => early(linear(exactly), batch, named('steps')),
      /defined for σ from 0\.05 to 5; it was asked for/,
    )
  })
})
