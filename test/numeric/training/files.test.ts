import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  adamW,
  cosine,
  data,
  denoiser,
  denoising,
  loadParams,
  mlp,
  readSafetensors,
  saveParams,
  sgd,
  train,
  vp,
  writeSafetensors,
  type NetworkDenoiser,
  type TrainOptions,
} from '../../../src/models'
import { RandomStream, selectBackend, setHost } from '../../../src/tensor'
import { files } from '../backends'

before(() => selectBackend('wasm', files))

/** A file with this header and so many bytes of values. */
function file(header: unknown, bytes = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const out = new Uint8Array(8 + text.length + bytes)
  new DataView(out.buffer).setBigUint64(0, BigInt(text.length), true)
  out.set(text, 8)
  return out
}
const tensor = (shape: unknown, offsets: unknown, dtype = 'F32') => ({ dtype, shape, data_offsets: offsets })

/** A file's header and the bytes after it. */
function parts(bytes: Uint8Array): {
  header: Record<string, { data_offsets: [number, number] }>
  data: DataView
} {
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true))
  const text = new TextDecoder().decode(bytes.subarray(8, 8 + length))
  return { header: JSON.parse(text) as never, data: new DataView(bytes.buffer, 8 + length) }
}

describe('safetensors', () => {
  test('bytes of the published format', () => {
    const bytes = writeSafetensors({
      tensors: {
        b: { shape: [2, 1], values: Float32Array.of(1, -2.5) },
        a: { shape: [], values: Float32Array.of(0.1) },
        empty: { shape: [0, 3], values: new Float32Array() },
      },
      metadata: { made: 'here' },
    })
    const view = new DataView(bytes.buffer)
    const length = Number(view.getBigUint64(0, true))
    assert.equal((8 + length) % 8, 0)
    const header = new TextDecoder().decode(bytes.subarray(8, 8 + length))
    assert.deepEqual(JSON.parse(header), {
      __metadata__: { made: 'here' },
      a: { dtype: 'F32', shape: [], data_offsets: [0, 4] },
      b: { dtype: 'F32', shape: [2, 1], data_offsets: [4, 12] },
      empty: { dtype: 'F32', shape: [0, 3], data_offsets: [12, 12] },
    })
    assert.deepEqual(
      [0, 1, 2].map((i) => view.getFloat32(8 + length + 4 * i, true)),
      [Math.fround(0.1), 1, -2.5],
    )
    assert.equal(bytes.length, 8 + length + 12)
  })

  test('what is written is read, bit for bit, from anywhere in memory', () => {
    const values = Float32Array.of(0, -0, NaN, Infinity, 1e-45, 3.4e38, Math.PI)
    const bytes = writeSafetensors({ tensors: { 'name/é "q"': { shape: [7], values } }, metadata: {} })
    const shifted = new Uint8Array(bytes.length + 3)
    shifted.set(bytes, 3)
    const read = readSafetensors(shifted.subarray(3))
    assert.deepEqual(read.metadata, {})
    assert.deepEqual(read.tensors['name/é "q"']!.shape, [7])
    assert.deepEqual(
      new Uint32Array(read.tensors['name/é "q"']!.values.buffer),
      new Uint32Array(values.buffer),
    )
  })

  test('half precision: the nearest number that IEEE 754 has, of two the even one', () => {
    // All halves but NaN, written out by the definition.
    const halves = Array.from({ length: 0x7c00 }, (_, bits) => {
      const [exponent, fraction] = [bits >> 10, bits & 1023]
      return exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : (fraction / 1024) * 2 ** -14
    })
    const nearest = (x: number): number => {
      const size = Math.abs(x)
      let below = 0
      let above = halves.length - 1
      if (size >= halves[above]!) return Math.sign(x) * halves[above]!
      while (above - below > 1) {
        const middle = (below + above) >> 1
        if (halves[middle]! <= size) below = middle
        else above = middle
      }
      const [down, up] = [size - halves[below]!, halves[above]! - size]
      return Math.sign(x) * halves[down < up || (down === up && below % 2 === 0) ? below : above]!
    }
    const stream = new RandomStream(1, 'halves')
    const values = Float32Array.from([
      ...halves,
      // Between two halves, where ties are, and a little beside it.
      ...halves.slice(1, -1).flatMap((h, i) => [(h + halves[i]!) / 2, -((h + halves[i]!) / 2) * (1 + 2e-7)]),
      ...Array.from(stream.normal(5000), (z) => z * 10 ** (4 * stream.uniform(1)[0]! - 7)),
      ...[65503.9, 65519.9, -65519.9, 2 ** -26, -(2 ** -25), 1.5 * 2 ** -25, 2 ** -149],
    ])
    const written = writeSafetensors(
      { tensors: { x: { shape: [values.length], values } }, metadata: { a: 'b' } },
      'F16',
    )
    const read = readSafetensors(written)
    assert.deepEqual(read.metadata, { a: 'b' })
    for (const [i, value] of read.tensors['x']!.values.entries())
      if (value !== nearest(values[i]!))
        assert.fail(`${values[i]} became ${value}, not ${nearest(values[i]!)}`)

    const special = Float32Array.of(0, -0, NaN, Infinity, -Infinity)
    const again = readSafetensors(
      writeSafetensors({ tensors: { x: { shape: [5], values: special } }, metadata: {} }, 'F16'),
    )
    assert.deepEqual(again.tensors['x']!.values, special)
    assert.throws(
      () =>
        writeSafetensors(
          { tensors: { big: { shape: [1], values: Float32Array.of(65520) } }, metadata: {} },
          'F16',
        ),
      /the tensor big has the number 65520, which is too large for half precision/,
    )
    assert.throws(
      () => writeSafetensors({ tensors: {}, metadata: {} }, 'BF16' as never),
      /must be "F32", "F16" or "I8", not "BF16"/,
    )
  })

  test('files of both precisions have their numbers without gaps, and lead to one model', async () => {
    const model = denoiser(vp(), mlp({ dim: 1, hidden: [3] }), { stream: new RandomStream(2, 'model') })
    const single = await saveParams(model, { kept: 'yes' })
    const half = await saveParams(model, { kept: 'yes' }, { format: 'F16' })
    const size = Object.values(model.params).reduce((sum, { size }) => sum + size, 0)
    const header = (bytes: Uint8Array) => 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true))
    assert.equal(single.length - header(single), 4 * size)
    assert.equal(half.length - header(half), 2 * size)
    const before = Object.fromEntries(Object.entries(model.params).map(([name, p]) => [name, p.dataSync()]))
    assert.deepEqual(loadParams(model, half), { kept: 'yes' })
    for (const [name, p] of Object.entries(model.params))
      for (const [i, value] of p.dataSync().entries())
        // Eleven binary digits.
        assert.ok(
          Math.abs(value - before[name]![i]!) <= 2 ** -11 * Math.abs(before[name]![i]!),
          `${name}[${i}]`,
        )
  })

  test('formats side by side: each tensor begins at a multiple of its numbers, and says what it is', () => {
    const values = Float32Array.of(-128, 127, -0, 5)
    const tensors = {
      a: { shape: [4], values, format: 'I8' },
      b: { shape: [4], values, format: 'F16' },
      c: { shape: [2], values: Float32Array.of(0.1, 1e-30) },
      d: { shape: [3], values: values.subarray(1), format: 'I8' },
    } as const
    const bytes = writeSafetensors({ tensors, metadata: {} })
    const { header, data } = parts(bytes)
    assert.deepEqual(header, {
      c: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
      b: { dtype: 'F16', shape: [4], data_offsets: [8, 16] },
      a: { dtype: 'I8', shape: [4], data_offsets: [16, 20] },
      d: { dtype: 'I8', shape: [3], data_offsets: [20, 23] },
    })
    assert.deepEqual(
      [16, 17, 18, 19].map((at) => data.getInt8(at)),
      [-128, 127, 0, 5],
    )
    const read = readSafetensors(bytes).tensors
    for (const [name, tensor] of Object.entries(tensors)) {
      // Whole numbers of eight bits have one zero.
      assert.deepEqual(
        [...read[name]!.values].map((value) => value + 0),
        [...tensor.values].map((value) => value + 0),
      )
      assert.equal(read[name]!.format, 'format' in tensor ? tensor.format : 'F32')
    }
    for (const value of [0.5, 128, -129, NaN])
      assert.throws(
        () =>
          writeSafetensors(
            { tensors: { x: { shape: [1], values: Float32Array.of(value) } }, metadata: {} },
            'I8',
          ),
        new RegExp(`the tensor x has the number ${value}, which is not a whole one from -128 to 127`),
      )
    const bad = { tensors: { x: { ...tensors.c, format: 'I4' as never } }, metadata: {} }
    assert.throws(() => writeSafetensors(bad), /must be .*, not "I4"/)
  })

  test('what is no such file is refused, saying where', () => {
    const cases: [Uint8Array, RegExp][] = [
      [new Uint8Array(3), /3 bytes, but its header alone needs 8/],
      [Uint8Array.of(255, 0, 0, 0, 0, 0, 0, 0), /header is said to have 255 bytes, but the file has 0/],
      [file('{"a": '), /not JSON/],
      [file('[1]'), /not a JSON object/],
      [
        file({ a: tensor([2], [0, 8], 'BF16') }, 8),
        /a has the number format "BF16"; what can be read is "F32", "F16" or "I8"/,
      ],
      [file({ a: tensor([2], [0, 4]) }, 8), /a of shape \[2\] needs 8 bytes, but is given 4/],
      [file({ a: tensor([2], [0, 8]) }, 4), /a ends at byte 8, but the file has 4/],
      [file({ a: tensor([1], [4, 8]) }, 8), /a begin at byte 4, but those before it end at 0/],
      [
        file({ a: tensor([1], [0, 4]), b: tensor([1], [0, 4]) }, 8),
        /b begin at byte 0, but those before it end at 4/,
      ],
      [file({ a: tensor([1], [0, 4]) }, 8), /take 4 bytes, but the file has 8/],
      [file({ a: tensor([-1], [0, 4]) }, 4), /shape of a/],
      [file({ a: tensor([1], [0]) }, 4), /data_offsets of a/],
      [file({ a: 3 }), /entry of a is not an object/],
      [file({ __metadata__: { n: 1 } }), /__metadata__ must be an object of texts/],
    ]
    for (const [bytes, message] of cases) assert.throws(() => readSafetensors(bytes), message)
    const invalid = file('{}')
    invalid[8] = 0xff
    assert.throws(() => readSafetensors(invalid), /not UTF-8/)
    assert.throws(() => readSafetensors('text' as never), /Uint8Array/)
    const bad = { tensors: { a: { shape: [3], values: new Float32Array(2) } }, metadata: {} }
    assert.throws(() => writeSafetensors(bad), /a has 2 values, but its shape \[3\] needs 3/)
  })

  test('a model’s parameters travel, and only into a model that they fit', async () => {
    const make = (hidden: number[], name: string) =>
      denoiser(vp(), mlp({ dim: 2, hidden, embedding: 4 }), { stream: new RandomStream(1, name) })
    const [first, second] = [make([3], 'first'), make([3], 'second')]
    const bytes = await saveParams(first, { note: 'trained on moons' })
    assert.deepEqual(loadParams(second, bytes), { note: 'trained on moons' })
    assert.deepEqual(numbers(second), numbers(first))

    const wide = make([4], 'wide')
    const before = numbers(wide)
    assert.throws(
      () => loadParams(wide, bytes),
      /W0 has the shape \[2, 3\] in the file, but \[2, 4\] in the model/,
    )
    assert.deepEqual(numbers(wide), before)
    assert.throws(() => loadParams(make([3, 3], 'deep'), bytes), /the file lacks .*W2.* of the model/)
    const deep = await saveParams(make([3, 3], 'deep'))
    assert.throws(() => loadParams(second, deep), /the model has no .*W2/)
    assert.throws(() => loadParams({} as never, bytes), /model with parameters/)
  })
})

function numbers(model: NetworkDenoiser): number[][] {
  return Object.values(model.params).map((value) => [...value.dataSync()])
}

describe('checkpoints', () => {
  const fresh = () =>
    denoiser(vp(), mlp({ dim: 2, hidden: [8], embedding: 4 }), { stream: new RandomStream(2, 'parameters') })
  const evaluate = (model: NetworkDenoiser, { stream }: { stream: RandomStream }) =>
    denoising(model, data.moons().draw(50, stream), { stream }).dataSync()[0]!
  const settings = {
    steps: 12,
    batch: 16,
    rate: cosine(1e-2),
    ema: 0.9,
    evaluate,
    evaluateEvery: 5,
  } as const

  for (const optimizer of ['adam', adamW({ decay: 0.1 }), sgd({ momentum: 0.9 }), 'sgd'] as const)
    test(`a training that is resumed ends bit for bit as one that was not: ${typeof optimizer === 'string' ? optimizer : optimizer.name}`, async () => {
      const whole = fresh()
      const saved: Uint8Array[] = []
      const expected = await train(whole, data.moons(), {
        ...settings,
        optimizer,
        stream: new RandomStream(2, 'train'),
      })
      // Saving changes nothing.
      const first = fresh()
      await train(first, data.moons(), {
        ...settings,
        optimizer,
        stream: new RandomStream(2, 'train'),
        saveEvery: 7,
        save: (bytes, step) => {
          saved.push(bytes)
          assert.equal(step, saved.length === 1 ? 7 : 12)
        },
      })
      assert.deepEqual(numbers(first), numbers(whole))
      assert.equal(saved.length, 2)

      const second = denoiser(vp(), mlp({ dim: 2, hidden: [8], embedding: 4 }), {
        stream: new RandomStream(3, 'other'),
      })
      const resumed = await train(second, data.moons(), { ...settings, optimizer, resume: saved[0]! })
      assert.deepEqual(numbers(second), numbers(whole))
      assert.deepEqual(resumed.losses, expected.losses)
      assert.deepEqual(resumed.evaluations, expected.evaluations)
      assert.deepEqual(
        expected.evaluations.map(({ step }) => step),
        [5, 10, 12],
      )
    })

  test('after Stop, the last checkpoint goes on', async () => {
    const whole = fresh()
    const options: TrainOptions<NetworkDenoiser> = { steps: 10, batch: 8, ema: 0.9 }
    await train(whole, data.moons(), { ...options, stream: new RandomStream(4, 'train') })

    let saved: Uint8Array | undefined
    let polls = 0
    setHost({
      poll() {
        if (++polls === 7) throw new Error('stopped')
      },
      breathe: () => Promise.resolve(),
    })
    const stopped = fresh()
    const save = (bytes: Uint8Array) => void (saved = bytes)
    await assert.rejects(
      train(stopped, data.moons(), { ...options, stream: new RandomStream(4, 'train'), save, saveEvery: 2 }),
      /stopped/,
    )
    setHost()
    const count = tf.memory().numTensors
    await train(stopped, data.moons(), { ...options, resume: saved! })
    assert.deepEqual(numbers(stopped), numbers(whole))
    assert.equal(tf.memory().numTensors, count)
    // And beyond the steps that were planned.
    const longer = await train(stopped, data.moons(), { ...options, steps: 12, resume: saved! })
    assert.equal(longer.losses.length, 12)
  })

  test('measurements see the average, draw what they like, and change nothing', async () => {
    const plain = fresh()
    const options = { steps: 9, batch: 8, ema: 0.9 } as const
    await train(plain, data.moons(), { ...options, stream: new RandomStream(5, 'train') })
    const measured = fresh()
    const seen: number[][][] = []
    const stream = new RandomStream(5, 'train')
    const run = await train(measured, data.moons(), {
      ...options,
      stream,
      evaluateEvery: 4,
      evaluate: (model, at) => {
        stream.normal(17)
        seen.push(numbers(model))
        return at.step
      },
    })
    assert.deepEqual(run.evaluations, [
      { step: 4, value: 4 },
      { step: 8, value: 8 },
      { step: 9, value: 9 },
    ])
    assert.deepEqual(numbers(measured), numbers(plain))
    // The model ends with the average, which is what the last measurement saw.
    assert.deepEqual(seen.at(-1), numbers(measured))
    await assert.rejects(
      train(fresh(), data.moons(), { steps: 1, evaluate: () => 'good' as never }),
      /evaluate must return a number, but returned string/,
    )
    await assert.rejects(train(fresh(), data.moons(), { steps: 1, evaluateEvery: 0 }), /evaluateEvery/)
    await assert.rejects(train(fresh(), data.moons(), { steps: 1, saveEvery: 1.5 }), /saveEvery/)
  })

  test('what does not fit is refused before anything is changed', async () => {
    let saved: Uint8Array | undefined
    const save = (bytes: Uint8Array) => void (saved = bytes)
    await train(fresh(), data.moons(), { steps: 4, batch: 8, stream: new RandomStream(6, 'a'), save })
    const model = fresh()
    const before = numbers(model)
    const resume = saved!
    const attempt = (options: Partial<TrainOptions<NetworkDenoiser>>) =>
      train(model, data.moons(), { steps: 8, batch: 8, resume, ...options })
    await assert.rejects(attempt({ stream: new RandomStream(6, 'b') }), /brings its own random stream/)
    await assert.rejects(attempt({ optimizer: 'sgd' }), /checkpoint is of adam, but the optimizer is sgd/)
    await assert.rejects(attempt({ ema: 0.9 }), /has no running average: leave ema out/)
    await assert.rejects(attempt({ resume: await saveParams(model) }), /not a checkpoint of a training/)
    await assert.rejects(attempt({ resume: new Uint8Array(4) }), /needs 8/)
    assert.deepEqual(numbers(model), before)
    await assert.rejects(attempt({ steps: 3 }), /has 4 steps done, more than the 3/)
    const other = denoiser(vp(), mlp({ dim: 2, hidden: [5], embedding: 4 }))
    await assert.rejects(
      train(other, data.moons(), { steps: 8, resume }),
      /W0 has the shape \[2, 8\] in the file/,
    )
  })
})
