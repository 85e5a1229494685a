/** Flows as models: training, drawing, filling in, latent sheets. */
import * as tf from '@tensorflow/tfjs'
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { mixture } from '../../../src/models/data/mixture'
import { moons } from '../../../src/models/data/moons'
import {
  bijections,
  flow,
  glow,
  inpaint,
  latentPoint,
  nice,
  realNvp,
  sheetAngles,
  type Flow,
} from '../../../src/models/flows'
import { mlp } from '../../../src/models/mlp'
import { cosine, train } from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately, slope } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('wasm', files))
after(() => selectBackend('cpu', files))

const correlated = mixture({
  means: [[0.5, -1]],
  covariances: [
    [
      [1, 0.8],
      [0.8, 1],
    ],
  ],
})

/** The mean of −log p over fresh data. */
function loss(model: Flow, data: { draw(n: number, stream: RandomStream): tf.Tensor }): number {
  const [value] = tf.tidy(() =>
    model
      .logDensity(data.draw(4000, new RandomStream(77, 'test')))
      .mean()
      .neg()
      .dataSync(),
  )
  return value!
}

describe('maximum likelihood', () => {
  test('a triangular flow learns a Gaussian: its loss falls to the entropy', async () => {
    const model = flow(bijections.triangular({ dim: 2 }), { stream: new RandomStream(1, 'flow') })
    await train(model, correlated, {
      steps: 300,
      batch: 256,
      rate: cosine(0.05),
      stream: new RandomStream(1, 'train'),
    })
    const entropy = Math.log(2 * Math.PI * Math.E) + 0.5 * Math.log(1 - 0.64)
    // The mean of 4000 has a standard error of 1/√4000 = 0.016, and no flow does better but by chance.
    approximately(loss(model, correlated), entropy, 0.05)
    tf.dispose(model.params)
  })

  test('RealNVP comes closer to the moons than NICE, and its samples have their moments', async () => {
    const losses: number[] = []
    for (const make of [nice, realNvp]) {
      const stream = new RandomStream(2, 'flow')
      const model = flow(make({ dim: 2, couplings: 4, hidden: [32, 32] }), { stream })
      await train(model, moons(), { steps: 300, batch: 256, rate: cosine(1e-2), stream })
      losses.push(loss(model, moons()))
      if (make === realNvp) {
        tf.tidy(() => {
          const x = model.draw(4000, stream)
          const spread = x.square().mean(0).dataSync()
          // E (cos θ − ½)² = ¾ and E (sin θ − ¼)² = 9/16 − 1/π for θ uniform on [0, π], and the noise 0.05².
          const expected = [0.75, 9 / 16 - 1 / Math.PI].map((value) => value + 0.0025)
          // What 300 steps leave to be learnt.
          approximately(spread, expected, 0.15)
        })
      }
      tf.dispose(model.params)
    }
    assert.ok(losses[1]! < losses[0]! - 0.1, `NICE ${losses[0]}, RealNVP ${losses[1]}`)
  })

  test('a continuous flow learns through its solver, with either trace', async () => {
    for (const options of [{ steps: 2 }, { steps: 2, trace: 'rademacher' as const }]) {
      const stream = new RandomStream(3, 'flow')
      const model = flow(
        bijections.continuous({ network: mlp({ dim: 2, hidden: [16], embedding: 4 }), ...options }),
        { stream },
      )
      const before = loss(model, correlated)
      await train(model, correlated, { steps: 60, batch: 128, rate: cosine(4e-2), stream })
      const entropy = Math.log(2 * Math.PI * Math.E) + 0.5 * Math.log(1 - 0.64)
      const after = loss(model, correlated)
      assert.ok(before - entropy > 0.5, `${before}`)
      assert.ok(after - entropy < 0.15, `${after}, entropy ${entropy}`)
      tf.dispose(model.params)
    }
  })

  test('Glow trains on small pictures', async () => {
    // Two kinds of 4 × 4 pictures: bright at the left or at the right, with noise.
    const pictures = {
      name: 'halves',
      shape: [4, 4, 1],
      draw(n: number, stream = new RandomStream(1, 'pictures')) {
        const side = stream.uniform(n)
        const noise = stream.normal(16 * n)
        const values = noise.map((z, i) => {
          const left = i % 4 < 2
          return (left === side[Math.floor(i / 16)]! < 0.5 ? 1 : -1) + 0.2 * z
        })
        return tf.tensor4d(Float32Array.from(values), [n, 4, 4, 1])
      },
    }
    const stream = new RandomStream(4, 'flow')
    const model = flow(glow({ shape: [4, 4, 1], steps: 2, channels: 8 }), { stream })
    const batch = pictures.draw(256, stream)
    model.adaptTo(batch)
    const before = loss(model, pictures)
    await train(model, pictures, { steps: 120, batch: 64, rate: cosine(1e-2), stream })
    const after = loss(model, pictures)
    assert.ok(after < before - 3, `${before} to ${after} nats`)
    tf.dispose([batch, model.params])
  })
})

describe('a flow', () => {
  const make = (): Flow => {
    const model = flow(realNvp({ dim: 2, couplings: 2, hidden: [8] }), {
      stream: new RandomStream(5, 'flow'),
    })
    for (const [name, variable] of Object.entries(model.params))
      variable.assign(
        tf.tidy(() => variable.add(new RandomStream(6, name).normalTensor(variable.shape).mul(0.2))),
      )
    return model
  }

  test('is a field: its score is the gradient of its log density', () => {
    const model = make()
    const point = [0.4, -0.7]
    const at = (x: readonly number[]): number =>
      take(tf.tidy(() => model.logDensity(tf.tensor2d([...x], [1, 2]))))[0]!
    const differences = point.map((_, i) =>
      slope((h) => at(point.map((x, j) => (i === j ? x + h : x))), 0.02),
    )
    const x = tf.tensor2d(point, [1, 2])
    // Differences of single precision at steps of 0.02.
    approximately(take(model.score(x)), differences, 1e-3)
    tf.dispose([x, model.params])
  })

  test('draws what it decodes, and encodes to its base', () => {
    const model = make()
    tf.tidy(() => {
      const x = model.draw(5, new RandomStream(8, 'draw'))
      const z = model.base.draw(5, new RandomStream(8, 'draw'))
      approximately(x.dataSync(), model.decode(z).dataSync(), 1e-6)
      approximately(model.encode(x).dataSync(), z.dataSync(), 1e-5)
      assert.deepEqual(x.shape, [5, 2])
    })
    assert.throws(() => model.draw(0), /the number of samples must be a positive whole number/)
    tf.dispose(model.params)
  })

  test('leaves no tensors behind', () => {
    const model = make()
    const x = tf.zeros([3, 2])
    const before = tf.memory().numTensors
    tf.dispose([
      model.logDensity(x),
      model.score(x),
      model.encode(x),
      model.decode(x),
      model.draw(2, new RandomStream(1, 'd')),
    ])
    assert.equal(tf.memory().numTensors, before)
    tf.dispose([x, model.params])
  })
})

describe('inpainting', () => {
  // x_h given x_v = 1: μ_h + Σ_hv Σ_vv⁻¹ (x_v − μ_v) = −1 + 0.8 (1 − 0.5), variance 1 − 0.64.
  const [mean, variance] = [-0.6, 0.36]

  test('gradient ascent reaches the conditional mean of a Gaussian, in doubles', async () => {
    const start = Float64Array.of(1, 3, 1, -4)
    const x = await inpaint(correlated, start, { seen: [true, false], epsilon: 0.2, steps: 120 })
    approximately(x, [1, mean, 1, mean], 1e-8)
    assert.deepEqual([...start], [1, 3, 1, -4])
  })

  test('by a flow: one that is that Gaussian', async () => {
    // x = L z + μ with L the Cholesky factor, turned around.
    const model = flow(
      bijections.inverted(
        bijections.linear({
          matrix: [
            [1, 0],
            [0.8, 0.6],
          ],
          bias: [0.5, -1],
        }),
      ),
    )
    const start = tf.tensor2d([1, 3], [1, 2])
    const x = await inpaint(model, start, { seen: [true, false], epsilon: 0.2, steps: 60 })
    approximately(take(x), [1, mean], 1e-4)
    tf.dispose([start, model.params])
  })

  test('Langevin dynamics draws from the conditional, and keeps what is seen', async () => {
    const n = 8000
    const start = Float64Array.from({ length: 2 * n }, (_, i) => (i % 2 ? 0 : 1))
    const epsilon = 0.1
    const x = await inpaint(correlated, start, {
      seen: [true, false],
      epsilon,
      steps: 150,
      by: 'langevin',
      stream: new RandomStream(9, 'langevin'),
    })
    const hidden = x.filter((_, i) => i % 2 === 1)
    assert.ok(x.every((value, i) => i % 2 === 1 || value === 1))
    const average = hidden.reduce((a, b) => a + b) / n
    const spread = hidden.reduce((a, b) => a + (b - average) ** 2, 0) / n
    // Steps of ε make N(·, v) into one of variance v/(1 − ε/4v); four standard errors.
    const expected = variance / (1 - epsilon / (4 * variance))
    assert.ok(Math.abs(average - mean) < 4 * Math.sqrt(expected / n), `mean ${average}`)
    assert.ok(
      Math.abs(spread / expected - 1) < 4 * Math.sqrt(2 / n),
      `variance ${spread}, expected ${expected}`,
    )
  })

  test('what makes no sense is refused', async () => {
    const x = Float64Array.of(1, 2)
    await assert.rejects(inpaint(correlated, x, { seen: [true, true], epsilon: 0.1 }), /everything is seen/)
    await assert.rejects(
      inpaint(correlated, x, { seen: [true, false, false], epsilon: 0.1 }),
      /seen has 3 entries/,
    )
    await assert.rejects(
      inpaint(correlated, x, { seen: [1, 0] as never, epsilon: 0.1 }),
      /a list of true and false/,
    )
    await assert.rejects(
      inpaint(correlated, x, { seen: [true, false], epsilon: -1 }),
      /epsilon must be positive/,
    )
    await assert.rejects(
      inpaint(correlated, x, { seen: [true, false], epsilon: 1, by: 'guess' as 'ascent' }),
      /by must be 'ascent' or 'langevin'/,
    )
  })
})

describe('the latent sheet', () => {
  const corners = [
    [1, 0, 0],
    [0, 2, 0],
    [0, 0, 3],
    [-1, 1, 0],
  ].map((z) => Float64Array.from(z)) as [Float64Array, Float64Array, Float64Array, Float64Array]

  test('passes through its corners, and weighs them with squares that sum to one', () => {
    const quarter = Math.PI / 2
    for (const [k, [a, b]] of [
      [0, 0],
      [0, quarter],
      [quarter, 0],
      [quarter, quarter],
    ].entries())
      approximately(latentPoint(corners, a!, b!), corners[k]!, 1e-12)
    const weights = [0, 1, 2, 3].map(
      (k) =>
        latentPoint(
          [0, 1, 2, 3].map((j) => Float64Array.of(j === k ? 1 : 0)) as typeof corners,
          0.4,
          1.1,
        )[0]!,
    )
    approximately(
      weights,
      [
        Math.cos(0.4) * Math.cos(1.1),
        Math.cos(0.4) * Math.sin(1.1),
        Math.sin(0.4) * Math.cos(1.1),
        Math.sin(0.4) * Math.sin(1.1),
      ],
      1e-12,
    )
    approximately(
      weights.reduce((sum, w) => sum + w * w, 0),
      1,
      1e-12,
    )
  })

  test('angles from 0 to π/2, and what makes no sense is refused', () => {
    approximately(sheetAngles(3), [0, Math.PI / 4, Math.PI / 2], 1e-12)
    assert.throws(() => sheetAngles(1), /size must be a whole number from 2/)
    assert.throws(() => latentPoint(corners.slice(1) as never, 0, 0), /four corners/)
  })
})
