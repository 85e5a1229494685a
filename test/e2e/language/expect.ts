/** Asks VS Code what a case of the language service asks, and compares. */
import assert from 'node:assert/strict'
import type { InlayHintSettings } from '../../../src/kernel/language/settings'
import type { Ask, Case, ExpectedCompletion, ExpectedSymbol } from '../../language/case'
import { applied, unmark, type Marked } from '../../language/marks'
import type { NotebookUnderTest, VSCodeUnderTest } from '../harness'
import {
  ask,
  become,
  problems,
  type Answer,
  type Asked,
  type CellEdit,
  type CellText,
  type FoundDiagnostic,
  type Outline,
  type Place,
} from './editor'

/** What a person can choose of the hints: see the settings `genbook.inlayHints`. */
export function canBeChosen(settings: InlayHintSettings): boolean {
  const { variableTypes = false, returnTypes = false, parameterTypes = false, ...rest } = settings
  const types = [variableTypes, returnTypes, parameterTypes]
  return (
    Object.keys(rest).every((name) => name === 'parameterNames') && types.every((one) => one === types[0])
  )
}

/** A notebook that becomes that of one case after another. */
export class CaseRunner {
  readonly #code: VSCodeUnderTest
  readonly #path: string
  #cells: readonly CellText[]
  #round = 0

  constructor(code: VSCodeUnderTest, notebook: NotebookUnderTest, cells: readonly CellText[]) {
    this.#code = code
    this.#path = `/${notebook.path}`
    this.#cells = cells
  }

  /** @throws AssertionError where VS Code's answer is another than the case expects. */
  async expect({ before = [], cells, ask }: Case): Promise<void> {
    for (const state of before) {
      await this.#become(unmark(state).cells)
      await this.#problems()
    }
    const marked = unmark(cells)
    await this.#become(marked.cells)
    await this.#expect(ask, marked)
  }

  /** @param cells to which one is added whose only error tells that all were checked. */
  async #become(cells: readonly CellText[]): Promise<void> {
    this.#round++
    const end = { id: 'end', source: `${' '.repeat(this.#round)}const end: number = ''` }
    const after = [...cells, end]
    const before = this.#cells
    // Should this fail, all cells are put in anew the next time.
    this.#cells = []
    await this.#code.evaluate(become, this.#path, before, after)
    this.#cells = after
  }

  #problems(): Promise<FoundDiagnostic[]> {
    return this.#code.evaluate(problems, this.#path, this.#round + 'const '.length)
  }

  async #ask(marked: Marked, question: Omit<Asked, 'path' | 'cell' | 'start' | 'end'>): Promise<Answer> {
    const { cursor, ranges } = marked
    const selecting = question.feature === 'fix' || question.feature === 'format'
    const range = selecting ? ranges[0] : undefined
    const at = range ?? (cursor && { cell: cursor.cell, start: cursor.offset, end: cursor.offset })
    assert.ok(at, 'the case has no cursor')
    const cell = marked.cells.findIndex(({ id }) => id === at.cell)
    return this.#code.evaluate(ask, { ...question, path: this.#path, cell, start: at.start, end: at.end })
  }

  async #expect(expected: Ask, marked: Marked): Promise<void> {
    const question = (rest: Partial<Asked> = {}) => this.#ask(marked, { feature: expected.feature, ...rest })
    switch (expected.feature) {
      case 'completion':
        return this.#completion(expected, marked)
      case 'hover': {
        const { texts = [] } = await question()
        if (!expected.code) return assert.deepEqual(texts, [])
        const [text] = texts
        assert.ok(text !== undefined, 'nothing is shown')
        const [, code, documentation] = /^(?:`{3,})typescript\n([^]*?)\n`{3,}([^]*)$/.exec(text) ?? []
        assert.match(code ?? text, expected.code)
        if (expected.documentation) assert.match(documentation!.trim(), expected.documentation)
        return
      }
      case 'signature': {
        const {
          label = '',
          parameter = '',
          texts = [],
        } = await question({
          ...(expected.trigger && { trigger: expected.trigger }),
        })
        assert.match(label, expected.label)
        if (expected.parameter) assert.match(parameter, expected.parameter)
        if (expected.documentation) assert.match(texts.join('\n'), expected.documentation)
        return
      }
      case 'definition':
      case 'typeDefinition': {
        const { places = [] } = await question()
        if (!expected.file) return ranges(marked, places)
        assert.equal(places.length, 1)
        assert.match(places[0]!.file ?? '', expected.file)
        if (expected.text !== undefined) assert.equal(places[0]!.text, expected.text)
        return
      }
      case 'references':
        return ranges(
          marked,
          (await question()).places!.filter(({ file }) => file === undefined),
        )
      case 'highlights':
        return ranges(marked, (await question()).places!)
      case 'rename': {
        const { edits, refused } = await question({ to: expected.to })
        if ('refused' in expected) return assert.match(refused ?? 'it was renamed', expected.refused)
        assert.equal(refused, undefined)
        return assert.deepEqual(after(marked, edits!), expected.result)
      }
      case 'diagnostics': {
        const found = (await this.#problems()).filter(({ severity }) => severity < 3)
        ranges(marked, found)
        assert.deepEqual(
          found.map(({ code }) => code ?? 0),
          expected.codes,
        )
        expected.messages?.forEach((message, index) => assert.match(found[index]!.message, message))
        return
      }
      case 'unnecessary':
      case 'deprecated': {
        const tag = expected.feature === 'unnecessary' ? 1 : 2
        return ranges(
          marked,
          (await this.#problems()).filter(({ tags }) => tags.includes(tag)),
        )
      }
      case 'fix': {
        await this.#problems()
        const { actions = [] } = await question()
        const action = actions.find(({ title }) => title === expected.title)
        assert.ok(action, `offered were: ${actions.map(({ title }) => title).join()}`)
        return assert.deepEqual(after(marked, action.edits), expected.result)
      }
      case 'noFix': {
        await this.#problems()
        const { actions = [] } = await question({ feature: 'fix' })
        return assert.deepEqual(
          actions.filter(({ title }) => expected.title.test(title)),
          [],
        )
      }
      case 'organizeImports': {
        const { actions = [] } = await question()
        return this.#one(marked, actions[0]?.edits ?? [], expected.result)
      }
      case 'format':
        return this.#one(marked, (await question({ tabSize: expected.tabSize ?? 2 })).edits!, expected.result)
      case 'formatTyped':
        return this.#one(marked, (await question({ typed: expected.typed })).edits!, expected.result)
      case 'tokens': {
        const { words = {} } = await question()
        for (const [word, colour] of Object.entries(expected.words))
          assert.equal(words[word] ?? '', colour, word)
        return
      }
      case 'hints': {
        const { parameterNames = 'none', variableTypes = false } = expected.settings
        await this.#code.setSetting('genbook.inlayHints.parameterNames', parameterNames)
        await this.#code.setSetting('genbook.inlayHints.types', variableTypes)
        return this.#one(marked, (await question()).edits!, expected.result)
      }
      case 'folding': {
        const source = marked.cells.find(({ id }) => id === marked.cursor!.cell)!.source.split('\n')
        // The editor leaves the line of a closing bracket in sight.
        const shown = expected.lines.map(([first, last]) => [
          first,
          /^\s*[}\])`]/.test(source[last]!) ? Math.max(first, last - 1) : last,
        ])
        return assert.deepEqual((await question()).lines, shown)
      }
      case 'symbols':
        return assert.deepEqual((await question()).outline!.map(symbolOf), expected.tree.map(asOutlined))
      case 'selection':
        return assert.deepEqual((await question()).texts, expected.texts)
      case 'names':
        throw new Error('VS Code has no command for the names of a notebook')
      default:
        throw new Error(`unknown: ${JSON.stringify(expected satisfies never)}`)
    }
  }

  async #completion(
    { trigger, has = [], hasNot = [], only, snippets }: Extract<Ask, { feature: 'completion' }>,
    marked: Marked,
  ): Promise<void> {
    const question = { feature: 'completion', ...(trigger && { trigger }) }
    const answer = await this.#ask(marked, question)
    if (snippets !== undefined) assert.equal(answer.snippets, snippets)
    const items = answer.items!
    const labels = items.map(({ label }) => label)
    if (only) assert.deepEqual(labels, only)
    for (const label of hasNot) assert.ok(!labels.includes(label), `${label} is offered`)
    for (const one of has) {
      const { label, kind, description, ...rest }: ExpectedCompletion =
        typeof one === 'string' ? { label: one } : one
      const fits = (item: (typeof items)[number]) =>
        item.label === label && (description === undefined || item.description === description)
      const index = items.findIndex(fits)
      const item = items[index]
      assert.ok(item, `no item ${label}; there are ${labels.slice(0, 50).join()}`)
      if (kind) assert.equal(item.kind, kind === 'type' ? 'interface' : kind, label)
      if (!rest.detail && !rest.documentation && !rest.accepted) continue
      // VS Code resolves from the top of the list down, and has words of its own and snippets in it.
      const resolved = (await this.#ask(marked, { ...question, resolve: index + 60 })).items!.find(fits)!
      const [, detail, documentation] =
        /^(?:`{3,})typescript\n([^]*?)\n`{3,}([^]*)$/.exec(resolved.detail) ?? []
      if (rest.detail) assert.match(detail ?? '', rest.detail)
      if (rest.documentation) assert.match(documentation?.trim() ?? '', rest.documentation)
      if (rest.accepted) assert.deepEqual(after(marked, [resolved.insert, ...resolved.more]), rest.accepted)
    }
  }

  #one(marked: Marked, edits: readonly CellEdit[], result: string): void {
    const cell = marked.cells.findIndex(({ id }) => id === marked.cursor!.cell)
    assert.ok(edits.every((edit) => edit.cell === cell))
    assert.equal(after(marked, edits)[cell], result)
  }
}

function after({ cells }: Marked, edits: readonly CellEdit[]): string[] {
  return cells.map(({ source }, index) =>
    applied(
      source,
      edits.filter(({ cell }) => cell === index),
    ),
  )
}

function ranges(marked: Marked, found: readonly Place[]): void {
  const show = (id: string, start: number, end: number) =>
    `${id} ${start}: ${marked.cells.find((cell) => cell.id === id)?.source.slice(start, end)}`
  const inOrder = [...found].sort((a, b) => a.cell - b.cell || a.start - b.start)
  assert.deepEqual(
    inOrder.map(({ cell, start, end, file }) => file ?? show(marked.cells[cell]?.id ?? 'end', start, end)),
    marked.ranges.map(({ cell, start, end }) => show(cell, start, end)),
  )
}

function symbolOf({ name, kind, children }: Outline): ExpectedSymbol {
  return { name, kind, ...(children.length && { children: children.map(symbolOf) }) }
}

/** VS Code has fewer kinds of symbols. */
function asOutlined({ name, kind, children }: ExpectedSymbol): ExpectedSymbol {
  const shown = { type: 'interface', keyword: 'key', text: 'string', snippet: 'string' }[kind] ?? kind
  return { name, kind: shown, ...(children?.length && { children: children.map(asOutlined) }) }
}
