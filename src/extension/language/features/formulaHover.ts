import * as vscode from 'vscode'
import { symbolInMarkdown } from '../../../renderers/symbols'
import { NOTEBOOK_TYPE } from '../../names'
import { MARKDOWN_LANGUAGE } from '../../notebook/convert'
import { notebookOf } from '../cells'
import { rangeOf } from '../places'
import { symbolText } from '../symbolText'
import type { Values } from '../values'

/** What a letter in a formula of a Markdown cell means. */
export class FormulaHoverProvider implements vscode.HoverProvider {
  readonly #values: Values

  constructor(values: Values) {
    this.#values = values
  }

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const found = symbolInMarkdown(document.getText(), document.offsetAt(position))
    if (!found) return undefined
    const notebook = notebookOf(document)
    const variables = notebook ? this.#values.all(notebook) : []
    const text = symbolText(found.symbol, found.readings, variables)
    return new vscode.Hover(new vscode.MarkdownString(text), rangeOf(document, found))
  }
}

export function registerFormulaHover(values: Values): vscode.Disposable {
  const selector = { language: MARKDOWN_LANGUAGE, notebookType: NOTEBOOK_TYPE }
  return vscode.languages.registerHoverProvider(selector, new FormulaHoverProvider(values))
}
