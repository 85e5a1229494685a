/** Exchanging what tests are made of, under their hands. */
import type { Attack } from './attack'

const WRONG = 'function double(x: number): any { return 0 }\n'

/** What would make the third test pass if it worked: everything is the same as everything. */
function overrides(name: string, code: string, reason: RegExp, more: Partial<Attack> = {}): Attack {
  return { name, first: WRONG + code, status: 'error', reason, ...more }
}

const READ_ONLY = /read.only|cannot be changed|not extensible|Cannot (?:redefine|assign|add|delete)/i

export const overriding: readonly Attack[] = [
  overrides('Math.abs is zero', 'Math.abs = () => 0', READ_ONLY),
  overrides(
    'Math is another',
    'Object.defineProperty(globalThis, "Math", { value: { abs: () => 0 } })',
    READ_ONLY,
  ),
  overrides(
    'Math.pow by defineProperty',
    'Object.defineProperty(Math, "abs", { value: () => 0 })',
    READ_ONLY,
  ),
  overrides('reduce gives zero', 'Array.prototype.reduce = (() => 0) as never', READ_ONLY),
  overrides(
    'map gives what is expected',
    'Array.prototype.map = function (this: number[]) { return [2, 4, 6] } as never',
    READ_ONLY,
  ),
  overrides('JSON says zero', 'JSON.stringify = (() => "0") as never', READ_ONLY),
  overrides('JSON reads zero', 'JSON.parse = () => 0', READ_ONLY),
  overrides(
    'call and apply answer',
    'Function.prototype.call = Function.prototype.apply = () => 2',
    READ_ONLY,
  ),
  overrides(
    'promises answer',
    'Promise.prototype.then = function () { return Promise.resolve(2) } as never',
    READ_ONLY,
  ),
  overrides(
    'typed arrays lie',
    'Float64Array.prototype.set = () => {}; Object.setPrototypeOf(Float64Array, Array)',
    READ_ONLY,
  ),
  overrides(
    'timers run at once',
    'Object.assign(globalThis, { setTimeout: (f: () => void) => f() }); globalThis.eval = () => 0',
    READ_ONLY,
  ),
  overrides('maps forget', 'Map.prototype.get = WeakMap.prototype.get = () => undefined', READ_ONLY),
  overrides(
    'texts match everything',
    'RegExp.prototype.test = () => true; String.prototype.includes = () => true',
    READ_ONLY,
  ),
  overrides(
    'iterators lie',
    'Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: true })',
    READ_ONLY,
  ),
  overrides(
    'every object has passed',
    'Object.assign(Object.prototype, { passed: true, status: "passed", points: 4 })',
    READ_ONLY,
  ),
  overrides('errors run code', 'Object.prototype.__defineGetter__("then", () => () => {})', READ_ONLY),
  overrides('a Math of its own', 'const Math = { abs: () => 0 }', /not what was expected|expected, and/, {
    status: 'failed',
  }),
  overrides('a helper of its own', 'function meanSquare() { return 0 }', /expected, and/, {
    status: 'failed',
  }),
  overrides('a JSON of its own', 'const JSON = { parse: () => 0, stringify: () => "0" }', /expected, and/, {
    status: 'failed',
  }),
  overrides('a test of its own', 'const test = () => {}; const $genbookTest = () => {}', /expected, and/, {
    status: 'failed',
  }),
  overrides('the inputs are assigned', 'inputs = [0, 0, 0]', /belongs to the assignment's own cells/),
  overrides('the helper is assigned', 'meanSquare = () => 0', /belongs to the assignment's own cells/),
  overrides('the inputs are emptied', 'inputs.length = 0', /expected, and/, { status: 'failed' }),
  overrides(
    'tensors answer for themselves',
    'tf.Tensor.prototype.data = async () => [2] as never\nfunction other() {}',
    /expected, and/,
    { status: 'failed' },
  ),
  {
    name: 'a value that equals everything',
    first:
      'function double(x: number): any { return { valueOf: () => 2 * x, [Symbol.toPrimitive]: () => 2 * x } }',
    status: 'error',
    reason: /must be data, and holds a function/,
    // Comparing in the test's own code is what tests should not do: it sees the number.
    points: 1,
  },
  {
    name: 'a proxy that has everything',
    first:
      'function double(x: number): any { return new Proxy({}, { get: () => 2 * x, has: () => true, ownKeys: () => ["passed"] }) }',
    status: 'error',
    reason: /Error/,
  },
  {
    name: 'a class that pretends to be a number',
    first: 'class Two extends Number {}\nfunction double(x: number): any { return new Two(2 * x) }',
    status: 'error',
    reason: /holds a Two/,
    points: 1,
  },
]
