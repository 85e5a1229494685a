import type { Case } from '../case'
import { sixty } from './long'

export const hover: readonly Case[] = [
  {
    name: 'a name of an earlier cell shows its type and documentation, with formulas to read',
    cells: [
      '/** The score $\\nabla \\log p_t(x)$.\n * @param x states of shape $[n, d]$ */\nfunction score(x: tf.Tensor2D) { return x }',
      'sc¦ore',
    ],
    ask: {
      feature: 'hover',
      code: /^function score\(x: tf\.Tensor2D\): Tensor2D$/,
      documentation: /The score ∇ log pₜ\(x\)\.\n\n\*@param\* `x` — states of shape \\\[n, d\\\]$/,
    },
  },
  {
    name: 'a function of the runtime shows its documentation',
    cells: ["import { vp } from 'genbook'", 'v¦p()'],
    ask: { feature: 'hover', code: /^function vp\(options\?: /, documentation: /\*@throws\* — RangeError/ },
  },
  {
    name: 'a generic of the runtime shows what its types were worked out to be',
    cells: [
      "import { ddim, denoiser, mlp, vp } from 'genbook'\nconst model = denoiser(vp(), mlp({ dim: 2, hidden: [8] }), { predicts: 'noise' })",
      'const wa¦lk = ddim(model)',
    ],
    ask: { feature: 'hover', code: /^const walk: Sampler<Tensor<Rank>>$/ },
  },
  {
    name: 'an assigned name of another cell shows its type and documentation',
    cells: ['/** Counts. */\nlet count = 1', 'cou¦nt = 2'],
    ask: { feature: 'hover', code: /^let count: number$/, documentation: /^Counts\.$/ },
  },
  {
    name: 'a list that starts empty shows what was put into it',
    cells: ['const losses = []\nlosses.push(1)', 'loss¦es'],
    ask: { feature: 'hover', code: /^const losses: number\[\]$/ },
  },
  {
    name: 'a redeclared name shows the nearest earlier declaration',
    cells: ['const a = 1', 'const a = "s"', '¦a', 'const a = true'],
    ask: { feature: 'hover', code: /^const a: "s"$/ },
  },
  {
    name: 'after non-ASCII text the right name is shown',
    cells: ['const σ = 1', 'const s = "😀∇"; ¦σ'],
    ask: { feature: 'hover', code: /^const σ: 1$/ },
  },
  {
    name: 'an interface of another cell used as a type only is shown',
    cells: ['/** Where it is. */\ninterface Point { x: number }', 'const p: Po¦int = { x: 1 }'],
    ask: { feature: 'hover', code: /^interface Point$/, documentation: /^Where it is\.$/ },
  },
  {
    name: 'a value and a type of one name are told apart',
    cells: ['interface P { x: number }', 'const P = "value"', 'const p: P = { x: P¦.length }'],
    ask: { feature: 'hover', code: /const P: "value"/ },
  },
  {
    name: 'an enum member of another cell shows its value',
    cells: ['enum Mode { Fast = 3 }', 'Mode.Fa¦st'],
    ask: { feature: 'hover', code: /^\(enum member\) Mode\.Fast = 3$/ },
  },
  {
    name: 'TensorFlow.js shows its documentation',
    cells: ['tf.ze¦ros([2])'],
    ask: { feature: 'hover', code: /zeros/, documentation: /all elements set to 0/ },
  },
  {
    name: 'a name of an interface that was declared sixty cells ago is shown',
    cells: sixty('const last: Sett¦ing = settings[0]'),
    ask: { feature: 'hover', code: /^interface Setting$/ },
  },
  {
    name: 'while a cell does not parse, others see its last good version',
    before: [['const a = { x: 1 }', 'a']],
    cells: ['const a = { x: 1 }; const b = (', '¦a'],
    ask: { feature: 'hover', code: /^const a: \{\n? *x: number;?\n?\}$/ },
  },
  { name: 'nothing is shown where nothing is', cells: ['const a = 1', '  ¦  '], ask: { feature: 'hover' } },
]
