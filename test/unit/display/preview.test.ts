import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeVariable } from '../../../src/kernel/display/describe'
import { preview, previewLine } from '../../../src/kernel/display/preview'

class Point {
  x = 1
  y = 2
}
class Deep extends Point {
  #hidden = 3
  sum() {
    return this.#hidden + this.x
  }
}

test('primitives are written as in a console', () => {
  const cases: [unknown, string][] = [
    [1, '1'],
    [-0, '-0'],
    [NaN, 'NaN'],
    [12n, '12n'],
    ['it\'s "x"\n', '`it\'s "x"\\n`'],
    ["it's", '"it\'s"'],
    [null, 'null'],
    [undefined, 'undefined'],
    [true, 'true'],
    [Symbol('s'), 'Symbol(s)'],
  ]
  for (const [value, text] of cases) assert.equal(preview(value), text)
})

test('objects, collections and classes', () => {
  const cases: [unknown, string][] = [
    [{}, '{}'],
    [[], '[]'],
    [{ a: 1, 'b c': [1, 'two'] }, "{ a: 1, 'b c': [1, 'two'] }"],
    [
      new Map<unknown, unknown>([
        ['a', 1],
        [{ k: 1 }, 2],
      ]),
      "Map(2) { 'a' => 1, { k: 1 } => 2 }",
    ],
    [new Set([1, 2]), 'Set(2) { 1, 2 }'],
    [new Point(), 'Point { x: 1, y: 2 }'],
    [Deep, '[class Deep extends Point]'],
    [new Deep(), 'Deep { x: 1, y: 2 }'],
    [function f() {}, '[Function: f]'],
    [async () => {}, '[AsyncFunction: (anonymous)]'],
    [new Float32Array([1, 2.5]), 'Float32Array(2) [1, 2.5]'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(NaN), 'Invalid Date'],
    [/a+/g, '/a+/g'],
    [new TypeError('bad'), '[TypeError: bad]'],
    [Object.create(null), '[null prototype] {}'],
    [new ArrayBuffer(8), 'ArrayBuffer(8 bytes)'],
    [Object(3), '[Number: 3]'],
    [Promise.resolve(), 'Promise {}'],

    [[1, , 3], '[1, <empty>, 3]'],
    [Object.assign([1], { name: 'n' }), "[ 1, name: 'n' ]"],
  ]
  for (const [value, text] of cases) assert.equal(preview(value), text)
})

test('getters are not invoked, cycles end, hostile proxies are survived', () => {
  let calls = 0
  const withGetter = {
    get a() {
      calls++
      return 1
    },
  }
  assert.equal(preview(withGetter), '{ a: [Getter] }')
  assert.equal(calls, 0)
  const cycle: Record<string, unknown> = { name: 'c' }
  cycle.self = cycle
  assert.equal(preview(cycle), "{ name: 'c', self: [Circular] }")
  const trap = () => {
    throw new Error('trapped')
  }
  const hostile = new Proxy(
    {},
    { get: trap, ownKeys: trap, getPrototypeOf: trap, getOwnPropertyDescriptor: trap },
  )
  assert.match(preview({ hostile }), /unreadable: trapped/)
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  assert.match(preview(proxy), /unreadable/)
})

test('depth, width and size are limited, and what is left out is said', () => {
  assert.equal(preview({ a: { b: { c: { d: { e: 1 } } } } }), '{ a: { b: { c: { d: [Object] } } } }')
  assert.match(preview(Array.from({ length: 1000 }, (_, i) => i)), /… 900 more/)
  assert.match(preview({ text: 'x'.repeat(5000) }), /5,000 characters/)
  const huge = { rows: Array.from({ length: 200_000 }, (_, i) => ({ i, name: 'row ' + i })) }
  assert.ok(preview(huge).length < 60_000)
  const wide = preview({ alpha: 'a'.repeat(50), beta: 'b'.repeat(50) })
  assert.equal(wide.split('\n').length, 4)
})

test('a variable is described by its kind and one short line', () => {
  const tensor = { dtype: 'float32', shape: [4096, 2], dataSync: () => {} }
  assert.deepEqual(describeVariable('x', tensor), {
    name: 'x',
    kind: 'tensor',
    summary: 'Tensor float32 [4096, 2]',
    version: 0,
    tensor: { shape: [4096, 2], dtype: 'float32' },
  })
  const short = (name: string, value: unknown) => {
    const { kind, summary } = describeVariable(name, value)
    return [kind, summary]
  }
  assert.deepEqual(short('n', 3), ['number', '3'])
  assert.deepEqual(short('C', Deep), ['class', 'class Deep'])
  assert.deepEqual(short('a', [1, 2]), ['array', 'Array(2) [1, 2]'])
  assert.equal(describeVariable('p', new Point()).kind, 'Point')
  const line = previewLine({ text: 'a\nb'.repeat(100), list: Array.from({ length: 100 }, () => 'item') })
  assert.ok(line.length <= 100 && !line.includes('\n'), line)
})
