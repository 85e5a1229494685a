import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import {
  currentStream,
  philox,
  RandomStream,
  selectBackend,
  setStream,
  STREAM_VERSION,
} from '../../../src/tensor'
import { files } from '../../numeric/backends'

before(() => selectBackend('cpu', files))

const stream = (name = 'cell') => new RandomStream(7, name)

test('version 2 of the streams is what it always was', () => {
  assert.equal(STREAM_VERSION, 2)
  // FNV-1a of "7/cell", and the words under that key, both computed here anew.
  let h = 0xcbf29ce484222325n
  for (const character of '7/cell')
    h = BigInt.asUintN(64, (h ^ BigInt(character.charCodeAt(0))) * 0x100000001b3n)
  const key = [Number(h & 0xffffffffn), Number(h >> 32n)] as const
  assert.deepEqual(stream().key, key)
  const block = new Uint32Array(4)
  philox(key, [0, 0, 0, 0], block)
  assert.deepEqual([...stream().words(4)], [...block])
  assert.deepEqual(
    [...stream().uniform(4)],
    [...block].map((word) => Math.floor(word / 256) / 2 ** 24),
  )
  const u = (Math.floor(block[0]! / 256) + 1) / 2 ** 24
  const v = Math.floor(block[1]! / 256) / 2 ** 24
  const [x, y] = stream().normal(2)
  assert.ok(Math.abs(x! - Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v)) < 1e-15)
  assert.ok(Math.abs(y! - Math.sqrt(-2 * Math.log(u)) * Math.sin(2 * Math.PI * v)) < 1e-15)
})

test('a draw depends on the key and the draws before, not on how many are taken at once', () => {
  assert.deepEqual(
    stream().uniform(8),
    Float64Array.of(
      ...(() => {
        const s = stream()
        return [...s.uniform(4), ...s.uniform(4)]
      })(),
    ),
  )
  assert.notDeepEqual(stream('a').words(4), stream('b').words(4))
  assert.notDeepEqual(new RandomStream(1, 'a').words(4), new RandomStream(2, 'a').words(4))
  const used = stream()
  used.normal(100)
  assert.deepEqual(used.split('x').words(4), stream().split('x').words(4))
  const far = stream()
  far.position = 2 ** 32 - 1
  const crossing = far.words(8)
  assert.equal(new Set([...crossing, ...stream().words(4)]).size, 12)
})

// Statistics below are of fixed streams: they either always pass or never. Bounds are five standard errors.
const N = 200_000

test('uniforms have the moments, and the distribution, of the uniform law', () => {
  const u = stream().uniform(N)
  const mean = u.reduce((a, b) => a + b) / N
  const variance = u.reduce((sum, x) => sum + (x - 0.5) ** 2, 0) / N
  assert.ok(Math.abs(mean - 0.5) < 5 * Math.sqrt(1 / 12 / N))
  assert.ok(Math.abs(variance - 1 / 12) < 5 * Math.sqrt(1 / 180 / N))
  assert.ok(u.every((x) => x >= 0 && x < 1 && Math.fround(x) === x))
  assert.ok(kolmogorov(u, (x) => x) < 1.95)
})

test('normals have the moments, and the distribution, of the normal law', () => {
  const z = stream().normal(N)
  const moment = (k: number) => z.reduce((sum, x) => sum + x ** k, 0) / N
  // Var of z, z², z³, z⁴: 1, 2, 15, 96.
  for (const [k, expected, variance] of [
    [1, 0, 1],
    [2, 1, 2],
    [3, 0, 15],
    [4, 3, 96],
  ] as const)
    assert.ok(Math.abs(moment(k) - expected) < 5 * Math.sqrt(variance / N), `moment ${k} is ${moment(k)}`)
  assert.ok(kolmogorov(z, normalCdf) < 1.95)
})

test('neighbours, pairs and streams are uncorrelated', () => {
  const correlation = (x: Float64Array, y: Float64Array) =>
    x.reduce((sum, a, i) => sum + a * y[i]!, 0) / x.length
  const z = stream().normal(N)
  const bound = 5 / Math.sqrt(N)
  for (const lag of [1, 2, 4])
    assert.ok(Math.abs(correlation(z.subarray(0, N - lag), z.subarray(lag))) < bound)
  const squares = z.map((x) => (x * x - 1) / Math.SQRT2)
  assert.ok(Math.abs(correlation(squares.subarray(0, N - 1), squares.subarray(1))) < bound)
  assert.ok(Math.abs(correlation(z, stream('other').normal(N))) < bound)
  assert.ok(Math.abs(correlation(z, stream().split('child').normal(N))) < bound)
})

test('integers cover their range evenly, and permutations are fair', () => {
  const counts = new Map<number, number>()
  for (const i of stream().integers(60_000, -2, 4)) counts.set(i, (counts.get(i) ?? 0) + 1)
  assert.deepEqual(
    [...counts.keys()].sort((a, b) => a - b),
    [-2, -1, 0, 1, 2, 3],
  )
  // χ² with five degrees of freedom: 0.9999 quantile.
  const chi = [...counts.values()].reduce((sum, c) => sum + (c - 10_000) ** 2 / 10_000, 0)
  assert.ok(chi < 25.7, `χ² = ${chi}`)

  const s = stream()
  const orders = new Map<string, number>()
  for (let i = 0; i < 6000; i++) {
    const order = s.permutation(3).join('')
    orders.set(order, (orders.get(order) ?? 0) + 1)
  }
  assert.equal(orders.size, 6)
  assert.ok([...orders.values()].reduce((sum, c) => sum + (c - 1000) ** 2 / 1000, 0) < 25.7)
})

test('tensors hold the same numbers as arrays', () => {
  const x = stream().normalTensor([2, 3])
  assert.deepEqual(x.shape, [2, 3])
  assert.deepEqual([...x.dataSync()], [...stream().normal(6)].map(Math.fround))
  assert.ok([...stream().uniformTensor([100], 2, 5).dataSync()].every((u) => u >= 2 && u < 5))
  assert.equal(stream().integerTensor([4], 0, 3).dtype, 'int32')
})

test('the current stream can be exchanged and put back', () => {
  const mine = stream('mine')
  const before = setStream(mine)
  assert.equal(currentStream(), mine)
  assert.equal(setStream(before), mine)
  assert.equal(currentStream(), before)
})

test('impossible requests are refused', () => {
  assert.throws(() => stream().uniform(-1), /whole number/)
  assert.throws(() => stream().normal(1.5), /whole number/)
  assert.throws(() => stream().integers(1, 3, 3), /low < high/)
  assert.throws(() => new RandomStream(NaN, ''), /finite/)
})

/** √n times Kolmogorov's distance; above 1.95 with probability 0.001. */
function kolmogorov(sample: Float64Array, cdf: (x: number) => number): number {
  const sorted = sample.slice().sort()
  let distance = 0
  for (const [i, x] of sorted.entries()) {
    const p = cdf(x)
    distance = Math.max(distance, p - i / sorted.length, (i + 1) / sorted.length - p)
  }
  return distance * Math.sqrt(sorted.length)
}

/** By the trapezoidal rule for ∫ sin(tx) e^(−t²/2) / t, whose error falls faster than any power of the step. */
function normalCdf(x: number): number {
  const h = 0.25
  let sum = x * h * 0.5
  for (let t = h; t < 9; t += h) sum += (h * Math.sin(t * x) * Math.exp((-t * t) / 2)) / t
  return 0.5 + sum / Math.PI
}
