import * as vscode from 'vscode'
import { Owner } from '../owner'
import type { Language } from './language'

/** Of the addresses at which the runtime's declarations are read. */
export const DECLARATIONS_SCHEME = 'genbook-declarations'

/** Where a declaration file of the runtime, TensorFlow.js or the language itself is shown. */
export function declarationUri(path: string): vscode.Uri {
  return vscode.Uri.from({ scheme: DECLARATIONS_SCHEME, path })
}

/** Shows what cells are checked against, to read: where "Go to Definition" leads from a name of the runtime. */
export class Declarations extends Owner implements vscode.TextDocumentContentProvider {
  readonly #language: Language

  constructor(language: Language) {
    super()
    this.#language = language
    this.own(vscode.workspace.registerTextDocumentContentProvider(DECLARATIONS_SCHEME, this))
  }

  /** @throws Error where there is no such file */
  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const text = await (await this.#language.service()).declarationFile(uri.path)
    if (typeof text !== 'string')
      throw new Error(vscode.l10n.t('Genbook has no declarations at {0}.', uri.path))
    return text
  }
}
