import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  data,
  exact,
  field,
  langevin,
  langevinStep,
  runChain,
  unadjustedLangevin,
  unadjustedLangevinStep,
  vp,
  type Field,
} from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files } from '../backends'

before(() => selectBackend('cpu', files))

const named = (name: string) => new RandomStream(5, name)
const gaussian = (v: number): Field<Float64Array> => field<Float64Array>((x) => x.map((value) => -value / v))

test('the two conventions are their formulas', () => {
  const x = Float64Array.of(0.3, -2, 1.1)
  const z = named('z').normal(3)
  const score = x.map((value) => -value / 0.7)
  const half = x.map((value, i) => value + 0.1 * score[i]! + Math.sqrt(0.2) * z[i]!)
  const full = x.map((value, i) => value + 0.2 * score[i]! + Math.sqrt(0.4) * z[i]!)
  approximately(langevinStep(gaussian(0.7), x, 0.2, named('z')), half, 1e-14)
  approximately(unadjustedLangevinStep(gaussian(0.7), x, 0.2, named('z')), full, 1e-14)
})

test('tensors and doubles take the same chain', async () => {
  const law = data.mixture({ means: [[1], [-1]], deviations: 0.5 })
  const start = named('start').normal(64)
  const doubles = await runChain(langevin<Float64Array>(law, { epsilon: 0.05, steps: 20 }), start, {
    stream: named('noise'),
  })
  const x = tf.tensor2d(Float32Array.from(start), [64, 1])
  const held = tf.memory().numTensors
  const tensors = await runChain(langevin(law, { epsilon: 0.05, steps: 20 }), x, { stream: named('noise') })
  assert.equal(tf.memory().numTensors, held + 1)
  // Twenty steps of single precision, each magnified at most 1 + ε/2 · 12 = 1.3 times near the saddle.
  approximately(tensors.dataSync(), doubles, 1e-4)
})

test('the variance on a Gaussian follows its recursion to v / (1 − ε/4v)', async () => {
  const [n, v, epsilon, steps] = [65_536, 1, 0.5, 24]
  let expected = 0.25
  for (let k = 0; k < steps; k++) expected = (1 - epsilon / (2 * v)) ** 2 * expected + epsilon
  // The recursion has converged to the stationary variance by then.
  approximately(expected, v / (1 - epsilon / (4 * v)), 1e-5)
  approximately(expected, 1.142857, 1e-5)
  const start = named('start')
    .normal(n)
    .map((z) => 0.5 * z)
  for (const chain of [
    langevin(gaussian(v), { epsilon, steps }),
    unadjustedLangevin(gaussian(v), { epsilon: epsilon / 2, steps }),
  ]) {
    const x = await runChain(chain, start, { stream: named('noise') })
    const variance = x.reduce((sum, value) => sum + value * value, 0) / n
    // Four standard errors of a variance.
    assert.ok(Math.abs(variance / expected - 1) < 4 * Math.sqrt(2 / n), `${variance} for ${expected}`)
  }
})

test('from ε = 4v on there is no stationary law', async () => {
  const far = await runChain(langevin(gaussian(1), { epsilon: 4.4, steps: 60 }), named('start').normal(64), {
    stream: named('noise'),
  })
  // (1 − 2.2)² = 1.44 a step.
  assert.ok(far.reduce((sum, value) => sum + value * value, 0) / 64 > 1e6)
})

test('ε may change from step to step, and every state is seen', async () => {
  const seen: number[] = []
  await runChain(
    langevin(gaussian(1), { epsilon: (k) => (seen.push(k), 0.1 / (k + 1)), steps: 3 }),
    Float64Array.of(1),
    {
      observe: ({ step, evaluations }) => {
        assert.equal(step, evaluations)
      },
    },
  )
  assert.deepEqual(seen.slice(-3), [0, 1, 2])
})

test('arguments that make no sense are named', () => {
  assert.throws(() => langevin(gaussian(1), { epsilon: 0 }), /langevin: epsilon must be positive/)
  assert.throws(() => unadjustedLangevin(gaussian(1), { epsilon: NaN }), /epsilon must be positive.*NaN/)
  assert.throws(() => langevin(gaussian(1), { epsilon: 1, steps: 1.5 }), /steps must be a positive whole/)
  assert.throws(() => langevin({} as never, { epsilon: 1 }), /must be a field/)
  const law = data.mixture({ means: [[0]] })
  assert.throws(() => langevin(exact(vp(), law) as never, { epsilon: 1 }), /model\.at\(t\)/)
  assert.throws(() => field(3 as never), /must be a function/)
})
