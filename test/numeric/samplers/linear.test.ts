import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  ancestral,
  ddim,
  ddpm,
  dpmpp2MSde,
  dpmpp3M,
  dpmSolver,
  edmHeun,
  euler,
  eulerMaruyama,
  exact,
  follow,
  heun,
  improvedEuler,
  langevinCorrector,
  predictorCorrector,
  rectified,
  reverseDiffusion,
  reverseKernel,
  rk45,
  sample,
  trajectory,
  unipc,
  vp,
  walk,
  type Combination,
  type Sampler,
} from '../../../src/models'
import { particlesOf, RandomStream, selectBackend } from '../../../src/tensor'
import { memoryOf } from '../../../src/models/samplers/linear'
import { approximately } from '../approximately'
import { files, on, take } from '../backends'
import { doubles, last, M1 } from './common'
import { LINEAR_SAMPLERS } from './linearSamplers'

before(() => selectBackend('cpu', files))

const process = vp()

/** Follows a sampler's numbers with nothing but the model and plain loops. */
function replay(sampler: Sampler<Float64Array>, start: Float64Array, stream: RandomStream): Float64Array[] {
  const states = [start]
  const x0s: Float64Array[] = []
  const noises: Float64Array[] = []
  const particles = particlesOf(stream, 1)
  for (const [i, { t, s, stages, next }] of sampler.linear!.entries()) {
    particles.begin(i + 1)
    const x = states.at(-1)!
    const count = Math.max(...[...stages.map(({ at }) => at), next].map(({ fresh }) => fresh.length))
    const z = Array.from({ length: count }, () => particles.normal(x.length))
    const value = ({ state, predictions, fresh }: Combination): Float64Array =>
      x.map((value, i) => {
        let sum = state * value
        for (const [back, [a, b]] of predictions.entries())
          sum += a * x0s[x0s.length - 1 - back]![i]! + b * noises[noises.length - 1 - back]![i]!
        for (const [k, d] of fresh.entries()) sum += d * z[k]![i]!
        return sum
      })
    assert.ok(t !== s)
    for (const stage of stages) {
      const { x0, noise } = sampler.model.predict(value(stage.at), stage.t)
      x0s.push(x0)
      noises.push(noise)
    }
    states.push(value(next))
  }
  return states
}

describe('samplers as data', () => {
  for (const [name, make] of Object.entries(LINEAR_SAMPLERS))
    test(`${name}: replaying its numbers gives the same states`, async () => {
      const sampler = make(doubles(process))
      const start = new RandomStream(1, 'start').normal(6)
      const expected = replay(sampler, start, new RandomStream(2, 'noise'))
      let evaluations = 0
      let step = 0
      for await (const state of sampler(start, new RandomStream(2, 'noise'))) {
        approximately(state.x, expected[state.step]!, 1e-11, `step ${state.step}`)
        assert.equal(state.t, sampler.times[state.step])
        ;({ evaluations, step } = state)
      }
      assert.equal(step, sampler.times.length - 1)
      assert.equal(step, sampler.linear!.length)
      assert.equal(evaluations, sampler.evaluations)
    })

  test('DDIM: a step has one request, and DDIM’s numbers', () => {
    const [{ t, s, stages, next } = assert.fail()] = ddim(doubles(process), { times: [0.5, 0.2] }).linear!
    assert.deepEqual([t, s], [0.5, 0.2])
    assert.deepEqual(stages, [{ t: 0.5, at: { state: 1, predictions: [], fresh: [] } }])
    assert.deepEqual(next, { state: 0, predictions: [[process.alpha(0.2), process.sigma(0.2)]], fresh: [] })
  })

  test('so many steps that they are no arguments of a call', () => {
    const [step] = dpmpp3M(doubles(process), { steps: 7 }).linear!.slice(-1)
    assert.equal(memoryOf(Array.from({ length: 300_000 }, () => step!)), 2)
  })

  test('hooks and adaptive steps leave no numbers to read', () => {
    const model = doubles(process)
    assert.equal(ddim(model, { after: (x) => x }).linear, undefined)
    assert.equal(ddim(model, { after: (x) => x }).evaluations, 50)
    const corrector = langevinCorrector<Float64Array>({ norm: 'batch' })
    assert.equal(ddim(model, { corrector }).linear, undefined)
    assert.equal(ddim(model, { corrector }).evaluations, undefined)
    assert.equal(rk45(model).linear, undefined)
  })

  test('on tensors the states are those of doubles, and no tensor stays behind', async () => {
    for (const [name, make] of Object.entries(LINEAR_SAMPLERS)) {
      const tensors = make(exact(process, M1) as never) as never as Sampler
      const before = tf.memory().numTensors
      const start = new RandomStream(1, 'start').normal(6)
      const x = tf.tensor2d(Float32Array.from(start), [6, 1])
      const end = await follow(tensors, x, { stream: new RandomStream(2, 'noise') })
      const expected = await last(make(doubles(process)), start, new RandomStream(2, 'noise'))
      // A few steps of a few roundings each, where slopes are up to β/2 = 10.
      approximately(take(end), expected, 1e-4, name)
      x.dispose()
      assert.equal(tf.memory().numTensors, before, name)
    }
  })

  test('an abandoned walk lets go of what it remembered', async () => {
    const before = tf.memory().numTensors
    const start = tf.tensor2d([0.3, -0.4], [2, 1])
    const seen: tf.Tensor[] = []
    for await (const { x, step } of unipc(exact(process, M1), { steps: 9, order: 3 })(start)) {
      seen.push(x)
      if (step === 5) break
    }
    tf.dispose([...seen, start])
    assert.equal(tf.memory().numTensors, before)
  })

  test('pure noise with no signal: DDIM and Euler start at α = 0, others say what is not finite', () => {
    const model = doubles(rectified())
    assert.equal(euler(model, { steps: 4 }).linear!.length, 4)
    assert.throws(
      () => eulerMaruyama(model, { steps: 4 }),
      /eulerMaruyama, from 1 to .*not a finite number.*start/,
    )
    assert.equal(eulerMaruyama(model, { steps: 4, start: 0.99 }).linear!.length, 4)
    assert.throws(() => dpmSolver(model, { steps: 4 }), /no finite log\(α\/σ\) at 1/)
    assert.throws(
      () => heun(doubles(process), { steps: 4, end: 0 }),
      /heun, from 0\.25 to 0.*not a finite number.*end/,
    )
  })
})

test('on the WASM backend as on plain JavaScript: norms, adaptive steps, memory', async () => {
  const ends = async (): Promise<number[]> => {
    const model = exact(process, M1)
    const found: number[] = []
    for (const sampler of [
      predictorCorrector(model, { steps: 8, norm: 'particle' }),
      predictorCorrector(model, { steps: 8 }),
      rk45(model, { tolerance: 1e-3, control: 'particle' }),
      improvedEuler(model, { relative: 0.2, absolute: 0.1 }),
      unipc(model, { steps: 8, order: 3 }),
    ])
      found.push(...take(await sample(sampler, 8, { stream: new RandomStream(2, 'wasm') })))
    return found
  }
  const plain = await ends()
  // Step lengths and norms carry roundings on.
  approximately(await on('wasm', ends), plain, 5e-3)
})

describe('walks', () => {
  test('after every step, and after the corrector, the hook', async () => {
    const calls: string[] = []
    const sampler = ddim(doubles(process), {
      times: [1, 0.5, 0],
      corrector: (model, x, { t, s }) => {
        calls.push(`corrector ${t} ${s}`)
        return model.predict(x, s).x0
      },
      after: (x, s) => {
        calls.push(`after ${s}`)
        return x.map((value) => value + 100)
      },
    })
    let evaluations = 0
    let x: Float64Array = new Float64Array()
    for await (const state of sampler(Float64Array.of(0.1))) ({ evaluations, x } = state)
    // No correction on clean data, which has no score.
    assert.deepEqual(calls, ['corrector 1 0.5', 'after 0.5', 'after 0'])
    assert.equal(evaluations, 3)
    assert.ok(x[0]! > 100)
  })

  test('hooks on tensors leave nothing behind', async () => {
    const before = tf.memory().numTensors
    const x = await sample(
      predictorCorrector(exact(process, M1), { steps: 5, after: (x, s) => tf.add(x, s), norm: 'batch' }),
      8,
      { stream: new RandomStream(1, 'x') },
    )
    assert.deepEqual(x.shape, [8, 1])
    x.dispose()
    assert.equal(tf.memory().numTensors, before)
  })

  test('denoise: one more request, to the mean of the clean data', async () => {
    const model = doubles(process)
    const start = Float64Array.of(-0.5, 0.2, 1.4)
    const short = await last(heun(model, { steps: 20 }), start)
    const clean = heun(model, { steps: 20, denoise: true })
    assert.equal(clean.evaluations, 41)
    assert.equal(clean.times.at(-1), 0)
    approximately(await last(clean, start), model.predict(short, 1e-3).x0, 1e-13)
    const adaptive = await last(rk45(model, { tolerance: 1e-8 }), start)
    approximately(
      await last(rk45(model, { tolerance: 1e-8, denoise: true }), start),
      model.predict(adaptive, 1e-3).x0,
      1e-13,
    )
    assert.throws(() => ddim(model, { denoise: true }), /t = 0 is clean/)
  })

  test('a rule of one’s own', async () => {
    const sampler = walk(doubles(process), [1, 0.5, 0.25], (model, x, t, s) =>
      model.predict(x, t).x0.map((value) => value * s),
    )
    const end = await last(sampler, Float64Array.of(0.3))
    assert.ok(Math.abs(end[0]!) < 0.5)
    assert.deepEqual(sampler.times, [1, 0.5, 0.25])
  })

  test('ancestral takes a kernel as it takes a denoiser', async () => {
    const table = doubles(ddpm())
    const start = new RandomStream(1, 'start').normal(12)
    const ends = await Promise.all(
      [ancestral(reverseKernel(table), { steps: 40 }), ancestral(table, { steps: 40 })].map((sampler) =>
        last(sampler, start, new RandomStream(1, 'noise')),
      ),
    )
    approximately(ends[0]!, ends[1]!, 1e-12)
    let evaluations = 0
    for await (const state of ancestral(reverseKernel(table), { steps: 40 })(start)) ({ evaluations } = state)
    assert.equal(evaluations, 40)
    const between = (t: number, s: number) => 0.5 * ddpm().transition(s, t).variance
    assert.ok(ancestral(table, { steps: 40, variance: between }).linear)
    assert.throws(() => ancestral(reverseKernel(table), { denoise: true }), /denoise is for denoisers/)
  })

  test('a trajectory keeps its states, with their times and cost', async () => {
    const before = tf.memory().numTensors
    const path = await trajectory(heun(exact(process, M1), { steps: 5 }), 3, {
      every: 2,
      stream: new RandomStream(1, 'x'),
    })
    assert.deepEqual(path.states.shape, [4, 3, 1])
    assert.deepEqual(path.evaluations, [0, 4, 8, 10])
    assert.equal(path.times[0], 1)
    assert.equal(path.times.at(-1), 1e-3)
    path.states.dispose()
    const start = tf.tensor2d([0.5], [1, 1])
    const other = await trajectory(heun(exact(process, M1), { steps: 2 }), start)
    assert.deepEqual(other.states.shape, [3, 1, 1])
    approximately([other.states.dataSync()[0]!], [0.5], 0)
    start.dispose()
    other.states.dispose()
    assert.equal(tf.memory().numTensors, before)
    await assert.rejects(trajectory(heun(exact(process, M1)), 3, { every: 0 }), /every must be/)
    await assert.rejects(trajectory({} as never, 3), /must be a sampler/)
    await assert.rejects(follow({} as never, start), /must be a sampler/)
  })

  test('arguments that make no sense are named', () => {
    const model = doubles(process)
    assert.throws(() => eulerMaruyama(model, { eta: -1 }), /eta must not be negative, but is -1/)
    assert.throws(() => eulerMaruyama(model, { times: [0.1, 0.5] }), /times must fall/)
    assert.throws(() => reverseDiffusion(model, { times: [0.1, 0.5] }), /times must fall/)
    assert.throws(() => dpmSolver(model, { order: 4 as never }), /order must be 1, 2 or 3, but is 4/)
    assert.throws(() => unipc(model, { order: 9 }), /order must be 1, 2, 3 or 4/)
    assert.throws(() => unipc(model, { variant: 'bh3' as never }), /'bh1' or 'bh2'/)
    assert.throws(() => dpmpp2MSde(model, { eta: -1 }), /eta must not be negative/)
    assert.throws(() => edmHeun(model, { churn: -1 }), /churn must not be negative/)
    assert.throws(() => edmHeun(model, { churnRange: [2, 1] }), /two noise levels that rise/)
    assert.throws(() => edmHeun(doubles(ddpm())), /is a table/)
    assert.throws(() => rk45(doubles(ddpm())), /is a table/)
    assert.throws(() => langevinCorrector({ ratio: 0 }), /ratio must be positive/)
    assert.throws(() => langevinCorrector({ norm: 'mean' as never }), /'level', 'batch' or 'particle'/)
    assert.throws(() => langevinCorrector({ steps: 0 }), /positive whole number/)
    assert.throws(() => ddim(model, { after: 3 as never }), /after must be a function/)
    assert.throws(() => heun({} as never), /heun: the first argument must be a denoiser/)
  })
})
