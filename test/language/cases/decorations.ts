import type { Case } from '../case'

export const decorations: readonly Case[] = [
  {
    name: 'names of other cells have the colours of what they are',
    cells: [
      "import { vp } from 'genbook'\nclass W { at = 0 }\nenum E { A }\nlet n = 1\ninterface I { x: number }\nfunction f() {}\nconst c = 1",
      'const w = new W()\nw.at + c\nvp()\nf()\nE.A\nn = 2\nlet i: I¦',
    ],
    ask: {
      feature: 'tokens',
      words: {
        W: 'class',
        at: 'property',
        c: 'variable.readonly',
        vp: 'function',
        f: 'function',
        E: 'enum',
        A: 'enumMember.readonly',
        n: 'variable',
        I: 'interface',
      },
    },
  },
  {
    name: 'after non-ASCII text the right words are coloured',
    cells: ['const σ = 1\nfunction ƒ() {}', '"😀∇"; ƒ(); σ¦'],
    ask: { feature: 'tokens', words: { ƒ: 'function', σ: 'variable.readonly' } },
  },
  {
    name: 'names of parameters and types are hinted at',
    cells: ['function draw(count: number, label: string) { return [label] }', 'const x = draw(3, "s")¦'],
    ask: {
      feature: 'hints',
      settings: { parameterNames: 'literals', variableTypes: true },
      result: 'const x‹: string[]› = draw(‹count:›3, ‹label:›"s")',
    },
  },
  {
    name: 'nothing is hinted at where nothing is asked for',
    cells: ['const x = [1].map((y) => y)¦'],
    ask: { feature: 'hints', settings: {}, result: 'const x = [1].map((y) => y)' },
  },
  {
    name: 'which cells use which declaration',
    cells: [
      "import { vp } from 'genbook'\nconst a = 1\ninterface P { x: number }",
      'const a = vp()',
      'const p: P = { x: 1 }\na',
    ],
    ask: {
      feature: 'names',
      names: ['a vp module: b', 'a a constant:', 'a P interface: c', 'b a constant: c', 'c p constant:'],
    },
  },
  {
    name: 'after cells moved, others use a declaration',
    before: [{ a: 'const x = 1', b: 'x', c: 'const x = 2' }],
    cells: { a: 'const x = 1', c: 'const x = 2', b: 'x' },
    ask: { feature: 'names', names: ['a x constant:', 'c x constant: b'] },
  },
]
