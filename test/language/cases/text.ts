import type { Case } from '../case'

export const text: readonly Case[] = [
  {
    name: 'a cell is formatted',
    cells: ['const  a=1', 'function f( x:number ){\n¦return   x+a}\nconst s = "😀∇"  ;  f( 1 )'],
    ask: { feature: 'format', result: 'function f(x: number) {\n  return x + a\n}\nconst s = "😀∇"; f(1)' },
  },
  {
    name: 'only the selected lines are formatted',
    cells: ['const  a=1\n«const  b=2»\nconst  c=3¦'],
    ask: { feature: 'format', result: 'const  a=1\nconst b = 2\nconst  c=3' },
  },
  {
    name: 'with the person’s indentation',
    cells: ['if (1) {\n¦1\n}'],
    ask: { feature: 'format', tabSize: 4, result: 'if (1) {\n    1\n}' },
  },
  {
    name: 'top-level await over several lines is formatted once',
    cells: ['const a = await Promise.all([\n1,\n  ¦2])\nawait  f(\n  a)'],
    ask: { feature: 'format', result: 'const a = await Promise.all([\n  1,\n  2])\nawait f(\n  a)' },
  },
  {
    name: 'a closing brace formats its block',
    cells: ['for (const a of [1]) {\nconsole.log( a )\n}¦'],
    ask: { feature: 'formatTyped', typed: '}', result: 'for (const a of [1]) {\n  console.log(a)\n}' },
  },
  {
    name: 'a semicolon formats its statement',
    cells: ['const  a=1;¦'],
    ask: { feature: 'formatTyped', typed: ';', result: 'const a = 1;' },
  },
  {
    name: 'blocks, comments and imports fold',
    cells: [
      "import { vp } from 'genbook'\nimport { moons } from 'genbook/data'\n/*\n * A comment.\n */\nfunction f() {\n  return [\n    1,\n  ]\n}\n¦",
    ],
    ask: {
      feature: 'folding',
      lines: [
        [0, 1],
        [2, 4],
        [5, 9],
        [6, 8],
      ],
    },
  },
  {
    name: 'symbols of a cell, members below',
    cells: [
      "import { vp } from 'genbook'\nconst a = vp()\nclass W {\n  at = 0\n  move() {}\n}\nenum E { A }\ninterface I { x: number }\nfunction f() { const inner = 1 }\n¦",
    ],
    ask: {
      feature: 'symbols',
      tree: [
        { name: 'a', kind: 'constant' },
        {
          name: 'W',
          kind: 'class',
          children: [
            { name: 'at', kind: 'field' },
            { name: 'move', kind: 'method' },
          ],
        },
        { name: 'E', kind: 'enum', children: [{ name: 'A', kind: 'enumMember' }] },
        { name: 'I', kind: 'interface', children: [{ name: 'x', kind: 'field' }] },
        { name: 'f', kind: 'function', children: [{ name: 'inner', kind: 'constant' }] },
      ],
    },
  },
  {
    name: 'a selection grows by the structure',
    cells: ['const a = f(1 + ¦b)'],
    ask: { feature: 'selection', texts: ['b', '1 + b', 'f(1 + b)', 'const a = f(1 + b)'] },
  },
]
