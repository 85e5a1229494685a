// Builds everything that Genbook ships into dist/. `--watch` rebuilds on change, `--only NAME…` builds some of it.
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as esbuild from 'esbuild'
import { assembly } from './scripts/assembly.mjs'
import { exampleList } from './scripts/examples.mjs'
import { nodeAtRunTime } from './scripts/node-at-run-time.mjs'
import { root } from './scripts/node.mjs'
import { loadedPlotly, plotlyWithoutMaps } from './scripts/plotly.mjs'
import { workerText } from './scripts/worker-text.mjs'

const browser = { platform: 'browser', target: ['chrome120', 'firefox128', 'safari17'] }
const node = { platform: 'node', target: 'node20' }
const nodeModule = {
  ...node,
  format: 'esm',
  mainFields: ['module', 'main'],
  banner: {
    js: "import { createRequire as $createRequire } from 'node:module'; import { dirname as $dirname } from 'node:path'; import { fileURLToPath as $fileURLToPath } from 'node:url'; const require = $createRequire(import.meta.url); const __dirname = $dirname($fileURLToPath(import.meta.url));",
  },
}

/** Read and evaluated by a loader of ours, which finds no modules by `import`. */
const loaded = {
  ...node,
  format: 'cjs',
  mainFields: ['module', 'main'],
  supported: { 'dynamic-import': false },
}

/** For a bundle in which `module` is another bundle, the `file` beside it. */
function beside(module, file) {
  return {
    name: 'beside',
    setup(build) {
      build.onResolve({ filter: /.*/ }, ({ path }) =>
        path === module ? { path: file, external: true } : undefined,
      )
    },
  }
}

/** What is built from what. Each is one self-contained file, because webviews' workers cannot load others;
 * but Plotly, the extension and the kernel are shipped once. */
const bundles = {
  // The extension as VS Code's web worker host loads it, and what brings Node to it in the Node host.
  'extension.js': {
    entryPoints: ['src/extension/main.ts'],
    ...browser,
    format: 'cjs',
    external: ['vscode'],
  },
  'extension.node.js': {
    entryPoints: ['src/extension/main.node.ts'],
    ...node,
    format: 'cjs',
    plugins: [beside('./main', './extension.js')],
  },
  // The page of the runtime view, and the worker inside it that runs cells.
  'runtime.js': { entryPoints: ['src/extension/runtime/page.ts'], ...browser, format: 'iife' },
  'kernel.js': {
    entryPoints: ['src/kernel/worker/main.ts'],
    ...browser,
    target: [...browser.target, node.target],
    format: 'iife',
    plugins: [assembly, workerText, nodeAtRunTime],
  },
  // What evaluates it in a worker thread of Node.
  'kernel.node.mjs': { entryPoints: ['src/kernel/worker/node.ts'], ...nodeModule, external: ['webgpu'] },
  // The page of an editor that shows a variable; figures it draws with the renderer.
  'viewer.js': { entryPoints: ['src/extension/viewer/page.ts'], ...browser, format: 'esm' },
  // TypeScript, once, for both hosts: compiles and checks cells.
  'language.js': { entryPoints: ['src/kernel/language/worker.ts'], ...browser, format: 'iife' },
  // Plotly, a script that leaves `Plotly` to the page. Nothing of ours asks for the names of its functions.
  'plotly.js': {
    entryPoints: ['plotly.js-dist'],
    ...browser,
    format: 'iife',
    keepNames: false,
    plugins: [plotlyWithoutMaps],
  },
  // Pictures: inside VS Code's outputs, and, behind Plotly, inside an exported report.
  'renderer.js': {
    entryPoints: ['src/renderers/output/main.ts'],
    ...browser,
    format: 'esm',
    plugins: [loadedPlotly("import './plotly.js'")],
  },
  'report.js': {
    entryPoints: ['src/renderers/report/page.ts'],
    ...browser,
    format: 'iife',
    plugins: [loadedPlotly()],
  },
  // Runs a submission in the grader's sandbox: the thread that minds it, and the thread of its cells, each with what loads it.
  'runner.mjs': { entryPoints: ['src/cli/grade/runner/load.ts'], ...nodeModule },
  'runner.worker.mjs': { entryPoints: ['src/cli/grade/runner/load.ts'], ...nodeModule },
  'runner.js': { entryPoints: ['src/cli/grade/runner/main.ts'], ...loaded },
  'runner.worker.js': { entryPoints: ['src/kernel/grading/worker.ts'], ...loaded, external: ['webgpu'] },
  // The command line.
  'genbook.mjs': { entryPoints: ['src/cli/main.ts'], ...nodeModule },
  // Queues on pg-boss: loaded by the commands that need one.
  'queue.mjs': { entryPoints: ['src/cli/grade/queue/boss.ts'], ...nodeModule, external: ['pg-native'] },
}

/** Files that are shipped as they are. */
async function copyAssets() {
  const wasm = join(root, 'dist/wasm')
  await mkdir(wasm, { recursive: true })
  for (const file of ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'])
    await cp(join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist', file), join(wasm, file))
}

/** The weights of the shipped models, and their cards. */
async function copyWeights() {
  await cp(join(root, 'media/weights'), join(root, 'dist/weights'), {
    recursive: true,
    filter: (file) => !file.endsWith('.md'),
  })
}

/** The declarations that cells are checked against, as one JSON file: path to text. */
async function collectTypes() {
  const { cellTypes } = await import('./scripts/cell-types.mjs')
  await writeFile(join(root, 'dist/types.json'), JSON.stringify(cellTypes()))
}

/** The snippets without their prefixes, for VS Code's Insert Snippet; the extension's own completions offer them by prefix. */
async function listSnippets() {
  const snippets = Object.entries(JSON.parse(await readFile(join(root, 'media/snippets.json'), 'utf8')))
  const listed = snippets.map(([name, { description, body }]) => [name, { description, body }])
  await writeFile(join(root, 'dist/snippets.json'), JSON.stringify(Object.fromEntries(listed)))
}

/** The titles of the examples: the extension may be served from where folders cannot be listed. */
async function listExamples() {
  await writeFile(join(root, 'dist/examples.json'), JSON.stringify(exampleList()))
}

const watch = process.argv.includes('--watch')
const only = process.argv.includes('--only')
  ? process.argv.slice(process.argv.indexOf('--only') + 1)
  : undefined
await mkdir(join(root, 'dist'), { recursive: true })
await Promise.all([
  ...Object.entries(bundles)
    .filter(([name]) => !only || only.includes(name))
    .map(async ([name, options]) => {
      const settings = {
        absWorkingDir: root,
        outfile: join('dist', name),
        bundle: true,
        minify: !watch,
        keepNames: true,
        sourcemap: watch ? 'linked' : false,
        legalComments: 'none',
        logLevel: 'warning',
        plugins: [assembly, workerText],
        ...options,
      }
      if (watch) await (await esbuild.context(settings)).watch()
      else await esbuild.build(settings)
    }),
  ...(!only || only.includes('wasm') ? [copyAssets()] : []),
  ...(!only || only.includes('weights') ? [copyWeights()] : []),
  ...(!only || only.includes('types.json') ? [collectTypes()] : []),
  ...(!only || only.includes('examples.json') ? [listExamples()] : []),
  ...(!only || only.includes('snippets.json') ? [listSnippets()] : []),
])
