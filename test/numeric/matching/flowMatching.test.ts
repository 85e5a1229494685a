/** Flow matching, straightness and reflow on Gaussians, where every velocity is linear. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { data } from '../../../src/models/data'
import { asDenoiser, denoiser } from '../../../src/models/denoiser'
import { exact } from '../../../src/models/exact'
import {
  exactBridge,
  flowMatching,
  interpolants,
  reflow,
  standardNormal,
  straightness,
} from '../../../src/models/matching'
import { mlp } from '../../../src/models/mlp'
import { Prediction } from '../../../src/models/prediction'
import { ddpm, edm, rectified, vp } from '../../../src/models/processes'
import { asBridge } from '../../../src/models/matching/bridge'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('cpu', files))

const named = (name: string) => new RandomStream(21, name)
const v = 0.3
const law = data.mixture({ means: [[0]], deviations: Math.sqrt(v) })
/** The midpoint rule on [from, to]. */
const integral = (f: (t: number) => number, from = 0, to = 1, n = 20_000) => {
  let sum = 0
  for (let i = 0; i < n; i++) sum += f(from + ((to - from) * (i + 0.5)) / n)
  return (sum * (to - from)) / n
}

describe('the flow-matching loss', () => {
  // What x_t leaves unexplained of α′x₀ + σ′ε is α′²v + σ′² − c²/v_t with c = αα′v + σσ′ and v_t = α²v + σ².
  const unexplained = (process: ReturnType<typeof vp>) => (t: number) => {
    const [a, s, da, ds] = [process.alpha(t), process.sigma(t), process.alphaPrime(t), process.sigmaPrime(t)]
    return da * da * v + ds * ds - (a * da * v + s * ds) ** 2 / (a * a * v + s * s)
  }

  test('of the exact velocity is its known minimum, on straight paths and along VP', () => {
    const n = 20_000
    // EDM's time is stretched to [0, 1] and back.
    for (const process of [rectified(), vp(), edm({ sigmaMax: 3 })]) {
      const end = process.times.to
      const stream = named(process.name)
      const loss = take(flowMatching(exact(process, law), law.draw(n, stream), { stream }))[0]!
      const expected = integral((u) => unexplained(process)(end * u), 1e-3, 1 - 1e-3) / 0.998
      // Squared normal numbers whose variance changes with t by less than a factor of 40: five standard errors.
      approximately(loss / expected, 1, 5 * Math.sqrt(6 / n), process.name)
    }
  })

  test('of any other linear velocity is larger by its mean squared distance to the exact one', () => {
    const n = 20_000
    const process = rectified()
    const path = interpolants.straight()
    const factor = 0.4
    const wrong = asBridge<tf.Tensor>(
      path,
      [1],
      (x) => x.mul(factor),
      (x) => x,
    )
    const stream = named('wrong')
    const loss = take(flowMatching(wrong, law.draw(n, stream), { stream }))[0]!
    const excess = (t: number) => {
      const variance = (1 - t) ** 2 * v + t * t
      return (factor - (t - (1 - t) * v) / variance) ** 2 * variance
    }
    approximately(
      loss,
      integral((t) => unexplained(process)(t) + excess(t)),
      5 * Math.sqrt(6 / n) * 2,
    )
  })

  test('on pairs takes both parts as they are: exact for a map that the paths cannot cross', () => {
    // x₀ = √v x₁: x_t = ((1 − t)√v + t) x₁, whose velocity (1 − √v) x₁ is known from x_t.
    const root = Math.sqrt(v)
    const model = asBridge<tf.Tensor>(
      interpolants.straight(),
      [1],
      (x, t) => x.mul(tf.tensor2d(Array.from(t as Float64Array, (t) => [(1 - root) / ((1 - t) * root + t)]))),
      (x) => x,
    )
    const x1 = named('x1').normalTensor([50, 1])
    const loss = take(flowMatching(model, tf.stack([x1.mul(root), x1], 1), { stream: named('t') }))[0]!
    assert.ok(loss < 1e-12, `loss ${loss}`)
  })

  test('has a gradient for a network, and names what does not fit', () => {
    const model = denoiser(rectified(), mlp({ dim: 2, hidden: [8], embedding: 4 }), { predicts: 'velocity' })
    const x = named('x').normalTensor([8, 2])
    const { grads } = tf.variableGrads(
      () => flowMatching(model, x, { stream: named('g') }),
      Object.values(model.params),
    )
    for (const p of Object.values(model.params)) assert.ok(take(grads[p.name]!).some((g) => g !== 0))
    assert.throws(
      () => flowMatching(model, tf.zeros([8, 3])),
      /\[n, 2\] or pairs of shape \[n, 2, 2\].*\[8, 3\]/,
    )
    assert.throws(() => flowMatching({} as never, x), /must be a denoiser/)
    assert.throws(() => flowMatching(exact(ddpm(), law), law.draw(4)), /DDPM has no velocity/)
  })
})

describe('straightness', () => {
  // Z_t = s(t) Z₁ with s = √((1 − t)² v + t²) for independent pairs of Gaussians.
  const s = (t: number) => Math.sqrt((1 - t) ** 2 * v + t * t)
  const sPrime = (t: number) => (t - (1 - t) * v) / s(t)
  const expected = integral((t) => (1 - Math.sqrt(v) - sPrime(t)) ** 2)

  test('of the flow between two Gaussians is its integral', async () => {
    const start = named('start').normal(2000)
    const square = start.reduce((sum, z) => sum + z * z, 0) / start.length
    const { value, t, deviation } = await straightness(exact<Float64Array>(rectified(), law), {
      start,
      steps: 100,
    })
    // Heun and the trapezoidal rule, both of second order in 1/100.
    approximately(value / square, expected, 2e-4)
    approximately(deviation[50]! / square, (1 - Math.sqrt(v) - sPrime(0.5)) ** 2, 2e-4)
    approximately([t[0]!, t.at(-1)!, t.length], [1, 0, 101], 1e-12)
  })

  test('is zero for straight paths, and the same on tensors', async () => {
    const root = Math.sqrt(v)
    const straight = asBridge<Float64Array>(
      interpolants.straight(),
      [1],
      (x, t) => x.map((value) => (value * (1 - root)) / ((1 - (t as number)) * root + (t as number))),
      (x) => x,
    )
    assert.ok((await straightness(straight, { start: named('z').normal(50), steps: 20 })).value < 1e-20)
    const before = tf.memory().numTensors
    const { value } = await straightness(exact(rectified(), law), {
      n: 4000,
      steps: 40,
      stream: named('tensors'),
    })
    assert.equal(tf.memory().numTensors, before)
    approximately(value, expected, 5 * expected * Math.sqrt(2 / 4000) + 1e-3)
  })

  test('options that make no sense are named', () => {
    assert.throws(() => straightness(exact(vp(), law), { steps: 0 }), /steps must be a positive/)
    assert.throws(() => straightness(exact(ddpm(), law)), /times from 0 to 1, but DDPM goes from 0 to 1000/)
    assert.throws(() => straightness({} as never), /must be a denoiser/)
  })
})

describe('reflow', () => {
  test('pairs each noise with the end of its path', async () => {
    const pairs = await reflow(exact(rectified(), law), { n: 300, steps: 40, stream: named('reflow') })
    assert.deepEqual(pairs.shape, [2, 1])
    const drawn = take(pairs.draw(500, named('draw')))
    const seen = new Set<number>()
    for (let i = 0; i < 500; i++) {
      // The map of the ODE is x₀ = √v x₁; Heun's error at 40 steps is below 1e-3.
      approximately(drawn[2 * i]!, Math.sqrt(v) * drawn[2 * i + 1]!, 2e-3)
      seen.add(drawn[2 * i + 1]!)
    }
    assert.ok(seen.size > 200 && seen.size <= 300, `${seen.size} of 300 pairs were drawn`)
  })

  test('of a model that is told classes, pairs keep the class whose flow made them', async () => {
    const classes = data.mixture({ means: [[-2], [1]], deviations: Math.sqrt(v) })
    const pairs = await reflow(exact(rectified(), classes), {
      n: 101,
      steps: 40,
      classes: 2,
      stream: named('classes'),
    })
    assert.deepEqual(pairs.classes, ['0', '1'])
    const { x, labels } = pairs.drawLabelled(200, named('draw'))
    const drawn = take(x)
    for (const [i, label] of labels.entries())
      approximately(drawn[2 * i]!, [-2, 1][label]! + Math.sqrt(v) * drawn[2 * i + 1]!, 4e-3)
    approximately(labels.reduce((sum, label) => sum + label, 0) / 200, 0.5, 0.2)
    approximately(take(pairs.draw(200, named('draw'))), drawn, 0)
    assert.throws(() => reflow(exact(rectified(), classes), { classes: 0 }), /classes must be/)
  })

  test('many pictures go through the model in portions, and the pairs are the same', async () => {
    const shape = [16, 16, 1]
    const sizes: number[] = []
    const half = asDenoiser(rectified(), shape, (x: tf.Tensor, t) => {
      sizes.push(x.shape[0])
      return new Prediction(rectified(), t, [{ value: x, ofX0: () => 0.5, ofNoise: () => 0.5 }])
    })
    const pairs = await reflow(half, { n: 300, steps: 1, stream: named('pictures') })
    assert.deepEqual(sizes, [256, 256, 44, 44])
    const noise = standardNormal(shape).draw(300, named('pictures'))
    const drawn = pairs.draw(4, named('draw'))
    const chosen = named('draw').integers(4, 0, 300)
    approximately(
      take(drawn.gather([1], 1)),
      take(tf.gather(noise, tf.tensor1d(Array.from(chosen), 'int32'))),
      0,
    )
  })

  test('makes the flow straighter: the velocity fitted to its pairs bends a hundred times less', async () => {
    const first = exact(rectified(), law)
    const pairs = await reflow(first, { n: 2000, steps: 40, stream: named('again') })
    const drawn = take(pairs.draw(2000, named('fit')))
    // Least squares for v = c(t) x_t, the right form for Gaussians.
    const fitted = asBridge<Float64Array>(
      interpolants.straight(),
      [1],
      (x, t) => {
        let [top, bottom] = [0, 0]
        for (let i = 0; i < 2000; i++) {
          const [x0, x1] = [drawn[2 * i]!, drawn[2 * i + 1]!]
          const xt = (1 - (t as number)) * x0 + (t as number) * x1
          top += xt * (x1 - x0)
          bottom += xt * xt
        }
        return x.map((value) => (value * top) / bottom)
      },
      (x) => x,
    )
    const start = named('start').normal(500)
    const [before, after] = [
      (await straightness(exact<Float64Array>(rectified(), law), { start })).value,
      (await straightness(fitted, { start })).value,
    ]
    assert.ok(after < before / 100, `${before}, then ${after}`)
  })

  test('between two laws starts from the other law', async () => {
    const source = data.mixture({ means: [[3]], deviations: 0.5 })
    const model = exactBridge(interpolants.straight(), law, source)
    const pairs = await reflow(model, { n: 500, steps: 60, source, stream: named('two laws') })
    const drawn = take(pairs.draw(500, named('draw')))
    // Increasing maps of Gaussians keep the number of standard deviations.
    for (let i = 0; i < 500; i++)
      approximately(drawn[2 * i]! / Math.sqrt(v), (drawn[2 * i + 1]! - 3) / 0.5, 0.01)
  })

  test('options that make no sense are named, and nothing is left behind', async () => {
    const model = exact(rectified(), law)
    assert.throws(() => reflow(model, { n: 0 }), /number of samples/)
    assert.throws(() => reflow(model, { steps: 1.5 }), /steps must be/)
    const before = tf.memory().numTensors
    await reflow(model, { n: 10, steps: 3, stream: named('memory') })
    await assert.rejects(reflow(model, { n: 10, source: standardNormal([4]) }), /\[n, 1\]/)
    assert.equal(tf.memory().numTensors, before)
  })
})
