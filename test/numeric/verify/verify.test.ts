import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { verify, VerificationError, type Failure } from '../../../src/models/verify'
import { energyTest, pool } from '../../../src/models/verify/energyTest'
import { twoSidedQuantile } from '../../../src/models/verify/student'
import { RandomStream, selectBackend, setHost } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files } from '../backends'

before(async () => {
  await selectBackend('cpu', files)
  // Thousands of short verifications: none needs to let messages through.
  setHost({ poll() {}, breathe: () => Promise.resolve() })
})

const normal = (n: number, stream: RandomStream) => stream.normal(n)
const rejects = (step: Promise<unknown>, failure: Failure, message?: RegExp) =>
  assert.rejects(step, (error) => {
    assert.ok(error instanceof VerificationError, String(error))
    assert.equal(error.failure, failure, error.message)
    if (message) assert.match(error.message, message)
    return true
  })

test("Student's quantiles agree with the density's integral", () => {
  // The density up to its constant; Simpson's rule from 0 to the quantile, and from there to where nothing is left.
  const density = (t: number) => (1 + t ** 2 / 63) ** -32
  const integral = (from: number, to: number, steps = 20_000) => {
    const h = (to - from) / steps
    let sum = density(from) + density(to)
    for (let i = 1; i < steps; i++) sum += (i % 2 ? 4 : 2) * density(from + i * h)
    return (sum * h) / 3
  }
  const half = integral(0, 60)
  for (const alpha of [0.5, 0.05, 1e-3, 2.5e-4, 1e-6]) {
    const t = twoSidedQuantile(alpha, 63)
    approximately(integral(t, 60) / half / alpha, 1, 1e-6, `tail at ${alpha}`)
  }
})

describe('equal', () => {
  // Integration by parts for s(x) = −x + a sin x under N(0, 1): E[x s] = E[s′], with s′ = −1 + a cos x.
  const a = 0.3
  const parts = (stream: RandomStream, factor = 1) =>
    verify.equal('integration by parts', {
      draw: normal,
      left: { 'x s': (x) => x.map((x) => factor * x * (-x + a * Math.sin(x))) },
      right: { 'tr s′': (x) => x.map((x) => -1 + a * Math.cos(x)) },
      stream,
    })

  test('a true identity fails less than once in a thousand runs', async () => {
    // The level is 5e-4 for all looks together: one failure is expected in 2000 runs; more than five would be one in 1700.
    let failures = 0
    for (let seed = 0; seed < 2000; seed++)
      await parts(new RandomStream(seed, 'true')).catch((error: unknown) => {
        assert.ok(error instanceof VerificationError)
        failures++
      })
    assert.ok(failures <= 5, `${failures} of 2000 true identities failed`)
  })

  test('a missing half never passes', async () => {
    for (let seed = 0; seed < 200; seed++) {
      await rejects(parts(new RandomStream(seed, 'half'), 0.5), 'false')
      await rejects(parts(new RandomStream(seed, 'half'), 2), 'false')
    }
  })

  test('terms that are too small to notice are named', () =>
    // The second term is right but 10⁴ times smaller than the noise of the first.
    rejects(
      verify.equal('small beside noise', {
        draw: (n, stream) => ({ x: stream.normal(n), y: stream.normal(n) }),
        left: { noise: ({ x }) => x.map((x) => 1e3 * x ** 2), small: ({ y }) => y.map((y) => 1e-3 * y ** 2) },
        right: { 'their sum': ({ x }) => x.map(() => 1000.001) },
        stream: new RandomStream(1, 'weak'),
      }),
      'too weak',
      /'small'/,
    ))

  test('a mean that a few draws decide is inconclusive', () =>
    // E[x] of a Cauchy law does not exist.
    rejects(
      verify.equal('Cauchy', {
        draw: (n, stream) => stream.uniform(n),
        left: { x: (u) => u.map((u) => Math.tan(Math.PI * (u - 0.5))) },
        right: {},
        stream: new RandomStream(2, 'heavy'),
      }),
      'heavy tail',
    ))

  test('several claims at once, from tensors', async () => {
    const claim = (factor: number) =>
      verify.equal('second moments', {
        draw: (n, stream) => stream.normalTensor<tf.Rank.R2>([n, 2]),
        left: { square: (x) => tf.square(x) },
        right: { variance: (x) => tf.onesLike(x).mul(tf.tensor1d([1, factor])) },
        stream: new RandomStream(3, 'vectors'),
      })
    const before = tf.memory().numTensors
    assert.ok((await claim(1)).draws >= 4096)
    await rejects(claim(1.5), 'false')
    assert.equal(tf.memory().numTensors, before)
  })

  test('a declared discretisation error is allowed for, a larger one is not', async () => {
    const claim = (discretisation: number) =>
      verify.equal('biased', {
        draw: normal,
        left: { 'x²': (x) => x.map((x) => x * x) },
        right: { one: (x) => x.map(() => 1.2) },
        discretisation,
        stream: new RandomStream(4, 'biased'),
      })
    await rejects(claim(0.05), 'false')
    await claim(0.3)
  })
})

test('up to a constant: only what changes with the parameter is compared', async () => {
  // ½E(x − θ)² and ½θ² − θE[x] differ by ½E[x²], for x ~ N(1, 1).
  const claim = (factor: number, at: readonly number[]) =>
    verify.upToConstant('square', {
      draw: (n, stream) => stream.normal(n).map((x) => x + 1),
      left: { square: (x, theta: number) => x.map((x) => 0.5 * (x - theta) ** 2) },
      right: {
        'half θ²': (x, theta) => x.map(() => factor * theta ** 2),
        'cross term': (x, theta) => x.map((x) => -theta * x),
      },
      at,
      stream: new RandomStream(5, 'constant'),
    })
  await claim(0.5, [-1, 0.5, 2])
  await rejects(claim(1, [-1, 0.5, 2]), 'false')
  await assert.rejects(claim(0.5, [1]), RangeError)
})

describe('pointwise', () => {
  // x ~ N(0, 1), x̃ = x + σz: E[x | x̃] = x̃ / (1 + σ²).
  const sigma = 0.5
  const claim = (factor: number) =>
    verify.pointwise("Tweedie's formula", {
      draw: (n, stream) => {
        const x = stream.normalTensor<tf.Rank.R2>([n, 1])
        return { x, noised: tf.add(x, tf.mul(stream.normalTensor([n, 1]), sigma)) }
      },
      at: ({ noised }) => noised,
      left: { x: ({ x }) => x },
      right: {
        x̃: ({ noised }) => noised,
        'σ² score': ({ noised }) => tf.mul(noised, (-factor * sigma ** 2) / (1 + sigma ** 2)),
      },
      stream: new RandomStream(6, 'pointwise'),
    })

  test('holds', async () => void (await claim(1)))
  test('half the score is noticed', () => rejects(claim(0.5), 'false'))
  test('equal means are not enough', () =>
    // E cos x = e^{−½} under N(0, 1), but cos x is not constant.
    rejects(
      verify.pointwise('equal means', {
        draw: normal,
        at: (x) => x,
        left: { 'cos x': (x) => x.map(Math.cos) },
        right: { mean: (x) => x.map(() => Math.exp(-0.5)) },
        stream: new RandomStream(7, 'means'),
      }),
      'false',
    ))
})

test('at most', async () => {
  // Jensen: exp E[x] ≤ E exp x for x ~ N(0, ¼); equality for a constant.
  const claim = (left: (x: number) => number, right: (x: number) => number) =>
    verify.atMost('Jensen', {
      draw: (n, stream) => stream.normal(n).map((z) => 0.5 * z),
      left: { left: (x) => x.map(left) },
      right: { right: (x) => x.map(right) },
      stream: new RandomStream(8, 'Jensen'),
    })
  await claim(() => 1, Math.exp)
  await claim(Math.cos, Math.cos)
  await rejects(
    claim(Math.exp, () => 1),
    'false',
    /≤/,
  )
})

describe('the same law', () => {
  const gaussian =
    (deviation: number, mean = 0) =>
    (n: number, stream: RandomStream) =>
      stream.normal(n).map((z) => mean + deviation * z)

  test('of two ways to draw a normal number', async () => {
    await verify.sameLaw('sum of normals', {
      first: gaussian(1),
      second: (n, stream) => {
        const [a, b] = [stream.normal(n), stream.normal(n)]
        return a.map((x, i) => 0.6 * x + 0.8 * b[i]!)
      },
      stream: new RandomStream(9, 'law'),
    })
  })

  test('is not that of another variance or mean', async () => {
    await rejects(
      verify.sameLaw('√2', {
        first: gaussian(1),
        second: gaussian(Math.SQRT2),
        stream: new RandomStream(10, 'law'),
      }),
      'false',
    )
    await rejects(
      verify.sameLaw('shifted', {
        first: gaussian(1),
        second: gaussian(1, 0.5),
        stream: new RandomStream(11, 'law'),
      }),
      'false',
    )
  })

  test('points that never differ prove nothing', () =>
    rejects(
      verify.sameLaw('zeros', {
        first: (n) => new Float64Array(n),
        second: (n) => new Float64Array(n),
        stream: new RandomStream(12, 'law'),
      }),
      'too weak',
    ))

  test('equal laws are rejected as rarely as the level says', async () => {
    // At level 0.05, of 400 tests on 40 points each: 20 ± 4.4 rejections; 38 would be 4 standard deviations off.
    let rejected = 0
    for (let seed = 0; seed < 400; seed++) {
      const stream = new RandomStream(seed, 'level')
      const test = await energyTest(
        pool(stream.normal(20), stream.normal(20), 1),
        0.05,
        stream,
        async () => {},
      )
      if (test.rejected) rejected++
    }
    assert.ok(rejected <= 38, `${rejected} of 400 rejected`)
  })
})

describe('bad claims are refused by name', () => {
  const x = (x: Float64Array) => x
  const cases: readonly (readonly [RegExp, () => Promise<unknown>])[] = [
    [/draw must be a function/, () => verify.equal('a', { draw: 3 as never, left: { x }, right: {} })],
    [
      /term 'x' must be a function/,
      () => verify.equal('a', { draw: normal, left: { x: 1 as never }, right: {} }),
    ],
    [
      /right must be a record/,
      () => verify.equal('a', { draw: normal, left: { x }, right: undefined as never }),
    ],
    [/no terms/, () => verify.equal('a', { draw: normal, left: {}, right: {} })],
    [
      /'x' must have 4096 rows/,
      () => verify.equal('a', { draw: normal, left: { x: () => tf.zeros([3, 2]) }, right: {} }),
    ],
    [
      /'x' is NaN/,
      () => verify.equal('a', { draw: normal, left: { x: (x) => x.map(() => NaN) }, right: {} }),
    ],
    [/discretisation/, () => verify.equal('a', { draw: normal, left: { x }, right: {}, discretisation: -1 })],
    [
      /at must be a function/,
      () => verify.pointwise('a', { draw: normal, left: { x }, right: {}, at: 1 as never }),
    ],
    [
      /first must be a function/,
      () => verify.sameLaw('a', { first: 1 as never, second: (n) => new Float64Array(n) }),
    ],
    [
      /1024 rows/,
      () => verify.sameLaw('a', { first: () => new Float64Array(3), second: (n) => new Float64Array(n) }),
    ],
  ]
  for (const [message, call] of cases) test(String(message), () => assert.rejects(call(), { message }))
})
