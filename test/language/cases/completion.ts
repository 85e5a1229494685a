import type { Case } from '../case'
import { sixty } from './long'

const many = Array.from({ length: 12 }, (_, cell) =>
  Array.from({ length: 20 }, (_, i) => `const quantity${cell}x${i} = ${i}`).join('\n'),
)

export const completion: readonly Case[] = [
  {
    name: 'names of earlier cells are offered with their types, kinds and cells',
    cells: [
      '/** The number of steps. */\nconst steps = 50\nfunction draw(n: number) { return n }',
      'class Walk { at = 0 }\nenum Mode { Fast, Slow }',
      '¦',
    ],
    ask: {
      feature: 'completion',
      has: [
        {
          label: 'steps',
          kind: 'constant',
          description: 'cell 1',
          detail: /^const steps: 50$/,
          documentation: /^The number of steps\.$/,
        },
        { label: 'draw', kind: 'function', detail: /^function draw\(n: number\): number$/ },
        { label: 'Walk', kind: 'class', description: 'cell 2' },
        { label: 'Mode', kind: 'enum' },
        { label: 'tf' },
        { label: 'display' },
      ],
    },
  },
  {
    name: 'members of a value of an earlier cell are offered',
    cells: ['const point = { x: 1, yLabel: "s" }', 'point.¦'],
    ask: { feature: 'completion', trigger: '.', only: ['x', 'yLabel'] },
  },
  {
    name: 'snippets are offered where a statement may begin',
    cells: ['const a = 1', 'if (a) {\n  noise sch¦\n}'],
    ask: { feature: 'completion', snippets: true },
  },
  ...(
    [
      ['after a dot', 'point.pro¦'],
      ['in a string', 'const text = "pro¦"'],
      ['in a template', 'const text = `${point}\npro¦`'],
      ['in a comment', 'point\n// pro¦'],
      ['among arguments', 'Math.max(pro¦)'],
    ] as const
  ).map(([where, cell]): Case => ({
    name: `no snippets are offered ${where}`,
    cells: ['const point = { x: 1, profile: "s" }', cell],
    ask: { feature: 'completion', snippets: false },
  })),
  {
    name: 'a name of the runtime is imported when it is accepted',
    cells: ['const a = 1', 'const forward = vp¦'],
    ask: {
      feature: 'completion',
      has: [
        {
          label: 'vp',
          description: 'genbook',
          kind: 'function',
          detail: /^function vp\(/,
          documentation: /variance-preserving process/,
          accepted: ['const a = 1', "import { vp } from 'genbook'\nconst forward = vp"],
        },
      ],
    },
  },
  {
    name: 'an import joins the one that the cell has',
    cells: ["// Start.\nimport { vp } from 'genbook'\n\ndenois¦(vp())"],
    ask: {
      feature: 'completion',
      has: [
        {
          label: 'denoiser',
          accepted: ["// Start.\nimport { vp, denoiser } from 'genbook'\n\ndenoiser(vp())"],
        },
      ],
    },
  },
  {
    name: 'a type of the runtime is imported as a type, and only where types stand',
    cells: ['let model: Denois¦'],
    ask: {
      feature: 'completion',
      has: [
        {
          label: 'Denoiser',
          kind: 'interface',
          accepted: ["import { type Denoiser } from 'genbook'\nlet model: Denoiser"],
        },
      ],
      hasNot: ['vp', 'denoiser'],
    },
  },
  {
    name: 'an import is offered from the submodule that alone has it',
    cells: ['import "genbook"\nmoo¦'],
    ask: {
      feature: 'completion',
      has: [
        {
          label: 'moons',
          description: 'genbook/data',
          accepted: ['import "genbook"\nimport { moons } from "genbook/data"\nmoons'],
        },
      ],
    },
  },
  {
    name: 'TensorFlow.js can be imported by name, after ours',
    cells: ['relu¦'],
    ask: {
      feature: 'completion',
      has: [
        {
          label: 'relu6',
          description: '@tensorflow/tfjs',
          accepted: ["import { relu6 } from '@tensorflow/tfjs'\nrelu6"],
        },
      ],
    },
  },
  {
    name: 'a name that an earlier cell imports is not imported again',
    cells: ["import { vp } from 'genbook'", 'v¦'],
    ask: {
      feature: 'completion',
      has: [{ label: 'vp', description: 'cell 1', accepted: ["import { vp } from 'genbook'", 'vp'] }],
    },
  },
  {
    name: 'members of tf are offered with their documentation',
    cells: ['tf.zer¦'],
    ask: {
      feature: 'completion',
      has: [{ label: 'zeros', detail: /zeros/, documentation: /all elements set to 0/ }],
    },
  },
  {
    name: 'options of a generic of the runtime are offered',
    cells: [
      "import { ddim, denoiser, mlp, vp } from 'genbook'\nconst model = denoiser(vp(), mlp({ dim: 2, hidden: [8] }), { predicts: 'noise' })",
      'ddim(model, { ¦ })',
    ],
    ask: { feature: 'completion', has: ['steps', 'eta'], hasNot: ['model', 'Array'] },
  },
  {
    name: 'the choices of a text are offered',
    cells: [
      "import { denoiser, mlp, vp } from 'genbook'\ndenoiser(vp(), mlp({ dim: 2, hidden: [8] }), { predicts: '¦' })",
    ],
    ask: { feature: 'completion', has: ['noise', 'score', 'velocity'] },
  },
  {
    name: 'what can be imported is offered in an import',
    cells: ["import { vp } from 'gen¦'"],
    ask: {
      feature: 'completion',
      has: [{ label: 'genbook/data', accepted: undefined }, 'genbook', '@tensorflow/tfjs', 'plotly.js-dist'],
      hasNot: ['Array'],
    },
  },
  {
    name: 'the names of a module are offered inside an import of it',
    cells: ["import { moo¦ } from 'genbook/data'"],
    ask: { feature: 'completion', has: ['moons'], hasNot: ['vp'] },
  },
  {
    name: 'names of other cells are offered inside an open block',
    cells: ['const model = { steps: 3 }', 'function f() {\n  for (const a of [1]) {\n    mod¦'],
    ask: { feature: 'completion', has: [{ label: 'model', description: 'cell 1' }, 'a'] },
  },
  {
    name: 'names of other cells are offered inside an open template',
    cells: ['const model = { steps: 3 }', 'const text = `${model.¦'],
    ask: { feature: 'completion', only: ['steps'] },
  },
  {
    name: 'a name that this cell imports keeps its members while the cell is half written',
    cells: ["import * as t from '@tensorflow/tfjs'", 'const a = (t.zer¦'],
    ask: { feature: 'completion', has: ['zeros'] },
  },
  {
    name: 'after non-ASCII text the right word is completed',
    cells: ['const größe = { Δt: 1 }', 'const s = "😀 ∇ log p"; größe.¦'],
    ask: {
      feature: 'completion',
      has: [{ label: 'Δt', accepted: ['const größe = { Δt: 1 }', 'const s = "😀 ∇ log p"; größe.Δt'] }],
    },
  },
  {
    name: 'a redeclared name has the members of the nearest earlier declaration',
    cells: ['const run = { first: 1 }', 'const run = { second: 2 }', 'run.¦', 'const run = { third: 3 }'],
    ask: { feature: 'completion', only: ['second'] },
  },
  {
    name: 'destructured names are offered',
    cells: ['const { a: [first], ...others } = { a: [{ deep: 1 }], b: 2 }', 'first.¦'],
    ask: { feature: 'completion', only: ['deep'] },
  },
  {
    name: 'members of an enum and of an awaited value of another cell are offered',
    cells: [
      'enum Mode { Fast, Slow }\nconst result = await Promise.resolve({ mode: Mode.Fast, loss: 1 })',
      'result.¦',
    ],
    ask: { feature: 'completion', only: ['loss', 'mode'] },
  },
  {
    name: 'a list that starts empty has the members of what is put into it',
    cells: ['const losses = []\nlosses.push({ step: 1, loss: 2 })', 'losses[0].¦'],
    ask: { feature: 'completion', has: ['step', 'loss'] },
  },
  {
    name: 'nothing generated is offered',
    cells: ['const losses = []\nlosses.push(1)\n¦'],
    ask: { feature: 'completion', has: ['losses'], hasNot: ['losses$'] },
  },
  {
    name: 'all names of very many are offered',
    cells: [...many, 'quantity¦'],
    ask: { feature: 'completion', has: ['quantity0x0', { label: 'quantity11x19', description: 'cell 12' }] },
  },
  {
    name: 'a deprecated member is marked',
    cells: ['const old = {\n  /** @deprecated Use `b`. */\n  a: 1,\n  b: 2,\n}', 'old.¦'],
    ask: { feature: 'completion', has: [{ label: 'a', documentation: /@deprecated.*Use `b`/ }] },
  },
  {
    name: 'the last cell of sixty knows the first',
    cells: sixty('const walk = ddim(model, { steps: 5 })\nwalk.¦'),
    ask: { feature: 'completion', hasNot: ['Array'] },
  },
  {
    name: 'a cell in the middle of sixty knows its interface',
    cells: sixty('measure54({ steps: 1, label: "" }).¦', 'const after = 1'),
    ask: { feature: 'completion', only: ['label', 'steps'] },
  },
]
