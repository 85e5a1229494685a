/** What a cell can import: exactly what the kernel bundles. */

const packages = ['genbook', '@tensorflow/tfjs', 'plotly.js-dist'] as const

export function isImportable(specifier: string): boolean {
  return (packages as readonly string[]).includes(specifier) || specifier.startsWith('genbook/')
}

export function notImportable(specifier: string): string {
  const list = packages.map((name) => `'${name}'`).join(', ')
  return `Cannot find module '${specifier}'. A notebook can import ${list}: nothing else is bundled with Genbook.`
}
