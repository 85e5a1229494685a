// Bundles the tests that need no editor, with the same resolution of packages as the product, and says where they are.
import { glob, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as esbuild from 'esbuild'
import { root } from './node.mjs'

/** @returns the bundled test files of those of test/{unit,numeric,headless} whose path contains `filter`. */
export async function bundleTests(filter = '') {
  const entries = []
  for await (const file of glob('test/{unit,numeric,headless}/**/*.test.ts', { cwd: root }))
    if (file.includes(filter)) entries.push(file)
  const outdir = join(root, 'out', filter ? `tests-${filter.replace(/\W/g, '_')}` : 'tests')
  await rm(outdir, { recursive: true, force: true })
  if (!entries.length) return []
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: entries.sort(),
    outdir,
    outbase: 'test',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    sourcemap: true,
    mainFields: ['module', 'main'],
    external: ['webgpu', 'playwright-core', 'esbuild', 'typescript'],
    loader: { '.wasm': 'binary' },
    banner: {
      js: "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url); const __dirname = import.meta.dirname;",
    },
    logLevel: 'warning',
  })
  return Object.entries(result.metafile.outputs)
    .filter(([, output]) => output.entryPoint?.endsWith('.test.ts'))
    .map(([path]) => join(root, path))
    .sort()
}
