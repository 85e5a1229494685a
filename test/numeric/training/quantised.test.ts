/** Parameters in eight bits: a whole number and a scale for each output channel, as documented for other programs that read them. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { loadParams, readSafetensors, saveParams, writeSafetensors } from '../../../src/models'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { files } from '../backends'

before(() => selectBackend('wasm', files))

const stream = new RandomStream(5, 'quantised')
const modelOf = (tensors: Readonly<Record<string, tf.Tensor>>) => ({
  params: Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, tf.variable(value)])),
})
/** Parameters that are saved in eight bits and read again. */
async function again(tensors: Readonly<Record<string, tf.Tensor>>): Promise<Record<string, Float32Array>> {
  const bytes = await saveParams(modelOf(tensors), { kept: 'yes' }, { format: 'I8' })
  const read = modelOf(
    Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, tf.zerosLike(x)])),
  )
  assert.deepEqual(loadParams(read, bytes), { kept: 'yes' })
  return Object.fromEntries(
    Object.entries(read.params).map(([name, x]) => [name, x.dataSync() as Float32Array]),
  )
}
/** The channels of [rows × channels] numbers. */
const columns = (values: Float32Array, channels: number): number[][] =>
  Array.from({ length: channels }, (_, c) => [...values].filter((_, i) => i % channels === c))

describe('eight bits', () => {
  for (const shape of [
    [1031, 1],
    [1, 1031],
    [37, 41],
    [3, 3, 7, 23],
    [2, 1, 3, 211],
    [1024, 2],
  ])
    test(`[${shape.join(', ')}]: no number is off by more than half a step of its channel`, async () => {
      const channels = shape.at(-1)!
      // Channels of very different sizes, one of them nothing but zeros.
      const sizes = Array.from(stream.normal(channels), (z) => 10 ** (2 * z))
      if (channels > 1) sizes[1] = 0
      const x = tf.tidy(() => stream.normalTensor(shape).mul(tf.tensor1d(sizes)))
      const values = x.dataSync() as Float32Array
      const read = (await again({ x })).x!
      const [before, after] = [columns(values, channels), columns(read, channels)]
      for (const [c, numbers] of before.entries()) {
        const largest = numbers.reduce((size, value) => Math.max(size, Math.abs(value)), 0)
        // Half a step, and what single precision rounds a product and a scale by.
        const bound = largest / 254 + largest * 2 ** -22
        for (const [i, value] of numbers.entries())
          assert.ok(Math.abs(after[c]![i]! - value) <= bound, `${value} became ${after[c]![i]}`)
        if (!largest) assert.ok(after[c]!.every((value) => value === 0))
      }
    })

  test('zeros stay zeros, and what is alone in its channel, or constant, stays what it is', async () => {
    const x = tf.tidy(() => stream.normalTensor([64, 32]).mul(stream.uniformTensor([64, 32]).greater(0.5)))
    const constant = tf.fill([40, 30], 0.3)
    const alone = tf.tidy(() => tf.oneHot(tf.range(0, 50, 1, 'int32'), 50).mul(-0.7))
    const read = await again({ x, constant, alone })
    const values = x.dataSync()
    assert.ok(values.some((value) => value === 0))
    for (const [i, value] of read.x!.entries()) if (values[i] === 0) assert.ok(value === 0)
    for (const value of read.constant!) assert.ok(Math.abs(value - 0.3) <= 0.3 * 2 ** -22, String(value))
    for (const [i, value] of read.alone!.entries())
      if (i % 51 === 0) assert.ok(Math.abs(value + 0.7) <= 0.7 * 2 ** -22, String(value))
      else assert.ok(value === 0)
  })

  test('vectors and small tensors are halves, and empty ones stay empty', async () => {
    const [vector, small, empty] = [
      stream.normalTensor([2000]),
      stream.normalTensor([11, 93]),
      tf.zeros([0, 5]),
    ]
    const tensors = { vector, small, empty, scalar: tf.scalar(0.1) }
    const { tensors: stored } = readSafetensors(await saveParams(modelOf(tensors), {}, { format: 'I8' }))
    assert.deepEqual(Object.keys(stored).sort(), ['empty', 'scalar', 'small', 'vector'])
    for (const { format } of Object.values(stored)) assert.equal(format, 'F16')
    const read = await again(tensors)
    for (const [name, x] of Object.entries(tensors))
      for (const [i, value] of x.dataSync().entries())
        assert.ok(Math.abs(read[name]![i]! - value) <= 2 ** -11 * Math.abs(value) + 2 ** -25)
  })

  test('any program reads it: whole numbers times what is called NAME.scale', async () => {
    const w = stream.normalTensor([29, 43])
    const bytes = await saveParams(modelOf({ w }), {}, { format: 'I8' })
    // By the published format alone.
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true))
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<
      string,
      { dtype: string; shape: number[]; data_offsets: [number, number] }
    >
    const { w: whole, 'w.scale': scale } = header
    assert.deepEqual([whole!.dtype, whole!.shape], ['I8', [29, 43]])
    assert.deepEqual([scale!.dtype, scale!.shape], ['F32', [43]])
    const data = new DataView(bytes.buffer, 8 + length)
    const read = (await again({ w })).w!
    for (let i = 0; i < 29 * 43; i++) {
      const q = data.getInt8(whole!.data_offsets[0] + i)
      const s = data.getFloat32(scale!.data_offsets[0] + 4 * (i % 43), true)
      assert.equal(read[i], Math.fround(q * s))
    }
    assert.equal(bytes.length, 8 + length + 29 * 43 + 4 * 43)
  })

  test('numbers of no finite size, and of the smallest', async () => {
    const withOne = (value: number) =>
      modelOf({ w: tf.tensor([value, ...Array<number>(2047).fill(0.5)], [64, 32]) })
    for (const value of [NaN, Infinity, -Infinity])
      await assert.rejects(
        saveParams(withOne(value), {}, { format: 'I8' }),
        new RegExp(`the tensor w has the number ${value}, which cannot be kept in eight bits`),
      )
    // Scales that single precision can hardly hold, or not at all.
    for (const size of [1e-44, 1.3e-43, 2.7e-43, 1e-38, 3e38]) {
      const w = tf.fill([64, 32], size)
      const [value] = (await again({ w })).w!
      assert.ok(
        Math.abs(value! - Math.fround(size)) <= Math.max(size * 2 ** -22, 127 * 2 ** -150),
        `${size}: ${value}`,
      )
    }
  })

  test('a name that a scale has is refused, and so is what has no scale, or another one', async () => {
    const large = tf.ones([64, 32])
    await assert.rejects(
      saveParams(modelOf({ w: large, 'w.scale': tf.ones([3]) }), {}, { format: 'I8' }),
      /the tensor w\.scale cannot be kept beside w in eight bits, whose scale is called so/,
    )
    // Small tensors have no scales, and so no such name is taken.
    await again({ w: tf.ones([3, 3]), 'w.scale': tf.ones([3]) })

    const w = { shape: [64, 32], values: new Float32Array(2048).fill(1), format: 'I8' } as const
    const scale = (shape: number[]) => ({ shape, values: new Float32Array(shape.reduce((a, b) => a * b, 1)) })
    const load = (tensors: Parameters<typeof writeSafetensors>[0]['tensors']) => () =>
      loadParams(modelOf({ w: large }), writeSafetensors({ tensors, metadata: {} }))
    assert.throws(load({ w }), /w has whole numbers of eight bits, but the file lacks their scale, w\.scale/)
    for (const shape of [[31], [64], [1, 32], []])
      assert.throws(
        load({ w, 'w.scale': scale(shape) }),
        new RegExp(
          `w\\.scale must have one number for each of the 32 output channels of w, but has the shape \\[${shape.join(', ')}\\]`,
        ),
      )
    assert.throws(load({ w: { ...w, format: 'F32' }, 'w.scale': scale([32]) }), /the model has no w\.scale/)
    const target = modelOf({ w: large })
    loadParams(
      target,
      writeSafetensors({
        tensors: { w, 'w.scale': { shape: [32], values: new Float32Array(32).fill(-0.25) } },
        metadata: {},
      }),
    )
    assert.ok(target.params.w!.dataSync().every((value) => value === -0.25))
  })
})
