import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { data } from '../../../src/models/data'
import {
  contrast,
  contrastiveDivergence,
  energyField,
  energyNetwork,
  logPartition,
  negativeLogLikelihood,
  normalised,
  persistentChains,
  type EnergyField,
  type EnergyModel,
} from '../../../src/models/energy'
import { langevin, runChain } from '../../../src/models/langevin'
import { train } from '../../../src/models/train'
import { constant, RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('cpu', files))

const named = (name: string) => new RandomStream(31, name)
const quadratic = (v: number): EnergyField =>
  energyField((x) =>
    tf
      .square(x)
      .sum<tf.Tensor1D>(1)
      .div(2 * v),
  )
const network = (name = 'network') =>
  energyNetwork({ dim: 2, hidden: [6, 5], spread: 1.5, stream: named(name) })
/** A network that has something to say: its last layer starts near zero. */
const awake = () => {
  const model = network()
  tf.tidy(() => model.params.W2!.assign(named('last').normalTensor([5, 1])))
  return model
}
const gradients = (model: EnergyModel, loss: () => tf.Scalar): number[] => {
  const { grads, value } = tf.variableGrads(loss, Object.values(model.params))
  value.dispose()
  return Object.values(model.params).flatMap((p) => take(grads[p.name]!))
}

describe('Z on a grid', () => {
  test('of a Gaussian is (2πv)^{d/2}, in one, two and three dimensions', async () => {
    for (const [dim, cells] of [
      [1, 64],
      [2, 64],
      [3, 32],
    ] as const) {
      const v = 0.7
      const law = await normalised(quadratic(v), { dim, range: [-6, 6], cells })
      approximately(law.logZ, (dim / 2) * Math.log(2 * Math.PI * v), 1e-5)
      approximately(take(logPartition(quadratic(v), { dim, range: [-6, 6], cells })), law.logZ, 1e-5)
      approximately(law.density.reduce((a, b) => a + b) * law.volume, 1, 1e-12)
      // Its price: cells to the power of the dimension.
      assert.equal(law.evaluations, cells ** dim)
    }
  })

  test('−log p with that Z is the log density of a known law', () => {
    const x = named('x').normalTensor([50, 2])
    const values = [...x.dataSync()]
    const v = 0.7
    const expected =
      values.reduce((sum, value) => sum + value ** 2 / (2 * v), 0) / 50 + Math.log(2 * Math.PI * v)
    approximately(take(negativeLogLikelihood(quadratic(v), x, { range: [-6, 6], cells: 48 })), expected, 1e-5)
  })

  test('grids that make no sense are named', () => {
    assert.throws(() => logPartition(quadratic(1), { range: [1, 1] }), /range must go from a smaller/)
    assert.throws(() => logPartition(quadratic(1), { cells: 0 }), /cells must be a positive whole/)
    assert.throws(() => logPartition(quadratic(1), { dim: 6, cells: 64 }), /are the most/)
    assert.throws(() => logPartition({} as never), /must be an energy/)
  })
})

describe('the score of an energy', () => {
  test('is −∇E, by differences', () => {
    const model = awake()
    const at = (a: number, b: number) => take(model.energy(tf.tensor2d([[a, b]])))[0]!
    // Single precision allows differences no smaller steps.
    const h = 0.02
    const expected = [
      -(at(0.5 + h, -0.4) - at(0.5 - h, -0.4)) / (2 * h),
      -(at(0.5, -0.4 + h) - at(0.5, -0.4 - h)) / (2 * h),
    ]
    approximately(take(model.score(tf.tensor2d([[0.5, -0.4]]))), expected, 3e-3)
  })

  test('does not change when a constant is added to E', () => {
    const model = awake()
    const lifted = energyField((x) => model.energy(x).add(7))
    const x = named('x').normalTensor([6, 2])
    approximately(take(lifted.score(x)), take(model.score(x)), 1e-6)
  })

  test('energies of the wrong shape are named', () => {
    assert.throws(
      () => energyField((x) => x.sum<tf.Tensor1D>()).energy(tf.zeros([3, 2])),
      /one number for each state: shape \[3\]/,
    )
    assert.throws(() => network().energy(tf.zeros([3, 4])), /states of shape \[n, 2\].*\[3, 4\]/)
    assert.throws(() => energyNetwork({ dim: 2, spread: 0 }), /spread must be positive/)
    assert.throws(
      () => energyNetwork({ dim: 2, activation: 'relu' as never }),
      /activation must be one of silu/,
    )
    assert.throws(() => energyNetwork({ dim: 0 }), /dim must be a positive whole/)
    assert.throws(() => energyNetwork({ dim: 2, hidden: 64 as never }), /hidden must be an array/)
    assert.throws(() => energyNetwork({ dim: 2, scale: -1 }), /scale must be positive/)
  })
})

describe('the gradient of the likelihood', () => {
  const range = [-6, 6] as const
  const cells = 40

  test('is ∇E at the data less its mean under the model, exactly on a grid', async () => {
    const model = awake()
    const x = named('data').normalTensor([40, 2])
    const exact = gradients(model, () => negativeLogLikelihood(model, x, { range, cells }))
    // E_model ∇θE, with the probabilities of the cells as constants.
    const law = await normalised(model, { range, cells })
    const weights = tf.tensor1d(Float32Array.from(law.density, (p) => p * law.volume))
    const points = tf.tensor2d(law.points, [...law.shape])
    const identity = gradients(model, () =>
      tf.mean(model.energy(x)).sub(model.energy(points).mul(weights).sum()).asScalar(),
    )
    approximately(identity, exact, 2e-5)
    assert.ok(Math.hypot(...exact) > 0.1)
  })

  test('contrastive divergence with samples of the model is unbiased', async () => {
    const model = awake()
    const x = named('data').normalTensor([40, 2])
    const exact = gradients(model, () => negativeLogLikelihood(model, x, { range, cells }))
    // Long chains with small steps from a broad start.
    const n = 2000
    const start = tf.mul(named('start').normalTensor([n, 2]), 1.5)
    const negative = await runChain(langevin(model, { epsilon: 0.05, steps: 120 }), start, {
      stream: named('chain'),
    })
    const sampled = gradients(model, () => contrast(model, x, negative))
    // Entries of ∇E have a spread of a few; a chain of step ε errs by ε/4 of the variance.
    const error = Math.hypot(...sampled.map((g, i) => g - exact[i]!)) / Math.hypot(...exact)
    assert.ok(error < 0.15, `relative error ${error}`)
    // CD-1 from the data is another gradient: smaller, and biased.
    const short = gradients(model, () =>
      contrastiveDivergence(model, x, { steps: 1, epsilon: 0.05, stream: named('cd') }),
    )
    assert.ok(Math.hypot(...short) < 0.5 * Math.hypot(...exact))
  })

  test('takes samples as constants, and costs no pass through their chain', () => {
    const model = awake()
    const x = named('data').normalTensor([8, 2])
    const negative = constant(() => tf.add(x, 0.3))
    const direct = gradients(model, () => contrast(model, x, negative))
    const inside = gradients(model, () =>
      contrast(
        model,
        x,
        constant(() => tf.add(x, tf.mul(model.score(x), 0)).add(0.3)),
      ),
    )
    approximately(inside, direct, 1e-6)
    // Differences through the chain would be another number.
    const through = gradients(model, () => contrast(model, x, tf.add(x, model.score(x).mul(0.5))))
    const apart = gradients(model, () =>
      contrast(
        model,
        x,
        constant(() => tf.add(x, model.score(x).mul(0.5))),
      ),
    )
    assert.ok(Math.hypot(...through.map((g, i) => g - apart[i]!)) > 0.01)
  })
})

describe('contrastive divergence', () => {
  test('its value is the difference of energies; the penalty adds squares', () => {
    const model = quadratic(1)
    const [x, y] = [
      tf.tensor2d([
        [1, 0],
        [0, 2],
      ]),
      tf.tensor2d([[2, 0]]),
    ]
    approximately(take(contrast(model, x, y)), (0.5 + 2) / 2 - 2, 1e-6)
    approximately(take(contrast(model, x, y, 0.1)), 1.25 - 2 + 0.1 * ((0.25 + 4) / 2 + 4), 1e-6)
    assert.throws(() => contrast(model, x, y, -1), /penalty must not be negative/)
  })

  test('follows a schedule of ε, and leaves no tensors behind', () => {
    const model = network()
    const asked: number[] = []
    const x = named('x').normalTensor([4, 2])
    const held = tf.memory().numTensors
    const loss = contrastiveDivergence(model, x, {
      steps: 3,
      epsilon: (k) => (asked.push(k), 0.1 / (k + 1)),
      stream: named('cd'),
    })
    loss.dispose()
    assert.deepEqual(asked, [0, 1, 2])
    assert.equal(tf.memory().numTensors, held)
    assert.throws(() => contrastiveDivergence(model, x, { steps: 0 }), /steps must be a positive whole/)
    assert.throws(() => contrastiveDivergence(model, x, { epsilon: -1 }), /epsilon must be positive/)
  })

  test('persistent chains go on, take turns and start again', () => {
    const start = data.mixture({ means: [[0, 0]], deviations: 2 })
    const model = network()
    const x = named('x').normalTensor([4, 2])
    const chains = persistentChains(start, {
      size: 6,
      restart: 0,
      steps: 2,
      epsilon: 0.01,
      stream: named('chains'),
    })
    const first = [...chains.states.dataSync()]
    chains.loss(model, x, named('a')).dispose()
    const second = [...chains.states.dataSync()]
    // The last two are first now, as they were; the first four have moved, a little, to the end.
    approximately(second.slice(0, 4), first.slice(8, 12), 0)
    const moved = second.slice(4).map((value, i) => Math.abs(value - first[i]!))
    assert.ok(moved.every((step) => step > 0 && step < 1))
    assert.throws(() => chains.loss(model, tf.zeros([7, 2])), /6 chains, too few for a batch of 7/)
    const again = persistentChains(start, {
      size: 6,
      restart: 1,
      steps: 1,
      epsilon: 1e-6,
      stream: named('b'),
    })
    again.loss(model, x, named('c')).dispose()
    const stream = named('c')
    stream.uniform(4)
    approximately([...again.states.dataSync()].slice(4), take(start.draw(4, stream)), 0.01)
    assert.throws(() => persistentChains(start, { restart: 2 }), /restart must be in \[0, 1\]/)
    assert.throws(() => persistentChains({} as never), /a law to start chains from/)
  })

  test('trains an energy to the density of its data', async () => {
    await selectBackend('wasm', files)
    const law = data.mixture({
      means: [
        [-1.2, 0],
        [1.2, 0.5],
      ],
      deviations: 0.5,
    })
    const kl = async (model: EnergyModel) => {
      const { density, volume, points, shape } = await normalised(model, { range: [-5, 5], cells: 50 })
      const log = law.logDensity(Float64Array.from(points))
      let sum = 0
      for (let i = 0; i < shape[0]; i++) sum += Math.exp(log[i]!) * (log[i]! - Math.log(density[i]!)) * volume
      return sum
    }
    const model = energyNetwork({ dim: 2, hidden: [24, 24], spread: 2, stream: named('trained') })
    const before = await kl(model)
    const chains = persistentChains(data.mixture({ means: [[0, 0]], deviations: 2 }), {
      size: 256,
      steps: 10,
      epsilon: 0.1,
      stream: named('chains'),
    })
    await train(model, law, {
      steps: 250,
      batch: 128,
      rate: (k, n) => 0.01 * (1 - k / n),
      loss: (model, x, stream) => chains.loss(model, x, stream),
      stream: named('training'),
    })
    const after = await kl(model)
    await selectBackend('cpu', files)
    assert.ok(before > 0.5 && after < 0.1, `KL from ${before} to ${after}`)
  })
})
