/** Builds the kernel's scripts from source, apart from dist/, so that these tests need no build before them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as esbuild from 'esbuild'
import { assembly } from '../../../scripts/assembly.mjs'
import { nodeAtRunTime } from '../../../scripts/node-at-run-time.mjs'
import { workerText } from '../../../scripts/worker-text.mjs'
import { readWasm } from '../../../src/kernel/client.node'

/** The root of the checkout: tests are bundled into out/ below it. */
export const root = process.cwd()

/** @returns the path of a kernel for a worker thread, and what removes it. */
export async function buildNodeKernel(): Promise<{ script: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'genbook-kernel-'))
  const script = join(folder, 'kernel.node.mjs')
  await Promise.all([
    writeFile(join(folder, 'kernel.js'), await buildWebKernel()),
    esbuild.build({
      absWorkingDir: root,
      entryPoints: ['src/kernel/worker/node.ts'],
      outfile: script,
      bundle: true,
      minify: true,
      keepNames: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      external: ['webgpu'],
    }),
  ])
  return { script, remove: () => rm(folder, { recursive: true }) }
}

/** @returns the text of a kernel for a web worker. */
export const buildWebKernel = () => buildForPages('src/kernel/worker/main.ts')

/** @returns the text of the script of the test's page. */
export const buildPage = () => buildForPages('test/headless/kernel/page.ts')

async function buildForPages(entry: string): Promise<string> {
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [entry],
    write: false,
    bundle: true,
    plugins: [assembly, workerText, nodeAtRunTime],
    minify: true,
    keepNames: true,
    format: 'iife',
    platform: 'browser',
    target: 'chrome120',
  })
  return result.outputFiles[0]!.text
}

export const wasm = () => readWasm(join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist'))
