import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from '../../property'
import type { Data } from '../../../src/kernel/grading/data'
import { decodeData, encodeData, EncodingError } from '../../../src/kernel/grading/encode'

const numbers = fc
  .tuple(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }), fc.constantFrom<4 | 8>(4, 8))
  .chain(([shape, precision]) => {
    const size = shape.reduce((product, length) => product * length, 1)
    const value = precision === 4 ? fc.float() : fc.double()
    return fc
      .array(value, { minLength: size, maxLength: size })
      .map((values) => ({ shape, precision, values: Float64Array.from(values) }))
  })

const { data } = fc.letrec<{ data: Data }>((tie) => ({
  data: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Data>(undefined, null, true, false, NaN, Infinity, -Infinity, -0),
    fc.double(),
    fc.string({ unit: 'binary' }),
    numbers as fc.Arbitrary<Data>,
    fc.array(tie('data'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constant('$'), fc.constant('__proto__'), fc.string()), tie('data'), {
      maxKeys: 4,
      noNullPrototype: true,
    }) as fc.Arbitrary<Data>,
  ),
}))

test('data comes out of JSON as it went in', () => {
  fc.assert(
    fc.property(data, (value) => {
      const back = decodeData(JSON.parse(JSON.stringify(encodeData(value))))
      assert.deepStrictEqual(back, value)
    }),
    { numRuns: 2000 },
  )
})

test('any JSON is data or an EncodingError, and nothing is executed or inherited', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (json) => {
      try {
        decodeData(json)
      } catch (error) {
        assert.ok(error instanceof EncodingError, String(error))
      }
    }),
    { numRuns: 2000 },
  )
})

for (const [name, json] of Object.entries({
  'an unknown mark': { $: 'function' },
  'a mark of every object': { $: 'toString' },
  'a shape with a negative length': { $: 'numbers', shape: [-1], precision: 4, values: '' },
  'a shape with half a length': { $: 'numbers', shape: [0.5], precision: 4, values: '' },
  'a shape of more numbers than there are': { $: 'numbers', shape: [3], precision: 4, values: 'AAAAAA==' },
  'a shape of too many numbers': { $: 'numbers', shape: [2e6, 2e6], precision: 4, values: '' },
  'values that are no base64': { $: 'numbers', shape: [1], precision: 4, values: '????????' },
  'members that are no pairs': { $: 'object', members: [1] },
}))
  test(`no data: ${name}`, () => assert.throws(() => decodeData(json), EncodingError))

test('data nested too deeply is refused before it is worked on', () => {
  const deep: unknown = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`)
  assert.throws(() => decodeData(deep), EncodingError)
})

test('a member called __proto__ is a member', () => {
  const decoded = decodeData(JSON.parse('{"__proto__": {"passed": true}}')) as Record<string, Data>
  assert.equal(Object.getPrototypeOf(decoded), Object.prototype)
  assert.equal((decoded as { passed?: unknown }).passed, undefined)
})
