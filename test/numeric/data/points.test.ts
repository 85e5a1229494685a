import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { zipSync } from 'fflate'
import { data } from '../../../src/models/data'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'

before(() => selectBackend('cpu', files))

const stream = (name: string) => new RandomStream(4, name)

describe('points', () => {
  const rows = [
    [1, 2],
    [3, 4],
    [5, 9],
  ]

  test('of rows, of numbers, of an array with its shape and of tensors', () => {
    const set = data.points(rows)
    assert.deepEqual([set.size, set.shape, [...set.values]], [3, [2], [1, 2, 3, 4, 5, 9]])
    assert.deepEqual(data.points([7, 8]).shape, [1])
    assert.deepEqual(data.points({ values: Float32Array.of(1, 2, 3, 4), shape: [2, 1, 2] }).shape, [1, 2])
    const tensor = data.points(tf.tensor2d(rows))
    assert.deepEqual([...tensor.values], [...set.values])
    assert.deepEqual(data.points(tf.zeros([5, 2, 3])).draw(4, stream('image')).shape, [4, 2, 3])
    assert.deepEqual(take(set.all()), [1, 2, 3, 4, 5, 9])
  })

  test('mean and covariance by hand', () => {
    const set = data.points(rows)
    approximately(set.mean(), [3, 5], 1e-15)
    approximately(set.covariance().flat(), [8 / 3, 14 / 3, 14 / 3, 26 / 3], 1e-15)
  })

  test('draws are with replacement, each point as likely', () => {
    const n = 9000
    const { x, labels } = data.points(rows, { labels: ['b', 'a', 'b'] }).drawLabelled(n, stream('draws'))
    const values = take(x)
    const counts = [0, 0, 0]
    for (let i = 0; i < n; i++) {
      const at = rows.findIndex(([a, b]) => a === values[2 * i] && b === values[2 * i + 1])
      counts[at]!++
      assert.equal(labels[i], [1, 0, 1][at])
    }
    for (const count of counts) assert.ok(Math.abs(count - n / 3) < 5 * Math.sqrt((n * 2) / 9))
  })

  test('labels as names and as numbers', () => {
    assert.deepEqual(data.points(rows, { labels: ['b', 'a', 'b'] }).classes, ['a', 'b'])
    assert.deepEqual(data.points(rows, { labels: [2, 0, 0] }).classes, ['label 0', 'label 1', 'label 2'])
    assert.deepEqual([...data.points(rows, { labels: [1, 0, 1], classes: ['x', 'y'] }).labels], [1, 0, 1])
    assert.equal('drawLabelled' in data.points(rows), false)
  })

  test('what is no set of points is refused', () => {
    assert.throws(() => data.points([]), /no point/)
    assert.throws(() => data.points([[1, 2], [3]]), /row 1 must be 2 numbers/)
    assert.throws(() => data.points([[1, NaN]]), /coordinate 1 of point 0 is NaN/)
    assert.throws(() => data.points([['1', '2']] as never), /row 0 must be numbers, but holds "1"/)
    assert.throws(() => data.points('1 2' as never), /rows of numbers/)
    assert.throws(() => data.points({ values: [1, 2, 3], shape: [2, 2] }), /3 numbers do not fill/)
    assert.throws(() => data.points(rows, { labels: [0, 1] }), /3 points but 2 labels/)
    assert.throws(() => data.points(rows, { labels: [0, -1, 0] }), /label 1 .*from 0 on/)
    assert.throws(() => data.points(rows, { labels: [0, 2, 0], classes: ['a', 'b'] }), /from 0 to 1/)
    assert.throws(
      () => data.points(rows, { labels: ['a', 'c', 'a'], classes: ['a', 'b'] }),
      /"c" is not one of/,
    )
  })

  test('a split parts the set, and keeps labels with their points', () => {
    const all = Array.from({ length: 50 }, (_, i) => [i, -i])
    const set = data.points(all, { labels: all.map(([i]) => i! % 2) })
    const { train, test } = data.split(set, { test: 0.3, stream: stream('split') })
    assert.deepEqual([train.size, test.size], [35, 15])
    const seen = [...train.values, ...test.values].filter((_, i) => i % 2 === 0)
    assert.deepEqual(
      seen.sort((a, b) => a - b),
      all.map(([i]) => i),
    )
    for (const part of [train, test])
      assert.ok(part.labels.every((label, i) => label === part.values[2 * i]! % 2))
    // Shuffled: were the first taken, all would be below 15.
    assert.ok(Math.max(...test.values) > 15)
    assert.throws(() => data.split(set, { test: 1 }), /between 0 and 1/)
    assert.throws(() => data.split(data.points([[1]])), /cannot be parted/)
    assert.throws(() => data.split(data.moons() as never), /set of points/)
    assert.throws(() => set.pick([50]), /numbered from 0 to 49/)
  })
})

describe('whitening', () => {
  const law = data.mixture({
    means: [
      [1, 0, 2],
      [-1, 3, 0],
    ],
    deviations: [0.5, 2],
  })

  for (const kind of ['zca', 'pca'] as const)
    test(`${kind}: exact moments become 0 and I, and the density follows`, () => {
      const white = data.whitening(law, { kind })
      const { mean, matrix } = white
      approximately([...mean], law.mean(), 1e-15)
      // W Σ Wᵀ = I.
      const covariance = law.covariance()
      const times = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]) =>
        a.map((row) => b[0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)))
      const transposed = matrix.map((_, i) => matrix.map((row) => row[i]!))
      const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1]
      approximately(times(times(matrix, covariance), transposed).flat(), identity, 1e-12)
      approximately(times(matrix, white.inverseMatrix).flat(), identity, 1e-12)
      // log |det W| by Sarrus' rule.
      const [[a, b, c], [d, e, f], [g, h, i]] = matrix as [number[], number[], number[]]
      const det = a! * (e! * i! - f! * h!) - b! * (d! * i! - f! * g!) + c! * (d! * h! - e! * g!)
      approximately(white.logDeterminant, Math.log(Math.abs(det)), 1e-12)
      const x = Float64Array.of(0.3, -1, 2, 4, 4, 4)
      approximately(white.inverse(white.forward(x)), x, 1e-13)
      approximately(take(white.forward(tf.tensor2d([...x], [2, 3]))), white.forward(x), 1e-6)
      approximately(take(white.inverse(white.forward(tf.tensor2d([...x], [2, 3])))), x, 2e-6)
      if (kind === 'zca') approximately(matrix.flat(), transposed.flat(), 1e-13)
      // The first principal axis comes first: its row is the shortest.
      else assert.ok(Math.hypot(...matrix[0]!) < Math.hypot(...matrix[2]!))
    })

  test('points whitened by their own moments', () => {
    const set = data.points(data.pinwheel().draw(500, stream('white')))
    const white = data.whitening(set)
    const drawn = data.points({ values: white.forward(set.values), shape: [500, 2] })
    approximately(drawn.mean(), [0, 0], 1e-13)
    approximately(drawn.covariance().flat(), [1, 0, 0, 1], 1e-12)
    const same = take(white.data(set).draw(10, stream('same')))
    approximately(same, take(white.forward(set.draw(10, stream('same')))), 1e-7)
  })

  test('data that does not fill its space, and arguments that make no sense', () => {
    assert.throws(
      () =>
        data.whitening(
          data.points([
            [1, 1],
            [2, 2],
            [3, 3],
          ]),
        ),
      /no variance in 1 of 2/,
    )
    assert.throws(() => data.whitening(data.moons() as never), /needs a mixture, or points/)
    assert.throws(() => data.whitening(law, { kind: 'cholesky' as never }), /'zca' or 'pca'/)
    assert.throws(() => data.whitening(law).forward(tf.zeros([2, 2])), /shape \[n, 3\]/)
    assert.throws(() => data.whitening(law).forward(new Float64Array(4)), /points of 3 numbers/)
  })
})

describe('csv', () => {
  test('with and without header, with any separator, quotes and byte-order mark', () => {
    const expected = [1, 2.5, -3e-2, 4]
    for (const text of [
      '1,2.5\n-3e-2,4\n',
      'x,y\r\n1,2.5\r\n-.03,+4.\r\n',
      '\ufeff"x";"y"\n 1 ; "2.5"\n-0.03;4\n\n',
      'x\ty\n1\t2.5\n-0.03\t4',
      '  1   2.5\n-0.03 4  \n',
    ])
      approximately(data.csv(text).values, expected, 1e-15)
  })

  test('columns and labels by name or number', () => {
    const text = 'name,x,kind,y\n"a, ""b""",1,cat,2\nc,3,dog,4\nd,5,cat,6'
    const set = data.csv(text, { columns: ['y', 'x'], label: 'kind', name: 'pets' })
    assert.deepEqual([...set.values], [2, 1, 4, 3, 6, 5])
    assert.deepEqual([set.classes, [...set.labels], set.name], [['cat', 'dog'], [0, 1, 0], 'pets'])
    assert.deepEqual([...data.csv('1,2\n3,4', { columns: [1] }).values], [2, 4])
    assert.deepEqual([...data.csv('7,8,u\n9,10,v', { label: 2, header: false }).values], [7, 8, 9, 10])
  })

  test('what is wrong is named with its line and column', () => {
    const cases: [string, RegExp, Parameters<typeof data.csv>[1]?][] = [
      ['1,2\n3,4.5.6\n', /line 2, column 3: "4\.5\.6" stands where a number is expected, in "1"/],
      ['x,y\n1,2\n3,\n', /line 3, column 3: nothing stands .* in "y"/],
      ['1,2\n3\n', /line 2, column 1: the line has 1 fields, but the first has 2/],
      ['x,y\n1,"2\n3,4', /line 2, column 3: a quotation mark is not closed/],
      ['x,y\n1,"2"3', /line 2, column 6: text follows a closing/],
      ['x,y\n0x10,1', /line 2, column 1: "0x10"/],
      ['', /empty/],
      ['\n \n', /empty/],
      ['x,y', /header but no rows/],
      ['x,y\n1,2', /no column "z"; there are x, y/, { columns: ['z'] }],
      ['1,2', /no column 2/, { columns: [2] }],
      ['1,2', /separator must be one character/, { separator: '' }],
    ]
    for (const [text, message, options] of cases) assert.throws(() => data.csv(text, options), message)
    assert.throws(() => data.csv(3 as never), /text of a table/)
  })

  test('a field over two lines does not shift the lines after it', () => {
    assert.throws(
      () => data.csv('name,x\n"two\nlines",1\nb,oops', { columns: ['x'] }),
      /line 4, column 3: "oops"/,
    )
  })
})

/** A file as NumPy writes it. */
function npyFile(
  descr: string,
  shape: string,
  body: ArrayBuffer,
  { fortran = 'False', version = 1 } = {},
): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`
  const start = version === 1 ? 10 : 12
  const padded = header.padEnd(Math.ceil((start + header.length + 1) / 64) * 64 - start - 1) + '\n'
  const bytes = new Uint8Array(start + padded.length + body.byteLength)
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0])
  const view = new DataView(bytes.buffer)
  if (version === 1) view.setUint16(8, padded.length, true)
  else view.setUint32(8, padded.length, true)
  bytes.set(new TextEncoder().encode(padded), start)
  bytes.set(new Uint8Array(body), start + padded.length)
  return bytes
}

/** Numbers in any byte order. */
function packed(
  kind: 'Float32' | 'Float64' | 'Int16' | 'Uint32' | 'Uint16',
  values: number[],
  little: boolean,
): ArrayBuffer {
  const size = { Float32: 4, Float64: 8, Int16: 2, Uint32: 4, Uint16: 2 }[kind]
  const view = new DataView(new ArrayBuffer(size * values.length))
  values.forEach((value, i) => view[`set${kind}`](i * size, value, little))
  return view.buffer
}

describe('npy and npz', () => {
  const values = [1.5, -2, 3, 4, 5, 6.25]

  test('numbers of every kind and byte order', () => {
    for (const [dtype, kind] of [
      ['f4', 'Float32'],
      ['f8', 'Float64'],
    ] as const)
      for (const order of ['<', '>'] as const) {
        const array = data.npy(npyFile(order + dtype, '(2, 3)', packed(kind, values, order === '<')))
        assert.deepEqual([array.shape, [...array.values], array.dtype], [[2, 3], values, order + dtype])
      }
    assert.deepEqual(
      [...data.npy(npyFile('>i2', '(3,)', packed('Int16', [-5, 0, 300], false))).values],
      [-5, 0, 300],
    )
    assert.deepEqual([...data.npy(npyFile('<u4', '(1, 1)', packed('Uint32', [4e9], true))).values], [4e9])
    const long = BigInt64Array.of(-7n, 2n ** 40n)
    assert.deepEqual([...data.npy(npyFile('<i8', '(2,)', long.buffer)).values], [-7, 2 ** 40])
    assert.deepEqual([...data.npy(npyFile('|b1', '(2,)', Uint8Array.of(1, 0).buffer)).values], [1, 0])
    // Half precision: 1, −2, the smallest subnormal, 65504, and one third rounded.
    const halves = packed('Uint16', [0x3c00, 0xc000, 1, 0x7bff, 0x3555], true)
    assert.deepEqual(
      [...data.npy(npyFile('<f2', '(5,)', halves)).values],
      [1, -2, 2 ** -24, 65504, 0.333251953125],
    )
    assert.deepEqual(data.npy(npyFile('<f8', '()', packed('Float64', [9], true))).shape, [])
  })

  test("Fortran's order, later versions of the header, and base64", () => {
    // [[1, 2, 3], [4, 5, 6]] with the first index running fastest.
    const body = packed('Float64', [1, 4, 2, 5, 3, 6], true)
    assert.deepEqual(
      [...data.npy(npyFile('<f8', '(2, 3)', body, { fortran: 'True' })).values],
      [1, 2, 3, 4, 5, 6],
    )
    const cube = packed('Float64', [0, 4, 2, 6, 1, 5, 3, 7], true)
    assert.deepEqual(
      [...data.npy(npyFile('<f8', '(2, 2, 2)', cube, { fortran: 'True' })).values],
      [0, 1, 2, 3, 4, 5, 6, 7],
    )
    const file = npyFile('<f8', '(6,)', packed('Float64', values, true), { version: 2 })
    assert.deepEqual([...data.npy(file).values], values)
    const base64 = Buffer.from(file).toString('base64')
    assert.deepEqual([...data.npy(base64).values], values)
    assert.deepEqual([...data.npy(`data:application/octet-stream;base64,${base64}`).values], values)
    assert.deepEqual([...data.npy(file.slice().buffer).values], values)
    // A view into a larger buffer, as a file inside an archive is.
    assert.deepEqual([...data.npy(Uint8Array.of(0, 0, 0, ...file).subarray(3)).values], values)
  })

  test('archives, stored and deflated', () => {
    const x = npyFile('<f4', '(3, 2)', packed('Float32', values, true))
    const y = npyFile('<i2', '(3,)', packed('Int16', [0, 1, 0], true))
    for (const level of [0, 6] as const) {
      const arrays = data.npz(zipSync({ 'x.npy': x, 'y.npy': y }, { level }))
      assert.deepEqual(Object.keys(arrays), ['x', 'y'])
      const set = data.points(arrays.x!, { labels: arrays.y!.values })
      assert.deepEqual([[...set.values], [...set.labels]], [values, [0, 1, 0]])
    }
  })

  test('what is wrong with a file is said', () => {
    const body = packed('Float64', values, true)
    const good = npyFile('<f8', '(6,)', body)
    assert.throws(() => data.npy(Uint8Array.from([1, 2, 3])), /not an array file: it begins with "\\u0001/)
    assert.throws(() => data.npy(new Uint8Array()), /begins with nothing/)
    assert.throws(() => data.npy(good.subarray(0, 40)), /ends inside its header/)
    assert.throws(() => data.npy(good.subarray(0, good.length - 1)), /needs 48 bytes, but there are 47/)
    assert.throws(() => data.npy(Uint8Array.from(good, (byte, i) => (i === 6 ? 9 : byte))), /version is 9/)
    assert.throws(() => data.npy(npyFile('<c16', '(3,)', body)), /complex numbers \(dtype <c16\)/)
    assert.throws(() => data.npy(npyFile('|O', '(6,)', body)), /Python objects/)
    assert.throws(() => data.npy(npyFile('<U4', '(3,)', body)), /text/)
    assert.throws(() => data.npy(npyFile('<f8', '(x,)', body)), /no readable shape/)
    const record = Buffer.from(npyFile('xxxx', '(6,)', body))
    record.set(Buffer.from('[     '), record.indexOf("'xxxx'"))
    assert.throws(() => data.npy(record), /records/)
    assert.throws(() => data.npy('!'), /not base64/)
    assert.throws(() => data.npy(5 as never), /bytes of a file/)
    assert.throws(() => data.npz(good), /not a zip archive/)
    const zip = zipSync({ 'x.npy': good })
    assert.throws(() => data.npz(zip.subarray(0, zip.length - 30)), /cannot be unpacked/)
    assert.throws(
      () => data.npz(zipSync({ 'x.npy': Uint8Array.of(1) })),
      /npz, x\.npy: this is not an array file/,
    )
  })
})
