/** A notebook of sixty cells, as a course's last one is. */
const MODEL = "import { ddim, denoiser, mlp, sample, vp } from 'genbook'"

/** Sixty cells; `last` are the texts of the final ones. */
export function sixty(...last: readonly string[]): string[] {
  const cells = [
    MODEL,
    "const model = denoiser(vp(), mlp({ dim: 2, hidden: [8] }), { predicts: 'noise' })",
    'interface Setting { readonly steps: number; readonly label: string }',
    'const settings: Setting[] = []',
  ]
  for (let i = cells.length; i < 60 - last.length; i++)
    cells.push(
      i % 3
        ? `const value${i} = settings.length + ${i}\nconst label${i} = \`step \${value${i}}\``
        : `function measure${i}(setting: Setting) {\n  return { steps: setting.steps * ${i}, label: label${i - 1} }\n}`,
    )
  return [...cells, ...last]
}
