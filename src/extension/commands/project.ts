import * as vscode from 'vscode'
import { CELL_GLOBALS } from '../../kernel/language/globals'
import { projectFiles, RUNTIME_FILES, RUNTIME_FOLDER, weightFiles } from '../../notebook/project'
import { encodeText } from '../../notebook/utf8'
import type { Assets } from '../assets'

export interface ProjectSource {
  readonly title: string
  readonly typescript: string
  readonly seed: number | undefined
  readonly version: string
}

/**
 * Writes a notebook as a TypeScript project into a new folder.
 *
 * @throws Error where the folder has something in it already
 */
export async function writeProject(folder: vscode.Uri, source: ProjectSource, assets: Assets): Promise<void> {
  const present = await vscode.workspace.fs.readDirectory(folder).then(
    (entries) => entries.length,
    () => 0,
  )
  if (present) throw new Error(vscode.l10n.t('{0} is not empty; name a new folder.', folder.path))
  const types = JSON.parse(await assets.text('types.json')) as Record<string, string>
  const files = projectFiles({ ...source, types, globals: CELL_GLOBALS })
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Writing the project') },
    async () => {
      for (const [path, text] of files)
        await vscode.workspace.fs.writeFile(vscode.Uri.joinPath(folder, path), encodeText(text))
      const copy = async (name: string, bytes: Uint8Array): Promise<void> =>
        vscode.workspace.fs.writeFile(vscode.Uri.joinPath(folder, RUNTIME_FOLDER, name), bytes)
      for (const name of RUNTIME_FILES) await copy(name, await vscode.workspace.fs.readFile(assets.uri(name)))
      for (const name of weightFiles(files.get('notebook.ts')!)) {
        // What looks like the name of a model may be any word of the notebook.
        const bytes = await vscode.workspace.fs.readFile(assets.uri(name)).then(
          (bytes) => bytes,
          () => undefined,
        )
        if (bytes) await copy(name, bytes)
      }
    },
  )
}
