import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { firstDifference } from '../../../scripts/setup.mjs'

const folder = mkdtempSync(join(tmpdir(), 'genbook-setup-'))
after(() => rmSync(folder, { recursive: true }))

interface Entry {
  readonly version: string
  readonly integrity?: string
  readonly optional?: boolean
}

function arrange(locked: Record<string, Entry>, installed: Record<string, Entry> | undefined): void {
  rmSync(join(folder, 'node_modules'), { recursive: true, force: true })
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...locked } }))
  if (!installed) return
  for (const path of Object.keys(installed)) {
    mkdirSync(join(folder, path), { recursive: true })
    writeFileSync(join(folder, path, 'package.json'), '{}')
  }
  writeFileSync(join(folder, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }))
}

const a = { version: '1.0.0', integrity: 'sha512-a' }

test('packages that are installed as locked need nothing', () => {
  arrange({ 'node_modules/a': a }, { 'node_modules/a': a })
  assert.equal(firstDifference(folder), undefined)
})

test('optional packages may be absent, because they may not fit the machine', () => {
  arrange({ 'node_modules/a': a, 'node_modules/b': { ...a, optional: true } }, { 'node_modules/a': a })
  assert.equal(firstDifference(folder), undefined)
})

test('a fresh clone has none', () => {
  arrange({ 'node_modules/a': a }, undefined)
  assert.equal(firstDifference(folder), 'none are installed')
})

test('a package that is missing, also only from the disk, is named', () => {
  arrange({ 'node_modules/a': a, 'node_modules/@s/b': a }, { 'node_modules/a': a })
  assert.equal(firstDifference(folder), '@s/b is not installed')
  arrange({ 'node_modules/a': a }, { 'node_modules/a': a })
  rmSync(join(folder, 'node_modules/a'), { recursive: true })
  assert.equal(firstDifference(folder), 'a is not installed')
})

test('another version or another content is named', () => {
  arrange({ 'node_modules/a': a }, { 'node_modules/a': { ...a, version: '0.9.0' } })
  assert.equal(firstDifference(folder), 'a is 0.9.0, and 1.0.0 is locked')
  arrange({ 'node_modules/a': a }, { 'node_modules/a': { ...a, integrity: 'sha512-b' } })
  assert.match(firstDifference(folder) ?? '', /^a is 1\.0\.0/)
})
