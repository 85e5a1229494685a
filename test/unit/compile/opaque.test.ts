/** Which closures are marked as places where tensors may hide. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cells } from './cells'

async function marks(source: string): Promise<{ marked: unknown[]; cells: Cells }> {
  const cells = new Cells()
  await cells.execute(source)
  return { marked: [...cells.opaque], cells }
}

test('closures over session variables are not marked', async () => {
  const { marked } = await marks(
    `
    let a = 1
    function f(x: number) { return x + a }
    const g = (x: number) => f(x) + a, h = function self(): any { return self }
    class C { m() { return a } static s = C }
    const o = { m() { return a }, n: () => a }
    for (const x of [1, 2]) f(x)
    [1].map((x) => x + a)
    const t = () => this
  `.replace('[1].map', ';[1].map'),
  )
  assert.deepEqual(marked, [])
})

test('closures over locals are marked, of every form', async () => {
  const { marked, cells } = await marks(`
    const all: any[] = []
    function make(p: any) {
      const k = p
      const arrow = () => k
      const fn = function () { return p }
      const named = function inner() { return p }
      function declared() { return k }
      class D { m() { return k } }
      const E = class { m() { return k } }
      const object = { m() { return k }, get g() { return k }, plain: 1 }
      const nested = () => () => k
      async function* gen() { yield k }
      switch (1) { case 0: case 1: all.push(late); function late() { return k } }
      { all.push(block); function block() { return k } }
      all.push(arrow, fn, named, declared, D, E, object, object.m, nested, gen, Object.getOwnPropertyDescriptor(object, 'g')!.get)
    }
    make(1)
  `)
  const all = cells.get('all') as unknown[]
  assert.equal(all.length, 13)
  for (const value of all) assert.ok(marked.includes(value), String(value))
})

test('classes with private members, and closures over this, are marked', async () => {
  const { marked, cells } = await marks(`
    class P { #x = 1; get x() { return this.#x } }
    const Q = class { static #y = 1 }
    class R { #m() {} }
    class S { f = () => this; g() { return () => this }; h() { return () => arguments } }
    const s = new S()
    const all = [P, Q, R, s.f, s.g(), s.h()]
    using u = null; const v = () => u
    { const local = 1; all.push(() => local) }
    for (let i = 0; i < 1; i++) all.push(() => i)
    try { throw 1 } catch (e) { all.push(() => e) }
    all.push(v)
  `)
  for (const value of cells.get('all') as unknown[]) assert.ok(marked.includes(value), String(value))
})

test('what is called on the spot is not marked', async () => {
  const { marked } = await marks(
    '{ const k = 1; (() => k)(); (function () { return k })() } enum E { A } namespace N { export const x = 1 }',
  )
  assert.deepEqual(marked, [])
})
