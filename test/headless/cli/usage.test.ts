import assert from 'node:assert/strict'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { Folder } from './genbook'

test('a bad call exits with 2 and says what is wrong', async (t) => {
  const folder = await Folder.create(t)
  const name = await folder.notebook('a.genbook', ['1'])
  const calls: [string[], RegExp][] = [
    [['runn', name], /unknown command 'runn'/],
    [['run'], /missing required argument 'file'/],
    [['run', name, '--frobnicate'], /unknown option '--frobnicate'/],
    [['run', name, '--backend', 'tpu'], /Allowed choices are auto, webgpu, wasm, cpu/],
    [['run', name, '--seed', '1.5'], /whole number/],
    [['run', name, '--timeout', '0'], /above 0/],
    [['run', name, '--html'], /--html needs --out/],
    [['run', name, '--out', '.'], /would overwrite a\.genbook/],
    [['run', name, '--out', name], /a\.genbook/],
    [['run', name, 'absent.genbook'], /absent\.genbook: there is no such file/],
    [['check', '.'], /folder/],
    [['export', name], /--ipynb, --html, --ts or --project/],
    [['export', name, '--html', '--ts'], /cannot be used with/],
  ]
  for (const [args, message] of calls) {
    const { status, stdout, stderr } = await folder.genbook(args)
    assert.equal(status, 2, args.join(' '))
    assert.match(stdout + stderr, message)
  }
})

test('an --out that would destroy something or cannot be written is refused', async (t) => {
  const folder = await Folder.create(t)
  await folder.notebook('a.genbook', ['1'])
  await mkdir(join(folder.path, 'other'))
  await mkdir(join(folder.path, 'taken/a.genbook'), { recursive: true })
  await folder.notebook('other/a.genbook', ['2'])
  await symlink('.', join(folder.path, 'link'))
  const before = await folder.read('a.genbook')
  const calls: [string[], RegExp][] = [
    [['a.genbook', '--out', 'link'], /--out link would overwrite a\.genbook/],
    [
      ['a.genbook', 'other/a.genbook', '--out', 'done'],
      /a\.genbook and other\/a\.genbook would both be written/,
    ],
    [['a.genbook', 'a.genbook', '--out', 'done'], /a\.genbook and a\.genbook would both be written to done/],
    [['a.genbook', 'other/a.genbook', '--out', 'other'], /would overwrite other\/a\.genbook/],
    [['a.genbook', '--out', 'a.genbook'], /--out a\.genbook is not a folder/],
    [['a.genbook', '--out', 'taken', '--backend', 'cpu'], /taken\/a\.genbook could not be written: EISDIR/],
  ]
  for (const [args, message] of calls) {
    const { status, stderr } = await folder.genbook(['run', ...args])
    assert.equal(status, 2, args.join(' '))
    assert.match(stderr, message)
  }
  assert.equal(await folder.read('a.genbook'), before)
})

test('a file that is not UTF-8 is named with the byte', async (t) => {
  const folder = await Folder.create(t)
  const text = '{"cells":[],"metadata":{"title":"caf?"},"nbformat":4,"nbformat_minor":5}'
  await writeFile(join(folder.path, 'latin.genbook'), Buffer.from(text.replace('?', '\xe9'), 'latin1'))
  const { status, stderr } = await folder.genbook(['run', 'latin.genbook'])
  assert.equal(status, 2)
  assert.match(stderr, /latin\.genbook:1:37: expected text in UTF-8, found the byte 0xE9/)
})

test('a file that is no notebook is named with line and column', async (t) => {
  const folder = await Folder.create(t)
  await folder.text('broken.genbook', '{\n "cells": [1 }')
  for (const command of [['run'], ['check'], ['export', '--html']]) {
    const { status, stdout, stderr } = await folder.genbook([...command, 'broken.genbook'])
    assert.equal(status, 2)
    assert.match(stdout + stderr, /broken\.genbook:2:14: expected/)
  }
})

test('help has examples for every command, and is no failure', async (t) => {
  const folder = await Folder.create(t)
  for (const args of [['--help'], ['run', '--help'], ['check', '--help'], ['export', '--help']]) {
    const { status, stdout } = await folder.genbook(args)
    assert.equal(status, 0)
    assert.match(stdout, /Examples:\n {2}genbook /)
  }
  assert.match((await folder.genbook(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/)
})
