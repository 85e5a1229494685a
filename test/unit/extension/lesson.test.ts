/** The formula at the head of a source, beside the documentation of what it declares. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lesson } from '../../../src/extension/language/lesson'
import { types } from '../language/notebook'

const file = [
  '/**',
  ' * The walk,',
  ' *',
  ' *   x = x + ε,',
  ' *   y = 2 x,',
  ' *',
  ' * and no more.',
  ' */',
  "import type { State } from '../state';",
  'export interface WalkOptions {',
  '    readonly epsilon: number;',
  '}',
  '/** Walks. */',
  'export declare function walk(options: WalkOptions): State;',
].join('\n')

test('a function shows the head of its file, formulas as they are set', () => {
  assert.equal(lesson(file, 13), 'The walk,\n\n```text\nx = x + ε,\ny = 2 x,\n```\n\nand no more.')
})

test('options and types do not', () => {
  assert.equal(lesson(file, 9), undefined)
  assert.equal(lesson(file, 10), undefined)
  assert.equal(lesson(file, 99), undefined)
})

test('a comment that is the declaration’s own is not shown twice', () => {
  assert.equal(lesson('/** Walks. */\nexport declare function walk(): void;', 1), undefined)
  assert.equal(lesson('export declare function walk(): void;', 0), undefined)
})

test('the methods of the runtime show their formulas', () => {
  const declared = (path: string, name: string) => {
    const text = types[`/node_modules/genbook/models/${path}.d.ts`]!
    const line = text.split('\n').findIndex((one) => one.startsWith(`export declare function ${name}`))
    return lesson(text, line)
  }
  assert.match(declared('processes/vp', 'vp')!, /```text\ndx = −½ β\(t\) x dt \+ √β\(t\) dw,/)
  assert.match(declared('samplers/ddim', 'ddim')!, /x_s = α_s x̂₀/)
  assert.match(declared('langevin', 'langevin')!, /√ε z/)
})
