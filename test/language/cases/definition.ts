import type { Case } from '../case'
import { sixty } from './long'

export const definition: readonly Case[] = [
  {
    name: 'a name leads to the cell that declares it',
    cells: ['const other = 1\nconst «model» = 2', 'const x = mod¦el'],
    ask: { feature: 'definition' },
  },
  {
    name: 'a redeclared name leads to the nearest earlier declaration',
    cells: ['const a = 1', 'const «a» = 2', '¦a', 'const a = 3'],
    ask: { feature: 'definition' },
  },
  {
    name: 'a name that only a later cell declares leads there',
    cells: ['const f = () => lat¦er', 'const «later» = 1'],
    ask: { feature: 'definition' },
  },
  {
    name: 'an assigned name leads to its declaration',
    cells: ['let «count» = 1', 'cou¦nt = 2'],
    ask: { feature: 'definition' },
  },
  {
    name: 'a list that starts empty leads to its declaration',
    cells: ['const «losses» = []\nlosses.push(1)', 'loss¦es.length'],
    ask: { feature: 'definition' },
  },
  {
    name: 'a destructured name leads into the pattern',
    cells: ['const { a: [«first»], ...others } = { a: [1], b: 2 }', 'fir¦st'],
    ask: { feature: 'definition' },
  },
  {
    name: 'a type leads to the interface, a value to the constant of that name',
    cells: ['interface «P» { x: number }', 'const P = 1', 'let p: ¦P'],
    ask: { feature: 'definition' },
  },
  {
    name: 'a value leads to the constant, though a type has its name',
    cells: ['interface P { x: number }', 'const «P» = 1', '¦P + 1'],
    ask: { feature: 'definition' },
  },
  {
    name: 'a member leads into the class of another cell',
    cells: ['class Walk {\n  «at» = 0\n}', 'const w = new Walk()', 'w.a¦t'],
    ask: { feature: 'definition' },
  },
  {
    name: 'a name of the runtime leads into its declarations, from a cell that did not import it too',
    cells: ["import { vp } from 'genbook'", 'v¦p()'],
    ask: {
      feature: 'definition',
      file: /^\/node_modules\/genbook\/models\/processes\/vp\.d\.ts$/,
      text: 'vp',
    },
  },
  {
    name: 'a function of TensorFlow.js leads into its declarations',
    cells: ['tf.zer¦os([1])'],
    ask: { feature: 'definition', file: /tfjs-core.*\.d\.ts$/, text: 'zeros' },
  },
  {
    name: 'the name of a module leads to its declarations',
    cells: ["import { moons } from 'genbook/da¦ta'"],
    ask: { feature: 'definition', file: /^\/node_modules\/genbook\/.*data.*\.d\.ts$/ },
  },
  {
    name: 'after non-ASCII text the right name is found',
    cells: ['const s = "😀∇"; const «σ» = 1', 'const t = "😀"; ¦σ'],
    ask: { feature: 'definition' },
  },
  {
    name: 'sixty cells back',
    cells: ((cells: string[]) => [
      ...cells.slice(0, 2),
      'interface «Setting» { readonly steps: number; readonly label: string }',
      ...cells.slice(3),
    ])(sixty('const last: Sett¦ing = settings[0]')),
    ask: { feature: 'definition' },
  },
  {
    name: 'after its cell moved, a name leads there still',
    before: [{ a: 'const x = 1', b: 'const x = 2', c: 'x' }],
    cells: { b: 'const x = 2', a: 'const «x» = 1', c: '¦x' },
    ask: { feature: 'definition' },
  },
  {
    name: 'after its cell was deleted, a name leads to the one before',
    before: [{ a: 'const x = 1', b: 'const x = 2', c: 'x' }],
    cells: { a: 'const «x» = 1', c: '¦x' },
    ask: { feature: 'definition' },
  },
  {
    name: 'after its cell was split, a name leads to the right half',
    before: [{ a: 'const x = 1\nconst y = 2', c: 'y' }],
    cells: { a: 'const x = 1', b: 'const «y» = 2', c: '¦y' },
    ask: { feature: 'definition' },
  },
  {
    name: 'after cells were joined, a name leads into the whole',
    before: [{ a: 'const x = 1', b: 'const y = 2', c: 'y' }],
    cells: { a: 'const x = 1\nconst «y» = 2', c: '¦y' },
    ask: { feature: 'definition' },
  },
  {
    name: 'while its cell does not parse, a name leads to where it stands now',
    before: [['const a = 1', 'a']],
    cells: ['// a comment\nconst «a» = 1\nconst b = (', '¦a'],
    ask: { feature: 'definition' },
  },
  {
    name: 'the type of a value leads to its declaration',
    cells: ['interface «Point» { x: number }', 'const p: Point = { x: 1 }', '¦p'],
    ask: { feature: 'typeDefinition' },
  },
  {
    name: 'the type of a model leads into the runtime',
    cells: ["import { vp } from 'genbook'\nconst forward = vp()", 'forw¦ard'],
    ask: { feature: 'typeDefinition', file: /process\.d\.ts$/, text: 'GaussianProcess' },
  },
]
