import * as vscode from 'vscode'
import type { Completion, CompletionKey, CompletionList } from '../../../kernel/language/answers'
import { CELLS, type LanguageCells } from '../cells'
import { codeBlock, completionKind, rangeOf, textEdits } from '../places'
import { snippets } from './snippets'

const TRIGGERS = ['.', '"', "'", '`', '/', '@', '<', '#', ' ']

/** A completion that knows what it is, for its details. */
class CellCompletion extends vscode.CompletionItem {
  readonly document: vscode.TextDocument
  readonly offset: number
  readonly key: CompletionKey

  constructor(
    document: vscode.TextDocument,
    offset: number,
    { key, label, labelDetail, description, kind }: Completion,
  ) {
    const whole = { label, ...(labelDetail && { detail: labelDetail }), ...(description && { description }) }
    super(labelDetail || description ? whole : label, completionKind(kind))
    this.document = document
    this.offset = offset
    this.key = key
  }
}

/** Names that fit at the cursor; accepting one may import it from 'genbook'. */
export class CompletionProvider implements vscode.CompletionItemProvider {
  readonly #cells: LanguageCells

  constructor(cells: LanguageCells) {
    this.#cells = cells
  }

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
    { triggerCharacter }: vscode.CompletionContext,
  ): Promise<vscode.CompletionItem[] | undefined> {
    // A blank only opens the list where it cannot be in the way.
    if (triggerCharacter === ' ' && !/^\s*import $/.test(lineBefore(document, position))) return undefined
    const offset = document.offsetAt(position)
    const list = await this.#cells.ask(document, token, (client, cell, signal) =>
      client.completions({ ...cell, offset }, triggerCharacter, signal),
    )
    if (!list) return undefined
    const items = list.items.map((item) => completionItem(document, position, offset, list, item))
    if (list.statement === undefined) return items
    return [...items, ...snippets(new vscode.Range(document.positionAt(list.statement), position))]
  }

  async resolveCompletionItem(
    item: vscode.CompletionItem,
    token: vscode.CancellationToken,
  ): Promise<vscode.CompletionItem> {
    if (!(item instanceof CellCompletion)) return item
    const { document, offset, key } = item
    const details = await this.#cells.ask(document, token, (client, cell, signal) =>
      client.completionDetails({ ...cell, offset }, key, signal),
    )
    if (!details) return item
    item.documentation = new vscode.MarkdownString(`${codeBlock(details.detail)}\n${details.documentation}`)
    const here = this.#cells.of(document)?.cell
    const edits = details.edits.filter(({ cell }) => cell === here)
    if (edits.length) item.additionalTextEdits = textEdits(document, edits)
    return item
  }
}

function lineBefore(document: vscode.TextDocument, position: vscode.Position): string {
  return document.lineAt(position.line).text.slice(0, position.character)
}

function completionItem(
  document: vscode.TextDocument,
  position: vscode.Position,
  offset: number,
  list: CompletionList,
  completion: Completion,
): CellCompletion {
  const item = new CellCompletion(document, offset, completion)
  const { insertText, snippet, filterText, sortText, deprecated, preselect } = completion
  item.sortText = sortText
  if (insertText !== undefined) item.insertText = snippet ? new vscode.SnippetString(insertText) : insertText
  if (filterText !== undefined) item.filterText = filterText
  if (deprecated) item.tags = [vscode.CompletionItemTag.Deprecated]
  if (preselect) item.preselect = true
  item.commitCharacters = [...(completion.commitCharacters ?? list.commitCharacters)]
  const replaces = completion.replaces ?? list.replaces
  if (replaces) {
    const replacing = rangeOf(document, replaces)
    const inserting = new vscode.Range(replacing.start, position)
    item.range = { inserting, replacing }
  }
  return item
}

export function registerCompletion(cells: LanguageCells): vscode.Disposable {
  const provider = new CompletionProvider(cells)
  return vscode.languages.registerCompletionItemProvider(CELLS, provider, ...TRIGGERS)
}
