import * as vscode from 'vscode'
import { decodeText, encodeText } from '../../notebook/utf8'
import { COMMANDS } from '../names'
import { targetNotebook } from './target'

const ATTRIBUTES = '*.genbook diff=genbook'
const TEXTCONV = 'git config --global diff.genbook.textconv "genbook text"'

/**
 * Set Up Readable Diffs: VS Code's own diffs of notebooks leave out outputs and metadata in this workspace, and git is told,
 * by .gitattributes, to compare what `genbook text` prints. The one command that each machine needs is offered for copying,
 * since git lets no repository set it.
 */
export function diffsCommand(): vscode.Disposable {
  return vscode.commands.registerCommand(COMMANDS.setUpDiffs, async (argument: unknown) => {
    const notebook = targetNotebook(argument)
    const folder =
      (notebook && vscode.workspace.getWorkspaceFolder(notebook.uri)) ??
      vscode.workspace.workspaceFolders?.[0]
    if (!folder) {
      void vscode.window.showWarningMessage(
        vscode.l10n.t('Open the folder of your notebooks first: the settings belong to it.'),
      )
      return
    }
    try {
      await addLine(vscode.Uri.joinPath(folder.uri, '.gitattributes'), ATTRIBUTES)
      const settings = vscode.workspace.getConfiguration('notebook.diff', folder.uri)
      for (const name of ['ignoreOutputs', 'ignoreMetadata'])
        await settings.update(name, true, vscode.ConfigurationTarget.Workspace)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      void vscode.window.showErrorMessage(vscode.l10n.t('Diffs were not set up: {0}', reason))
      return
    }
    const copy = vscode.l10n.t('Copy Command')
    const choice = await vscode.window.showInformationMessage(
      vscode.l10n.t(
        'Diffs of genbooks in {0} now leave out outputs and metadata. For git on the command line, run once on each machine: {1}',
        folder.name,
        TEXTCONV,
      ),
      copy,
    )
    if (choice === copy) await vscode.env.clipboard.writeText(TEXTCONV)
  })
}

/** Adds a line to a text file, made where there is none; one that is there already stays alone. */
async function addLine(file: vscode.Uri, line: string): Promise<void> {
  const before = await vscode.workspace.fs.readFile(file).then(
    (bytes) => decodeText(bytes),
    (error: unknown) => {
      if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return ''
      throw error
    },
  )
  if (before.split(/\r?\n/).includes(line)) return
  const separator = before === '' || before.endsWith('\n') ? '' : '\n'
  await vscode.workspace.fs.writeFile(file, encodeText(`${before}${separator}${line}\n`))
}
