import * as vscode from 'vscode'
import contributed from '../../../../media/snippets.json'
import { codeBlock } from '../places'

/** After the names that fit as well. */
const LAST = 'z'

/**
 * The common moves, where a statement may begin. VS Code would offer contributed snippets anywhere a word is typed, also after a dot and in
 * strings; so what is contributed has no prefixes, and serves Insert Snippet only.
 *
 * @param typed what is replaced.
 */
export function snippets(typed: vscode.Range): vscode.CompletionItem[] {
  return Object.entries(contributed).flatMap(([name, { prefix, description, body }]) =>
    [prefix].flat().map((label) => {
      const item = new vscode.CompletionItem({ label, description: name }, vscode.CompletionItemKind.Snippet)
      const text = body.join('\n')
      item.insertText = new vscode.SnippetString(text)
      item.range = typed
      item.sortText = LAST
      item.documentation = new vscode.MarkdownString(`${description}\n${codeBlock(shown(text))}`)
      return item
    }),
  )
}

/** A snippet with its first choices, without the marks of its places. */
function shown(text: string): string {
  const first = text.replace(/\$\{\d+\|((?:[^,|\\]|\\.)*)[^}]*\|\}/g, '$1')
  return first
    .replace(/\$\{\d+:((?:[^}\\]|\\.)*)\}/g, '$1')
    .replace(/\$\{?\d+\}?/g, '')
    .replace(/\\(.)/g, '$1')
}
