// npm run bench [-- FILTER]: measures, and prints what was measured on what machine. Nothing here passes or fails.
// One file a benchmark: test/bench/NAME.bench.ts, whose default export is { title, run }. Each runs in a process of its own, so
// that none feels the memory of another. Tables are Markdown.
import { spawnSync } from 'node:child_process'
import { cpus, release, tmpdir, totalmem, type as system } from 'node:os'
import { readFileSync } from 'node:fs'
import { glob, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as esbuild from 'esbuild'
import { testBundle } from '../../scripts/bundle-tests.mjs'
import { softwareGpuEnvironment } from '../../scripts/chromium.mjs'
import { root } from '../../scripts/node.mjs'
import { build } from '../../scripts/package.mjs'

const filter = process.argv[2] ?? ''
const versions = ['typescript', '@tensorflow/tfjs', 'plotly.js-dist', 'playwright-core'].map((name) => {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'))
  return `${name} ${version}`
})
const [{ model }] = cpus()
console.log(
  `${model} (${cpus().length} cores), ${(totalmem() / 2 ** 30).toFixed(0)} GB, ${system()} ${release()}`,
)
console.log(`Node ${process.versions.node}, ${versions.join(', ')}`)

build()
const entries = []
for await (const file of glob('test/bench/*.bench.ts', { cwd: root }))
  if (file.includes(filter)) entries.push(file)
const outdir = join(root, 'out/bench')
await rm(outdir, { recursive: true, force: true })
await esbuild.build({
  ...testBundle,
  entryPoints: entries.sort(),
  outdir,
  outExtension: { '.js': '.mjs' },
  external: [...testBundle.external, '@jax-js/jax'],
})
for (const entry of entries) {
  const file = join(outdir, entry.replace(/^.*[/\\]/, '').replace(/\.ts$/, '.mjs'))
  const { status } = spawnSync(process.execPath, [join(root, 'test/bench/one.mjs'), file], {
    stdio: 'inherit',
    env: { ...process.env, ...softwareGpuEnvironment(tmpdir()) },
  })
  if (status !== 0) process.exitCode = 1
}
