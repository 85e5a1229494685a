/**
 * Asks VS Code, by its own commands, about the cells of a notebook. These functions are sent to the extension host as
 * text: each sees its arguments and nothing else.
 */
import type * as Api from 'vscode'

export interface CellText {
  readonly id: string
  readonly source: string
}

/** Edits a notebook from one state to the next as a person would: text is edited, cells come and go. */
export async function become(
  vscode: typeof Api,
  path: string,
  before: readonly CellText[],
  after: readonly CellText[],
): Promise<void> {
  const notebook = vscode.workspace.notebookDocuments.find((one) => `/${one.uri.path}`.endsWith(path))!
  const same = (a: CellText | undefined, b: CellText | undefined) => a?.id === b?.id
  let head = 0
  while (head < Math.min(before.length, after.length) && same(before[head], after[head])) head++
  let tail = 0
  while (
    tail < Math.min(before.length, after.length) - head &&
    same(before[before.length - 1 - tail], after[after.length - 1 - tail])
  )
    tail++
  const put = after.slice(head, after.length - tail)
  const removed = notebook.cellCount - head - tail
  const { Code } = vscode.NotebookCellKind
  if (put.length || removed) {
    const edit = new vscode.WorkspaceEdit()
    edit.set(notebook.uri, [
      vscode.NotebookEdit.replaceCells(
        new vscode.NotebookRange(head, head + removed),
        put.map(({ source }) => new vscode.NotebookCellData(Code, source, 'genbook-typescript')),
      ),
    ])
    const old = notebook.getCells().slice(head, head + removed)
    if (!(await vscode.workspace.applyEdit(edit))) throw new Error('VS Code refused to change the cells')
    // The edit is done before the extension host hears of it.
    const deadline = Date.now() + 30_000
    const heard = () =>
      notebook.cellCount === after.length && !notebook.getCells().some((cell) => old.includes(cell))
    while (!heard()) {
      if (Date.now() > deadline) throw new Error('the notebook did not change within 30 s')
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  const texts = new vscode.WorkspaceEdit()
  after.forEach(({ source }, index) => {
    const { document } = notebook.cellAt(index)
    if (document.getText() === source) return
    texts.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), source)
  })
  if (texts.size && !(await vscode.workspace.applyEdit(texts)))
    throw new Error('VS Code refused to edit the texts')
}

export interface FoundDiagnostic {
  readonly cell: number
  readonly start: number
  readonly end: number
  readonly code: unknown
  readonly message: string
  readonly severity: number
  readonly tags: readonly number[]
}

/**
 * Waits until the checker has seen the last cell, which has one error that starts at `column`, and all before it.
 * @returns what the Problems panel holds of the other cells.
 */
export async function problems(vscode: typeof Api, path: string, column: number): Promise<FoundDiagnostic[]> {
  const notebook = vscode.workspace.notebookDocuments.find((one) => `/${one.uri.path}`.endsWith(path))!
  const cells = notebook.getCells()
  const last = cells[cells.length - 1]!.document
  const done = () =>
    vscode.languages.getDiagnostics(last.uri).some(({ range }) => range.start.character === column)
  await new Promise<void>((resolve, reject) => {
    const end = (settle: () => void) => {
      listener.dispose()
      clearTimeout(timer)
      settle()
    }
    const timer = setTimeout(
      () => end(() => reject(new Error('the cells were not checked within 50 s'))),
      50_000,
    )
    const listener = vscode.languages.onDidChangeDiagnostics(() => done() && end(resolve))
    if (done()) end(resolve)
  })
  return cells.slice(0, -1).flatMap(({ document }, cell) =>
    vscode.languages
      .getDiagnostics(document.uri)
      .filter(({ source }) => source === 'genbook')
      .map(({ range, code, message, severity, tags }) => ({
        cell,
        start: document.offsetAt(range.start),
        end: document.offsetAt(range.end),
        code,
        message,
        severity,
        tags: tags ?? [],
      })),
  )
}

export interface Asked {
  readonly path: string
  readonly feature: string
  /** The cell asked about, by its place, and a range of it; a cursor is an empty one. */
  readonly cell: number
  readonly start: number
  readonly end: number
  readonly trigger?: string
  readonly to?: string
  readonly typed?: string
  readonly tabSize?: number
  /** How many completions or actions are resolved. */
  readonly resolve?: number
}

export interface Place {
  /** The place of the cell; −1 in a declaration file. */
  readonly cell: number
  readonly start: number
  readonly end: number
  /** Of a declaration file: its path, and the text of the range. */
  readonly file?: string
  readonly text?: string
}

export interface CellEdit {
  readonly cell: number
  readonly start: number
  readonly end: number
  readonly text: string
}

export interface Item {
  readonly label: string
  readonly kind: string
  readonly description?: string
  readonly detail: string
  readonly sortText: string
  readonly insert: CellEdit
  readonly more: readonly CellEdit[]
}

export interface Outline {
  readonly name: string
  readonly kind: string
  readonly children: readonly Outline[]
}

/** What VS Code answers, by what was asked; texts are those of Markdown. */
export interface Answer {
  /** Whether there are snippets among what completes. */
  readonly snippets?: boolean
  readonly items?: readonly Item[]
  readonly texts?: readonly string[]
  readonly label?: string
  readonly parameter?: string
  readonly places?: readonly Place[]
  readonly edits?: readonly CellEdit[]
  readonly refused?: string
  readonly actions?: readonly { readonly title: string; readonly edits: readonly CellEdit[] }[]
  readonly words?: Readonly<Record<string, string>>
  readonly lines?: readonly (readonly [number, number])[]
  readonly outline?: readonly Outline[]
}

/** Asks VS Code what a case asks. */
export async function ask(vscode: typeof Api, asked: Asked): Promise<Answer> {
  const notebook = vscode.workspace.notebookDocuments.find((one) => `/${one.uri.path}`.endsWith(asked.path))!
  const documents = notebook.getCells().map(({ document }) => document)
  const document = documents[asked.cell]!
  const { uri } = document
  const range = new vscode.Range(document.positionAt(asked.start), document.positionAt(asked.end))
  const position = range.end
  const command = <T>(name: string, ...rest: unknown[]) =>
    vscode.commands.executeCommand<T>(`vscode.${name}`, uri, ...rest)
  const words = (enumeration: Record<number, string>, kind: number | undefined) => {
    const word = enumeration[kind ?? -1] ?? ''
    return word.charAt(0).toLowerCase() + word.slice(1)
  }
  const markdown = (content: Api.MarkdownString | Api.MarkedString | undefined): string =>
    typeof content === 'string' ? content : (content?.value ?? '')

  const edit = (target: Api.Uri, at: Api.Range, text: string): CellEdit => {
    const cell = documents.findIndex((one) => one.uri.toString() === target.toString())
    const found = documents[cell]!
    return { cell, start: found.offsetAt(at.start), end: found.offsetAt(at.end), text }
  }
  const edits = (all: Api.WorkspaceEdit | undefined): CellEdit[] =>
    all?.entries().flatMap(([target, list]) => list.map((one) => edit(target, one.range, one.newText))) ?? []
  const here = (list: readonly Api.TextEdit[] | undefined) =>
    list?.map((one) => edit(uri, one.range, one.newText)) ?? []
  const place = async (target: Api.Uri, at: Api.Range): Promise<Place> => {
    const cell = documents.findIndex((one) => one.uri.toString() === target.toString())
    const found = documents[cell]
    if (found) return { cell, start: found.offsetAt(at.start), end: found.offsetAt(at.end) }
    const file = await vscode.workspace.openTextDocument(target)
    return { cell: -1, start: 0, end: 0, file: target.path, text: file.getText(at) }
  }
  const places = async (found: readonly (Api.Location | Api.LocationLink)[]): Promise<Answer> => ({
    places: await Promise.all(
      found.map((one) => ('uri' in one ? place(one.uri, one.range) : place(one.targetUri, one.targetRange))),
    ),
  })
  const outline = (symbol: Api.DocumentSymbol): Outline => ({
    name: symbol.name,
    kind: words(vscode.SymbolKind, symbol.kind),
    children: symbol.children.map(outline),
  })

  switch (asked.feature) {
    case 'completion': {
      const list = await command<Api.CompletionList>(
        'executeCompletionItemProvider',
        position,
        asked.trigger,
        asked.resolve,
      )
      const items = list.items
        .filter(({ kind }) => kind !== vscode.CompletionItemKind.Snippet)
        .map((item) => {
          const { label, detail } =
            typeof item.label === 'string'
              ? { label: item.label, detail: undefined }
              : { label: item.label.label, detail: item.label.description }
          const inserted = item.insertText ?? label
          const at = item.range ?? document.getWordRangeAtPosition(position) ?? range
          const into = 'inserting' in at ? at.replacing : at
          return {
            label,
            kind: words(vscode.CompletionItemKind, item.kind),
            description: detail,
            detail: markdown(item.documentation),
            sortText: item.sortText ?? label,
            insert: edit(uri, into, typeof inserted === 'string' ? inserted : inserted.value),
            more: here(item.additionalTextEdits),
          }
        })
      return { items, snippets: list.items.length > items.length }
    }
    case 'hover': {
      const hovers = await command<Api.Hover[]>('executeHoverProvider', position)
      return { texts: hovers.flatMap(({ contents }) => contents.map(markdown)) }
    }
    case 'signature': {
      const help = await command<Api.SignatureHelp | undefined>(
        'executeSignatureHelpProvider',
        position,
        asked.trigger,
      )
      const signature = help?.signatures[help.activeSignature]
      if (!help || !signature) return {}
      const parameter = signature.parameters[signature.activeParameter ?? help.activeParameter]?.label
      return {
        label: signature.label,
        texts: [markdown(signature.documentation)],
        parameter: Array.isArray(parameter) ? signature.label.slice(...parameter) : parameter,
      }
    }
    case 'definition':
      return places(await command('executeDefinitionProvider', position))
    case 'typeDefinition':
      return places(await command('executeTypeDefinitionProvider', position))
    case 'references':
      return places(await command('executeReferenceProvider', position))
    case 'highlights': {
      const found = await command<Api.DocumentHighlight[]>('executeDocumentHighlights', position)
      return places((found ?? []).map((one) => new vscode.Location(uri, one.range)))
    }
    case 'rename': {
      // VS Code's command hands the new name on as a list where its window has not loaded the cell.
      vscode.window.activeNotebookEditor?.revealRange(new vscode.NotebookRange(asked.cell, asked.cell + 1))
      for (const deadline = Date.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 50)))
        try {
          await command('prepareRename', position)
          return { edits: edits(await command('executeDocumentRenameProvider', position, asked.to)) }
        } catch (error) {
          const refused = String(error instanceof Error ? error.message : error)
          if (refused !== 'Unexpected type' || Date.now() > deadline) return { refused }
        }
    }
    case 'fix':
    case 'organizeImports': {
      const kind = asked.feature === 'fix' ? 'quickfix' : 'source.organizeImports'
      const found = await command<Api.CodeAction[]>(
        'executeCodeActionProvider',
        range,
        kind,
        asked.resolve ?? 20,
      )
      return { actions: found.map((action) => ({ title: action.title, edits: edits(action.edit) })) }
    }
    case 'format': {
      const options = { tabSize: asked.tabSize ?? 2, insertSpaces: true }
      if (asked.start < asked.end)
        return { edits: here(await command('executeFormatRangeProvider', range, options)) }
      return { edits: here(await command('executeFormatDocumentProvider', options)) }
    }
    case 'formatTyped': {
      const options = { tabSize: 2, insertSpaces: true }
      return { edits: here(await command('executeFormatOnTypeProvider', position, asked.typed, options)) }
    }
    case 'tokens': {
      const legend = await command<Api.SemanticTokensLegend>('provideDocumentSemanticTokensLegend')
      const { data } = await command<Api.SemanticTokens>('provideDocumentSemanticTokens')
      const colours: Record<string, string> = {}
      let [line, column] = [0, 0]
      for (let i = 0; i < data.length; i += 5) {
        column = data[i] ? data[i + 1]! : column + data[i + 1]!
        line += data[i]!
        const modifiers = legend.tokenModifiers.filter((_, bit) => data[i + 4]! & (1 << bit))
        const word = document.lineAt(line).text.slice(column, column + data[i + 2]!)
        const shown = modifiers.filter((modifier) => modifier !== 'declaration')
        colours[word] = [legend.tokenTypes[data[i + 3]!], ...shown].join('.')
      }
      return { words: colours }
    }
    case 'hints': {
      const whole = new vscode.Range(0, 0, document.lineCount, 0)
      const found = await command<Api.InlayHint[]>('executeInlayHintProvider', whole)
      const text = (label: Api.InlayHint['label']) =>
        typeof label === 'string' ? label : label.map(({ value }) => value).join('')
      return {
        edits: found.map((hint) =>
          edit(uri, new vscode.Range(hint.position, hint.position), `‹${text(hint.label)}›`),
        ),
      }
    }
    case 'folding': {
      const found = await command<Api.FoldingRange[]>('executeFoldingRangeProvider')
      return { lines: found.map(({ start, end }) => [start, end] as const) }
    }
    case 'symbols': {
      const found = await command<Api.DocumentSymbol[] | undefined>('executeDocumentSymbolProvider')
      return { outline: (found ?? []).map(outline) }
    }
    case 'selection': {
      const [found] = await command<Api.SelectionRange[]>('executeSelectionRangeProvider', [position])
      const texts: string[] = []
      for (let one: Api.SelectionRange | undefined = found; one; one = one.parent)
        texts.push(document.getText(one.range))
      return { texts }
    }
    default:
      throw new Error(`VS Code is not asked for ${asked.feature}`)
  }
}
