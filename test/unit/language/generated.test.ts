/** No false error, and every true one: notebooks that are right, and the same with one error put in. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { CellDiagnostic } from '../../../src/kernel/cell'
import { GeneratedNotebook } from '../../language/generate'
import { unmark } from '../../language/marks'
import { WRONG } from '../../language/planted'
import { Notebook } from './notebook'

const { service } = new Notebook()

/** Ids of their own, since a cell's last text that parsed is remembered. */
function named(seed: number, texts: readonly string[]) {
  return unmark(Object.fromEntries(texts.map((text, index) => [`${seed}-${index}`, text])))
}

function check(cells: readonly { readonly id: string; readonly source: string }[]): CellDiagnostic[] {
  service.update(cells)
  return service.check()
}

/** Errors with the lines that they are in. */
function told(cells: readonly { readonly id: string; readonly source: string }[], found: CellDiagnostic[]) {
  return found.map(({ cell, line, code, message }) => {
    const { source } = cells.find(({ id }) => id === cell)!
    return `${cell}:${line} ${code} ${message}\n${source.split(/\r\n|\r|\n/)[line - 1]}`
  })
}

test('300 notebooks without errors show none', () => {
  for (let seed = 1; seed <= 300; seed++) {
    // Every thirtieth is a long one.
    const { cells } = new GeneratedNotebook(seed, seed % 30 ? {} : { cells: 60 })
    const plain = named(seed, cells).cells
    assert.deepEqual(told(plain, check(plain)), [], `seed ${seed}`)
  }
})

test('each of 100 errors is shown at its place, and nothing else is', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const wrong = WRONG[seed % WRONG.length]!
    const { cells: texts } = new GeneratedNotebook(1000 + seed, { wrong })
    const { cells, ranges } = named(1000 + seed, texts)
    const found = check(cells)
    const [place] = ranges
    const source = cells.find(({ id }) => id === place!.cell)!.source
    const lines = source.slice(0, place!.start).split(/\r\n|\n/)
    assert.deepEqual(
      found.map(({ cell, start, end, line, column }) => ({ cell, start, end, line, column })),
      [{ ...place, line: lines.length, column: lines.at(-1)!.length + 1 }],
      `seed ${1000 + seed}: ${told(cells, found).join('\n')}`,
    )
  }
})

test('every example and template shows no error and no warning', () => {
  for (const folder of ['examples', 'media/templates'])
    for (const name of readdirSync(join(process.cwd(), folder))) {
      if (!name.endsWith('.genbook')) continue
      const { cells } = JSON.parse(readFileSync(join(process.cwd(), folder, name), 'utf8')) as {
        cells: { id: string; cell_type: string; source: string | string[] }[]
      }
      const code = cells
        .filter(({ cell_type }) => cell_type === 'code')
        .map(({ id, source }) => ({ id, source: [source].flat().join('') }))
      assert.ok(code.length, name)
      assert.deepEqual(told(code, check(code)), [], name)
    }
})
