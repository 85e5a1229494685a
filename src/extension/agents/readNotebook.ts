import type * as vscode from 'vscode'
import { codeCells } from '../notebook/cells'
import type { Identities } from '../notebook/identity'
import { outputText } from './outputs'
import { answer, nameOf, notebookFor, type NotebookInput } from './target'

/** Lets an agent read a notebook: every cell's id, text and outputs. */
export class ReadNotebookTool implements vscode.LanguageModelTool<NotebookInput> {
  readonly #identities: Identities

  constructor(identities: Identities) {
    this.#identities = identities
  }

  invoke({
    input,
  }: vscode.LanguageModelToolInvocationOptions<NotebookInput>): vscode.LanguageModelToolResult {
    const notebook = notebookFor(input)
    const code = new Set(codeCells(notebook))
    const cells = notebook.getCells().map((cell) => {
      const kind = code.has(cell) ? 'code' : cell.document.languageId
      const order = cell.executionSummary?.executionOrder
      const head = `## cell ${this.#identities.of(cell)} (${kind}${order === undefined ? '' : `, run as [${order}]`})`
      const outputs = outputText(cell)
      return `${head}\n${cell.document.getText()}${outputs ? `\n### outputs\n${outputs}` : ''}`
    })
    return answer(`# ${nameOf(notebook)}\n\n${cells.join('\n\n')}`)
  }
}
