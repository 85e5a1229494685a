/** Places and edits of the language service as VS Code has them. */
import * as vscode from 'vscode'
import type { Edit, NameKind, Place, Span } from '../../kernel/language/answers'
import type { KnownCell, LanguageCells } from './cells'
import { declarationUri } from './declarations'

export function rangeOf(document: vscode.TextDocument, { start, end }: Span): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end))
}

export function spanOf(document: vscode.TextDocument, range: vscode.Range): Span {
  return { start: document.offsetAt(range.start), end: document.offsetAt(range.end) }
}

/** Where a place is: in a cell of the same notebook, or in the runtime's declarations. */
export function locationOf(
  cells: LanguageCells,
  notebook: string,
  place: Place,
): vscode.Location | undefined {
  if ('file' in place) {
    const { start, end } = place
    const range = new vscode.Range(start.line, start.character, end.line, end.character)
    return new vscode.Location(declarationUri(place.file), range)
  }
  const document = cells.document(notebook, place.cell)
  return document && new vscode.Location(document.uri, rangeOf(document, place))
}

/** Edits of one cell. */
export function textEdits(document: vscode.TextDocument, edits: readonly Edit[]): vscode.TextEdit[] {
  return edits.map((edit) => vscode.TextEdit.replace(rangeOf(document, edit), edit.text))
}

/** Edits of any cells of a notebook. */
export function workspaceEdit(
  cells: LanguageCells,
  { notebook }: Pick<KnownCell, 'notebook'>,
  edits: readonly Edit[],
): vscode.WorkspaceEdit {
  const result = new vscode.WorkspaceEdit()
  for (const edit of edits) {
    const document = cells.document(notebook, edit.cell)
    if (document) result.replace(document.uri, rangeOf(document, edit), edit.text)
  }
  return result
}

const COMPLETION_KINDS: Readonly<Record<NameKind, vscode.CompletionItemKind>> = {
  class: vscode.CompletionItemKind.Class,
  constant: vscode.CompletionItemKind.Constant,
  constructor: vscode.CompletionItemKind.Constructor,
  enum: vscode.CompletionItemKind.Enum,
  enumMember: vscode.CompletionItemKind.EnumMember,
  field: vscode.CompletionItemKind.Field,
  file: vscode.CompletionItemKind.File,
  function: vscode.CompletionItemKind.Function,
  interface: vscode.CompletionItemKind.Interface,
  keyword: vscode.CompletionItemKind.Keyword,
  method: vscode.CompletionItemKind.Method,
  module: vscode.CompletionItemKind.Module,
  property: vscode.CompletionItemKind.Property,
  snippet: vscode.CompletionItemKind.Snippet,
  text: vscode.CompletionItemKind.Text,
  typeParameter: vscode.CompletionItemKind.TypeParameter,
  type: vscode.CompletionItemKind.Interface,
  variable: vscode.CompletionItemKind.Variable,
}

const SYMBOL_KINDS: Readonly<Record<NameKind, vscode.SymbolKind>> = {
  class: vscode.SymbolKind.Class,
  constant: vscode.SymbolKind.Constant,
  constructor: vscode.SymbolKind.Constructor,
  enum: vscode.SymbolKind.Enum,
  enumMember: vscode.SymbolKind.EnumMember,
  field: vscode.SymbolKind.Field,
  file: vscode.SymbolKind.File,
  function: vscode.SymbolKind.Function,
  interface: vscode.SymbolKind.Interface,
  keyword: vscode.SymbolKind.Key,
  method: vscode.SymbolKind.Method,
  module: vscode.SymbolKind.Module,
  property: vscode.SymbolKind.Property,
  snippet: vscode.SymbolKind.String,
  text: vscode.SymbolKind.String,
  typeParameter: vscode.SymbolKind.TypeParameter,
  type: vscode.SymbolKind.Interface,
  variable: vscode.SymbolKind.Variable,
}

export const completionKind = (kind: NameKind): vscode.CompletionItemKind => COMPLETION_KINDS[kind]
export const symbolKind = (kind: NameKind): vscode.SymbolKind => SYMBOL_KINDS[kind]

/** Code in the colours of cells. */
export function codeBlock(code: string): string {
  const longest = Math.max(2, ...(code.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}typescript\n${code}\n${fence}`
}
