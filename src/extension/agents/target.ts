/** Which notebook and cell an agent means. Whatever it names wrongly is answered in words that let it do better. */
import * as vscode from 'vscode'
import { isGenbook } from '../notebook/cells'
import type { Identities } from '../notebook/identity'

/** Every tool's input may name a notebook by its path in the workspace; the active one otherwise. */
export interface NotebookInput {
  readonly notebook?: string
}

/** @throws Error that lists the notebooks that are open, where none of them is meant */
export function notebookFor({ notebook: name }: NotebookInput): vscode.NotebookDocument {
  const open = vscode.workspace.notebookDocuments.filter(isGenbook)
  const active = vscode.window.activeNotebookEditor?.notebook
  const found =
    name === undefined
      ? ((active && isGenbook(active) ? active : undefined) ?? (open.length === 1 ? open[0] : undefined))
      : open.find((one) => nameOf(one) === name || one.uri.toString() === name)
  if (found) return found
  const names = open.map(nameOf).join(', ')
  throw new Error(
    open.length
      ? `${name === undefined ? 'No genbook is active' : `${name} is not open`}. Open genbooks: ${names}.`
      : 'No genbook is open. Ask the person to open one.',
  )
}

/** @throws Error that lists the ids there are */
export function cellFor(
  notebook: vscode.NotebookDocument,
  id: string,
  identities: Identities,
): vscode.NotebookCell {
  const cells = notebook.getCells()
  const found = cells.find((cell) => identities.of(cell) === id)
  if (found) return found
  throw new Error(
    `${nameOf(notebook)} has no cell ${JSON.stringify(id)}. Its cells: ${cells.map((cell) => identities.of(cell)).join(', ')}.`,
  )
}

/** A notebook's path in the workspace, as agents name it. */
export function nameOf(notebook: vscode.NotebookDocument): string {
  return vscode.workspace.asRelativePath(notebook.uri)
}

/** What a tool answers. */
export function answer(text: string): vscode.LanguageModelToolResult {
  return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)])
}
