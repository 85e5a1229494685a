import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { RandomStream } from '../../../src/tensor'
import { walkExecutor } from '../../../src/tensor/fused'
import { beginWalk, webGpuWalks } from '../../../src/tensor/webgpu/fused/walk'
import { randomWalk, walked, type PlainWalk, type PlanSizes } from '../fused/walkReference'
import { onWebGpuDevice, read } from './device'

const KEY = [0x243f6a88, 0x85a308d3] as const

interface Tried extends PlanSizes {
  readonly particles: number
  /** After how many steps the state is looked at. Default: after each. */
  readonly stops?: readonly number[]
  readonly mostGroups?: number
}

/** The states on the GPU, each of which must be that of double precision up to rounding. */
async function tryWalk({ particles, stops, mostGroups, ...sizes }: Tried): Promise<Float32Array[]> {
  const stream = new RandomStream(8, sizes.widths.join())
  const walk = randomWalk(stream, sizes)
  const dim = sizes.widths[0]!
  const start = Float32Array.from(stream.normal(particles * dim))
  const looks = stops ?? Array.from({ length: sizes.steps }, (_, i) => i + 1)
  const states = await onGpu(walk, tf.tensor2d(start, [particles, dim]), looks, mostGroups)
  for (const [i, stop] of looks.entries()) {
    const expected = walked(walk, start, KEY, stop)
    assert.equal(states[i]!.length, expected.length)
    for (const [j, value] of expected.entries()) {
      // Sums of up to 131 terms in single precision, a part of whose rounding each step hands on to the next.
      const error = Math.abs(value - states[i]![j]!)
      assert.ok(error <= 5e-6 * stop, `number ${j} after step ${stop} is off by ${error}`)
    }
  }
  return states
}

async function onGpu(
  walk: PlainWalk,
  start: tf.Tensor2D,
  stops: readonly number[],
  mostGroups?: number,
): Promise<Float32Array[]> {
  const { widths } = walk.plan
  const weights = walk.weights.map((w, l) => tf.tensor2d(w, [widths[l]!, widths[l + 1]!]))
  const biases = tf.tensor2d(walk.biases, [walk.rows, walk.biases.length / walk.rows])
  const { numTensors } = tf.memory()
  const run = await beginWalk({ plan: walk.plan, weights, biases }, start, KEY, mostGroups)
  const states: Float32Array[] = []
  for (const stop of stops) {
    while (run.done < stop) await run.advance(stop)
    assert.equal(run.done, stop)
    states.push((await read(run.state())).values)
  }
  run.dispose()
  assert.equal(tf.memory().numTensors, numTensors)
  tf.dispose([...weights, biases, start])
  return states
}

onWebGpuDevice('whole walks', () => {
  const small = [2, 8, 8, 2]

  test('one evaluation and one noise a step, for one particle, none, and more than a tile', async () => {
    for (const particles of [0, 1, 33]) await tryWalk({ widths: small, steps: 5, particles })
  })

  test('several evaluations a step, remembered over steps, of several passes, and two noises', async () => {
    await tryWalk({ widths: small, steps: 4, particles: 13, asks: 2, passes: 2, slots: 3, fresh: 2 })
  })

  test('nothing random, and nothing asked', async () => {
    await tryWalk({ widths: small, steps: 3, particles: 5, fresh: 0 })
    await tryWalk({ widths: small, steps: 3, particles: 5, asks: 0, slots: 0 })
  })

  test('no hidden layer, and so many particles that even one step of all is done in portions', async () => {
    await tryWalk({ widths: [1, 1], steps: 2, particles: 8229 })
  })

  test('more tiles than workgroups', async () => {
    await tryWalk({ widths: [1, 1], steps: 3, particles: 300, mostGroups: 3 })
  })

  test('awkward widths: primes, more than 128, a state of more than four numbers', async () => {
    await tryWalk({ widths: [5, 131, 17, 5], steps: 3, particles: 5, passes: 2 })
  })

  test('wide layers, with tiles of 16 rows', async () => {
    await tryWalk({ widths: [18, 128, 18], steps: 2, particles: 17 })
  })

  test('the widest layers that fit', async () => {
    await tryWalk({ widths: [2, 512, 2], steps: 2, particles: 5 })
    assert.equal(
      webGpuWalks.refuses(randomWalk(new RandomStream(1, ''), { widths: [2, 512, 2], steps: 1 }).plan),
      undefined,
    )
    assert.match(
      webGpuWalks.refuses(randomWalk(new RandomStream(1, ''), { widths: [2, 513, 2], steps: 1 }).plan) ?? '',
      /^a layer of 513 units does not fit .* room for 512$/,
    )
  })

  test('where a walk is looked at changes nothing', async () => {
    const often = await tryWalk({ widths: small, steps: 9, particles: 7, stops: [1, 2, 5, 9] })
    const once = await tryWalk({ widths: small, steps: 9, particles: 7, stops: [9] })
    assert.deepEqual(often.at(-1), once.at(-1))
  })

  test('a particle’s path does not depend on how many walk with it', async () => {
    const walk = randomWalk(new RandomStream(4, 'alone'), { widths: small, steps: 4 })
    const many = await onGpu(walk, tf.fill([40, 2], 0.5), [4])
    const few = await onGpu(walk, tf.fill([3, 2], 0.5), [4])
    assert.deepEqual(many[0]!.subarray(0, 6), few[0])
  })

  test('it is the executor of this backend', () => {
    assert.equal(walkExecutor(), webGpuWalks)
  })
})
