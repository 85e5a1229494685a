import * as vscode from 'vscode'
import { DEFAULT_SEED, genbookMetadata } from '../../notebook/genbook'
import { toIpynb, toValidTypeScript } from '../../notebook/export'
import { figuresWithoutPicture, withPictures } from '../../notebook/pictures'
import type { Notebook } from '../../notebook/types'
import { encodeText } from '../../notebook/utf8'
import type { Assets } from '../assets'
import type { Language } from '../language/language'
import { COMMANDS, FILE_EXTENSION } from '../names'
import { titleOf } from '../notebook/cells'
import { notebookOf } from '../notebook/document'
import { writeProject } from './project'
import { stillsOf } from './stills'
import { registerNotebookCommand } from './target'

interface Form extends vscode.QuickPickItem {
  readonly extension: 'html' | 'ipynb' | 'ts' | 'project'
}

export interface ExportSurroundings {
  /** Of this extension. */
  readonly version: string
  readonly assets: Assets
  readonly language: Language
}

/** Export: the notebook, with the outputs that it has, in a form that others read. Nothing is run. */
export function exportCommand(surroundings: ExportSurroundings): vscode.Disposable {
  return registerNotebookCommand(COMMANDS.export, async (document) => {
    const form = await vscode.window.showQuickPick(forms(), {
      placeHolder: vscode.l10n.t('Export {0} as', titleOf(document)),
    })
    if (!form) return
    const target = await vscode.window.showSaveDialog({
      defaultUri: besides(document, form.extension),
      ...(form.extension !== 'project' && { filters: { [form.label]: [form.extension] } }),
    })
    if (!target) return
    try {
      const title = titleOf(document).replace(FILE_EXTENSION, '')
      const notebook = notebookOf(document)
      if (form.extension === 'project') {
        const { assets, language, version } = surroundings
        const typescript = await typescriptOf(notebook, language)
        const { seed } = genbookMetadata(notebook)
        await writeProject(target, { title, typescript, seed, version }, assets)
      } else {
        const text = await convert(notebook, title, form.extension, surroundings)
        await vscode.workspace.fs.writeFile(target, encodeText(text))
      }
    } catch (error) {
      if (error instanceof vscode.CancellationError) return
      const reason = error instanceof Error ? error.message : String(error)
      void vscode.window.showErrorMessage(vscode.l10n.t('The notebook was not exported: {0}', reason))
      return
    }
    const open = vscode.l10n.t('Open')
    const choice = await vscode.window.showInformationMessage(
      vscode.l10n.t('Exported to {0}.', vscode.workspace.asRelativePath(target)),
      open,
    )
    if (choice !== open) return
    // A page opens in the browser, where it was made to be read; elsewhere than on a disk, only its text can be shown.
    if (form.extension === 'project')
      await vscode.commands.executeCommand('vscode.open', vscode.Uri.joinPath(target, 'README.md'))
    else if (form.extension === 'html' && target.scheme === 'file') await vscode.env.openExternal(target)
    else await vscode.commands.executeCommand('vscode.open', target)
  })
}

function forms(): Form[] {
  return [
    {
      label: 'HTML',
      extension: 'html',
      detail: vscode.l10n.t('A page that needs nothing else, with live figures'),
    },
    { label: 'Jupyter', extension: 'ipynb', detail: vscode.l10n.t('A notebook for Jupyter’s tools') },
    { label: 'TypeScript', extension: 'ts', detail: vscode.l10n.t('One file with the code of all cells') },
    {
      label: vscode.l10n.t('Project'),
      extension: 'project',
      detail: vscode.l10n.t('A folder with the TypeScript and everything that runs it under Node'),
    },
  ]
}

/** The address beside the notebook, with another ending; undefined for a notebook that has no file yet. */
function besides({ uri, isUntitled }: vscode.NotebookDocument, extension: string): vscode.Uri | undefined {
  const name = uri.path.replace(/\.[^./]*$/, '')
  const ending = extension === 'project' ? '-project' : `.${extension}`
  if (!isUntitled) return uri.with({ path: `${name}${ending}` })
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri
  return folder && vscode.Uri.joinPath(folder, `${name.slice(name.lastIndexOf('/') + 1)}${ending}`)
}

async function convert(
  notebook: Notebook,
  title: string,
  extension: 'html' | 'ipynb' | 'ts',
  { assets, language }: ExportSurroundings,
): Promise<string> {
  switch (extension) {
    case 'ipynb':
      return toIpynb(withPictures(notebook, await stillsOf(figuresWithoutPicture(notebook), assets)))
    case 'ts':
      return typescriptOf(notebook, language)
    case 'html': {
      // Only now: it brings typesetting with it, which activation must not wait for.
      const { joinProgram, PROGRAM_FILES, renderReport } = await import('../../renderers/report')
      const { run, seed = DEFAULT_SEED } = genbookMetadata(notebook)
      const stamp = { ...(run && { Device: run.device, Genbook: run.version ?? '' }), Seed: seed }
      const scripts = joinProgram(await Promise.all(PROGRAM_FILES.map((name) => assets.text(name))))
      return renderReport({ title, cells: notebook.cells, stamp, scripts })
    }
  }
}

function typescriptOf(notebook: Notebook, language: Language): Promise<string> {
  return toValidTypeScript(notebook, (id, source) => language.compile(id, source))
}
