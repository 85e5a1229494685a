import * as vscode from 'vscode'
import { parseNotebook } from '../../notebook/parse'
import { decodeText } from '../../notebook/utf8'
import type { Assets } from '../assets'
import { COMMANDS, FILE_EXTENSION, NOTEBOOK_TYPE } from '../names'
import { toEditor } from '../notebook/convert'
import { notebookData } from '../notebook/serializer'

/** What a new notebook can start from: files of media/templates, which are notebooks like any other. */
const TEMPLATES = ['blank', 'assignment', 'derivation', 'experiment'] as const

interface Choice extends vscode.QuickPickItem {
  /** The file, from the folder that this extension is installed in. */
  readonly path?: string
}

/**
 * New Genbook: an untitled notebook, made from the template or the example that the person picks, or from the template
 * that the caller names.
 *
 * @param extension the folder that this extension is installed in
 */
export function newCommand(assets: Assets, extension: vscode.Uri): vscode.Disposable {
  return vscode.commands.registerCommand(COMMANDS.new, async (named?: unknown) => {
    const template = TEMPLATES.find((one) => one === named)
    const path = template ? templatePath(template) : (await pick(assets))?.path
    if (path === undefined) return
    const { notebook } = parseNotebook(
      decodeText(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(extension, path))),
    )
    const document = await vscode.workspace.openNotebookDocument(
      NOTEBOOK_TYPE,
      notebookData(toEditor(notebook)),
    )
    await vscode.window.showNotebookDocument(document)
  })
}

async function pick(assets: Assets): Promise<Choice | undefined> {
  const examples = JSON.parse(await assets.text('examples.json')) as { file: string; title: string }[]
  const heading = (label: string): Choice => ({ label, kind: vscode.QuickPickItemKind.Separator })
  return vscode.window.showQuickPick<Choice>(
    [
      heading(vscode.l10n.t('Templates')),
      ...TEMPLATES.map(described),
      heading(vscode.l10n.t('A copy of an example')),
      ...examples.map(({ file, title }) => ({ label: title, path: `examples/${file}` })),
    ],
    { placeHolder: vscode.l10n.t('What should the new notebook start from?'), matchOnDetail: true },
  )
}

function templatePath(template: (typeof TEMPLATES)[number]): string {
  return `media/templates/${template}${FILE_EXTENSION}`
}

function described(template: (typeof TEMPLATES)[number]): Choice {
  const path = templatePath(template)
  switch (template) {
    case 'blank':
      return { path, label: vscode.l10n.t('Blank'), detail: vscode.l10n.t('One cell, with a first picture') }
    case 'assignment':
      return {
        path,
        label: vscode.l10n.t('Assignment'),
        detail: vscode.l10n.t('A master with a solution, tests, hidden tests and a question in words'),
      }
    case 'derivation':
      return {
        path,
        label: vscode.l10n.t('Derivation'),
        detail: vscode.l10n.t('Claim, steps and conclusion, each step checked numerically'),
      }
    case 'experiment':
      return {
        path,
        label: vscode.l10n.t('Experiment'),
        detail: vscode.l10n.t('Question, training, one measurement a setting, conclusion'),
      }
  }
}
