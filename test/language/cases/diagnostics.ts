import type { Case } from '../case'
import { sixty } from './long'

export const diagnostics: readonly Case[] = [
  {
    name: 'a type error across cells',
    cells: ['const a = 1', 'const «b»: string = a'],
    ask: { feature: 'diagnostics', codes: [2322] },
  },
  {
    name: 'after non-ASCII text an error is in the right place',
    cells: ['const s = "😀∇"; s.«foo»'],
    ask: { feature: 'diagnostics', codes: [2339] },
  },
  {
    name: 'redeclarations, closures and top-level await are legal',
    cells: [
      'const a = 1\nconst f = () => later',
      'const a = "s"',
      'let later = await Promise.resolve(a.length)\nfor await (const x of [later]) console.log(x)',
    ],
    ask: { feature: 'diagnostics', codes: [] },
  },
  {
    name: 'a syntax error',
    cells: ['const a = 1', 'const b = («)»'],
    ask: { feature: 'diagnostics', codes: [1109] },
  },
  {
    name: 'a wrong option of the runtime',
    cells: ["import { vp } from 'genbook'\nvp({ «beta_min»: 1 })"],
    ask: { feature: 'diagnostics', codes: [2353] },
  },
  { name: 'a name that is nowhere', cells: ['«nowhere»'], ask: { feature: 'diagnostics', codes: [2304] } },
  {
    name: 'what cannot be imported',
    cells: ["import fs from «'node:fs'»"],
    ask: { feature: 'diagnostics', codes: [2307], messages: [/What can be: 'genbook'/] },
  },
  {
    name: 'a redeclaration that earlier functions do not expect',
    cells: ['const scale = 2', 'const f = (x: number) => x * scale', 'const «scale» = "two"'],
    ask: { feature: 'diagnostics', codes: [0], messages: [/cell 1.*cell 2/] },
  },
  {
    name: 'only at the one place of sixty cells',
    cells: sixty('const «last»: number = label55', 'last'),
    ask: { feature: 'diagnostics', codes: [2322] },
  },
  {
    name: 'interfaces, enums and classes across cells',
    cells: [
      'interface I { a: number }\nenum E { A, B }\nabstract class C<T> { abstract get(): T }',
      'class D extends C<I> { get(): I { return { a: E.A } } }\nconst e: E.B = E.B',
      'new D().get().«b»',
    ],
    ask: { feature: 'diagnostics', codes: [2339] },
  },
  {
    name: 'type-only uses of an import of another cell',
    cells: [
      "import { type Denoiser, type Network } from 'genbook'",
      'let d: Denoiser | undefined\nfunction f(n: Network) { return n }',
    ],
    ask: { feature: 'diagnostics', codes: [] },
  },
  {
    name: 'after a cell moved above, its name is known earlier',
    before: [{ a: 'const x = "s"', b: 'x.toUpperCase()', c: 'const x = 1' }],
    cells: { c: 'const x = 1', b: 'x.«toUpperCase»()', a: 'const x = "s"' },
    ask: { feature: 'diagnostics', codes: [2339] },
  },
  {
    name: 'after a cell was deleted, its names are unknown',
    before: [{ a: 'const x = 1', b: 'x' }],
    cells: { b: '«x»' },
    ask: { feature: 'diagnostics', codes: [2304] },
  },
  {
    name: 'after cells were joined, what both declared is an error of the text',
    before: [{ a: 'const x = 1', b: 'const x = 2' }],
    cells: { a: 'const x = 1\nconst «x» = 2' },
    ask: { feature: 'diagnostics', codes: [2451] },
  },
  {
    name: 'a local name that nothing uses',
    cells: ['function f(a: number) {\n  const «unused» = 1\n  return a\n}\nconst shared = 1'],
    ask: { feature: 'unnecessary' },
  },
  {
    name: 'code that is never reached',
    cells: ['function f() {\n  return 1\n  «console.log(2)»\n}'],
    ask: { feature: 'unnecessary' },
  },
  {
    name: 'an import and a constant that only later cells use',
    cells: ["import { vp } from 'genbook'\nconst a = 1", 'vp()\na'],
    ask: { feature: 'unnecessary' },
  },
  {
    name: 'a deprecated function of another cell',
    cells: ['/** @deprecated Use g. */\nfunction f() {}', '«f»()'],
    ask: { feature: 'deprecated' },
  },
]
