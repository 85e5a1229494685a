import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { data } from '../../../src/models/data'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'
import { encodePng } from './encodePng'

before(() => selectBackend('cpu', files))

const stream = new RandomStream(3, 'files')

describe('MNIST', () => {
  const pictures = Uint8Array.of(
    0,
    0,
    8,
    3,
    0,
    0,
    0,
    2,
    0,
    0,
    0,
    2,
    0,
    0,
    0,
    3,
    ...[0, 50, 100, 150, 200, 255],
    ...[6, 5, 4, 3, 2, 1],
  )
  const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 4)

  test('pictures and labels, compressed or not', () => {
    for (const pack of [(b: Uint8Array) => b, (b: Uint8Array) => new Uint8Array(gzipSync(b))]) {
      const set = data.idx(pack(pictures), pack(labels))
      assert.deepEqual([set.size, set.shape, [...set.labels]], [2, [2, 3, 1], [7, 4]])
      assert.equal(set.classes.length, 8)
      // Middles of cells of width 2/256.
      const cell = (v: number) => (v + 0.5) / 128 - 1
      approximately(take(set.at([0])), [0, 50, 100, 150, 200, 255].map(cell), 1e-6)
    }
    assert.deepEqual(data.idx(pictures).classes, ['0'])
  })

  test('errors say what is wrong with which file', () => {
    assert.throws(() => data.idx(labels), /the first file holds labels \(shape \[2\]\), not pictures/)
    assert.throws(() => data.idx(pictures, pictures), /the second file must hold labels/)
    assert.throws(
      () => data.idx(pictures.subarray(0, 20)),
      /idx, pictures: the shape \[2, 2, 3\] needs 12 bytes, but there are 4/,
    )
    assert.throws(() => data.idx(Uint8Array.of(137, 80, 78, 71)), /not an IDX file/)
    assert.throws(() => data.idx(Uint8Array.of(0, 0, 13, 3, 0, 0, 0, 0)), /numbers are of type 13/)
    assert.throws(() => data.idx(new Uint8Array([...gzipSync(pictures)].slice(0, 15))), /cannot be unpacked/)
    assert.throws(
      () => data.idx(pictures, Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7)),
      /2 pictures but 1 labels/,
    )
  })
})

describe('CIFAR', () => {
  /** A picture whose value tells its channel, row and column. */
  const planes = Uint8Array.from({ length: 3072 }, (_, i) => (i >> 10) * 80 + ((i >> 5) & 31) + (i & 31))

  test('planes become pixels', () => {
    const set = data.cifar([Uint8Array.of(3, ...planes), Uint8Array.of(9, ...planes, 0, ...planes)])
    assert.deepEqual([set.size, set.shape, [...set.labels]], [3, [32, 32, 3], [3, 9, 0]])
    assert.equal(set.classes[3], 'cat')
    const at = (row: number, column: number) => [
      ...set.bytes.subarray((row * 32 + column) * 3, (row * 32 + column) * 3 + 3),
    ]
    assert.deepEqual(at(0, 0), [0, 80, 160])
    assert.deepEqual(at(5, 31), [36, 116, 196])
    const hundred = Uint8Array.of(4, 57, ...planes)
    assert.deepEqual([...data.cifar(hundred, { labels: 'fine' }).labels], [57])
    assert.deepEqual([...data.cifar(hundred, { labels: 'coarse' }).labels], [4])
  })

  test('a file of another length is none', () => {
    assert.throws(
      () => data.cifar(Uint8Array.of(4, 57, ...planes)),
      /file 0: 3074 bytes are not records of 3073; files of CIFAR-100/,
    )
    assert.throws(() => data.cifar([]), /at least one file/)
  })
})

describe('PNG', () => {
  const one = (file: Uint8Array, channels?: 1 | 3) => [
    ...data.png({ 'x.png': file }, channels ? { channels } : {}).bytes,
  ]

  test('of every kind that there is', () => {
    assert.deepEqual(one(encodePng(2, 1, 8, 0, [[0, 200]])), [0, 200], 'grey')
    assert.deepEqual(one(encodePng(1, 1, 8, 2, [[10, 20, 30]])), [10, 20, 30], 'colours')
    assert.deepEqual(
      one(encodePng(1, 1, 8, 6, [[100, 200, 50, 128]])),
      [50, 100, 25],
      'transparent, on black',
    )
    assert.deepEqual(one(encodePng(2, 1, 8, 4, [[100, 255, 100, 0]])), [100, 0], 'grey and transparent')
    assert.deepEqual(one(encodePng(1, 1, 16, 0, [[0x80, 0x80]])), [128], 'sixteen bits')
    assert.deepEqual(
      one(encodePng(3, 2, 1, 0, [[0b10100000], [0b01000000]])),
      [255, 0, 255, 0, 255, 0],
      'one bit',
    )
    assert.deepEqual(one(encodePng(3, 1, 4, 0, [[0x0f, 0x80]])), [0, 255, 136], 'four bits')
    assert.deepEqual(
      one(encodePng(2, 1, 8, 3, [[1, 0]], [1, 2, 3, 250, 251, 252])),
      [250, 251, 252, 1, 2, 3],
      'palette',
    )
    assert.deepEqual(one(encodePng(1, 1, 8, 2, [[255, 0, 0]]), 1), [54], 'red as grey: 0.2126 of 255')
    assert.deepEqual(one(encodePng(1, 1, 8, 0, [[9]]), 3), [9, 9, 9], 'grey as colours')
  })

  test('folders are classes', () => {
    const file = (v: number) =>
      encodePng(2, 2, 8, 0, [
        [v, v],
        [v, v],
      ])
    const set = data.png({ 'cats/1.png': file(1), 'dogs/0.png': file(2), 'cats/0.png': file(3) })
    assert.deepEqual(
      [set.classes, [...set.labels], set.shape],
      [
        ['cats', 'dogs'],
        [0, 0, 1],
        [2, 2, 1],
      ],
    )
    assert.deepEqual(
      [...set.bytes].filter((_, i) => i % 4 === 0),
      [3, 1, 2],
    )
    const { train, test: held } = data.split(set, { test: 0.34, stream })
    assert.deepEqual([train.size, held.size], [2, 1])
    assert.deepEqual([...train.bytes, ...held.bytes].sort(), [...set.bytes].sort())
  })

  test('errors name the file', () => {
    const small = encodePng(1, 1, 8, 0, [[0]])
    assert.throws(
      () => data.png({ 'a.png': small, 'b.png': encodePng(2, 1, 8, 0, [[0, 0]]) }),
      /a\.png has 1 × 1 pixels and b\.png 2 × 1/,
    )
    assert.throws(() => data.png({ 'bad.png': Uint8Array.of(1, 2, 3) }), /png: bad\.png cannot be read/)
    assert.throws(() => data.png({}), /at least one file/)
  })
})

describe('picture sets', () => {
  test('arrays of other lengths, numbers and labels are refused', () => {
    assert.throws(() => data.images({ values: [1, 2], shape: [2] }), /must be \[n, height, width\]/)
    assert.throws(() => data.images({ values: [1, 2, 3], shape: [1, 2, 2] }), /3 bytes do not fill/)
    assert.throws(
      () => data.images({ values: [1, 0.5], shape: [1, 1, 2] }),
      /number 1 must be a byte, a whole number from 0 to 255, but is 0.5/,
    )
    assert.throws(
      () => data.images({ values: [1, 2], shape: [2, 1, 1] }, { labels: [0, -1] }),
      /label 1 must be a whole number from 0 to 0, but is -1/,
    )
    assert.throws(
      () => data.images({ values: [1, 2], shape: [2, 1, 1] }).pick([2]),
      /numbered from 0 to 1, but 2 was asked for/,
    )
  })
})
