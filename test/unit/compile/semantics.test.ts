/** What a program that is split into cells means: each clause of the session's rules by hand. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Cells, shownBy } from './cells'

/** Checks what a row of cells shows. */
function shows(name: string, sources: readonly string[], expected: readonly unknown[]): void {
  test(name, async () => assert.deepEqual(await shownBy(...sources), expected))
}

/** Checks that the last of a row of cells throws. */
function throws(name: string, sources: readonly string[], error: string | RegExp): void {
  test(name, async () => {
    const cells = new Cells()
    await cells.executeAll(...sources.slice(0, -1))
    await assert.rejects(cells.execute(sources.at(-1)!), (thrown: unknown) => {
      assert.ok(thrown instanceof Error)
      const text = `${thrown.name}: ${thrown.message}`
      if (typeof error === 'string') assert.equal(text, error)
      else assert.match(text, error)
      return true
    })
  })
}

describe('declarations', () => {
  test('of every kind outlive their cell', async () => {
    const cells = new Cells()
    cells.modules.m = { a: 1, b: 2, default: 3 }
    await cells.execute(`
      import d, { a, b as c, type T } from 'm'
      import * as all from 'm'
      const k: number = 4
      let l = 5, m
      var v = 6
      function f(x: number): number { return x + k }
      class C { constructor(private readonly p: number) {} get q() { return this.p } }
      enum E { A = 1, B }
      namespace N { export const n = 7; export function g() { return n } }
      interface I { x: number }
      type U = I | T
    `)
    await cells.execute('[d, a, c, all.b, k, l, m, v, f(1), new C(9).q, E.B, E[1], N.g()] as const')
    assert.deepEqual(cells.shown, [[3, 1, 2, 2, 4, 5, undefined, 6, 5, 9, 2, 'A', 7]])
  })

  shows(
    'reach every closure when they are replaced, also by another kind',
    [
      'const a = 1; const f = () => a; function g() { return f() }',
      '[f(), g()]',
      'let a = 2',
      'a += 1; [f(), g()]',
      'function a() { return 4 }',
      'f()()',
    ],
    [[1, 1], [3, 3], 4],
  )
  shows(
    'of functions that call themselves see the replacement',
    [
      'function f(n: number): number { return n <= 0 ? 0 : 1 + f(n - 1) }; const old = f',
      'function f(n: number): number { return 100 }',
      'old(3)',
    ],
    [101],
  )
  shows(
    'of classes keep their own inner name',
    [
      'class A { static id = 1; who() { return A.id } }; const a = new A()',
      'class A { static id = 2 }; [a.who(), a instanceof A, A.id]',
    ],
    [[1, false, 2]],
  )
  shows(
    'nested in blocks and loops are the cell’s when they are var',
    [
      'if (true) { var a = 1 } for (var i = 0; i < 3; i++) { var b = i; let c = i; function d() {} }' +
        'switch (1) { case 1: var e = 5 } try { var g = 6 } finally {} for (var [x, y] of [[1, 2]]) ;' +
        'for (var k in { q: 1 }) ; lbl: { var h = 7 }',
      '[a, b, i, e, g, h, x, y, k, typeof c, typeof d]',
    ],
    [[1, 2, 3, 5, 6, 7, 1, 2, 'q', 'undefined', 'undefined']],
  )
  shows('of var are hoisted and may repeat', ['[x, typeof y]; var x = 1; var x; var y; x'], [1])
  shows(
    'of var are undefined before they are reached',
    ['const early = x; var x = 1; [early, x]'],
    [[undefined, 1]],
  )
  shows('of functions are hoisted', ['const r = f(); function f() { return 1 }; r'], [1])
  shows(
    'destructure with defaults, rests, nesting and computed keys',
    [
      `const k = 'z'
       let { a, b: { c = 3, ...d } = {} as any, [k + 'z']: e = () => a, ...f } = { a: 1, b: { x: 1, y: 2 }, g: 6, h: 7 }
       const [g, , [h] = [8], ...[i, j]] = [1, 2, undefined, 4, 5]
       const {} = {}, [] = []`,
      '[a, c, d, e(), e.name, f, g, h, i, j]',
    ],
    [[1, 3, { x: 1, y: 2 }, 1, 'e', { g: 6, h: 7 }, 1, 8, 4, 5]],
  )
  shows(
    'of enums merge within a cell and replace across cells',
    [
      'enum E { A } enum E { B = 5 } const enum F { X = 2 }',
      '[E.A, E.B, F.X]',
      'enum E { C = 9 }',
      'Object.keys(E)',
    ],
    [
      [0, 5, 2],
      ['9', 'C'],
    ],
  )
  shows(
    'of namespaces merge within a cell, nest, and replace across cells',
    [
      `namespace N { export const a = 1; export namespace M { export const b = a + 1 } const hidden = 5 }
       namespace N { export const c = a + M.b }
       function f() { return f.extra } namespace f { export const extra = 7 }
       class K {} namespace K { export const s = 8 }
       namespace T { export type Only = number }`,
      '[N.a, N.M.b, N.c, f(), K.s, typeof T, "hidden" in N]',
      'namespace N { export const d = 4 }',
      'Object.keys(N)',
    ],
    [[1, 2, 3, 7, 8, 'undefined', false], ['d']],
  )
  shows(
    'of types alone leave values alone',
    ['const A = 1; interface B { x: number }', 'interface A { y: string } type B2 = A', '[A, typeof B]'],
    [[1, 'undefined']],
  )
  shows(
    'that only declare make no variable',
    [
      'const x = 1',
      'declare const x: number; declare function g(): void; declare class Z {} declare let q: number; x + 1',
      '[x, typeof g, typeof Z, typeof q]',
    ],
    [2, [1, 'undefined', 'undefined', 'undefined']],
  )
  shows(
    'may be exported, which changes nothing',
    [
      'export const a = 1; export function f() { return 2 } export class C {} export enum E { A } export { a as b }' +
        '; export type T = number; export interface I {} export namespace N { export const x = 3 }',
      '[a, f(), typeof C, E.A, N.x]',
      'const z = 5; export default z + 1',
      'export default function h() { return 4 }',
      'h()',
      'export default class {}',
      'export default function () {}',
    ],
    [[1, 2, 'function', 0, 3], 6, 4],
  )
  test('exported by default have the name default where they have no other', async () => {
    const [shown] = await shownBy('export default () => {}')
    assert.equal((shown as () => void).name, 'default')
  })
  shows(
    'with the names of helpers and of the language get on with them',
    [
      'const $ = 1, $0 = 2, x$0 = 3, $0token = 4, name$ = 5; let x = 6; const Object = 7, Symbol = 8, Promise = 9, Error = 10',
      'async function f() { try { await 0 } catch {} return [$, $0, x$0, $0token, name$, x, Object, Symbol, Error] } await f()',
      'let \\u0024\\u0031 = 11; x = \\u{24}1; [x, $1]',
    ],
    [
      [1, 2, 3, 4, 5, 6, 7, 8, 10],
      [11, 11],
    ],
  )
  shows(
    'in any script, and beyond the basic plane',
    [
      'const ünï = 1, 変数 = 2, 𝒳 = 3, ℮ = 4; function Ω() { return 変数 + 𝒳 }',
      '({ ünï, 変数, 𝒳 }), [Ω(), ℮]',
    ],
    [[5, 4]],
  )
})

describe('the dead zone', () => {
  throws(
    'of a rerun',
    ['const a = 1', 'const a = a + 1'],
    "ReferenceError: Cannot access 'a' before initialization",
  )
  throws('for typeof', ['typeof a; let a = 1'], "ReferenceError: Cannot access 'a' before initialization")
  throws('for assignments', ['a = 2; let a = 1'], "ReferenceError: Cannot access 'a' before initialization")
  throws('of classes', ['new A(); class A {}'], "ReferenceError: Cannot access 'A' before initialization")
  throws(
    'in another cell’s closure',
    ['let a = 1; const f = () => a', 'f(); let a = 2'],
    /Cannot access 'a' before/,
  )
  test('ends with the old value where a failure came first', async () => {
    const cells = new Cells()
    await cells.execute(
      'const a = 1; let b = 2; var c = 3; function f() { return 4 } class K { static v = 5 }',
    )
    await assert.rejects(
      cells.execute(
        'let a = 10; null!.x; const b = 20; var c = 30; class K { static v = 50 } enum New { A }',
      ),
    )
    await cells.execute('[a, b, c, f(), K.v, typeof New]')
    assert.deepEqual(cells.shown, [[10, 2, 3, 4, 5, 'undefined']])
    await cells.execute('a = 11; a')
    assert.equal(cells.shown[1], 11, 'a was reached and is a let now')
    await assert.rejects(cells.execute('c = 5; throw 1; var c'), (thrown) => thrown === 1)
    await cells.execute('c')
    assert.equal(cells.shown[2], 5, 'assigning a var reaches it')
  })
  test('keeps the old meaning of every name when an import fails', async () => {
    const cells = new Cells()
    await cells.execute('function f() { return 1 } const a = 2')
    await assert.rejects(cells.execute("import { a } from 'missing'; function f() { return 3 }"), /missing/)
    await cells.execute('[f(), a]')
    assert.deepEqual(cells.shown, [[1, 2]])
  })
})

describe('assignment', () => {
  throws(
    'to a constant of the same cell',
    ['const a = 1; a = 2'],
    "TypeError: Assignment to constant variable 'a'.",
  )
  throws(
    'to a constant of another cell',
    ['const a = 1', 'a++'],
    "TypeError: Assignment to constant variable 'a', which another cell declares.",
  )
  throws('in short-circuit form only where it assigns', ['const m = 1', 'm ||= 0; m &&= 2'], /constant/)
  throws('to nothing', ['nobody = 1'], 'ReferenceError: nobody is not defined')
  throws('reads of nothing', ['nobody'], 'ReferenceError: nobody is not defined')
  shows(
    'in all its forms',
    [
      'let a = 1, b = 2, o = { p: 1 }, n: any = null, s = ""',
      `a += 2; b **= 3; a++; --b; n ??= 5; n &&= n + 1; let z: any = 0; z ||= 'z';
       [a, b] = [b, a]; ({ p: o.p, q: s = 'd' } = { p: 9 } as any); (a) = a + 1;
       for (a of [7]); for (s in { key: 1 }); for ([b] of [[3]]); for ({ length: n } of ['four']);
       [a, b, n, s, o.p, z]`,
    ],
    [[7, 3, 4, 'key', 9, 'z']],
  )
  shows('gives the assigned value', ['let a, b; [a = 3, b = a++, a, a--, ++a]'], [[3, 3, 4, 4, 4]])
  test('of an existing global reaches it', async () => {
    ;(globalThis as Record<string, unknown>).cellTestGlobal = 1
    try {
      assert.deepEqual(await shownBy('cellTestGlobal += 1', '[cellTestGlobal, globalThis.cellTestGlobal]'), [
        2,
        [2, 2],
      ])
    } finally {
      delete (globalThis as Record<string, unknown>).cellTestGlobal
    }
  })
  test('to what every notebook has is refused, declaring it is not', async () => {
    const cells = new Cells({ tf: 1 })
    await cells.execute('tf')
    await assert.rejects(cells.execute('tf = 2'), /TypeError: Assignment to constant variable 'tf'/)
    await cells.execute('const f = () => tf; let tf = 3')
    await cells.execute('[tf, f()]')
    assert.deepEqual(cells.shown, [1, [3, 3]])
  })
})

describe('calls', () => {
  shows(
    'keep this undefined',
    [
      'function t(this: any, ...rest: any[]) { return this }; const o = { t }',
      '[t(), (t)(), t?.(), t`x`, ((t))(), o.t() === o, new (class { x = t() })().x, [0].map(t)[0], this, typeof globalThis]',
    ],
    [
      [
        undefined,
        undefined,
        undefined,
        undefined,
        undefined,
        true,
        undefined,
        undefined,
        undefined,
        'object',
      ],
    ],
  )
  shows(
    'construct and extend',
    [
      'class A { constructor(public x = 1) {} static make(this: any) { return new this(2) } }; const mix = (B: any) => class extends B { y = 3 }',
      'class B extends A { constructor() { super(5) } get z() { return super.constructor.name } } class C extends mix(B) {}',
      '[new A().x, new A(3).x, new B().x, new B().z, new C().x, new C().y, (new A).x, B.make.call(A).x]',
    ],
    [[1, 3, 5, 'A', 5, 3, 1, 2]],
  )
  shows(
    'optional ones',
    ['let f: any; const g: any = { h: null }', '[f?.(1), g?.h?.(), g.k?.[0], delete g?.h, f?.x.y.z]'],
    [[undefined, undefined, undefined, true, undefined]],
  )
  shows(
    'of eval are indirect',
    ['const a = 1; const e = eval; [typeof eval("typeof a"), eval("1 + 1")]'],
    [['string', 2]],
  )
  throws(
    'of eval do not see the cell',
    ['{ let local = 1; eval("local") }'],
    'ReferenceError: local is not defined',
  )
  throws('have no arguments at the top', ['arguments'], 'ReferenceError: arguments is not defined')
  shows('have arguments in functions', ['function f() { return (() => arguments.length)() } f(1, 2)'], [2])
  shows('of dynamic import', ['await import("m").catch((e) => e.message)'], ["Cannot import 'm'"])
})

describe('names of functions', () => {
  shows(
    'are inferred as in one module',
    [
      `const a = () => {}; let b = function () {}, c = class {}; var d = (() => {}); const { e = () => {}, x: f = class {} } = {} as any
       const [g = async () => {}] = []; let h: any; h = () => {}; let i: any; i ??= function* () {}; const j = function named() {}
       const k = class { static name = 'own' }; let l: any; (l) = () => {}; ({ m: l = () => {} } = {} as any); const n = [() => {}][0]!
       const __proto__ = () => {}; const o = ((0, () => {}))`,
      '[a, b, c, d, e, f, g, h, i, j, k, l, n, __proto__, o].map((f: any) => f.name)',
    ],
    [['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'named', 'own', 'l', '', '__proto__', '']],
  )
  shows(
    'survive the marks of closures',
    [
      `function make(v: any, key = 'comp') {
         const a = () => v; let b; b = function () { return v }; const c = class { m() { return v } }
         const o = { d: () => v, 'e e': () => v, 7: () => v, [key]: () => v, g() { return v }, get h() { return v }, __proto__: null }
         class D { f = () => v; static s = () => this; [key] = () => v; #p = () => v; p() { return this.#p.name } }
         const { q = () => v } = {} as any; const p = (r = () => v) => r
         function decl() { return v }
         return [a, b, c, o.d, o['e e'], o[7], o[key], o.g, new D().f, D.s, new D()[key], q, p(), decl].map((f: any) => f.name).concat(new D().p())
       }`,
      'make(1)',
    ],
    [['a', 'b', 'c', 'd', 'e e', '7', 'comp', 'g', 'f', 's', 'comp', 'q', 'r', 'decl', '#p']],
  )
  shows(
    'of declarations',
    ['function f() {} class A {} async function* g() {}', '[f.name, A.name, g.name]'],
    [['f', 'A', 'g']],
  )
})

describe('TypeScript', () => {
  shows(
    'is erased or lowered',
    [
      `abstract class A<T> { abstract f(): T; constructor(protected x: T, public readonly y?: number) {} }
       class B extends A<number> { override f() { return this.x! as number } declare z: string }
       function over(a: string): string; function over(a: number): number; function over(a: any) { return a }
       const t = { a: 1 } satisfies Record<string, number>, u = [1, 2] as const, w = <number>over(3)
       const gen = <T,>(x: T): T => x; type M = { [K in keyof typeof t]: boolean }
       let opt!: number; const assertion = (x: unknown): asserts x is string => {}
       import type { Nothing } from 'nowhere'`,
      '[new B(1, 2).f(), new B(3, 4).y, over("s"), t, u, w, gen(5), gen<number>(6), opt, over < 3, over(1) > 0]',
    ],
    [[1, 4, 's', { a: 1 }, [1, 2], 3, 5, 6, undefined, false, true]],
  )
  shows(
    'decorators',
    [
      `const log: string[] = []
       function dec(value: any, context: any) { log.push(context.kind + ' ' + String(context.name)) }
       @dec class A { @dec m() {} @dec f = 1; @dec static s = 2; @dec accessor acc = 3 }`,
      '[log.sort(), new A().acc, A.name]',
    ],
    [[['accessor acc', 'class A', 'field f', 'field s', 'method m'], 3, 'A']],
  )
  test('imports that turn out to be types do not fail', async () => {
    const cells = new Cells()
    cells.modules.m = {}
    await cells.execute("import { Shape } from 'm'; let s: Shape | undefined; 1")
    assert.deepEqual(cells.shown, [1])
  })
  test('imports of every form', async () => {
    const cells = new Cells()
    cells.modules.a = { default: 'd', x: 1, 'odd name': 2 }
    cells.modules.b = { y: 3 }
    const loaded: string[] = []
    cells.modules.c = new Proxy({}, { get: (_, key) => loaded.push(String(key)) })
    await cells.execute(`
      const before = x + y
      import a, { x, default as again, "odd name" as odd } from 'a'
      import b, * as ns from 'b'
      import { y } from 'b'
      import 'c'
      export * from 'c'; export { z } from 'c'
    `)
    await cells.execute(
      "const { y: dynamic } = await import('b'); [a, again, odd, before, b === ns, ns.y, dynamic]",
    )
    assert.deepEqual(cells.shown, [['d', 'd', 2, 4, true, 3, 3]])
    await assert.rejects(cells.execute('x = 2'), /Assignment to constant variable 'x'/)
  })
})

describe('the last expression', () => {
  shows('is shown without semicolon', ['1 + 1'], [2])
  shows('is shown with semicolons and comments after it', ['"use strict"; 3 /* c */ ;; // end\n'], [3])
  shows('is shown when it is a string', ["'text'"], ['text'])
  shows(
    'is shown when it is an object, a function, a sequence',
    ['({ a: 1 })', '1, 2', 'void 0'],
    [{ a: 1 }, 2, undefined],
  )
  shows('is awaited', ['Promise.resolve(4)', 'await Promise.resolve(5)'], [4, 5])
  shows(
    'is shown with type operators',
    ['let a: any = 6', 'a!', 'a as number', '<number>a', 'a satisfies number'],
    [6, 6, 6, 6],
  )
  shows(
    'is not shown where a declaration follows or a block holds it',
    ['1; const a = 2', '{ 3 }', 'if (1) 4', '5; interface I {}', ''],
    [],
  )
  shows('is shown when it assigns', ['let a', 'a = 7'], [7])
  shows(
    'is nothing in an empty cell',
    ['', '  \n', '// c', '/* c */', ';', '\ufeff', '#!/usr/bin/env node'],
    [],
  )
  shows(
    'is shown after a BOM, a hash-bang, CRLF',
    ['\ufeff8', '#!x\n9', 'const a =\r\n  10\r\na\r\n'],
    [8, 9, 10],
  )
})

describe('asynchronous code', () => {
  shows(
    'at the top',
    ['const a = await Promise.resolve(1); for await (const x of [a, 2]) var last = x', 'last'],
    [2],
  )
  shows(
    'in every form',
    [
      `async function* g() { yield 1; try { yield await Promise.resolve(2) } catch { yield 0 } finally { yield 3 } }
       const all: number[] = []
       outer: for await (const x of g()) { for (;;) { all.push(x); continue outer } }
       const f = async (x: number) => (await x) + 1
       const o = { async *m() { for await (const { v } of [Promise.resolve({ v: 1 })]) yield v } }
       if (true) for await (const v of o.m()) all.push(v); else all.push(-1)
       const [r] = await Promise.all([(async () => { try { await Promise.reject(new Error('no')) } catch ({ message }) { return message } })()])`,
      '[all, await f(1), r]',
    ],
    [[[1, 2, 3, 1], 2, 'no']],
  )
  shows(
    'evaluates operands in order around await',
    ['let log = ""; const t = (x: string) => (log += x, x)', 'await (t("a") + await t("b") + t("c")); log'],
    ['abc'],
  )
})

describe('using', () => {
  const resource = `const log: string[] = []
    const open = (name: string, fails = false) => ({ name, [Symbol.dispose]() { log.push(name); if (fails) throw new Error(name) } })
    const openLater = (name: string) => ({ async [Symbol.asyncDispose]() { await 0; log.push(name) } })`
  shows(
    'ends with the cell, after its value was shown, and is not seen by later ones',
    [
      resource,
      'using a = open("a"), none = null; const kept = 1; await using b = openLater("b"); let f = () => a.name; log.push("body"); log.length',
      '[log, kept, f(), typeof a]',
    ],
    [1, [['body', 'b', 'a'], 1, 'a', 'undefined']],
  )
  shows(
    'works in blocks, functions and loops',
    [
      resource,
      '{ using a = open("a"); log.push(a.name + "!") } async function f() { await using b = openLater("b") } await f(); for (using c of [open("c")]) log.push("in c")',
      'log',
    ],
    [['a!', 'a', 'b', 'in c', 'c']],
  )
  shows(
    'works in the heads of loops',
    [
      resource,
      'for await (await using c of [openLater("c")]) log.push("in c"); for (using d of [open("d")]) ; log',
    ],
    [['in c', 'c', 'd']],
  )
  throws(
    'disposes when the cell fails',
    [resource, 'using a = open("a"); throw new TypeError("own")'],
    'TypeError: own',
  )
  throws(
    'joins two errors',
    [resource, 'using a = open("a", true); throw new TypeError("own")'],
    /SuppressedError/,
  )
  throws('fails with what disposing throws', [resource, 'using a = open("a", true); 1'], 'Error: a')
  throws('refuses what cannot be disposed of', ['using a = {} as any'], /TypeError: .*dispose/)
  shows(
    'leaves a session variable of the same name alone',
    ['const a = 1; const f = () => a', 'using a = null', '[a, f()]'],
    [[1, 1]],
  )
})

test('an odd word after a keyword does not matter', async () => {
  assert.deepEqual(
    await shownBy(
      'let async = 1, of = 2, type = 3, declare = 4, as = 5',
      'for ((async) of [6]); [async, of, type, declare, as]',
    ),
    [[6, 2, 3, 4, 5]],
  )
})
