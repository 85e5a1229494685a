import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cells, shownBy } from './cells'

test('every kind of declaration outlives its cell', async () => {
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

test('closures see the latest value, and a redeclaration of another kind', async () => {
  const shown = await shownBy(
    'const a = 1; const f = () => a; function g() { return f() }',
    '[f(), g()]',
    'let a = 2',
    'a += 1; [f(), g()]',
    'function a() { return 4 }',
    'f()()',
  )
  assert.deepEqual(shown, [[1, 1], [3, 3], 4])
})
