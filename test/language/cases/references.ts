import type { Case } from '../case'
import { sixty } from './long'

export const references: readonly Case[] = [
  {
    name: 'every use in every cell, from a use',
    cells: ['const «a» = 1\nconst b = «a»', '«a» + { a: 1 }.a', 'const f = (a: number) => a\nf(¦«a»)'],
    ask: { feature: 'references' },
  },
  {
    name: 'a redeclared name: only the uses of that declaration',
    cells: ['const a = 1', 'a', 'const ¦«a» = 2', '«a» + «a»'],
    ask: { feature: 'references' },
  },
  {
    name: 'the uses of the first of two declarations',
    cells: ['const ¦«a» = 1', '«a»', 'const a = 2', 'a'],
    ask: { feature: 'references' },
  },
  {
    name: 'an assigned variable',
    cells: ['let ¦«n» = 1', '«n» = 2', '«n» + 1'],
    ask: { feature: 'references' },
  },
  {
    name: 'a list that starts empty',
    cells: ['const «l» = []\n«l».push(1)', '«l».length', '¦«l»[0]'],
    ask: { feature: 'references' },
  },
  {
    name: 'a type and a value of one name are told apart',
    cells: [
      'interface «P» { x: number }',
      'const P = 1',
      'const p: ¦«P» = { x: P }',
      'let q: «P» | undefined\nP',
    ],
    ask: { feature: 'references' },
  },
  {
    name: 'a member of a class',
    cells: [
      'class W {\n  «at» = 0\n  move() { this.«at»++ }\n}',
      'new W().¦«at»',
      'const { «at» } = new W()',
    ],
    ask: { feature: 'references' },
  },
  {
    name: 'a name that is imported in one cell and used in others',
    cells: ["import { «vp» } from 'genbook'", 'const f = «vp»()', '¦«vp»({ betaMin: 0.1 })'],
    ask: { feature: 'references' },
  },
  {
    name: 'an enum, as type and as value',
    cells: ['enum «Mode» { Fast }', 'let m: «Mode» = ¦«Mode».Fast'],
    ask: { feature: 'references' },
  },
  {
    name: 'among sixty cells',
    cells: sixty('const «last» = 1', '«last» + 1', '¦«last»'),
    ask: { feature: 'references' },
  },
  {
    name: 'the uses in this cell are highlighted',
    cells: ['const a = 1', '¦«a» + «a»', 'a'],
    ask: { feature: 'highlights' },
  },
  {
    name: 'a local name is highlighted, and not the session’s of that name',
    cells: ['const a = 1\nfunction f(«a»: number) { return ¦«a» }\na'],
    ask: { feature: 'highlights' },
  },
  {
    name: 'after non-ASCII text the right places are highlighted',
    cells: ['const «σ» = "😀∇"; «σ» + "😀" + ¦«σ»'],
    ask: { feature: 'highlights' },
  },
]
