import type { Case } from '../case'

export const signature: readonly Case[] = [
  {
    name: 'a call of a function of another cell shows its parameters',
    cells: [
      '/** Draws.\n * @param seed of the stream */\nfunction draw(n: number, seed?: string) {}',
      'draw(1, ¦)',
    ],
    ask: {
      feature: 'signature',
      label: /^draw\(n: number, seed\?: string\): void$/,
      parameter: /^seed\?: string$/,
      documentation: /^Draws\.$/,
    },
  },
  {
    name: 'a call of the runtime shows its parameters',
    cells: ["import { ddim, denoiser, mlp, vp } from 'genbook'", 'ddim(¦)'],
    ask: {
      feature: 'signature',
      trigger: '(',
      label: /^ddim\(model: Denoiser<State>, /,
      parameter: /^model: /,
    },
  },
  {
    name: 'a call that is not closed yet shows its parameters',
    cells: ['const f = (a: number, b: string) => a', 'const x = [1].map((y) => f(y, ¦'],
    ask: {
      feature: 'signature',
      trigger: ',',
      label: /^f\(a: number, b: string\): number$/,
      parameter: /^b/,
    },
  },
  {
    name: 'after non-ASCII text the right parameter is shown',
    cells: ['function f(α: number, β: number) {}', 'f("😀".length, ¦)'],
    ask: { feature: 'signature', label: /α: number, β: number/, parameter: /^β/ },
  },
  {
    name: 'a constructor of another cell shows its parameters',
    cells: ['class Walk { constructor(readonly step: number) {} }', 'new Walk(¦)'],
    ask: { feature: 'signature', label: /^Walk\(step: number\): Walk$/, parameter: /^step/ },
  },
]
