/** Errors point at the cell's own line and column, through the source map. */
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plainMessage } from '../../../src/kernel/session/scope.message'
import { Cells, compiled } from './cells'

interface Frame {
  readonly function: string
  readonly line: number
  readonly column: number
}

/** Frames of the cell, innermost first, from a run that throws. */
async function failure(source: string): Promise<{ message: string; frames: Frame[] }> {
  const { map } = compiled(source)
  const thrown = await new Cells().execute(source).then(
    () => assert.fail('did not throw'),
    (error: unknown) => error as Error,
  )
  const frames = [...(thrown.stack ?? '').matchAll(/^ +at (?:(.*) \()?cell\.js:(\d+):(\d+)\)?$/gm)].map(
    (match) => {
      const at = originalPositionFor(new TraceMap(map), {
        line: Number(match[2]),
        column: Number(match[3]) - 1,
      })
      return { function: match[1] ?? '', line: at.line ?? 0, column: (at.column ?? -1) + 1 }
    },
  )
  return { message: plainMessage(`${thrown.name}: ${thrown.message}`), frames }
}

/** Sources whose error is at the mark ‸, which is no part of the cell. */
const cases: [name: string, source: string, message: string][] = [
  ['a missing name', 'const a = 1\nconst b = a + ‸missing', 'ReferenceError: missing is not defined'],
  ['a call of no function', 'let f: any\n  ‸f(1)', 'TypeError: f is not a function'],
  [
    'a call of no function with arguments',
    'let f: any, g = (x: any) => x\n1 + ‸f(g(1), g(2))',
    'TypeError: f is not a function',
  ],
  [
    'a method that is missing',
    'const o: any = {}\nlet x = o.‸method(1)',
    'TypeError: o.method is not a function',
  ],
  [
    'a property of undefined',
    'const o: any = {}\nconst p = o.a\n  .‸b',
    "TypeError: Cannot read properties of undefined (reading 'b')",
  ],
  ['a throw', 'function f(): never {\n  throw ‸new RangeError("no")\n}\nf()', 'RangeError: no'],
  ['a constructor', 'const C: any = 1\nnew (class {})\n‸new C()', 'TypeError: C is not a constructor'],
  ['a constant', 'const a = 1\n;(() => {\n  ‸a = 2\n})()', "TypeError: Assignment to constant variable 'a'."],
  [
    'the dead zone',
    'const a = () => ‸b\na()\nconst b = 1',
    "ReferenceError: Cannot access 'b' before initialization",
  ],
  ['an import', 'const a = 1\nimport x from ‸"nowhere"', "Error: Cannot import 'nowhere'"],
  [
    'after types',
    'interface I { x: number }\ntype T = {\n  y: I\n}\nfunction g<A, B>(a: A, b?: B): asserts a is A { (a as any).‸q() }\ng({ x: 1 })',
    'TypeError: a.q is not a function',
  ],
  [
    'in a parameter property',
    'class A { constructor(private x: number, y = ‸missing) {} }\nnew A(1)',
    'ReferenceError: missing is not defined',
  ],
  ['in an enum', 'enum E { A = 1, B = ‸missing }', 'ReferenceError: missing is not defined'],
  ['in a template', 'const t = `a\nb ${‸missing} c`', 'ReferenceError: missing is not defined'],
  [
    'after await',
    'await null\nconst x = (await Promise.resolve({} as any)).‸f()',
    'TypeError: (intermediate value).f is not a function',
  ],
  ['in the last expression', '1\n‸missing', 'ReferenceError: missing is not defined'],
  [
    'with Windows line ends',
    'const a = 1\r\nconst b = 2\r\n  + ‸missing\r\n',
    'ReferenceError: missing is not defined',
  ],
  [
    'after a hash-bang and a BOM',
    '#!x\nconst 変 = "𝒳𝒳", b = ‸missing',
    'ReferenceError: missing is not defined',
  ],
  [
    'after a separator that is no line for an editor',
    'const a = "\u2028", b = ‸missing\nb',
    'ReferenceError: missing is not defined',
  ],
  [
    'in a closure that is marked',
    'function f(k: any) { return () => k.‸nope() }\nf(1)()',
    'TypeError: k.nope is not a function',
  ],
  [
    'in a loop without a block',
    'for (const x of [1])\n  ‸missing(x)',
    'ReferenceError: missing is not defined',
  ],
  [
    'of what is not iterable',
    'const n: any = 1\nconst [x] = ‸n',
    'TypeError: number 1 is not iterable (cannot read property Symbol(Symbol.iterator))',
  ],
  [
    'of what cannot be destructured',
    'const n: any = null\nconst { ‸x } = n',
    "TypeError: Cannot read properties of null (reading 'x')",
  ],
]

for (const [name, marked, message] of cases)
  test(`an error: ${name}`, async () => {
    const source = marked.replace('‸', '')
    const before = marked.slice(0, marked.indexOf('‸')).split(/\r\n|\n/)
    const found = await failure(source)
    assert.equal(found.message, message)
    assert.deepEqual(
      { line: found.frames[0]?.line, column: found.frames[0]?.column },
      { line: before.length, column: before.at(-1)!.length + 1 },
    )
  })

test('every frame of a stack points at its call', async () => {
  const { frames } = await failure(
    'const inner = () => { throw new Error("x") }\nfunction outer() {\n  return 1 + inner()\n}\nclass K { m() { outer() } }\nnew K().m()',
  )
  assert.deepEqual(
    frames.map(({ function: name, line, column }) => `${name.split('.').at(-1)} ${line}:${column}`),
    ['inner 1:29', 'outer 3:14', 'm 5:17', 'eval 6:9'],
  )
})
