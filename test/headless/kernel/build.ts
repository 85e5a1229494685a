/** Builds the kernel's scripts from source, apart from dist/, so that these tests need no build before them. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as esbuild from 'esbuild'
import { assembly } from '../../../scripts/assembly.mjs'
import { workerText } from '../../../scripts/worker-text.mjs'
import { readWasm } from '../../../src/kernel/client.node'

/** The root of the checkout: tests are bundled into out/ below it. */
export const root = process.cwd()

const BANNER =
  "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url); const __dirname = import.meta.dirname;"

/** @returns the path of a kernel for a worker thread, and what removes it. */
export async function buildNodeKernel(): Promise<{ script: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'genbook-kernel-'))
  const script = join(folder, 'kernel.node.mjs')
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: ['src/kernel/worker/node.ts'],
    outfile: script,
    bundle: true,
    plugins: [assembly, workerText],
    minify: true,
    keepNames: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    external: ['webgpu'],
    banner: { js: BANNER },
  })
  return { script, remove: () => rm(folder, { recursive: true }) }
}

/** @returns the text of a kernel for a web worker. */
export const buildWebKernel = () => buildForPages('src/kernel/worker/web.ts')

/** @returns the text of the script of the test's page. */
export const buildPage = () => buildForPages('test/headless/kernel/page.ts')

async function buildForPages(entry: string): Promise<string> {
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [entry],
    write: false,
    bundle: true,
    plugins: [assembly, workerText],
    minify: true,
    keepNames: true,
    format: 'iife',
    platform: 'browser',
    target: 'chrome120',
  })
  return result.outputFiles[0]!.text
}

export const wasm = () => readWasm(join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist'))
