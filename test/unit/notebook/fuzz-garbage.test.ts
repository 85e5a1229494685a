import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  decodeText,
  encodeText,
  NotebookFormatError,
  parseNotebook,
  writeNotebook,
} from '../../../src/notebook'
import { generate } from './generator'
import { Random } from './random'
import { notebookText } from './samples'

const TOKENS =
  '{ } [ ] , : " \\ \\u \\ud800 null true -1 1. 1e 01 "cells" "source" "id":1 \n \r \0 \uFEFF \ud83d /* // NaN'.split(
    ' ',
  )

function mutated(random: Random, text: string): string {
  const from = random.below(text.length + 1)
  const to = Math.min(
    text.length,
    from + (random.chance(0.8) ? random.below(4) : random.below(text.length + 1)),
  )
  const piece = text.slice(from, to)
  switch (random.below(5)) {
    case 0:
      return text.slice(0, from) + text.slice(to)
    case 1:
      return text.slice(0, from) + random.pick(TOKENS) + text.slice(to)
    case 2:
      return text.slice(0, from) + piece + piece + text.slice(to)
    case 3: {
      const at = random.below(text.length + 1)
      return text.slice(0, at) + piece + text.slice(at)
    }
    default:
      return text.slice(0, from)
  }
}

/** Reads a text: a notebook that saves as it is, or our own error with a place in the text. True for a notebook. */
function readOrReject(text: string): boolean {
  try {
    const parsed = parseNotebook(text)
    assert.equal(writeNotebook(parsed.notebook, parsed), text)
    const again = parseNotebook(writeNotebook(parsed.notebook)).notebook
    assert.equal(again.cells.length, parsed.notebook.cells.length)
    assert.equal(new Set(again.cells.map(({ id }) => id)).size, again.cells.length)
    return true
  } catch (error) {
    if (!(error instanceof NotebookFormatError))
      throw new Error(`for ${JSON.stringify(text)}`, { cause: error })
    const { offset, line, column } = error
    assert(offset >= 0 && offset <= text.length, error.message)
    const lines = text.split(/\r\n|\r|\n/)
    assert(line >= 1 && line <= lines.length, error.message)
    assert(column >= 1 && column <= (lines[line - 1]?.length ?? 0) + 2, error.message)
    return false
  }
}

test('damaged notebooks are read whole or rejected with a place', () => {
  let read = 0
  let rejected = 0
  for (let seed = 0; seed < 6000; seed++) {
    const random = new Random(seed)
    let text = seed % 3 ? generate(random).text : notebookText
    for (let count = 1 + random.below(3); count > 0; count--) text = mutated(random, text)
    if (readOrReject(text)) read++
    else rejected++
  }
  // Both happen, or the mutations would test nothing.
  assert(read > 300 && rejected > 3000, `${read} read, ${rejected} rejected`)
})

test('valid JSON of any shape is read or rejected with a place', () => {
  const leaves = [null, true, 4, 5, -1, 1e300, '', 'code', 'markdown', 'stream', 'display_data', 'error', 'a']
  const keys =
    'nbformat nbformat_minor cells metadata genbook seed cell_type source id outputs output_type data text name'.split(
      ' ',
    )
  const shape = (random: Random, depth: number): unknown => {
    const kind = depth === 0 ? 0 : random.below(4)
    if (kind === 0) return random.pick(leaves)
    if (kind === 1) return random.list(3, () => shape(random, depth - 1))
    return Object.fromEntries(random.list(6, () => [random.pick(keys), shape(random, depth - 1)]))
  }
  for (let seed = 0; seed < 4000; seed++) {
    const random = new Random(seed)
    const valid = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [] }
    const cell = { cell_type: random.pick(['code', 'raw']), source: '' }
    const value = random.pick<() => unknown>([
      () => shape(random, 5),
      () => ({ ...valid, ...(shape(random, 3) as object) }),
      () => ({ ...valid, cells: [{ ...cell, ...(shape(random, 3) as object) }] }),
      () => ({
        ...valid,
        cells: [{ ...cell, outputs: [{ output_type: 'stream', ...(shape(random, 2) as object) }] }],
      }),
    ])
    readOrReject(JSON.stringify(value(), null, random.below(3)))
  }
})

test('strings of random characters are rejected with a place', () => {
  for (let seed = 0; seed < 3000; seed++) {
    const random = new Random(seed)
    const text = random
      .list(30, () => random.pick([...TOKENS, String.fromCharCode(random.below(0x10000))]))
      .join('')
    readOrReject(text)
  }
})

test('long runs of one token end in an error, quickly', () => {
  for (const token of TOKENS) readOrReject(token.repeat(200_000))
  for (const token of TOKENS) readOrReject(`{"cells": [${token.repeat(200_000)}`)
})

test('bytes that are not UTF-8 are rejected at the first of them', () => {
  const valid = encodeText('{\n"a": "ü😀"')
  for (const bad of [[0xff], [0xc3], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf5, 1, 1, 1]]) {
    const bytes = new Uint8Array([...valid, ...bad, 0x20, 0x20])
    assert.throws(
      () => decodeText(bytes),
      (error: unknown) => {
        assert(error instanceof NotebookFormatError)
        assert.match(error.message, /line 2, column 11: expected text in UTF-8, found the byte 0x/)
        return true
      },
    )
  }
  assert.throws(
    () => decodeText(new Uint8Array([0xff, 0xfe, 0x7b, 0x00])),
    /line 1, column 1: .* the byte 0xFF/,
  )
  for (const text of ['', '\uFEFF{}', 'ü😀\u0000\r\n']) assert.equal(decodeText(encodeText(text)), text)
})
