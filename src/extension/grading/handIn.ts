import * as vscode from 'vscode'
import { checkHandIn } from '../../notebook/grading/handIn'
import type { Finding } from '../../notebook/grading/finding'
import { changedCells, vanishedCells } from '../../notebook/grading/restore'
import type { Released } from '../../notebook/grading/assignment'
import { editorOf, registerNotebookCommand } from '../commands/target'
import { COMMANDS } from '../names'
import { notebookOf } from '../notebook/document'
import { aboutOf } from './assignment'
import { restore } from './restore'
import { findingText } from './words'

interface Choice extends vscode.QuickPickItem {
  readonly finding?: Finding
}

/** Check Before Handing In: what is missing, and the way to each of it; what vanished is offered to be restored. */
export function handInCommand(): vscode.Disposable {
  return registerNotebookCommand(COMMANDS.checkHandIn, async (document) => {
    const { released } = aboutOf(document)
    if (!released) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t(
          'This notebook was not released as an assignment, so there is nothing to check before handing in.',
        ),
      )
      return
    }
    for (;;) {
      const findings = checkHandIn(notebookOf(document), await sizeOf(document)) ?? []
      if (!findings.length) return ready(document)
      const choice = await pick(findings, restorable(document, released))
      if (!choice) return
      if (!choice.finding) {
        await restore(document, released)
        continue
      }
      reveal(document, choice.finding)
      return
    }
  })
}

async function ready(document: vscode.NotebookDocument): Promise<void> {
  const words = vscode.l10n.t('Ready to hand in: every answer is written, and every cell is there and ran.')
  if (!document.isDirty) {
    void vscode.window.showInformationMessage(words)
    return
  }
  const save = vscode.l10n.t('Save')
  const unsaved = vscode.l10n.t('What you hand in is the file, so save it first.')
  const choice = await vscode.window.showInformationMessage(`${words} ${unsaved}`, save)
  if (choice === save && !document.isClosed) await document.save()
}

/** How many cells restoring would bring back or put right. */
function restorable(document: vscode.NotebookDocument, released: Released): number {
  const { cells } = notebookOf(document)
  return vanishedCells(released, cells).length + changedCells(released, cells).length
}

async function pick(findings: readonly Finding[], lost: number): Promise<Choice | undefined> {
  const items: Choice[] = findings.map((finding) => ({
    label: `$(${finding.severity}) ${findingText(finding)}`,
    ...(finding.cell !== undefined && { description: vscode.l10n.t('cell {0}', finding.cell + 1) }),
    finding,
  }))
  if (lost)
    items.unshift({
      label: `$(discard) ${lost === 1 ? vscode.l10n.t('Restore the cell that vanished or was changed') : vscode.l10n.t('Restore the {0} cells that vanished or were changed', lost)}`,
      detail: vscode.l10n.t('As they were released; your answers stay as they are'),
    })
  return vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Before Handing In'),
    placeHolder:
      findings.length === 1
        ? vscode.l10n.t('One thing to look at; choose it to go there')
        : vscode.l10n.t('{0} things to look at; choose one to go there', findings.length),
  })
}

function reveal(document: vscode.NotebookDocument, { cell }: Finding): void {
  const editor = editorOf(document)
  if (!editor || cell === undefined) return
  const range = new vscode.NotebookRange(cell, cell + 1)
  editor.selection = range
  editor.revealRange(range, vscode.NotebookEditorRevealType.InCenterIfOutsideViewport)
}

/** The size of the file, in bytes; 0 of a notebook that has none yet. */
async function sizeOf({ uri, isUntitled }: vscode.NotebookDocument): Promise<number> {
  if (isUntitled) return 0
  return vscode.workspace.fs.stat(uri).then(
    ({ size }) => size,
    () => 0,
  )
}
