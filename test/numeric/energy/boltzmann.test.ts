import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { boltzmannMachine } from '../../../src/models/energy'
import { train } from '../../../src/models/train'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('wasm', files))

const named = (name: string) => new RandomStream(41, name)
const W = [
  [0.3, 0.8, -0.4, 0],
  [0.8, -0.2, 0.5, 0.1],
  [-0.4, 0.5, 0, -0.7],
  [0, 0.1, -0.7, 0.6],
]
const dim = 4
/** The 16 states, P and E[yyᵀ], summed in doubles. */
function enumerate(w: readonly (readonly number[])[]) {
  const states = Array.from({ length: 2 ** dim }, (_, k) =>
    Array.from({ length: dim }, (_, i) => ((k >> i) & 1 ? 1 : -1)),
  )
  const half = states.map(
    (y) => 0.5 * y.reduce((sum, yi, i) => sum + y.reduce((s, yj, j) => s + yi * w[i]![j]! * yj, 0), 0),
  )
  const Z = half.reduce((sum, e) => sum + Math.exp(e), 0)
  const probabilities = half.map((e) => Math.exp(e) / Z)
  const moments = Array.from({ length: dim }, (_, i) =>
    Array.from({ length: dim }, (_, j) =>
      states.reduce((sum, y, k) => sum + probabilities[k]! * y[i]! * y[j]!, 0),
    ),
  )
  return { states, half, Z, probabilities, moments }
}
const truth = enumerate(W)
const machine = () => boltzmannMachine({ dim, weights: W })
const empirical = (y: readonly number[]) => {
  const n = y.length / dim
  return Array.from({ length: dim }, (_, i) =>
    Array.from({ length: dim }, (_, j) => {
      let sum = 0
      for (let row = 0; row < n; row++) sum += y[row * dim + i]! * y[row * dim + j]!
      return sum / n
    }),
  )
}

describe('by enumeration', () => {
  test('energies, Z, probabilities and moments are sums over 16 states', () => {
    const model = machine()
    approximately(take(model.states()), truth.states.flat(), 0)
    approximately(
      take(model.energy(model.states())),
      truth.half.map((e) => -e),
      1e-6,
    )
    approximately(take(model.logPartition()), Math.log(truth.Z), 1e-6)
    approximately(take(model.probabilities()), truth.probabilities, 1e-6)
    approximately(take(model.moments()), truth.moments.flat(), 1e-6)
  })

  test('the gradient of the log-likelihood is ½(E_data yyᵀ − E_model yyᵀ)', () => {
    const model = machine()
    const y = machine().draw(30, named('data'))
    const { grads } = tf.variableGrads(() => model.loss(y, named('loss')), [model.params.W!])
    const gradient = take(grads[model.params.W!.name]!)
    const ofData = empirical([...y.dataSync()])
    const expected = ofData.flatMap((row, i) => row.map((m, j) => 0.5 * (m - truth.moments[i]![j]!)))
    // The loss is −L.
    approximately(
      gradient.map((g) => -g),
      expected,
      1e-6,
    )
    // And the loss is minus the mean log-likelihood itself.
    const values = [...y.dataSync()]
    const index = Array.from({ length: 30 }, (_, row) =>
      [0, 1, 2, 3].reduce((k, i) => k + (values[row * dim + i]! > 0 ? 1 << i : 0), 0),
    )
    approximately(
      take(model.loss(y, named('loss'))),
      -index.reduce((sum, k) => sum + Math.log(truth.probabilities[k]!), 0) / 30,
      1e-5,
    )
  })
})

describe('by sampling', () => {
  const n = 20_000
  test('exact draws and Gibbs sampling have the moments of all states', () => {
    const model = machine()
    for (const y of [
      model.draw(n, named('draws')),
      // From states that are all alike; the chain forgets them within a few sweeps.
      model.gibbs(tf.ones([n, dim]), 20, named('gibbs')),
    ]) {
      const moments = empirical(take(y))
      for (let i = 0; i < dim; i++)
        for (let j = 0; j < i; j++) {
          const expected = truth.moments[i]![j]!
          const error = Math.sqrt((1 - expected ** 2) / n)
          assert.ok(Math.abs(moments[i]![j]! - expected) < 5 * error, `${i} ${j}`)
        }
    }
  })

  test('one sign is drawn with probability 1 / (1 + e^{−2h})', () => {
    const model = boltzmannMachine({
      dim: 2,
      weights: [
        [5, 0.4],
        [0.4, -3],
      ],
    })
    // Given y₂ = 1, then given the new y₁: the diagonal has no say.
    const y = take(model.gibbs(tf.ones([n, 2]), 1, named('sweep')))
    const up = 1 / (1 + Math.exp(-0.8))
    const first = y.filter((_, at) => at % 2 === 0).filter((value) => value > 0).length / n
    assert.ok(Math.abs(first - up) < 5 * Math.sqrt((up * (1 - up)) / n))
    const product = y.reduce((sum, value, at) => (at % 2 ? sum : sum + value * y[at + 1]!), 0) / n
    assert.ok(Math.abs(product - Math.tanh(0.4)) < 5 / Math.sqrt(n))
  })
})

test('training by enumeration and by CD-5 both find the couplings', async () => {
  const data = machine()
  for (const negative of ['exact', { sweeps: 5 }] as const) {
    const model = boltzmannMachine({ dim, negative })
    await train(model, data, {
      steps: 150,
      batch: 512,
      rate: (k) => 0.05 / (1 + k / 50),
      stream: named('training'),
    })
    const learnt = take(model.moments())
    // Sampling noise of the data in 150 steps of 512, and of the model's samples: a few hundredths.
    approximately(learnt, truth.moments.flat(), 0.05)
    // W stays symmetric.
    const w = model.params.W!.arraySync() as number[][]
    for (let i = 0; i < dim; i++) for (let j = 0; j < i; j++) approximately(w[i]![j]!, w[j]![i]!, 1e-5)
  }
})

test('what makes no sense is named', () => {
  assert.throws(() => boltzmannMachine({ dim: 30 }), /from 1 to 20/)
  assert.throws(
    () =>
      boltzmannMachine({
        dim: 2,
        weights: [
          [0, 1],
          [0, 0],
        ],
      }),
    /symmetric 2 × 2/,
  )
  assert.throws(() => boltzmannMachine({ dim: 2, negative: {} as never }), /sweeps must be a positive whole/)
  assert.throws(() => machine().energy(tf.zeros([2, 3])), /signs of shape \[n, 4\].*\[2, 3\]/)
  assert.throws(() => machine().gibbs(tf.ones([2, 4]), 0), /sweeps/)
})
