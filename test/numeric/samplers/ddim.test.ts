import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  ancestral,
  ancestralStep,
  data,
  ddim,
  ddimStep,
  ddpm,
  exact,
  sample,
  vp,
  type GaussianProcess,
  type Sampler,
} from '../../../src/models'
import { particlesOf, RandomStream, selectBackend, setHost } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('cpu', files))

const M1 = data.mixture({ weights: [0.3, 0.7], means: [[-1], [1]], deviations: 0.3 })
const gaussian = (variance: number, mean = 0) =>
  data.mixture({ means: [[mean]], deviations: Math.sqrt(variance) })

/** The last state of a walk. */
async function last(
  sampler: Sampler<Float64Array>,
  start: Float64Array,
  stream?: RandomStream,
): Promise<Float64Array> {
  let x = start
  for await (const state of sampler(start, stream)) x = state.x
  return x
}

/** Times whose λ = log(α/σ) is evenly spread, found by bisection. */
function evenly(process: GaussianProcess, from: number, to: number, steps: number): number[] {
  const [first, final] = [process.logSnr(from), process.logSnr(to)]
  return Array.from({ length: steps + 1 }, (_, i) => {
    if (i === 0) return from
    if (i === steps) return to
    const target = first + (i / steps) * (final - first)
    let [low, high] = [to, from]
    for (let k = 0; k < 80; k++) {
      const middle = (low + high) / 2
      if (process.logSnr(middle) > target) low = middle
      else high = middle
    }
    return (low + high) / 2
  })
}

describe('DDIM with η = 0', () => {
  const process = vp()

  test('the probability-flow map of a Gaussian, to first order', async () => {
    const law = gaussian(0.25, 0.8)
    const start = Float64Array.of(-2, 0.3, 1.7)
    const v = (t: number) => process.alpha(t) ** 2 * 0.25 + process.sigma(t) ** 2
    // α_s μ + (x − α_t μ) √(v_s / v_t)
    const expected = start.map(
      (x) => process.alpha(1e-3) * 0.8 + (x - process.alpha(1) * 0.8) * Math.sqrt(v(1e-3) / v(1)),
    )
    const errors: number[] = []
    for (const steps of [40, 80, 160, 320]) {
      const x = await last(
        ddim(exact<Float64Array>(process, law), { times: evenly(process, 1, 1e-3, steps) }),
        start,
      )
      errors.push(Math.max(...x.map((x, i) => Math.abs(x - expected[i]!))))
    }
    for (let i = 1; i < errors.length; i++) {
      const order = Math.log2(errors[i - 1]! / errors[i]!)
      assert.ok(order > 0.9 && order < 1.1, `order ${order}`)
    }
    assert.ok(errors.at(-1)! < 0.02)
  })

  test('the probability-flow map of a mixture: references in double precision, and the known errors', async () => {
    const start = Float64Array.of(-2, -0.5, 0, 0.5, 2)
    const reference = [-1.431279468, 0.311177754, 0.828741402, 1.043670664, 1.552993122]
    const error = async (steps: number) => {
      const x = await last(
        ddim(exact<Float64Array>(process, M1), { times: evenly(process, 1, 1e-3, steps) }),
        start,
      )
      return Math.max(...x.map((x, i) => Math.abs(x - reference[i]!)))
    }
    approximately([await error(20), await error(80), await error(320)], [0.09618, 0.02408, 0.006027], 1e-5)
    const order = Math.log2((await error(320)) / (await error(640)))
    assert.ok(order > 0.97 && order < 1.03, `order ${order}`)
  })

  test('up in time undoes down in time, to the order of the step', async () => {
    const times = evenly(process, 1, 1e-3, 400)
    const model = exact<Float64Array>(process, M1)
    const start = Float64Array.of(-1.1, 0.4, 1.9)
    const back = await last(
      ddim(model, { times: [...times].reverse() }),
      await last(ddim(model, { times }), start),
    )
    approximately(back, start, 0.02)
  })
})

describe('DDPM’s ancestral sampling', () => {
  const process = ddpm()

  /** The variance after all steps, by the linear recursion that a Gaussian's exact denoiser gives. */
  function variance(choice: 'posterior' | 'forward', ofData: number): number {
    const model = exact<Float64Array>(process, gaussian(ofData))
    let result = 1
    for (let t = 1000; t > 0; t--) {
      const { x0, noise, deviation } = ancestralStep(process, choice, t, t - 1)
      const prediction = model.predict(Float64Array.of(1), t)
      const factor = x0 * prediction.x0[0]! + noise * prediction.noise[0]!
      result = factor ** 2 * result + deviation ** 2
    }
    return result
  }

  test('its known bias, for both choices of variance', () => {
    approximately(variance('forward', 1), 0.9999, 1e-5)
    approximately(variance('posterior', 1), 0.99107, 1e-5)
    approximately(variance('forward', 0.25), 0.250752, 1e-6)
    approximately(variance('posterior', 0.25), 0.246125, 1e-6)
  })

  test('samples have that variance', async () => {
    const n = 4000
    const model = exact<Float64Array>(process, gaussian(0.25))
    const stream = new RandomStream(5, 'ancestral')
    const x = await last(ancestral(model, { steps: 1000, variance: 'forward' }), stream.normal(n), stream)
    const measured = x.reduce((sum, x) => sum + x * x, 0) / n
    // Five standard errors.
    assert.ok(Math.abs(measured - 0.250752) < 5 * 0.25 * Math.sqrt(2 / n), `variance ${measured}`)
  })

  test('DDIM with η = 1 is the same, step by step', async () => {
    for (const [t, s] of [
      [1000, 999],
      [500, 430],
      [20, 1],
      [1, 0],
    ] as const) {
      const a = ancestralStep(process, 'posterior', t, s)
      const b = ddimStep(process, 1, t, s)
      approximately([b.x0, b.noise, b.deviation], [a.x0, a.noise, a.deviation], 1e-12)
    }
    const model = exact<Float64Array>(process, M1)
    const start = new RandomStream(1, 'start').normal(20)
    const [a, b] = await Promise.all([
      last(ancestral(model, { steps: 100 }), start, new RandomStream(1, 'noise')),
      last(ddim(model, { steps: 100, eta: 1 }), start, new RandomStream(1, 'noise')),
    ])
    approximately(b, a, 1e-10)
  })

  test('a mixture keeps its weights', async () => {
    const n = 4000
    const stream = new RandomStream(2, 'weights')
    const x = await last(
      ancestral(exact<Float64Array>(process, M1), { steps: 200 }),
      stream.normal(n),
      stream,
    )
    const left = x.filter((x) => x < 0).length / n
    assert.ok(Math.abs(left - 0.3) < 5 * Math.sqrt(0.21 / n), `weight ${left}`)
  })
})

describe('sampling tensors', () => {
  const process = vp()

  test('agrees with doubles on the same numbers', async () => {
    const model = exact(process, M1)
    const doubles = exact<Float64Array>(process, M1)
    for (const make of [
      <S extends tf.Tensor | Float64Array>(m: typeof model | typeof doubles) =>
        ddim<S>(m as never, { steps: 30 }),
      <S extends tf.Tensor | Float64Array>(m: typeof model | typeof doubles) =>
        ancestral<S>(m as never, { steps: 30 }),
    ]) {
      const tensors = take(await sample(make<tf.Tensor>(model), 16, { stream: new RandomStream(4, 'x') }))
      const stream = particlesOf(new RandomStream(4, 'x'), 1)
      const start = stream.normal(16).map((z) => z * process.sigma(1))
      approximately(tensors, await last(make<Float64Array>(doubles), start, stream), 2e-4)
    }
  })

  test('yields every state, counts evaluations, and leaves one tensor', async () => {
    const before = tf.memory().numTensors
    const seen: number[][] = []
    const x = await sample(ddim(exact(process, M1), { steps: 4 }), 3, {
      observe: ({ step, steps, t, evaluations, x }) => void seen.push([step, steps, t, evaluations, x.size]),
    })
    assert.deepEqual(seen, [
      [0, 4, 1, 0, 3],
      [1, 4, 0.75, 1, 3],
      [2, 4, 0.5, 2, 3],
      [3, 4, 0.25, 3, 3],
      [4, 4, 0, 4, 3],
    ])
    assert.equal(tf.memory().numTensors, before + 1)
    x.dispose()
  })

  test('can be stopped, and leaves nothing', async () => {
    const before = tf.memory().numTensors
    let polls = 0
    setHost({
      poll() {
        if (++polls === 3) throw new Error('stopped')
      },
      breathe: () => Promise.resolve(),
    })
    await assert.rejects(sample(ddim(exact(process, M1), { steps: 10 }), 3), /stopped/)
    setHost()
    assert.equal(tf.memory().numTensors, before)
  })

  test('options that make no sense are named', () => {
    const model = exact(process, M1)
    assert.throws(() => ddim(model, { steps: 0 }), /steps must be a positive whole number/)
    assert.throws(() => ddim(model, { eta: 2 }), /eta must be in \[0, 1\]/)
    assert.throws(() => ddim(model, { times: [1] }), /at least two/)
    assert.throws(() => ddim(model, { times: [1, 0.5, 0.7] }), /all falling or all rising/)
    assert.throws(() => ddim(model, { times: [2, 1] }), /VP is defined for times from 0 to 1/)
    assert.throws(() => ddim(model, { times: [0, 1], eta: 1 }), /only eta = 0/)
    assert.throws(() => ancestral(model, { times: [0, 1] }), /times must fall/)
    assert.throws(() => ancestral(exact(ddpm(), M1), { steps: 2000 }), /1000 steps/)
    assert.throws(
      () => ancestral(model, { variance: 'beta' as never }),
      /'posterior', 'forward' or a function/,
    )
    return assert.rejects(async () => sample(ddim(model), -1), /number of samples/)
  })
})
