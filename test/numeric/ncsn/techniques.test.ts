import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  largestDistance,
  noiseRatio,
  normalCdf,
  ratioForOverlap,
  shellOverlap,
  stepFor,
} from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files } from '../backends'

before(() => selectBackend('cpu', files))

test('Φ agrees with the integral of the density', () => {
  const integral = (x: number, steps = 20_000) => {
    const h = x / steps
    const f = (t: number) => Math.exp(-0.5 * t * t) / Math.sqrt(2 * Math.PI)
    let sum = f(0) + f(x)
    for (let i = 1; i < steps; i++) sum += (i % 2 ? 4 : 2) * f(i * h)
    return 0.5 + (sum * h) / 3
  }
  for (const x of [-6, -3.9, -1, 0, 0.5, 2, 3.99, 4.01, 5]) approximately(normalCdf(x), integral(x), 1e-13)
  approximately(normalCdf(-5) / 2.866515718791939e-7, 1, 1e-8)
})

test('technique 1: the largest of all pairwise distances', async () => {
  const points = new RandomStream(1, 'points').normal(3 * 700)
  let largest = 0
  for (let i = 0; i < 700; i++)
    for (let j = 0; j < i; j++)
      largest = Math.max(
        largest,
        Math.hypot(...[0, 1, 2].map((k) => points[3 * i + k]! - points[3 * j + k]!)),
      )
  const x = tf.tensor2d(Float32Array.from(points), [700, 3])
  approximately(await largestDistance(x), largest, 1e-5)
  // Any shape of state: the distance is that of all its numbers.
  approximately(
    await largestDistance(x.reshape([100, 7, 3])),
    await largestDistance(x.reshape([100, 21])),
    1e-6,
  )
  await assert.rejects(largestDistance(tf.zeros([1, 2])), /two or more points/)
  await assert.rejects(largestDistance(tf.tensor2d([0, NaN], [2, 1])), /finite/)
})

test('technique 2: the overlap of shells, and the ratio for half of it', () => {
  // CIFAR-10: D = 3072, γ = 1.037559 of 232 scales from 50 to 0.01.
  const ratio = (50 / 0.01) ** (1 / 231)
  approximately(ratio, 1.037559, 1e-6)
  approximately(shellOverlap(ratio, 3072), 0.567, 5e-4)
  approximately(shellOverlap(ratioForOverlap(3072), 3072), 0.5, 1e-9)
  approximately(shellOverlap(ratioForOverlap(100, 0.9), 100), 0.9, 1e-9)
  // The radius of σz in D dimensions is about normal with mean √D σ and standard deviation σ/√2.
  const [dim, gamma, n] = [400, 1.1, 4000]
  const stream = new RandomStream(2, 'shells')
  let inside = 0
  for (let i = 0; i < n; i++) {
    const radius = Math.sqrt(stream.normal(dim).reduce((sum, z) => sum + z * z, 0))
    if (Math.abs(radius - gamma * Math.sqrt(dim)) < (3 * gamma) / Math.SQRT2) inside++
  }
  // Four standard errors, and the skewness of the radius, which the formula leaves out.
  approximately(inside / n, shellOverlap(gamma, dim), 4 * Math.sqrt(0.25 / n) + 0.01)
  assert.throws(() => shellOverlap(0.9, 2), /ratio must be at least 1/)
  assert.throws(() => ratioForOverlap(0), /dim must be a positive whole number/)
  assert.throws(() => ratioForOverlap(10, 1), /overlap must be in/)
  assert.throws(() => ratioForOverlap(2, 0.1), /choose the scales by eye/)
})

test('technique 4: the variance that T steps leave, and the best ε', () => {
  const cifar = { smallest: 0.01, ratio: (50 / 0.01) ** (1 / 231), each: 5 }
  // The recursion of the variance for data at one point: x ← (1 − a) x + √(2a) σ z, from the scale before.
  const recursion = (epsilon: number) => {
    const a = epsilon / 0.01 ** 2
    let s = cifar.ratio ** 2
    for (let k = 0; k < 5; k++) s = (1 - a) ** 2 * s + 2 * a
    return s
  }
  for (const epsilon of [1e-6, 6.2e-6, 5e-5])
    approximately(noiseRatio({ ...cifar, epsilon }), recursion(epsilon), 1e-12)
  // NCSNv2's own choice for CIFAR-10.
  approximately(noiseRatio({ ...cifar, epsilon: 6.2e-6 }), 1.055, 5e-4)
  const best = stepFor(cifar)
  for (const factor of [0.8, 0.95, 1.05, 1.25])
    assert.ok(
      Math.abs(recursion(best) - 1) <= Math.abs(recursion(best * factor) - 1),
      `${best} is no better than ${best * factor}`,
    )
  assert.throws(() => noiseRatio({ ...cifar, epsilon: 1 }), /diverge/)
  assert.throws(() => noiseRatio({ ...cifar, epsilon: -1 }), /epsilon must be positive/)
})
