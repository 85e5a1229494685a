import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  ancestral,
  classifier,
  classifierFree,
  classifierGuidance,
  data,
  exact,
  exactClassifier,
  guidanceCurve,
  mlp,
  sample,
  train,
  vp,
  type Classifier,
  type NetworkClassifier,
} from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately, slope } from '../approximately'
import { files, take } from '../backends'

const process = vp()
/** Two classes a little apart: far from both, one is sure of nothing at high noise. */
const law = data.mixture({ weights: [0.3, 0.7], means: [[-1], [1]], deviations: 0.3 })
const named = (name: string) => new RandomStream(7, name)
const make = (clean: boolean): NetworkClassifier =>
  classifier(process, mlp({ dim: 1, outputs: 2, hidden: [24, 24], embedding: 16 }), {
    classes: 2,
    clean,
    stream: named('parameters'),
  })

describe('a classifier network', () => {
  before(() => selectBackend('cpu', files))

  test('its loss is the cross entropy of the labels, on noised data', () => {
    const own = make(false)
    const n = 40_000
    const { x, labels } = law.drawLabelled(n, named('data'))
    const loss = take(own.loss(x, named('noise'), { class: labels }))[0]!
    // The untrained network gives every class nearly ½.
    approximately(loss, Math.LN2, 0.02)
    // With the network's logits replaced by the exact ones, the loss would be the conditional entropy: the same batch and
    // noise in the exact classifier gives what the definition says.
    const one = make(true)
    const logits = take(tf.tidy(() => one.logProbabilities(x, 0.7)))
    const expected = labels.reduce((sum, y, i) => sum - logits[2 * i + y]!, 0) / n
    approximately(take(one.loss(x, named('noise'), { class: labels }))[0]!, expected, 1e-5)
    x.dispose()
  })

  test('its gradient is the slope of its log-probability, for a class of each state', () => {
    const own = make(false)
    const points = [-0.7, 0.2, 1.4]
    const labels = [0, 1, 0]
    const log = (x: number, y: number) =>
      take(tf.tidy(() => own.logProbabilities(tf.tensor2d([[x]]), 0.3)))[y]!
    approximately(
      take(own.gradient(tf.tensor2d(points, [3, 1]), 0.3, labels)),
      // In single precision, over a step that leaves four digits.
      points.map((x, i) => slope((h) => log(x + h, labels[i]!), 0.05)),
      2e-3,
    )
  })

  test('refuses what makes no sense', () => {
    const own = make(false)
    const x = tf.zeros([3, 1])
    assert.throws(
      () => classifier(process, mlp({ dim: 1, outputs: 2 }), { classes: 1 }),
      /classes must be .* from 2/,
    )
    const wide = classifier(process, mlp({ dim: 1, outputs: 3, hidden: [4] }), { classes: 2 })
    assert.throws(() => wide.logProbabilities(x, 0.5), /\[n, 2\] logits, but gave \[3, 3\].*outputs: 2/)
    assert.throws(() => own.gradient(x, 0.5, 2), /class must be .* 0 to 1, but is 2/)
    assert.throws(() => own.gradient(x, 0.5, [0, 1]), /2 classes were given for 3 states/)
    assert.throws(() => own.loss(x, named('x')), /data with labels/)
    assert.throws(() => own.loss(x, named('x'), { class: [0, 1] }), /2 labels were given for 3 states/)
    assert.throws(() => own.loss(x, named('x'), { class: [0, 1, 2] }), /class must be .* but is 2/)
    assert.throws(() => mlp({ dim: 1, outputs: 0 }), /outputs must be a positive whole number/)
  })
})

describe('a classifier trained on noised data, and one on clean data alone', () => {
  let noised: NetworkClassifier
  let clean: NetworkClassifier
  before(async () => {
    await selectBackend('wasm', files)
    noised = make(false)
    clean = make(true)
    for (const [model, name] of [
      [noised, 'noised'],
      [clean, 'clean'],
    ] as const)
      await train(model, law, { steps: 400, batch: 128, rate: 1e-2, ema: 0.98, stream: named(name) })
  })
  const right = exactClassifier(process, law)

  /** The mean error of p(y = 0 | x_t) over x_t at time t. */
  function error(model: Classifier, t: number): number {
    return tf.tidy(() => {
      const x = process.draw(law.draw(4000, named('test')), t, named('test noise'))
      const p = (c: Classifier) => c.logProbabilities(x, t).exp().slice([0, 0], [-1, 1])
      return p(model).sub(p(right)).abs().mean().dataSync()[0]!
    })
  }

  test('the first comes near the exact p(y | x_t) at every noise level, the second only where there is none', () => {
    for (const t of [0.02, 0.2, 0.5, 0.9])
      assert.ok(error(noised, t) < 0.05, `at t = ${t}: ${error(noised, t)}`)
    assert.ok(error(clean, 0) < 0.02, `clean: ${error(clean, 0)}`)
    assert.ok(error(clean, 0.5) > 0.15, `at t = 0.5: ${error(clean, 0.5)}`)
    assert.ok(error(clean, 0.9) > 0.3, `at t = 0.9: ${error(clean, 0.9)}`)
  })

  /** E‖∇ log p̂ − ∇ log p‖ / E‖∇ log p‖ for class 0, over x_t at time t. */
  function gradientError(model: Classifier, t: number): number {
    return tf.tidy(() => {
      const x = process.draw(law.draw(4000, named('test')), t, named('test noise'))
      const exactly = right.gradient(x, t, 0)
      return model.gradient(x, t, 0).sub(exactly).abs().mean().div(exactly.abs().mean()).dataSync()[0]!
    })
  }

  test('so does the gradient of the first; that of the second points far too hard where nobody can know', () => {
    for (const t of [0.2, 0.5]) {
      const [good, bad] = [gradientError(noised, t), gradientError(clean, t)]
      assert.ok(good < 0.5 && bad > 1 && good < bad / 2, `t = ${t}: ${good} and ${bad}`)
    }
  })

  test('guidance by the first samples the class', async () => {
    const n = 1000
    const guidance = classifierGuidance(exact(process, law), noised, { class: 0 })
    const x = take(await sample(ancestral(guidance, { steps: 60 }), n, { stream: named('samples') }))
    const mean = x.reduce((sum, v) => sum + v, 0) / n
    const variance = x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n
    // N(−1, .09), as far as a short training gets; ancestral steps with β̃ lose some variance.
    approximately([mean, Math.sqrt(variance)], [-1, 0.3], 0.08)
  })

  test('the trade-off: larger γ gives more typical samples, and less variety', async () => {
    const curve = await guidanceCurve(
      (scale) => classifierFree(exact(process, wide), { class: 0 }, { scale }),
      exactClassifier(process, wide),
      { class: 0, scales: [0, 1, 4], samples: 600, stream: named('curve') },
    )
    assert.deepEqual(
      curve.map(({ scale }) => scale),
      [0, 1, 4],
    )
    for (const i of [1, 2]) {
      assert.ok(curve[i]!.quality > curve[i - 1]!.quality + 0.05)
      assert.ok(curve[i]!.diversity < curve[i - 1]!.diversity)
    }
    // At γ = 1, the deviation of the class, to five standard errors and the bias of fifty steps; at γ = 0 that of all data.
    approximately([curve[0]!.diversity, curve[1]!.diversity], [Math.sqrt(0.36 + 0.25), 0.5], 0.12)
    const judge = exactClassifier(process, wide)
    const scales = [1]
    await assert.rejects(guidanceCurve(3 as never, judge, { class: 0, scales }), /function \(scale\) =>/)
    await assert.rejects(
      guidanceCurve(() => exact(process, wide), {} as never, { class: 0, scales }),
      /a classifier/,
    )
    await assert.rejects(
      guidanceCurve(() => exact(process, wide), judge, { class: 7, scales }),
      /class must be/,
    )
    await assert.rejects(
      guidanceCurve(() => exact(process, wide), judge, { class: 0, scales: [] }),
      /scales must be/,
    )
  })
})

/** Classes that overlap, so that samples can be more or less typical. */
const wide = data.mixture({ means: [[-0.6], [0.6]], deviations: 0.5 })
