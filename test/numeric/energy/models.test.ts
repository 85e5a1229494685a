import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { data } from '../../../src/models/data'
import { denoisingAutoencoder, jointEnergyModel, logSumExp, normalised } from '../../../src/models/energy'
import { denoisingScoreMatching, perturbed, slicedScoreMatchingVR } from '../../../src/models/score'
import { train } from '../../../src/models/train'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, on, take } from '../backends'

before(() => selectBackend('cpu', files))

const named = (name: string) => new RandomStream(51, name)
const M2 = data.mixture({
  weights: [0.8, 0.2],
  means: [
    [5, 5],
    [-5, -5],
  ],
})

describe('the denoising autoencoder', () => {
  test('its loss is denoising score matching times 2σ⁴', () => {
    const sigma = 0.8
    const model = denoisingAutoencoder({ dim: 2, sigma, encoder: [8], scale: 3, stream: named('dae') })
    const x = named('x').normalTensor([40, 2])
    const loss = take(model.loss(x, named('noise')))[0]!
    const score = take(denoisingScoreMatching(model, x, { sigma, stream: named('noise') }))[0]!
    approximately(loss, 2 * sigma ** 4 * score, 1e-4)
  })

  test('its residual over σ² is the score of M2 under noise, where data are', async () => {
    const sigma = 1
    const error = await on('wasm', async () => {
      const model = denoisingAutoencoder({ dim: 2, sigma, encoder: [32, 32], scale: 5, stream: named('M2') })
      await train(model, M2, {
        steps: 500,
        batch: 256,
        rate: (k, n) => 0.01 * (1 - k / n),
        stream: named('training'),
      })
      const x = tf.add(M2.draw(2000, named('test')), named('noise').normalTensor([2000, 2]))
      const exact = perturbed(M2, sigma).score(x)
      const difference = take(tf.mean(tf.squaredDifference(model.score(x), exact)))[0]!
      return difference / take(tf.mean(tf.square(exact)))[0]!
    })
    // An untrained one, whose residual is −x, is wrong by a factor of more than ten.
    assert.ok(error < 0.05, `relative squared error ${error}`)
  })

  test('refuses σ that is not positive', () => {
    assert.throws(() => denoisingAutoencoder({ dim: 2, sigma: 0 }), /sigma must be positive/)
  })
})

test('logSumExp is exact far from zero, and differentiates twice to the softmax’s covariance', () => {
  const a = tf.tensor2d([
    [1000, 1001, 998],
    [-1, 2, 0.5],
  ])
  const value = (row: number[]) => {
    const m = Math.max(...row)
    return m + Math.log(row.reduce((sum, x) => sum + Math.exp(x - m), 0))
  }
  approximately(take(logSumExp(a)), [value([1000, 1001, 998]), value([-1, 2, 0.5])], 1e-6)
  const row = [-1, 2, 0.5]
  const p = row.map((x) => Math.exp(x - value(row)))
  const v = [0.3, -1, 2]
  const product = tf.grad((x: tf.Tensor) =>
    tf
      .grad((x: tf.Tensor) => logSumExp(x).sum().asScalar())(x)
      .mul(tf.tensor2d([v]))
      .sum()
      .asScalar(),
  )(tf.tensor2d([row]))
  const mean = p.reduce((sum, q, k) => sum + q * v[k]!, 0)
  approximately(
    take(product),
    p.map((q, k) => q * (v[k]! - mean)),
    1e-6,
  )
})

describe('a joint energy-based model', () => {
  const make = (name: string) =>
    jointEnergyModel({ dim: 2, classes: 3, hidden: [7], spread: 2, stream: named(name) })

  test('E(x) is −log Σ_y e^{−E(x, y)}, and p(y | x) = e^{E(x) − E(x, y)}', () => {
    const model = make('formulas')
    tf.tidy(() => model.params.W1!.assign(named('last').normalTensor([7, 3])))
    const x = named('x').normalTensor([5, 2])
    const energy = take(model.energy(x))
    const joint = [0, 1, 2].map((y) => take(model.given(y).energy(x)))
    const logs = model.logClassProbabilities(x).arraySync()
    for (let row = 0; row < 5; row++) {
      const terms = joint.map((e) => Math.exp(-e[row]!))
      approximately(energy[row]!, -Math.log(terms.reduce((a, b) => a + b)), 1e-5)
      for (const y of [0, 1, 2]) approximately(logs[row]![y]!, energy[row]! - joint[y]![row]!, 1e-5)
    }
    approximately(
      take(model.crossEntropy(x, [0, 2, 1, 1, 0])),
      -[0, 2, 1, 1, 0].reduce((sum, y, row) => sum + logs[row]![y]!, 0) / 5,
      1e-5,
    )
  })

  test('trained with labels it classifies, and its energy is a density of the data', async () => {
    const law = data.mixture({
      means: [
        [-1.5, 0],
        [1.5, 0.5],
      ],
      deviations: 0.5,
    })
    const model = jointEnergyModel({
      dim: 2,
      classes: 2,
      hidden: [24, 24],
      spread: 2,
      generative: (model, x, stream) => slicedScoreMatchingVR(model, x, { stream }),
      stream: named('joint'),
    })
    const [accuracy, divergence] = await on('wasm', async () => {
      await train(model, law, {
        steps: 250,
        batch: 128,
        rate: (k, n) => 0.01 * (1 - k / n),
        stream: named('t'),
      })
      const { x, labels } = law.drawLabelled(1000, named('test'))
      const classes = take(tf.argMax(model.logits(x), 1))
      const right = classes.filter((y, i) => y === labels[i]).length / 1000
      const { density, volume, points } = await normalised(model, { range: [-5, 5], cells: 50 })
      const log = law.logDensity(Float64Array.from(points))
      const kl = log.reduce((sum, l, i) => sum + Math.exp(l) * (l - Math.log(density[i]!)) * volume, 0)
      return [right, kl] as const
    })
    // The best classifier errs once in 1000.
    assert.ok(accuracy > 0.985, `accuracy ${accuracy}`)
    assert.ok(divergence < 0.15, `KL ${divergence}`)
  })

  test('its own loss is cross-entropy and CD, or CD alone without labels', () => {
    const model = make('loss')
    const x = named('x').normalTensor([6, 2])
    const labels = Int32Array.of(0, 1, 2, 0, 1, 2)
    const both = take(model.loss(x, named('cd'), { class: labels }))[0]!
    const alone = take(model.loss(x, named('cd')))[0]!
    approximately(both - alone, take(model.crossEntropy(x, labels)), 1e-5)
    assert.throws(() => model.crossEntropy(x, [0, 1, 2, 0, 1, 3]), /whole number from 0 to 2, but is 3/)
    assert.throws(() => model.crossEntropy(x, [0, 1]), /2 labels were given for a batch of shape \[6, 2\]/)
    assert.throws(() => model.given(3), /from 0 to 2/)
    assert.throws(() => jointEnergyModel({ dim: 2, classes: 1 }), /classes must be a whole number from 2/)
  })
})
