import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { particleNormals, RandomStream } from '../../../src/tensor'
import { walkExecutor } from '../../../src/tensor/fused'
import { registersOf, stepsOf, type WalkPlan } from '../../../src/tensor/fused/walk'
import { ParticleWalk, type WalkNumbers } from '../../../src/tensor/wasm/walk'
import { workshop } from '../../../src/tensor/wasm/workshop'
import { assertNear, onBuilds, read } from './builds'

const stream = new RandomStream(8, 'walks')
const KEY = [0x1234567, 0x89abcdef] as const

/** Random numbers that keep states at about one: a walk of no particular sampler. */
function randomWalk({
  widths,
  slots = 2,
  fresh = 1,
  evaluations = [1, 2, 0, 1],
  passes = 1,
}: {
  readonly widths: readonly number[]
  readonly slots?: number
  readonly fresh?: number
  readonly evaluations?: readonly number[]
  readonly passes?: number
}): WalkNumbers {
  const steps = evaluations.length
  const total = evaluations.reduce((sum, count) => sum + count, 0)
  const registers = registersOf({ slots, fresh })
  const row = Math.max(...stream.integers(1, 2, 5))
  /** About a third of the coefficients are nothing at all. */
  const sums = (count: number): Float32Array =>
    Float32Array.from(stream.normal(count * registers), (z) => (Math.abs(z) < 0.4 ? 0 : z / registers))
  const ends = (counts: readonly number[]): Uint32Array => {
    let sum = 0
    return Uint32Array.from(counts, (count) => (sum += count))
  }
  const biases = widths.slice(1).reduce((sum, width) => sum + width, 0)
  const plan: WalkPlan = {
    widths,
    slots,
    fresh,
    stepEnds: ends(evaluations),
    draws: Uint32Array.from(evaluations, (_, k) => (k % 2 ? fresh : Math.min(fresh, 1))),
    next: sums(steps),
    at: sums(total),
    input: Float32Array.from(stream.uniform(total), (u) => 0.5 + u),
    slot: Uint32Array.from({ length: total }, (_, e) => e % slots),
    passEnds: ends(Array.from({ length: total }, () => passes)),
    row: Uint32Array.from(stream.integers(total * passes, 0, row)),
    share: passes === 1 ? new Float32Array(total).fill(1) : Float32Array.from(stream.normal(total * passes)),
  }
  leaveOutUnwritten(plan)
  return {
    plan,
    weights: widths
      .slice(1)
      .map((width, l) =>
        Float32Array.from(stream.normal(widths[l]! * width), (z) => (1.5 * z) / Math.sqrt(widths[l]!)),
      ),
    biases: Float32Array.from(stream.normal(row * biases)),
    key: KEY,
  }
}

/** No sum may be over registers that nothing has been written to. */
function leaveOutUnwritten({ slots, fresh, stepEnds, draws, next, at, slot }: WalkPlan): void {
  const written = new Array<boolean>(registersOf({ slots, fresh })).fill(false)
  written[0] = true
  const check = (sums: Float32Array, row: number): void => {
    for (const [r, is] of written.entries()) if (!is) sums[row * written.length + r] = 0
  }
  let e = 0
  for (const [step, end] of stepEnds.entries()) {
    for (let j = 0; j < fresh; j++) written[1 + 2 * slots + j] = j < draws[step]!
    for (; e < end; e++) {
      check(at, e)
      written[1 + slot[e]!] = written[1 + slots + slot[e]!] = true
    }
    check(next, step)
  }
}

/** The states after every step, in double precision, word for word as the contract has it. */
function reference({ plan, weights, biases, key }: WalkNumbers, start: Float32Array): Float64Array[] {
  const { widths, slots } = plan
  const d = widths[0]!
  const n = start.length / d
  const columns = widths.slice(1).reduce((sum, width) => sum + width, 0)
  const registers: Float64Array[] = Array.from({ length: registersOf(plan) }, () => new Float64Array(n * d))
  registers[0] = Float64Array.from(start)
  const sum = (coefficients: Float32Array): Float64Array =>
    registers[0]!.map((_, i) =>
      coefficients.reduce((total, c, r) => (c === 0 ? total : total + c * registers[r]![i]!), 0),
    )
  const network = (v: Float64Array, row: number): Float64Array => {
    let h = v
    let column = row * columns
    for (const [l, w] of weights.entries()) {
      const [inputs, outputs] = [widths[l]!, widths[l + 1]!]
      const from = column
      h = Float64Array.from({ length: n * outputs }, (_, at) => {
        const [i, j] = [Math.floor(at / outputs), at % outputs]
        let z = biases[from + j]!
        for (let k = 0; k < inputs; k++) z += h[i * inputs + k]! * w[k * outputs + j]!
        return l + 1 < weights.length ? z / (1 + Math.exp(-z)) : z
      })
      column += outputs
    }
    return h
  }
  const rowOf = (table: Float32Array, at: number): Float32Array =>
    table.subarray(at * registers.length, (at + 1) * registers.length)
  let [e, p] = [0, 0]
  return Array.from({ length: stepsOf(plan) }, (_, step) => {
    for (let j = 0; j < plan.draws[step]!; j++)
      registers[1 + 2 * slots + j] = particleNormals(key, n, d, step + 1, j)
    for (; e < plan.stepEnds[step]!; e++) {
      const u = sum(rowOf(plan.at, e))
      const v = u.map((value) => value * plan.input[e]!)
      const y = new Float64Array(n * d)
      for (; p < plan.passEnds[e]!; p++)
        for (const [i, value] of network(v, plan.row[p]!).entries()) y[i]! += plan.share[p]! * value
      registers[1 + plan.slot[e]!] = u
      registers[1 + slots + plan.slot[e]!] = y
    }
    return (registers[0] = sum(rowOf(plan.next, step)))
  })
}

const WALKS: Readonly<Record<string, () => WalkNumbers>> = {
  'a perceptron in the plane': () => randomWalk({ widths: [2, 128, 128, 128, 2] }),
  'widths of one': () => randomWalk({ widths: [1, 1, 1] }),
  'no hidden layer': () => randomWalk({ widths: [3, 3] }),
  'prime widths': () => randomWalk({ widths: [5, 7, 131, 13, 5], slots: 3, fresh: 2 }),
  'every remainder of a block': () => randomWalk({ widths: [4, 2, 3, 4, 5, 8, 9, 10, 11, 4] }),
  'three passes with shares': () => randomWalk({ widths: [2, 16, 2], passes: 3 }),
  'states of eleven numbers': () => randomWalk({ widths: [11, 24, 11], fresh: 3 }),
  'no evaluation at all': () => randomWalk({ widths: [2, 2], slots: 1, evaluations: [0, 0] }),
}

const startOf = (n: number, d: number): Float32Array => Float32Array.from(stream.normal(n * d))

onBuilds('walks in numbers', () => {
  for (const [what, make] of Object.entries(WALKS))
    test(`${what}: every state is that of double precision, for any number of particles`, () => {
      for (const n of [1, 5, 16, 17, 33]) {
        const numbers = make()
        const start = startOf(n, numbers.plan.widths[0]!)
        const expected = reference(numbers, start)
        const walk = new ParticleWalk(workshop()!, numbers, start)
        for (const [step, state] of expected.entries()) {
          walk.advance(step + 1)
          // Sums of up to 131 products, a few layers and steps deep.
          assertNear(walk.states(), state, 2e-5)
        }
        walk.dispose()
      }
    })

  test('what the network answers is that of double precision to 10⁻⁶', () => {
    for (const widths of [
      [2, 128, 128, 128, 2],
      [1, 1, 1],
      [3, 131, 13, 3],
      [7, 7],
    ]) {
      const numbers = randomWalk({ widths, slots: 1, evaluations: [1], fresh: 0 })
      // The state asks, and the answer is the next state.
      numbers.plan.at.set([1, 0, 0])
      numbers.plan.next.set([0, 0, 1])
      const start = startOf(37, widths[0]!)
      const walk = new ParticleWalk(workshop()!, numbers, start)
      walk.advance(1)
      assertNear(walk.states(), reference(numbers, start)[0]!, 1e-6)
      walk.dispose()
    }
  })

  test('in one call, in ranges of particles, or step by step: the same bits', () => {
    const numbers = WALKS['prime widths']!()
    const [n, d] = [53, 5]
    const start = startOf(n, d)
    const walked = (from: number, to: number, calls: readonly number[]): Float32Array => {
      const walk = new ParticleWalk(workshop()!, numbers, start.subarray(from * d, to * d), from)
      for (const call of calls) walk.advance(call)
      const states = walk.states()
      walk.dispose()
      return states
    }
    const whole = walked(0, n, [4])
    assert.deepEqual(walked(0, n, [1, 2, 4]), whole)
    for (const [from, to] of [
      [0, 20],
      [20, 21],
      [21, 53],
    ] as const)
      assert.deepEqual(walked(from, to, [4]), whole.subarray(from * d, to * d))
  })

  test('some particles at a time: the same bits, and a pause between them', () => {
    const numbers = WALKS['prime widths']!()
    const start = startOf(70, 5)
    const walked = (particles: number): readonly [Float32Array, number] => {
      const walk = new ParticleWalk(workshop()!, numbers, start)
      const pauses = [...walk.portions(3, particles), ...walk.portions(4, particles)].length
      const states = walk.states()
      assert.equal(walk.done, 4)
      walk.dispose()
      return [states, pauses]
    }
    const [whole] = walked(Infinity)
    for (const [particles, pauses] of [
      [0, 8],
      [16, 8],
      [40, 4],
      [80, 0],
    ] as const)
      assert.deepEqual(walked(particles), [whole, pauses])
  })

  test('no particles walk too', () => {
    const walk = new ParticleWalk(workshop()!, WALKS['widths of one']!(), new Float32Array(0))
    walk.advance(4)
    assert.equal(walk.states().length, 0)
    walk.dispose()
  })

  test('what is not finite and has the coefficient 0 is left out', () => {
    const numbers = randomWalk({ widths: [1, 1], slots: 1, evaluations: [1] })
    const { plan } = numbers
    plan.next.fill(0)
    plan.next[2] = 1
    plan.at.fill(0)
    numbers.biases.fill(3)
    const walk = new ParticleWalk(workshop()!, numbers, Float32Array.of(Infinity))
    walk.advance(1)
    assert.deepEqual([...walk.states()], [3])
    walk.dispose()
  })

  test('SiLU is right where its exponential overflows, and where it is nothing beside 1', () => {
    const numbers = randomWalk({ widths: [1, 6, 5, 1], slots: 1, evaluations: [1] })
    const extremes = [-1e6, -300, -90, 90, 300, 1e4]
    for (const [i] of numbers.biases.entries()) if (i % 12 < 6) numbers.biases[i] = extremes[i % 12]!
    for (const w of numbers.weights) for (const [i] of w.entries()) w[i]! /= 1e4
    const start = startOf(19, 1)
    const walk = new ParticleWalk(workshop()!, numbers, start)
    walk.advance(1)
    assertNear(walk.states(), reference(numbers, start)[0]!, 1e-6)
    walk.dispose()
  })

  test('on tensors, by whoever follows walks on this backend, leaving no tensor and no memory behind', async () => {
    const numbers = WALKS['a perceptron in the plane']!()
    const { plan } = numbers
    const start = startOf(100, 2)
    const tensors = {
      weights: numbers.weights.map((w, l) => tf.tensor2d(w, [plan.widths[l]!, plan.widths[l + 1]!])),
      biases: tf.tensor2d(numbers.biases, [numbers.biases.length / 386, 386]),
      start: tf.tensor2d(start, [100, 2]),
    }
    const before = tf.memory().numTensors
    const executor = walkExecutor()!
    assert.match(executor.name(plan, 100), /^WASM SIMD/)
    assert.equal(executor.refuses(plan), undefined)
    const expected = reference(numbers, start).at(-1)!
    const free: number[] = []
    for (let repetition = 0; repetition < 3; repetition++) {
      const run = await executor.begin({ plan, ...tensors }, tensors.start, KEY)
      while (run.done < 4) await run.advance(4)
      assertNear(read(run.state()).values, expected, 2e-5)
      run.dispose()
      // Where memory is given back, the next block of this size is found at the same place.
      const { allocate, free: give } = workshop()!
      const place = allocate(1e6)
      give(place)
      free.push(place)
    }
    assert.equal(new Set(free).size, 1)
    assert.equal(tf.memory().numTensors, before)
    tf.dispose(tensors)
  })
})
