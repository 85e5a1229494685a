import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check, Notebook } from './notebook'

test('names of one cell have their types in another', () => {
  assert.deepEqual(
    check('const a = 1\nfunction f(x: string) { return x.length }', 'const b: number = f("x") + a'),
    [],
  )
  assert.deepEqual(check('const a = 1', 'const b: string = a'), ['b:1:7 2322'])
  assert.deepEqual(check('class P { constructor(readonly x: number) {} }', 'const p: P = new P("1")'), [
    'b:1:20 2345',
  ])
  assert.deepEqual(
    check('type T<A> = { a: A }\ninterface I { b: T<number> }', 'const i: I = { b: { a: "" } }'),
    ['b:1:21 2322'],
  )
  assert.deepEqual(check('const id = <T,>(x: T): T[] => [x]', 'const [s] = id("s")\ns.foo'), ['b:2:3 2339'])
})

test('destructured names, imports and nested vars are names like others', () => {
  assert.deepEqual(
    check('const { a, b: [c] } = { a: 1, b: ["s"] as const }', 'a.toFixed() + c.length\nc.foo'),
    ['b:2:3 2339'],
  )
  assert.deepEqual(
    check("import { vp } from 'genbook'\nimport * as all from 'genbook'", 'vp()\nall.vp({ wrong: 1 })'),
    ['b:2:10 2353'],
  )
  assert.deepEqual(check('for (var i = 0; i < 3; i++) {}', 'i.toFixed()'), [])
})

test('a name comes from the nearest earlier cell that declares it, or else from the nearest later one', () => {
  assert.deepEqual(check('const a = 1', 'a.toFixed()', 'const a = "s"', 'a.toUpperCase()'), [])
  assert.deepEqual(check('const f = () => later.length', 'const later = "s"', 'const later = 3'), [])
  assert.deepEqual(check('const f = () => later.length', 'const later = 3'), ['a:1:23 2339'])
})

test('redeclaring a name, with another type too, is legal', () => {
  assert.deepEqual(check('const x = 1', 'let x = "s"', 'class x {}', 'function x() {}\nx()'), [])
  assert.deepEqual(
    check('const a = 1', 'const a = a + 1').filter((found) => !found.endsWith(' 7022')),
    ['b:1:11 2448'],
  )
})

test('value, type and namespace meanings come from different cells', () => {
  const cells = [
    'interface P { x: number }',
    'const P = "value"',
    'P.toUpperCase()\nconst p: P = { x: 1 }\nP.foo\nconst q: P = { y: 1 }',
  ]
  assert.deepEqual(check(...cells), ['c:3:3 2339', 'c:4:16 2353'])
  assert.deepEqual(
    check('class P { x = 1 }', 'const P = "value"', 'P.toUpperCase()\nconst p: P = { x: 1 }\nnew P()'),
    ['c:3:5 2351'],
  )
  assert.deepEqual(check('const P = 3', 'type P = string', 'P.toFixed()\nconst s: P = "s"\nP.foo'), [
    'c:3:3 2339',
  ])
  assert.deepEqual(check('class P { x = 1 }', 'const P = 5\nconst p: P = { x: 2 }\nP.toFixed()'), [])
  assert.deepEqual(check('const P = 5', 'interface P { x: 1 }\nP.toFixed()\nconst p: P = { x: 1 }'), [])
  assert.deepEqual(check('namespace N { export type T = number }', 'const t: N.T = "s"'), ['b:1:7 2322'])
  assert.deepEqual(check('namespace N { export const one = 1 }', 'N.one.toFixed()\nN.two'), ['b:2:3 2339'])
})

test('enums are values, types and namespaces across cells', () => {
  assert.deepEqual(check('enum E { A, B }', 'const e: E = E.A\nconst f: E.B = E.B\nE.C'), ['b:3:3 2339'])
  assert.deepEqual(check('const enum E { A, B }', 'const e: E = E.A'), [])
})

test('an assignment of another cell’s variable is checked against its type; of a constant, it is an error', () => {
  assert.deepEqual(check('let n = 1', 'n = 2\nn += 1\nn.toFixed()'), [])
  assert.deepEqual(check('let n = 1', 'n = "s"'), ['b:1:1 2322'])
  assert.deepEqual(check('const n = 1', 'n = 2'), ['b:1:1 2588'])
  assert.deepEqual(check('let n: number | undefined', 'n = 2\nn.toFixed()', 'n.toFixed()'), ['c:1:1 18048'])
  assert.deepEqual(check('class C {}', 'C = class {}\nconst c: C = new C()'), [])
})

test('a list that starts empty has the type of what is put into it', () => {
  assert.deepEqual(
    check('const acc = []\nfor (let i = 0; i < 3; i++) acc.push(i)', 'acc[0].toFixed()\nacc[0].foo'),
    ['b:2:8 2339'],
  )
  assert.deepEqual(check('const acc = []', 'acc.push(1)', 'acc[0].toFixed()'), [])
  assert.deepEqual(check('let best', 'best = 3', 'best.toFixed()'), [])
  assert.deepEqual(check('let best = null\nif (1 + 1) best = "s"', 'best?.toUpperCase()\nbest.length'), [
    'b:2:1 18047',
  ])
})

test('a list that a closure reads has no type that could be worked out, and says so', () => {
  assert.deepEqual(check('const acc = []\nconst get = () => acc[0]'), ['a:1:7 7034', 'a:2:19 7005'])
})

test('what a person exports is not exported twice', () => {
  assert.deepEqual(
    check(
      'export const a = 1\nconst b = 2\nexport { b }\nexport function f() {}\nexport class C {}',
      'a + b\nf()\nnew C()',
    ),
    [],
  )
  assert.deepEqual(check('const a = 1\nexport { a as other }\nexport default a', 'a.toFixed()'), [])
})

test('`using` ends with its cell', () => {
  const resource = 'class Resource { [Symbol.dispose]() {} }\nusing r = new Resource()\nr[Symbol.dispose]()'
  assert.deepEqual(check(resource, 'r'), ['b:1:1 2304'])
})

test('top-level await, for await and modules without imports are legal', () => {
  assert.deepEqual(
    check(
      'const a = await Promise.resolve(1)\nfor await (const x of [Promise.resolve(2)]) x.toFixed()',
      'a.toFixed()',
    ),
    [],
  )
})

test('others see the last text that parsed of a cell that does not parse', () => {
  const notebook = new Notebook()
  assert.deepEqual(notebook.check('const a = 1', 'a.toFixed()'), [])
  assert.deepEqual(notebook.check('const a = 1; const b = (', 'a.toFixed()'), ['a:1:25 1109'])
  assert.deepEqual(notebook.check('const a = "s"; const b = (2)', 'a.toUpperCase() + b'), [])
  assert.deepEqual(new Notebook().check('const a = 1; const b = (', 'a.toFixed()'), ['a:1:25 1109'])
})

test('cells may come, go and move', () => {
  const notebook = new Notebook()
  assert.deepEqual(notebook.check('const a = 1', 'a'), [])
  assert.deepEqual(notebook.check('1'), [])
  assert.deepEqual(notebook.check('a', 'const a = 1', 'a'), [])
  assert.deepEqual(notebook.check('a'), ['a:1:1 2304'])
})

test('a redeclaration that earlier functions do not expect is a warning', () => {
  const warnings = (...sources: string[]) =>
    new Notebook().diagnostics(...sources).map(({ cell, line, column, category, message }) => ({
      place: `${cell}:${line}:${column} ${category}`,
      message,
    }))
  const cells = ['const scale = 2', 'const f = (x: number) => x * scale', '\nconst scale = "two"']
  const [warning, ...others] = warnings(...cells)
  assert.deepEqual(others, [])
  assert.equal(warning!.place, 'c:2:7 warning')
  assert.match(warning!.message, /'scale' of cell 1 .* cell 2 .*'number'.*'string'/)
  assert.deepEqual(warnings('const scale = 2', cells[1]!, 'const scale = 3'), [])
  assert.deepEqual(warnings('let scale = 2', 'scale * 2', 'let scale = "s"'), [])
  assert.deepEqual(warnings('let scale = 2', 'const f = (scale: number) => scale', 'let scale = "s"'), [])
  assert.deepEqual(
    warnings('let x = 2\nconst get = () => x.toFixed()', 'let x = "s"').map(({ place }) => place),
    ['b:1:5 warning'],
  )
  assert.deepEqual(
    warnings(
      'let x = 2',
      'const get = () => x.toFixed()',
      'let x = "s"',
      'const up = () => x.toUpperCase()',
      'let x = 3',
    ).map(({ place }) => place),
    ['c:1:5 warning', 'e:1:5 warning'],
  )
})
