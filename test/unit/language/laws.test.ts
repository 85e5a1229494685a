/** What must hold of any name in any notebook, over generated ones; and that no text, however broken, breaks an answer. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import ts from 'typescript'
import type { Place } from '../../../src/kernel/language/answers'
import { features, type CellMethod } from '../../../src/kernel/language/features'
import { names } from '../../../src/kernel/language/features/names'
import type { LanguageParams } from '../../../src/kernel/language/protocol'
import { GeneratedNotebook } from '../../language/generate'
import { applied, unmark } from '../../language/marks'
import { Random } from '../compile/random'
import { Notebook } from './notebook'

const { service } = new Notebook()
const notebook = 'n'

interface Word {
  readonly cell: string
  readonly text: string
  readonly start: number
}

/** A notebook without errors, and some of the names in it: those that fit. */
function generated(seed: number, some: number, fits = /./) {
  const { cells } = unmark(
    Object.fromEntries(new GeneratedNotebook(seed).cells.map((text, index) => [`${seed}-${index}`, text])),
  )
  service.update(cells)
  const random = new Random(seed)
  const words = cells.flatMap(({ id, source }) => wordsOf(id, source)).filter(({ text }) => fits.test(text))
  return { cells, words: Array.from({ length: some }, () => random.pick(words)) }
}

function wordsOf(cell: string, source: string): Word[] {
  const file = ts.createSourceFile('a.ts', source, ts.ScriptTarget.ESNext, true)
  const words: Word[] = []
  const visit = (node: ts.Node): void => {
    // In `export` and imports, and of labels, there is no one declaration.
    if (ts.isImportDeclaration(node)) return
    if (ts.isIdentifier(node)) words.push({ cell, text: node.text, start: node.getStart(file) })
    ts.forEachChild(node, visit)
  }
  visit(file)
  return words
}

const textAt = (place: Place): string =>
  'cell' in place ? service.cell(place.cell)!.source.slice(place.start, place.end) : ''

test('a name is offered where it stands', () => {
  for (let seed = 2001; seed <= 2012; seed++)
    for (const { cell, text, start } of generated(seed, 6).words) {
      const file = service.program.getSourceFile(service.path(cell))!
      // Where a name is given, there is nothing to choose.
      if (isDeclared(file, start)) continue
      const list = features.completions(service, { notebook, cell, offset: start + text.length })
      const labels = new Set(list?.items.map(({ label }) => label))
      assert.ok(labels.has(text), `${text} at ${start} of ${cell}:\n${service.cell(cell)!.source}`)
    }
})

function isDeclared(file: ts.SourceFile, start: number): boolean {
  let declared = false
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.getStart(file) === start) {
      const { parent } = node
      declared ||=
        (ts.isPropertyAssignment(parent) && parent.name === node) ||
        ts.isBindingElement(parent) ||
        ts.getNameOfDeclaration(parent as ts.Declaration) === node
    } else ts.forEachChild(node, visit)
  }
  visit(file)
  return declared
}

test('a definition is of that name, and references are the same from each of them', () => {
  for (let seed = 2101; seed <= 2112; seed++)
    for (const { cell, text, start } of generated(seed, 5).words) {
      const at = { notebook, cell, offset: start }
      const places = features.definitions(service, at)?.places ?? []
      for (const place of places)
        if ('cell' in place)
          assert.ok(
            [text, 'constructor'].some((word) => textAt(place).startsWith(word)),
            `${text}: ${textAt(place)}`,
          )
      const found = features.references(service, at)
      const own = found.filter(({ place }) => 'cell' in place)
      if (!own.length) continue
      assert.ok(
        own.some(({ place }) => 'cell' in place && place.cell === cell && place.start === start),
        text,
      )
      // In a pattern, a name is that of a member too, which has other references.
      const home = own.find(({ declaration }) => declaration)?.place
      const place = own
        .map((one) => one.place)
        .find((one) => 'cell' in one && one.cell !== (home as { cell?: string })?.cell)
      if (!place || !('cell' in place)) continue
      const again = features.references(service, { notebook, cell: place.cell, offset: place.start })
      assert.deepEqual(
        again.map((one) => one.place),
        found.map((one) => one.place),
        `${text} at ${start} of ${cell}`,
      )
    }
})

test('after a rename there are no errors still, and nothing else has changed', () => {
  let renamed = 0
  // Members have no digit here: TypeScript cannot follow one that a class inherits from one type and has by another.
  for (let seed = 2201; seed <= 2220; seed++)
    for (const { cell, text, start } of generated(seed, 4, /\d$/).words) {
      const before = service.cells
      const result = features.rename(service, { notebook, cell, offset: start, to: 'renamed0' })
      if (!result.ok) continue
      renamed++
      const after = before.map(({ id, source }) => ({
        id,
        source: applied(
          source,
          result.edits.filter((edit) => edit.cell === id),
        ),
      }))
      service.update(after)
      assert.deepEqual(
        service.check().map((found) => `${found.cell}:${found.line} ${found.message}`),
        [],
        `${text} at ${start} of ${cell}`,
      )
      service.update(before)
    }
  assert.ok(renamed > 40, String(renamed))
})

// prettier-ignore
const PIECES = [
  '{', '}', '(', '`', '/*', '"', ';', '\n', 'a', 'const ', 'export ', 'import ', 'class ', 'type ', '=', '<',
  '\u2028', '\r\n', '//', '@', '.', "from '", 'as ', '...', '[', '#', '?.', 'await ',
]

test('whatever is typed, every answer is about the text that is there', () => {
  for (let seed = 2301; seed <= 2312; seed++) {
    const random = new Random(seed)
    let { cells } = generated(seed, 0)
    for (let step = 0; step < 5; step++) {
      const index = random.integer(0, cells.length - 1)
      const { id, source } = cells[index]!
      const at = random.integer(0, source.length)
      const removed = random.chance(0.4) ? random.integer(1, 9) : 0
      const edited = source.slice(0, at) + random.pick(PIECES) + source.slice(at + removed)
      cells = cells.map((cell) => (cell.id === id ? { ...cell, source: edited } : cell))
      if (random.chance(0.2)) cells = [...cells.slice(1), cells[0]!]
      service.update(cells)
      askEverything(id, Math.min(at + 1, edited.length), edited)
      names(service)
    }
  }
})

function askEverything(cell: string, offset: number, source: string): void {
  const at = { notebook, cell, offset }
  const whole = { notebook, cell, start: 0, end: source.length }
  const asked: { [M in CellMethod]?: LanguageParams<M> } = {
    diagnose: at,
    completions: at,
    hover: at,
    definitions: at,
    typeDefinitions: at,
    references: at,
    highlights: at,
    prepareRename: at,
    rename: { ...at, to: 'renamed0' },
    fixes: whole,
    organizeImports: at,
    format: { ...whole, settings: {} },
    formatTyped: { ...at, typed: '}', settings: {} },
    inlayHints: { ...whole, settings: { parameterNames: 'all', variableTypes: true } },
    foldingRanges: at,
    symbols: at,
    selectionRanges: { ...at, offsets: [offset] },
  }
  for (const [method, params] of Object.entries(asked) as [CellMethod, never][]) {
    const answer: unknown = service.guarded(() => features[method](service, params))
    expectInside(answer, cell, method)
  }
  features.signatureHelp(service, at)
  features.semanticTokens(service, { notebook, cell })
}

/** Every span of an answer lies in the text of its cell. */
function expectInside(answer: unknown, cell: string, method: string): void {
  if (Array.isArray(answer)) return answer.forEach((one) => expectInside(one, cell, method))
  if (typeof answer !== 'object' || answer === null) return
  const span = answer as { cell?: unknown; start?: unknown; end?: unknown }
  const own = typeof span.cell === 'string' ? span.cell : cell
  const { length } = service.cell(own)!.source
  if (typeof span.start === 'number' && typeof span.end === 'number')
    assert.ok(
      span.start >= 0 && span.start <= span.end && span.end <= length,
      `${method}: ${JSON.stringify(answer)} of ${length}`,
    )
  assert.doesNotMatch(JSON.stringify(answer), /\/cells\//, method)
  for (const inner of Object.values(answer)) expectInside(inner, own, method)
}
