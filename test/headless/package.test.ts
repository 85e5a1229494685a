/** What people install: small, and with nothing in it that only the command line needs. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pack } from '../../scripts/package.mjs'

test('the .vsix is under 8 MB, has all that the editor loads, and nothing of the grader', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'genbook-package-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const bytes = readFileSync(await pack(join(folder, 'genbook.vsix'), { quiet: true }))
  assert.ok(bytes.length < 8e6, `${(bytes.length / 1e6).toFixed(2)} MB`)
  // A ZIP file names its entries as they are.
  const has = (file: string) => bytes.includes(`extension/${file}`)
  for (const file of [
    'extension.js',
    'extension.node.js',
    'kernel.js',
    'kernel.node.mjs',
    'language.js',
    'plotly.js',
    'renderer.js',
    'snippets.json',
    'types.json',
    'weights/digits-ddpm.safetensors',
  ])
    assert.ok(has(`dist/${file}`), file)
  for (const file of ['runtime.svg', 'genbook.tmLanguage.json', 'language-configuration.json'])
    assert.ok(has(`media/${file}`), file)
  // Weights and snippets are packed as the build has made them.
  for (const file of [
    'dist/runner',
    'dist/queue',
    'media/weights',
    'media/snippets',
    'node_modules',
    'src/',
    'test/',
  ])
    assert.ok(!has(file), file)
})
