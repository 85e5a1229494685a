import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  cosine,
  data,
  ddim,
  denoiser,
  denoising,
  exact,
  mlp,
  sample,
  train,
  vp,
  type Data,
  type NetworkDenoiser,
  type TrainingProgress,
} from '../../src/models'
import { RandomStream, selectBackend, setHost } from '../../src/tensor'
import { approximately } from './approximately'
import { files, on, take } from './backends'

before(() => selectBackend('wasm', files))

const process = vp()
const named = (name: string) => new RandomStream(11, name)
const small = (predicts: 'noise' | 'v' | 'x0' = 'noise', hidden = [16, 16]): NetworkDenoiser =>
  denoiser(process, mlp({ dim: 2, hidden, embedding: 8 }), { predicts, stream: named('parameters') })
const parameters = (model: NetworkDenoiser) =>
  Object.values(model.params).map((value) => [...value.dataSync()])

describe('the network', () => {
  test('is its formula, computed in doubles', () => {
    const network = mlp({ dim: 2, hidden: [3, 4], embedding: 6 })
    const params = network.initial(named('formula'))
    const p = Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, value.arraySync()]),
    ) as Record<string, number[][] & number[]>
    const [x, label] = [
      [
        [0.3, -1.1],
        [2, 0.4],
      ],
      [1.7, -3],
    ]
    const affine = (h: readonly number[], w: readonly number[][]) =>
      w[0]!.map((_, j) => h.reduce((sum, a, i) => sum + a * w[i]![j]!, 0))
    const expected = x.flatMap((row, n) => {
      const angles = [0, 1, 2].map((i) => 0.25 * 32 ** (i / 2) * label[n]!)
      const e = [...angles.map(Math.sin), ...angles.map(Math.cos)]
      let h: number[] = row
      for (const layer of [0, 1]) {
        const [a, b, c] = [affine(h, p[`W${layer}`]!), affine(e, p[`U${layer}`]!), p[`b${layer}`]!]
        h = a.map((_, i) => a[i]! + b[i]! + c[i]!).map((z) => z / (1 + Math.exp(-z)))
      }
      return affine(h, p['W2']!).map((z, i) => z + p['b2']![i]!)
    })
    approximately(take(network(params, tf.tensor2d(x), tf.tensor1d(label))), expected, 1e-6)
    tf.dispose(params)
  })

  test('one time for all is that time for each', () => {
    const model = small()
    const x = named('x').normalTensor([5, 2])
    const each = take(model.score(x, new Float64Array(5).fill(0.4)))
    approximately(take(model.score(x, 0.4)), each, 1e-6)
  })

  test('WASM agrees with plain JavaScript, forwards and backwards', async () => {
    const outputs = () => {
      const model = denoiser(process, mlp({ dim: 2 }), { stream: named('devices') })
      const x = named('x').normalTensor([64, 2])
      const score = take(model.score(x, 0.3))
      const { value, grads } = tf.variableGrads(
        () => model.loss(x, named('loss')),
        Object.values(model.params),
      )
      return [score, take(value), ...Object.values(model.params).map((p) => take(grads[p.name]!))]
    }
    const wasm = outputs()
    const cpu = await on('cpu', outputs)
    await selectBackend('wasm', files)
    for (const [i, numbers] of cpu.entries()) {
      const size = Math.max(...numbers.map(Math.abs))
      approximately(
        wasm[i]!.map((x) => x / size),
        numbers.map((x) => x / size),
        1e-5,
      )
    }
  })

  test('shapes that do not fit are named, on both sides', () => {
    const model = small()
    assert.throws(() => model.score(tf.zeros([4, 3]), 0.5), /states of shape \[n, 2\].*\[4, 3\]/)
    assert.throws(() => model.predict(tf.zeros([4, 2]), Float64Array.of(0.1, 0.2)), /2 times .* \[4, 2\]/)
    assert.throws(() => mlp({ dim: 2, hidden: [8, 0] }), /hidden must be a positive whole number/)
    assert.throws(() => mlp({ dim: 2, embedding: 3 }), /embedding/)
    assert.throws(() => small('epsilon' as never), /predicts one of x0, noise/)
  })
})

describe('the denoising loss', () => {
  test('of the exact denoiser of a Gaussian is its known minimum', () => {
    const v = 0.5
    const law = data.mixture({ means: [[0, 0]], deviations: Math.sqrt(v) })
    const n = 100_000
    const stream = named('minimum')
    const x = law.draw(n, stream)
    const minimum = (f: (alpha: number, sigma: number) => number) => {
      const times = Array.from({ length: 2000 }, (_, i) => 1e-3 + (0.999 * (i + 0.5)) / 2000)
      return times.reduce((sum, t) => sum + f(process.alpha(t), process.sigma(t)), 0) / times.length
    }
    // Mean squared errors in each dimension: α²v/v_t of the noise and vσ²/v_t of the data, v_t = α²v + σ².
    const model = exact(process, law)
    const ofNoise = take(denoising(model, x, { stream }))
    const ofData = take(denoising(model, x, { compare: 'x0', stream }))
    // A squared error of a Gaussian has relative variance 2; 2n of them.
    approximately(ofNoise, [minimum((a, s) => (a * a * v) / (a * a * v + s * s))], 0.02)
    approximately(ofData, [minimum((a, s) => (v * s * s) / (a * a * v + s * s))], 0.02)
    // Weighted by α²/σ², the error of the data is the error of the noise.
    const weight = (t: number) => (process.alpha(t) / process.sigma(t)) ** 2
    const [a, b] = [named('same'), named('same')]
    approximately(
      take(denoising(model, x, { compare: 'x0', weight, stream: a })),
      take(denoising(model, x, { stream: b })),
      1e-3,
    )
    x.dispose()
  })
})

describe('training', () => {
  const law = data.mixture({
    weights: [0.5, 0.5],
    means: [
      [-1, 0],
      [1, 0.5],
    ],
    deviations: 0.3,
  })

  test('comes near the loss of the exact denoiser', async () => {
    const model = small('noise', [32, 32])
    const test = law.draw(20_000, named('test'))
    const loss = (m: Parameters<typeof denoising>[0]) =>
      take(denoising(m, test, { stream: named('compare') }))[0]!
    const before = loss(model)
    const best = loss(exact(process, law))
    await train(model, law, { steps: 600, batch: 256, rate: cosine(5e-3), ema: 0.99, stream: named('train') })
    const after = loss(model)
    assert.ok(before > best + 0.5, `before ${before}, best ${best}`)
    assert.ok(after < best + 0.03, `after ${after}, best ${best}`)
    assert.ok(after > best - 0.01)

    const x = await sample(ddim(model, { steps: 40 }), 4000, { stream: named('sample') })
    const values = x.arraySync() as number[][]
    const left = values.filter(([x = 0]) => x < 0).length / values.length
    assert.ok(Math.abs(left - 0.5) < 0.06, `weight ${left}`)
    const spread = values.reduce(
      (sum, [x = 0, y = 0]) => sum + Math.min((x + 1) ** 2 + y ** 2, (x - 1) ** 2 + (y - 0.5) ** 2),
      0,
    )
    assert.ok(Math.abs(spread / values.length - 2 * 0.09) < 0.04, `spread ${spread / values.length}`)
  })

  test('with one seed gives the same numbers', async () => {
    const run = async () => {
      const model = small('v')
      const { losses } = await train(model, data.moons(), { steps: 20, batch: 32, stream: named('same') })
      return { losses, parameters: parameters(model) }
    }
    assert.deepEqual(await run(), await run())
  })

  test('takes Adam’s steps', async () => {
    // One parameter per name, loss Σ c θ²: the steps are those of the formula in doubles.
    const params = { a: tf.variable(tf.scalar(2)), b: tf.variable(tf.scalar(-3)) }
    const loss = () => params.a.square().add(params.b.square().mul(5)).asScalar()
    await train({ params, loss }, data.moons(), { steps: 30, batch: 1, rate: 0.1 })
    const expected = [
      [2, 1],
      [-3, 5],
    ].map(([start = 0, c = 0]) => {
      let [theta, m, v] = [start, 0, 0]
      for (let k = 1; k <= 30; k++) {
        const g = 2 * c * theta
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        theta -= (0.1 * (m / (1 - 0.9 ** k))) / (Math.sqrt(v / (1 - 0.999 ** k)) + 1e-8)
      }
      return theta
    })
    approximately([take(params.a)[0]!, take(params.b)[0]!], expected, 1e-5)
  })

  test('tells how it goes', async () => {
    const seen: TrainingProgress[] = []
    const run = await train(small(), data.moons(), {
      steps: 7,
      batch: 8,
      observe: (p) => void seen.push({ ...p, losses: [...p.losses] }),
    })
    const end = seen.at(-1)!
    assert.equal(end.step, 7)
    assert.equal(end.steps, 7)
    assert.equal(end.secondsLeft, 0)
    assert.ok(end.rate > 0)
    assert.deepEqual(end.losses, run.losses)
    assert.equal(run.losses.length, 7)
    assert.equal(end.loss, run.losses[6])
  })

  test('leaves no tensors, finished or stopped, and keeps valid parameters', async () => {
    const model = small()
    const count = tf.memory().numTensors
    await train(model, data.moons(), { steps: 5, batch: 8, ema: 0.9 })
    assert.equal(tf.memory().numTensors, count)

    const before = parameters(model)
    let polls = 0
    setHost({
      poll() {
        if (++polls === 4) throw new Error('stopped')
      },
      breathe: () => Promise.resolve(),
    })
    await assert.rejects(train(model, data.moons(), { steps: 100, batch: 8, ema: 0.9 }), /stopped/)
    setHost()
    assert.equal(tf.memory().numTensors, count)
    assert.notDeepEqual(parameters(model), before)
    assert.ok(parameters(model).flat().every(Number.isFinite))
  })

  test('lets others breathe every 50 ms and tells every 200 ms, by a clock of the test', async (t) => {
    let now = 0
    t.mock.method(performance, 'now', () => (now += 10))
    let breaths = 0
    setHost({
      poll() {},
      breathe: () => {
        breaths++
        return Promise.resolve()
      },
    })
    let told = 0
    await train(small(), data.moons(), { steps: 120, batch: 1, observe: () => void told++ })
    setHost()
    // Every reading takes 10 ms: one each step, and one after each breath and each observation.
    assert.ok(breaths >= 20 && breaths <= 30, `${breaths} breaths`)
    assert.ok(told >= 5 && told <= 8, `told ${told} times`)
  })

  test('stops at a loss that is not a number, with the parameters of the step before', async () => {
    const model = small()
    const count = tf.memory().numTensors
    let step = 0
    let before: number[][] = []
    const loss = (m: NetworkDenoiser, batch: tf.Tensor, stream: RandomStream) => {
      if (++step === 4) before = parameters(m)
      const value = m.loss(batch, stream)
      return step === 4 ? value.mul(NaN).asScalar() : value
    }
    await assert.rejects(
      train(model, data.moons(), { steps: 10, batch: 8, loss }),
      /training stopped at step 4: the loss \(NaN\) is not finite.*step before.*smaller rate than 0.001/,
    )
    assert.deepEqual(parameters(model), before)
    assert.equal(tf.memory().numTensors, count)
  })

  test('stops at an infinite gradient of a finite loss', async () => {
    const params = { a: tf.variable(tf.scalar(0)) }
    const loss = () => params.a.sqrt().asScalar()
    await assert.rejects(
      train({ params, loss }, data.moons(), { steps: 3 }),
      /step 1: the gradient of the loss/,
    )
    assert.equal(take(params.a)[0], 0)
  })

  test('refuses what does not fit, naming it', async () => {
    const model = small()
    const three: Data = { name: 'three', shape: [3], draw: (n) => tf.zeros([n, 3]) }
    await assert.rejects(train(model, three, { steps: 1 }), /\[n, 2\].*\[256, 3\]/)
    await assert.rejects(train(model, data.moons(), { steps: 0 }), /steps must be a positive whole number/)
    await assert.rejects(train(model, data.moons(), { steps: 1, batch: 2.5 }), /batch/)
    await assert.rejects(train(model, data.moons(), { steps: 1, rate: -1 }), /rate must be positive/)
    await assert.rejects(train(model, data.moons(), { steps: 1, ema: 1 }), /decay/)
  })
})
