// Bundles the tests, with the same resolution of packages as the product, and says where the bundles are.
import { glob, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as esbuild from 'esbuild'
import { assembly } from './assembly.mjs'
import { root } from './node.mjs'
import { workerText } from './worker-text.mjs'

/** How every test and benchmark is bundled. */
export const testBundle = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  sourcemap: true,
  mainFields: ['module', 'main'],
  external: ['webgpu', 'playwright-core', 'esbuild', 'typescript', 'vscode'],
  loader: { '.wasm': 'binary' },
  banner: {
    js: "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url); const __dirname = import.meta.dirname;",
  },
  logLevel: 'warning',
  // The scripts know where they lie, so they stay there.
  plugins: [
    assembly,
    workerText,
    {
      name: 'scripts',
      setup(build) {
        build.onResolve({ filter: /\/scripts\/.*\.mjs$/ }, ({ path, resolveDir }) => ({
          path: pathToFileURL(join(resolveDir, path)).href,
          external: true,
        }))
      },
    },
  ],
}

/** @returns the bundled test files of those of test/{unit,numeric,headless} whose path contains `filter`. */
export async function bundleTests(filter = '') {
  const entries = await find('test/{unit,numeric,headless}/**/*.test.ts', filter)
  const outdir = folderOf('tests', filter)
  await rm(outdir, { recursive: true, force: true })
  if (!entries.length) return []
  const result = await esbuild.build({
    ...testBundle,
    entryPoints: entries,
    outdir,
    outbase: 'test',
    outExtension: { '.js': '.mjs' },
    splitting: true,
    metafile: true,
  })
  return Object.entries(result.metafile.outputs)
    .filter(([, output]) => output.entryPoint?.endsWith('.test.ts'))
    .map(([path]) => join(root, path))
    .sort()
}

/**
 * Bundles the end-to-end tests of test/e2e whose path contains `filter` into one file, because they share one VS Code.
 * @returns that file; undefined where no test has `filter` in its path.
 */
export async function bundleEndToEnd(filter = '') {
  const entries = await find('test/e2e/*.test.ts', filter)
  if (!entries.length) return undefined
  const outfile = join(folderOf('tests-e2e', filter), 'end-to-end.mjs')
  await esbuild.build({
    ...testBundle,
    stdin: {
      contents: entries.map((file) => `import './${file.replaceAll('\\', '/')}'`).join('\n'),
      resolveDir: root,
    },
    outfile,
  })
  return outfile
}

async function find(pattern, filter) {
  const files = []
  for await (const file of glob(pattern, { cwd: root })) if (file.includes(filter)) files.push(file)
  return files.sort()
}

function folderOf(kind, filter) {
  return join(root, 'out', filter ? `${kind}-${filter.replace(/\W/g, '_')}` : kind)
}
