/** The names under which cells can import, and what is said about any other. Known to kernel and type checker alike. */

export const SPECIFIERS = [
  'genbook',
  'genbook/data',
  'genbook/models',
  'genbook/plot',
  'genbook/tensor',
  '@tensorflow/tfjs',
  'plotly.js-dist',
] as const

export type Specifier = (typeof SPECIFIERS)[number]

export function isImportable(specifier: string): specifier is Specifier {
  return (SPECIFIERS as readonly string[]).includes(specifier)
}

/** Why a specifier cannot be imported, what may be meant, and what can be. */
export function unknownImport(specifier: string): string {
  const list = SPECIFIERS.map((name) => `'${name}'`).join(', ')
  const file = /^(?:[./]|[a-z]+:)/i.test(specifier) && !specifier.startsWith('npm:')
  const near = nearest(specifier, SPECIFIERS)
  const hint = near
    ? ` Did you mean '${near}'?`
    : file
      ? ' Cells share their names, so they need no files.'
      : ''
  return `'${specifier}' cannot be imported.${hint} What can be: ${list}.`
}

/** The name that takes the fewest changed letters, if they are few. */
export function nearest(text: string, names: readonly string[]): string | undefined {
  const aliases: Readonly<Record<string, string>> = {
    tfjs: '@tensorflow/tfjs',
    tensorflow: '@tensorflow/tfjs',
    '@tensorflow/tfjs-core': '@tensorflow/tfjs',
    plotly: 'plotly.js-dist',
    'plotly.js': 'plotly.js-dist',
    'plotly.js-dist-min': 'plotly.js-dist',
  }
  if (Object.hasOwn(aliases, text)) return aliases[text]
  const distances = names.map((name) => ({
    name,
    distance: editDistance(text.toLowerCase(), name.toLowerCase()),
  }))
  const best = distances.sort((a, b) => a.distance - b.distance)[0]
  return best && best.distance <= Math.max(2, best.name.length / 4) ? best.name : undefined
}

/** Insertions, deletions, replacements and swaps of neighbouring letters that turn one text into the other (Damerau). */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? rows[i - 2]![j - 2]! + 1 : Infinity
      row.push(Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, replaced, swapped))
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}
