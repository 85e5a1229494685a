import type { Case } from '../case'

export const fixes: readonly Case[] = [
  {
    name: 'a missing import is added',
    cells: ['const a = 1', 'const f = «vp»()'],
    ask: {
      feature: 'fix',
      title: "Import 'vp' from 'genbook'",
      result: ['const a = 1', "import { vp } from 'genbook'\nconst f = vp()"],
    },
  },
  {
    name: 'a missing import is added also for a name that TypeScript knows from elsewhere',
    cells: ["«test»('two', { run: () => 1 + 1, expect: 2 })"],
    ask: {
      feature: 'fix',
      title: "Import 'test' from 'genbook'",
      result: ["import { test } from 'genbook'\ntest('two', { run: () => 1 + 1, expect: 2 })"],
    },
  },
  {
    name: 'a missing import joins the one that is there',
    cells: ["import { vp } from 'genbook'\n«mlp»({ dim: 2, hidden: [vp.length] })"],
    ask: {
      feature: 'fix',
      title: "Import 'mlp' from 'genbook'",
      result: ["import { vp, mlp } from 'genbook'\nmlp({ dim: 2, hidden: [vp.length] })"],
    },
  },
  {
    name: 'a missing type is imported as a type',
    cells: ['let d: «Denoiser» | undefined'],
    ask: {
      feature: 'fix',
      title: "Import 'Denoiser' from 'genbook'",
      result: ["import { type Denoiser } from 'genbook'\nlet d: Denoiser | undefined"],
    },
  },
  {
    name: 'all missing imports are added at once',
    cells: [
      "const m = «denoiser»(vp(), mlp({ dim: 2, hidden: [8] }), { predicts: 'noise' })\nconst d = moons()",
    ],
    ask: {
      feature: 'fix',
      title: 'Add all missing imports',
      all: true,
      result: [
        "import { denoiser, vp, mlp } from 'genbook'\nimport { moons } from 'genbook/data'\nconst m = denoiser(vp(), mlp({ dim: 2, hidden: [8] }), { predicts: 'noise' })\nconst d = moons()",
      ],
    },
  },
  {
    name: 'a misspelt name of another cell is mended',
    cells: ['const model = 1', '«modle» + 1'],
    ask: { feature: 'fix', title: "Change spelling to 'model'", result: ['const model = 1', 'model + 1'] },
  },
  {
    name: 'a misspelt option of the runtime is mended',
    cells: ["import { type DdimOptions } from 'genbook'\nconst o: DdimOptions<tf.Tensor> = { «step»: 5 }"],
    ask: {
      feature: 'fix',
      title: "Change spelling to 'steps'",
      result: ["import { type DdimOptions } from 'genbook'\nconst o: DdimOptions<tf.Tensor> = { steps: 5 }"],
    },
  },
  {
    name: 'after non-ASCII text the right word is mended',
    cells: ['const größe = 1', 'const s = "😀∇"; «größ» + 1'],
    ask: {
      feature: 'fix',
      title: "Change spelling to 'größe'",
      result: ['const größe = 1', 'const s = "😀∇"; größe + 1'],
    },
  },
  {
    name: 'a local name that nothing uses is removed',
    cells: ['function f(a: number) {\n  const «unused» = 1\n  return a\n}'],
    ask: {
      feature: 'fix',
      title: "Remove unused declaration for: 'unused'",
      result: ['function f(a: number) {\n  return a\n}'],
    },
  },
  {
    name: 'a missing await is added',
    cells: ['const later = Promise.resolve(1)', 'const «a»: number = later'],
    ask: {
      feature: 'fix',
      title: "Add 'await'",
      result: ['const later = Promise.resolve(1)', 'const a: number = await later'],
    },
  },
  {
    name: 'a missing await is added before a member',
    cells: ['const later = Promise.resolve(1)', 'later.«toFixed»(2)'],
    ask: {
      feature: 'fix',
      title: "Add 'await'",
      result: ['const later = Promise.resolve(1)', '(await later).toFixed(2)'],
    },
  },
  {
    name: 'a missing function is added to the cell, not to what is generated',
    cells: ['const a = 1', 'const b: number = «compute»(a)'],
    ask: {
      feature: 'fix',
      title: "Add missing function declaration 'compute'",
      result: [
        'const a = 1',
        "const b: number = compute(a)\nfunction compute(a: number): number {\n  throw new Error('Function not implemented.')\n}",
      ],
    },
  },
  {
    name: 'imports of cells are never offered',
    cells: ['const model = 1', '«nothing»'],
    ask: { feature: 'noFix', title: /cells|import/i },
  },
  {
    name: 'imports are sorted, joined and kept',
    cells: [
      "import { vp } from 'genbook'\nimport { relu } from '@tensorflow/tfjs'\nimport { mlp } from 'genbook'\n¦const a = 1",
    ],
    ask: {
      feature: 'organizeImports',
      result: "import { relu } from '@tensorflow/tfjs'\nimport { mlp, vp } from 'genbook'\nconst a = 1",
    },
  },
]
