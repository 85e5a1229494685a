import type { Case } from '../case'
import { sixty } from './long'

export const rename: readonly Case[] = [
  {
    name: 'a name is renamed in every cell that means it',
    cells: ['const ¦a = 1', 'const b = a + { a }.a\nconst f = (a: number) => a', 'console.log(`${a}`)'],
    ask: {
      feature: 'rename',
      to: 'alpha',
      result: [
        'const alpha = 1',
        'const b = alpha + { a: alpha }.a\nconst f = (a: number) => a',
        'console.log(`${alpha}`)',
      ],
    },
  },
  {
    name: 'from a use, with the declaration in another cell',
    cells: ['const { a, b: [c] } = { a: 1, b: [2] }', '¦c + a'],
    ask: {
      feature: 'rename',
      to: 'first',
      result: ['const { a, b: [first] } = { a: 1, b: [2] }', 'first + a'],
    },
  },
  {
    name: 'a destructured property keeps the property’s name',
    cells: ['const { loss } = { loss: 1 }', 'lo¦ss'],
    ask: { feature: 'rename', to: 'error', result: ['const { loss: error } = { loss: 1 }', 'error'] },
  },
  {
    name: 'a redeclared name is renamed only as far as that declaration is meant',
    cells: ['const a = 1', 'a', 'const ¦a = 2', 'a'],
    ask: { feature: 'rename', to: 'b', result: ['const a = 1', 'a', 'const b = 2', 'b'] },
  },
  {
    name: 'a variable that another cell assigns',
    cells: ['let n = 1', '¦n = 2\nn++', 'n'],
    ask: { feature: 'rename', to: 'count', result: ['let count = 1', 'count = 2\ncount++', 'count'] },
  },
  {
    name: 'a list that starts empty',
    cells: ['const l = []\nl.push(1)', '¦l.length'],
    ask: { feature: 'rename', to: 'losses', result: ['const losses = []\nlosses.push(1)', 'losses.length'] },
  },
  {
    name: 'a type that has the name of a value',
    cells: ['interface P { x: number }', 'const P = 1', 'const p: ¦P = { x: P }'],
    ask: {
      feature: 'rename',
      to: 'Point',
      result: ['interface Point { x: number }', 'const P = 1', 'const p: Point = { x: P }'],
    },
  },
  {
    name: 'a member across cells',
    cells: [
      'interface P { x: number }\nclass W { p: P = { x: 1 } }',
      'new W().p.¦x',
      'const { x } = new W().p',
    ],
    ask: {
      feature: 'rename',
      to: 'left',
      result: [
        'interface P { left: number }\nclass W { p: P = { left: 1 } }',
        'new W().p.left',
        'const { left: x } = new W().p',
      ],
    },
  },
  {
    name: 'a local name',
    cells: ['const x = 1', 'function f(y: number) { return ¦y + x }'],
    ask: { feature: 'rename', to: 'z', result: ['const x = 1', 'function f(z: number) { return z + x }'] },
  },
  {
    name: 'what a person exports stays exported by its name',
    cells: ['const a = 1\nexport { a as other }', '¦a'],
    ask: { feature: 'rename', to: 'b', result: ['const b = 1\nexport { b as other }', 'b'] },
  },
  {
    name: 'an imported name gets another name here',
    cells: ["import { vp } from 'genbook'", '¦vp()'],
    ask: {
      feature: 'rename',
      to: 'forward',
      result: ["import { vp as forward } from 'genbook'", 'forward()'],
    },
  },
  {
    name: 'after non-ASCII text the right places are renamed',
    cells: ['const s = "😀∇"; const σ = 1', 'const t = "😀"; ¦σ + σ'],
    ask: {
      feature: 'rename',
      to: 'sigma',
      result: ['const s = "😀∇"; const sigma = 1', 'const t = "😀"; sigma + sigma'],
    },
  },
  {
    name: 'among sixty cells',
    cells: sixty('const last = 1', 'la¦st + 1'),
    ask: { feature: 'rename', to: 'final', result: sixty('const final = 1', 'final + 1') },
  },
  {
    name: 'after cells were moved and split',
    before: [{ a: 'const x = 1\nx + 1', b: 'x' }],
    cells: { b: 'x', a: 'const ¦x = 1', c: 'x + 1' },
    ask: { feature: 'rename', to: 'y', result: ['y', 'const y = 1', 'y + 1'] },
  },
  {
    name: 'a member of the runtime is refused',
    cells: ['tf.ze¦ros([1])'],
    ask: { feature: 'rename', to: 'x', refused: /belongs to the runtime/ },
  },
  {
    name: 'a global is refused',
    cells: ['disp¦lay(1)'],
    ask: { feature: 'rename', to: 'x', refused: /belongs to the runtime/ },
  },
  {
    name: 'an option of the runtime is refused',
    cells: ["import { vp } from 'genbook'\nvp({ beta¦Min: 0.1 })"],
    ask: { feature: 'rename', to: 'x', refused: /belongs to the runtime/ },
  },
  {
    name: 'the imported side of an import is refused',
    cells: ["import { v¦p as forward } from 'genbook'"],
    ask: { feature: 'rename', to: 'x', refused: /belongs to the runtime/ },
  },
  {
    name: 'the name of a module is refused',
    cells: ["import { vp } from 'gen¦book'"],
    ask: { feature: 'rename', to: 'x', refused: /no name here/ },
  },
  {
    name: 'a keyword is refused',
    cells: ['con¦st a = 1'],
    ask: { feature: 'rename', to: 'x', refused: /no name here/ },
  },
  {
    name: 'what is no name is refused',
    cells: ['const ¦a = 1'],
    ask: { feature: 'rename', to: 'a b', refused: /is not a name/ },
  },
  {
    name: 'a keyword as a name is refused',
    cells: ['const ¦a = 1'],
    ask: { feature: 'rename', to: 'class', refused: /is not a name/ },
  },
  {
    name: 'a name that another cell has is refused',
    cells: ['const ¦a = 1', 'const b = 2'],
    ask: { feature: 'rename', to: 'b', refused: /'b' is already a name of cell 2/ },
  },
  {
    name: 'a name that is local where it would be used is refused',
    cells: ['const ¦a = 1', 'const f = (b: number) => a + b'],
    ask: { feature: 'rename', to: 'b', refused: /cell 2.*already a local name/ },
  },
  {
    name: 'a global that a cell uses is refused',
    cells: ['const ¦a = 1', 'a + tf.zeros([1]).size'],
    ask: { feature: 'rename', to: 'tf', refused: /uses 'tf'/ },
  },
  {
    name: 'while a cell that has the name does not parse, it is refused',
    cells: ['const ¦a = 1', 'a + ('],
    ask: { feature: 'rename', to: 'b', refused: /Cell 2 has a syntax error/ },
  },
]
