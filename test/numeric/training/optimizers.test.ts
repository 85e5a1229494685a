import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  adam,
  adamW,
  constant,
  cosine,
  data,
  sgd,
  stepDecay,
  train,
  warmUp,
  type Optimizer,
  type TrainOptions,
  type Trainable,
} from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('wasm', files))

/** The loss 2a² + 5b², from (2, −3). */
function quadratic(): Trainable & { params: { a: tf.Variable; b: tf.Variable } } {
  const params = { a: tf.variable(tf.tensor1d([2])), b: tf.variable(tf.tensor1d([-3])) }
  const loss = () => params.a.square().mul(2).add(params.b.square().mul(5)).sum().asScalar()
  return { params, loss }
}

/** Trains the quadratic. @returns (a, b). */
async function trained(options: Partial<TrainOptions<Trainable>>): Promise<number[]> {
  const model = quadratic()
  await train(model, data.moons(), {
    steps: 25,
    batch: 1,
    stream: new RandomStream(1, 'quadratic'),
    ...options,
  })
  return [...take(model.params.a), ...take(model.params.b)]
}

/** The same in doubles, by a rule (θ, g, k) ↦ θ for each coordinate. */
function expected(step: () => (theta: number, g: number, k: number, other: number) => number): number[] {
  let [a, b] = [2, -3]
  const [first, second] = [step(), step()]
  for (let k = 1; k <= 25; k++) {
    const [ga, gb] = [4 * a, 10 * b]
    ;[a, b] = [first(a, ga, k, gb), second(b, gb, k, ga)]
  }
  return [a, b]
}

describe('optimisers', () => {
  const adamStep = (b1: number, b2: number, epsilon: number, decay: number, rate: number) => () => {
    let [m, v] = [0, 0]
    return (theta: number, g: number, k: number) => {
      m = b1 * m + (1 - b1) * g
      v = b2 * v + (1 - b2) * g * g
      return theta - rate * (m / (1 - b1 ** k) / (Math.sqrt(v / (1 - b2 ** k)) + epsilon) + decay * theta)
    }
  }
  const sgdStep = (momentum: number, rate: number) => () => {
    let u = 0
    return (theta: number, g: number) => {
      u = momentum * u + g
      return theta - rate * u
    }
  }
  const CASES: Record<
    string,
    [optimizer: Optimizer | 'adam' | 'sgd', rate: number, step: Parameters<typeof expected>[0]]
  > = {
    Adam: ['adam', 0.1, adamStep(0.9, 0.999, 1e-8, 0, 0.1)],
    'Adam with other settings': [
      adam({ beta1: 0.5, beta2: 0.9, epsilon: 0.1 }),
      0.1,
      adamStep(0.5, 0.9, 0.1, 0, 0.1),
    ],
    AdamW: [adamW({ decay: 0.3 }), 0.1, adamStep(0.9, 0.999, 1e-8, 0.3, 0.1)],
    SGD: ['sgd', 0.02, sgdStep(0, 0.02)],
    'SGD with momentum': [sgd({ momentum: 0.8 }), 0.01, sgdStep(0.8, 0.01)],
  }
  for (const [name, [optimizer, rate, step]] of Object.entries(CASES))
    test(`${name} takes the steps of its formula`, async () => {
      approximately(await trained({ optimizer, rate }), expected(step), 2e-5)
    })

  test('gradients longer than the limit are scaled down to it, over all parameters together', async () => {
    const clip = 7
    const found = await trained({ optimizer: 'sgd', rate: 0.02, clip })
    const clippedStep = () => (theta: number, g: number, _: number, other: number) => {
      const norm = Math.hypot(g, other)
      return theta - 0.02 * g * Math.min(1, clip / norm)
    }
    approximately(found, expected(clippedStep), 2e-5)
    // It changed something: without the limit the first steps are longer.
    const free = await trained({ optimizer: 'sgd', rate: 0.02 })
    assert.ok(Math.abs(found[1]! - free[1]!) > 0.1)
  })

  test('settings that make no sense are refused by name', async () => {
    assert.throws(() => adam({ beta1: 1 }), /adam: beta1 must be in \[0, 1\), but is 1/)
    assert.throws(() => adamW({ beta2: -0.1 }), /adamW: beta2/)
    assert.throws(() => adam({ epsilon: 0 }), /epsilon must be positive/)
    assert.throws(() => adamW({ decay: NaN }), /decay must not be negative/)
    assert.throws(() => sgd({ momentum: 1 }), /sgd: momentum/)
    await assert.rejects(trained({ clip: 0 }), /clip must be positive, but is 0/)
    await assert.rejects(trained({ clip: NaN }), /clip must be positive, but is NaN/)
    await assert.rejects(trained({ optimizer: 'adagrad' as never }), /one of adam, adamW, sgd/)
    await assert.rejects(trained({ optimizer: {} as never }), /optimizer must be one of/)
  })
})

describe('learning rates', () => {
  test('their formulas', () => {
    assert.equal(constant(0.3)(7, 10), 0.3)
    for (const k of [0, 3, 9]) approximately(cosine(2)(k, 10), 1 + Math.cos((Math.PI * k) / 10), 1e-15)
    const decay = stepDecay(1, { every: 4, factor: 0.5 })
    assert.deepEqual(
      [0, 3, 4, 7, 8].map((k) => decay(k, 10)),
      [1, 1, 0.5, 0.5, 0.25],
    )
    const warm = warmUp(cosine(1), 4)
    for (const k of [0, 1, 3, 6])
      approximately(warm(k, 10), cosine(1)(k, 10) * Math.min(1, (k + 1) / 4), 1e-15)
    approximately(warmUp(0.2, 5)(1, 10), 0.08, 1e-15)
  })

  test('are what the steps are multiplied by', async () => {
    const found = await trained({
      optimizer: 'sgd',
      rate: warmUp(stepDecay(0.03, { every: 10, factor: 0.5 }), 3),
    })
    const rate = (k: number) => 0.03 * 0.5 ** Math.floor((k - 1) / 10) * Math.min(1, k / 3)
    approximately(
      found,
      expected(() => (theta, g, k) => theta - rate(k) * g),
      2e-5,
    )
  })

  test('that are zero, negative or no number are refused, whenever they come', async () => {
    for (const rate of [0, -1, NaN, Infinity])
      await assert.rejects(trained({ rate }), new RegExp(`rate must be positive, but is ${rate}`))
    await assert.rejects(
      trained({ rate: (k) => (k < 5 ? 0.1 : NaN) }),
      /rate must be positive, but is NaN at step 5/,
    )
    assert.throws(() => cosine(0), /cosine: peak must be positive, but is 0/)
    assert.throws(() => constant(-1), /constant: rate/)
    assert.throws(() => stepDecay(1, { every: 0 }), /stepDecay: every/)
    assert.throws(() => stepDecay(1, { every: 1, factor: 2 }), /factor must be in \(0, 1\]/)
    assert.throws(() => warmUp(NaN, 10), /warmUp: rate/)
    assert.throws(() => warmUp(1, 1.5), /warmUp: over/)
  })
})
