import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from '../../property'
import { decode, encode, isEncoded, sizeOf } from '../../../src/renderers/figures/encode'

test('numbers come back as the same single-precision values', () => {
  fc.assert(
    fc.property(fc.array(fc.float()), (values) => {
      const packed = JSON.parse(JSON.stringify(encode(values))) as ReturnType<typeof encode>
      assert.ok(isEncoded(packed))
      assert.deepEqual(Array.from(decode(packed)), values)
      assert.equal(sizeOf(packed), values.length)
    }),
  )
})

test('every number format comes back, from a view into the middle of a buffer too', () => {
  for (const kind of ['f4', 'f8', 'i1', 'u1', 'i2', 'u2', 'i4', 'u4'] as const)
    assert.deepEqual(Array.from(decode(encode([1, 0, 77, 3], kind))), [1, 0, 77, 3], kind)
  const part = new Float32Array([9, 1, 2, 9]).subarray(1, 3)
  assert.deepEqual(Array.from(decode(encode(part))), [1, 2])
})

test('the bytes are little-endian base64, as Plotly reads them', () => {
  assert.deepEqual(encode([1], 'f4'), { dtype: 'f4', bdata: 'AACAPw==' })
  assert.deepEqual(encode([1, 2, 3, 4, 5, 258], 'i2', [2, 3]), {
    dtype: 'i2',
    bdata: 'AQACAAMABAAFAAIB',
    shape: '2,3',
  })
})

test('long arrays are packed in pieces without a seam', () => {
  const values = Float32Array.from({ length: 100_000 }, (_, i) => i)
  assert.deepEqual(decode(encode(values)), values)
})

test('what cannot be unpacked says why', () => {
  assert.throws(() => decode({ dtype: 'f3', bdata: '' }), /Unknown number format "f3"; expected one of f4/)
  assert.throws(
    () => decode({ dtype: 'f8', bdata: 'AACAPw==' }),
    /4 bytes are not a whole number of f8 values/,
  )
  assert.throws(() => decode({ dtype: 'f4', bdata: '?' }), /not base64/)
})
