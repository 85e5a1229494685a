/** A notebook as a project: its TypeScript, with what runs it and what editors need to know. */

/** The built files that run a notebook without an editor, from the folder that holds them. */
export const RUNTIME_FILES = [
  'genbook.mjs',
  'kernel.js',
  'kernel.node.mjs',
  'language.js',
  'plotly.js',
  'report.js',
  'types.json',
  'wasm/tfjs-backend-wasm.wasm',
  'wasm/tfjs-backend-wasm-simd.wasm',
] as const

/**
 * Files of weights that a notebook may load, in the same folder: whatever its code calls as shipped models are called, in quotes. There
 * need not be such a file.
 */
export function weightFiles(typescript: string): string[] {
  const names = [...typescript.matchAll(/(['"`])([a-z0-9]+(?:-[a-z0-9]+)+)\1/g)].map((match) => match[2]!)
  return [...new Set(names)].flatMap((name) => [`weights/${name}.safetensors`, `weights/${name}.json`])
}

/** Where the project has them. */
export const RUNTIME_FOLDER = 'genbook/dist'

export interface ProjectParts {
  /** What the notebook is called, without an ending. */
  readonly title: string
  /** What `toTypeScript` made of it. */
  readonly typescript: string
  /** The notebook's, where it names one. */
  readonly seed?: number | undefined
  /** Genbook's version. */
  readonly version: string
  /** The declarations that cells are checked against, path to text, as dist/types.json holds them. */
  readonly types: Readonly<Record<string, string>>
  /** The declarations that need no import. */
  readonly globals: string
}

/** The text files of the project, by path; the RUNTIME_FILES go beside them. */
export function projectFiles({
  title,
  typescript,
  seed,
  version,
  types,
  globals,
}: ProjectParts): Map<string, string> {
  const files = new Map<string, string>()
  files.set('notebook.ts', typescript)
  files.set(
    'package.json',
    json({
      name: packageName(title),
      private: true,
      type: 'module',
      scripts: {
        start: `node genbook/dist/genbook.mjs run notebook.ts --out out --html${seed === undefined ? '' : ` --seed ${seed}`}`,
        check: 'node genbook/dist/genbook.mjs check notebook.ts',
      },
      engines: { node: '>=22.12' },
    }),
  )
  files.set(
    'tsconfig.json',
    json({
      compilerOptions: {
        target: 'ESNext',
        module: 'ESNext',
        moduleResolution: 'Bundler',
        moduleDetection: 'force',
        lib: ['ESNext'],
        types: [],
        strict: true,
        skipLibCheck: true,
        noEmit: true,
        allowUmdGlobalAccess: true,
        paths: { ...exportedPaths(types), '*': ['./genbook/types/*'] },
      },
      files: ['notebook.ts', 'genbook/types/globals.d.ts'],
    }),
  )
  files.set('README.md', readme(title))
  files.set('.gitignore', 'out/\n')
  files.set('genbook/package.json', json({ name: 'genbook', version, private: true, type: 'module' }))
  files.set('genbook/types/globals.d.ts', globals)
  for (const [path, text] of Object.entries(types)) {
    const inPackage = path.match(/^\/node_modules\/(.+)$/)?.[1]
    if (inPackage !== undefined) files.set(`genbook/types/${inPackage}`, text)
  }
  return files
}

/** TypeScript looks up what a package exports only where it finds the package itself, not where `paths` lead. */
function exportedPaths(types: ProjectParts['types']): Record<string, string[]> {
  const { exports } = JSON.parse(types['/node_modules/genbook/package.json']!) as {
    exports: Record<string, { readonly types: string }>
  }
  return Object.fromEntries(
    Object.entries(exports).map(([name, { types: file }]) => [
      `genbook${name.slice(1)}`,
      [`./genbook/types/genbook/${file.slice(2)}`],
    ]),
  )
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}

/** What npm takes for a name. */
function packageName(title: string): string {
  return (
    title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 100) || 'notebook'
  )
}

function readme(title: string): string {
  return `# ${title.replace(/[\r\n]+/g, ' ')}

A genbook as TypeScript. It needs Node 22.12 or later, and nothing to install:

\`\`\`sh
npm start        # runs every cell; results and pictures are in out/
npm run check    # checks syntax and types
\`\`\`

\`notebook.ts\` holds the cells, each after a line \`// %% id="…"\`. A name may be declared again in a later cell, as in the notebook;
editors that see one file underline that, the two commands do not. \`genbook/\` is the runtime.
`
}
