/** Asks a language client what a case asks, and compares. */
import assert from 'node:assert/strict'
import type { Definitions, DocumentSymbol, Edit, Place } from '../../src/kernel/language/answers'
import { TOKEN_MODIFIERS, TOKEN_TYPES } from '../../src/kernel/language/answers'
import type { At, LanguageClient } from '../../src/kernel/language/client'
import type { Ask, Case, ExpectedCompletion, ExpectedSymbol } from './case'
import { applied, unmark, type Marked } from './marks'

let notebooks = 0

/** @throws AssertionError where the answer is another than the case expects. */
export async function expectCase(client: LanguageClient, { before = [], cells, ask }: Case): Promise<void> {
  const notebook = `case-${++notebooks}`
  const marked = unmark(cells)
  try {
    for (const state of before) {
      client.update(notebook, unmark(state).cells)
      await client.diagnoseEach(notebook, () => {})
    }
    client.update(notebook, marked.cells)
    await new Asked(client, notebook, marked).expect(ask)
  } finally {
    await client.close(notebook)
  }
}

class Asked {
  readonly client: LanguageClient
  readonly notebook: string
  readonly marked: Marked

  constructor(client: LanguageClient, notebook: string, marked: Marked) {
    this.client = client
    this.notebook = notebook
    this.marked = marked
  }

  get at(): At {
    assert.ok(this.marked.cursor, 'the case has no cursor')
    return { notebook: this.notebook, ...this.marked.cursor }
  }

  /** The marked range, for code actions; or the cursor. */
  get selected() {
    const [range] = this.marked.ranges
    if (range) return { notebook: this.notebook, ...range }
    const { offset, ...cell } = this.at
    return { ...cell, start: offset, end: offset }
  }

  source(cell: string): string {
    return this.marked.cells.find(({ id }) => id === cell)!.source
  }

  after(edits: readonly Edit[]): string[] {
    return this.marked.cells.map(({ id, source }) =>
      applied(
        source,
        edits.filter(({ cell }) => cell === id),
      ),
    )
  }

  async expect(ask: Ask): Promise<void> {
    const { client, marked } = this
    switch (ask.feature) {
      case 'completion':
        return this.completion(ask)
      case 'hover': {
        const hover = await client.hover(this.at)
        if (!ask.code) return assert.equal(hover, null)
        assert.ok(hover, 'nothing is shown')
        assert.match(hover.code, ask.code)
        if (ask.documentation) assert.match(hover.documentation, ask.documentation)
        assert.doesNotMatch(hover.code, /\/cells\/|\/node_modules\//)
        return
      }
      case 'signature': {
        const help = await client.signatureHelp(this.at, ask.trigger)
        assert.ok(help, 'nothing is shown')
        const { label, parameters, documentation } = help.signatures[help.activeSignature]!
        assert.match(label, ask.label)
        if (ask.documentation) assert.match(documentation, ask.documentation)
        const active = parameters[help.activeParameter]
        if (ask.parameter) assert.match(label.slice(active?.start, active?.end), ask.parameter)
        return
      }
      case 'definition':
        return this.places(ask, await client.definitions(this.at))
      case 'typeDefinition':
        return this.places(ask, await client.typeDefinitions(this.at))
      case 'references': {
        const found = (await client.references(this.at))!.map(({ place }) => place)
        return this.ranges(found.filter((place) => 'cell' in place))
      }
      case 'highlights': {
        const { cell } = this.at
        const found = (await client.highlights(this.at))!
        return this.ranges(found.map(({ start, end }) => ({ cell, start, end })))
      }
      case 'rename': {
        const [prepared, renamed] = [
          await client.prepareRename(this.at),
          await client.rename(this.at, ask.to),
        ]
        if ('refused' in ask) {
          const reason = [prepared, renamed].map((answer) => (answer!.ok ? '' : answer!.reason)).join('\n')
          return assert.match(reason, ask.refused)
        }
        assert.ok(renamed?.ok, JSON.stringify(renamed))
        assert.ok(prepared?.ok, JSON.stringify(prepared))
        return assert.deepEqual(this.after(renamed.edits), ask.result)
      }
      case 'diagnostics': {
        const found = (await this.diagnostics()).filter(({ category }) => category !== 'suggestion')
        this.ranges(found)
        assert.deepEqual(
          found.map(({ code }) => code),
          ask.codes,
        )
        ask.messages?.forEach((message, index) => assert.match(found[index]!.message, message))
        return
      }
      case 'unnecessary':
      case 'deprecated':
        return this.ranges((await this.diagnostics()).filter((found) => found[ask.feature]))
      case 'fix': {
        const fixes = (await client.fixes(this.selected))!
        const title = ask.title
        const fix = fixes.find((one) => (ask.all ? one.all?.title : one.title) === title)
        assert.ok(fix, `offered were: ${JSON.stringify(fixes.map((one) => [one.title, one.all?.title]))}`)
        const edits = ask.all ? await client.fixAll(this.selected, fix.all!.id) : fix.edits
        return assert.deepEqual(this.after(edits!), ask.result)
      }
      case 'noFix': {
        const fixes = (await client.fixes(this.selected))!
        return assert.deepEqual(
          fixes.filter(({ title }) => ask.title.test(title)),
          [],
        )
      }
      case 'organizeImports':
        return this.one(await client.organizeImports(this.at), ask.result)
      case 'format': {
        const source = this.source(this.at.cell)
        const [range = { start: 0, end: source.length }] = marked.ranges
        const settings = { tabSize: ask.tabSize ?? 2, insertSpaces: true }
        return this.one(await client.format({ ...this.at, ...range }, settings), ask.result)
      }
      case 'formatTyped': {
        const settings = { tabSize: 2, insertSpaces: true }
        return this.one(await client.formatTyped(this.at, ask.typed, settings), ask.result)
      }
      case 'tokens': {
        const data = (await client.semanticTokens(this.at))!
        const colours = this.colours(data)
        for (const [word, colour] of Object.entries(ask.words))
          assert.equal(colours.get(word) ?? '', colour, word)
        return
      }
      case 'hints': {
        const source = this.source(this.at.cell)
        const range = { ...this.at, start: 0, end: source.length }
        const hints = (await client.inlayHints(range, ask.settings))!
        const put = hints.map(({ offset, text }) => ({ start: offset, end: offset, text: `‹${text}›` }))
        return assert.equal(applied(source, put), ask.result)
      }
      case 'folding': {
        const source = this.source(this.at.cell)
        const line = (offset: number) => source.slice(0, offset).split('\n').length - 1
        const found = (await client.foldingRanges(this.at))!
        return assert.deepEqual(
          found.map(({ start, end }) => [line(start), line(end)]),
          ask.lines,
        )
      }
      case 'symbols':
        return assert.deepEqual((await client.symbols(this.at))!.map(symbolOf), ask.tree)
      case 'selection': {
        const { cell, offset } = this.at
        const [spans] = (await client.selectionRanges(this.at, [offset]))!
        const texts = spans!.map(({ start, end }) => this.source(cell).slice(start, end))
        return assert.deepEqual(texts, ask.texts)
      }
      case 'names': {
        const names = (await client.names(this.notebook))!
        return assert.deepEqual(
          names.map(({ cell, name, kind, usedBy }) => `${cell} ${name} ${kind}: ${usedBy.join(' ')}`.trim()),
          ask.names,
        )
      }
      default:
        throw new Error(`unknown: ${JSON.stringify(ask satisfies never)}`)
    }
  }

  async completion({
    trigger,
    has = [],
    hasNot = [],
    only,
    snippets,
  }: Extract<Ask, { feature: 'completion' }>): Promise<void> {
    const list = await this.client.completions(this.at, trigger)
    if (snippets !== undefined) assert.equal(list?.statement !== undefined, snippets)
    const items = list?.items ?? []
    const labels = items.map(({ label }) => label)
    const sorted = [...items].sort((a, b) => (a.sortText < b.sortText ? -1 : a.sortText > b.sortText ? 1 : 0))
    if (only)
      assert.deepEqual(
        sorted.map(({ label }) => label),
        only,
      )
    for (const label of hasNot) assert.ok(!labels.includes(label), `${label} is offered`)
    for (const expected of has) {
      const { label, kind, description, ...rest }: ExpectedCompletion =
        typeof expected === 'string' ? { label: expected } : expected
      const fits = items.filter(
        (item) => item.label === label && (description === undefined || item.description === description),
      )
      assert.equal(fits.length, 1, `${fits.length} items ${label}; there are ${labels.slice(0, 50).join()}`)
      const [item] = fits
      if (kind) assert.equal(item!.kind, kind, label)
      if (!rest.detail && !rest.documentation && !rest.accepted) continue
      const details = await this.client.completionDetails(this.at, item!.key)
      assert.ok(details, `no details of ${label}`)
      if (rest.detail) assert.match(details.detail, rest.detail)
      if (rest.documentation) assert.match(details.documentation, rest.documentation)
      if (rest.accepted) {
        const { cell, offset } = this.at
        const word = /[\w$]*$/.exec(this.source(cell).slice(0, offset))![0].length
        const span = item!.replaces ?? list!.replaces ?? { start: offset - word, end: offset }
        const text = { cell, start: span.start, end: span.end, text: item!.insertText ?? label }
        assert.deepEqual(this.after([text, ...details.edits]), rest.accepted)
      }
    }
  }

  async places(
    { file, text }: Extract<Ask, { file?: RegExp }>,
    found: Definitions | null | undefined,
  ): Promise<void> {
    const places = found?.places ?? []
    if (!file) return this.ranges(places)
    const place = places.find((one) => 'file' in one)
    assert.ok(place && 'file' in place, JSON.stringify(places))
    assert.match(place.file, file)
    assert.equal(places.length, 1)
    const content = await this.client.declarationFile(place.file)
    assert.ok(content, `${place.file} cannot be opened`)
    const { start, end } = place
    if (text !== undefined)
      assert.equal(content.split('\n')[start.line]!.slice(start.character, end.character), text)
  }

  ranges(found: readonly Place[]): void {
    const show = (place: Place) =>
      'cell' in place
        ? `${place.cell} ${place.start}: ${this.source(place.cell).slice(place.start, place.end)}`
        : place.file
    assert.deepEqual(found.map(show), this.marked.ranges.map(show))
  }

  one(edits: readonly Edit[] | undefined, result: string): void {
    const { cell } = this.at
    assert.ok(edits)
    assert.ok(edits.every((edit) => edit.cell === cell))
    assert.equal(applied(this.source(cell), edits), result)
  }

  async diagnostics() {
    const found = new Map<string, Awaited<ReturnType<LanguageClient['diagnose']>>>()
    await this.client.diagnoseEach(this.notebook, (cell, diagnostics) => found.set(cell, diagnostics))
    return this.marked.cells.flatMap(({ id }) => found.get(id) ?? [])
  }

  colours(data: readonly number[]): Map<string, string> {
    const lines = this.source(this.at.cell).split(/\r\n|\r|\n/)
    const colours = new Map<string, string>()
    let [line, column] = [0, 0]
    for (let i = 0; i < data.length; i += 5) {
      const [down, right, length, type, bits] = data.slice(i, i + 5) as [
        number,
        number,
        number,
        number,
        number,
      ]
      column = down ? right : column + right
      line += down
      const modifiers = TOKEN_MODIFIERS.filter((_, bit) => bits & (1 << bit))
      colours.set(
        lines[line]!.slice(column, column + length),
        [TOKEN_TYPES[type], ...modifiers.filter((modifier) => modifier !== 'declaration')].join('.'),
      )
    }
    return colours
  }
}

function symbolOf({ name, kind, children }: DocumentSymbol): ExpectedSymbol {
  return { name, kind, ...(children.length && { children: children.map(symbolOf) }) }
}
