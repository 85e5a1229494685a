// The declarations that cells are checked against: the language's library, TensorFlow.js, Plotly and Genbook itself, as
// one table of virtual paths. A worker cannot read files, so it holds all that a cell can see, and nothing else.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, posix, relative, sep } from 'node:path'
import ts from 'typescript'
import { root } from './node.mjs'
import { reachableTexts } from './reachable.mjs'

const library = join(root, 'src/kernel/library')

/** What cells are checked with; the language service uses the same. */
const options = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.esnext.d.ts'],
  types: [],
  strict: true,
  skipLibCheck: true,
}

/** @returns {Record<string, string>} path to text, under `/lib/` and `/node_modules/`. */
export function cellTypes() {
  const modules = genbookModules()
  const own = genbookPackages(modules)
  const imports = ['@tensorflow/tfjs', ...modules.map(({ specifier }) => specifier)]
  const entry = imports.map((specifier) => `import ${JSON.stringify(specifier)}`).join('\n')
  const host = virtualHost((path) => (path === '/entry.ts' ? entry : (own[path] ?? installed(path))))
  const program = ts.createProgram(['/entry.ts'], { ...options, noEmit: true }, host)
  const failures = [
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...program.getSemanticDiagnostics(program.getSourceFile('/entry.ts')),
  ]
  if (failures.length) throw new Error(ts.formatDiagnostics(failures, host))

  const result = {}
  for (const [fileName, text] of reachableTexts(program, '/entry.ts')) {
    // Cells get Plotly by importing it; no global of that name exists when they run.
    result[fileName] = text.replace(/^export as namespace Plotly;$/m, '')
    for (let folder = posix.dirname(fileName); folder !== '/'; folder = posix.dirname(folder)) {
      const manifest = host.readFile(`${folder}/package.json`)
      if (manifest) result[`${folder}/package.json`] = trimmed(manifest)
    }
  }
  return Object.fromEntries(Object.entries(result).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** What the runtime bundles of our own making: `genbook` and its submodules, and our facade of Plotly. */
function genbookModules() {
  return globSync('{genbook,genbook/*,plotly}.ts', { cwd: library }).map((file) => {
    const name = file.slice(0, -'.ts'.length).split(sep).join('/')
    return { specifier: name === 'plotly' ? 'plotly.js-dist' : name, source: join(library, file) }
  })
}

/** Our own sources' declarations, as the compiler derives them, laid out as installed packages. */
function genbookPackages(modules) {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const settings = ts.parseJsonConfigFileContent(
    { ...config, include: [], files: ['-'] },
    ts.sys,
    root,
  ).options
  const program = ts.createProgram(
    modules.map(({ source }) => source),
    {
      ...settings,
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      stripInternal: true,
      rootDir: root,
      outDir: root,
    },
  )
  const result = {}
  const at = (path) => `/node_modules/genbook/${relative(join(root, 'src'), path).split(sep).join('/')}`
  const { diagnostics } = program.emit(undefined, (path, text) => (result[at(path)] = text))
  if (diagnostics.length) throw new Error(ts.formatDiagnostics(diagnostics, ts.createCompilerHost({})))
  // Under its package's name, the facade hides Plotly's own declarations, which are of what cells do not get.
  for (const { specifier, source } of modules.filter(({ specifier }) => !isOwn(specifier))) {
    const target = JSON.stringify(at(source).replace(/\.ts$/, ''))
    const folder = `/node_modules/${specifier}`
    result[`${folder}/package.json`] = JSON.stringify({ name: specifier, types: './index.d.ts' })
    result[`${folder}/index.d.ts`] = `export * from ${target}\nexport { default } from ${target}\n`
  }
  const entries = modules
    .filter(({ specifier }) => isOwn(specifier))
    .map(({ specifier, source }) => [
      specifier.replace('genbook', '.'),
      { types: at(source).replace('/node_modules/genbook', '.').replace(/\.ts$/, '.d.ts') },
    ])
  result['/node_modules/genbook/package.json'] = JSON.stringify({
    name: 'genbook',
    exports: Object.fromEntries(entries),
  })
  return result
}

const isOwn = (specifier) => /^genbook(\/|$)/.test(specifier)

/** The insides of backends, which no cell can use: seventy files that every opening of a notebook would read. */
const backends = /^\/node_modules\/@tensorflow\/tfjs-backend-(cpu|webgl)\/dist\/index\.d\.ts$/
/** Of WebGPU a cell gets to see buffers at most. */
const webgpu = /\/@webgpu\/types\/dist\/index\.d\.ts$/

/** The text of a declaration file of an installed package or of the compiler, by its virtual path. */
function installed(path) {
  const backend = backends.exec(path)?.[1]
  if (backend) return `export { version as version_${backend} } from './version'\n`
  if (webgpu.test(path)) return 'interface GPUBuffer { readonly size: number; destroy(): void }\n'
  if (!/\.d\.[cm]?ts$|\/package\.json$/.test(path)) return undefined
  const file = join(root, path.startsWith('/lib/') ? 'node_modules/typescript' : '', path)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

/** A compiler host over a function from path to text. */
function virtualHost(read) {
  return {
    fileExists: (path) => read(path) !== undefined,
    readFile: read,
    getSourceFile: (path, settings) => {
      const text = read(path)
      return text === undefined ? undefined : ts.createSourceFile(path, text, settings, true)
    },
    getDefaultLibLocation: () => '/lib',
    getDefaultLibFileName: () => '/lib/lib.esnext.d.ts',
    getCurrentDirectory: () => '/',
    getCanonicalFileName: (path) => path,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    writeFile: () => {},
  }
}

/** What the resolution of a package's declarations needs of its manifest. */
function trimmed(manifest) {
  const { name, version, main, types, typings, typesVersions, exports } = JSON.parse(manifest)
  return JSON.stringify({ name, version, main, types, typings, typesVersions, exports })
}
