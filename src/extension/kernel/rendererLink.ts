import * as vscode from 'vscode'
import type { HostMessage, RendererMessage } from '../../renderers/controls/messages'
import { RENDERER_ID } from '../names'
import { isGenbook } from '../notebook/cells'
import { Owner } from '../owner'
import { openLarge } from '../pictures/large'
import { letterValues } from '../pictures/letters'
import { savePicture } from '../pictures/save'
import type { Assets } from '../assets'
import { rendererWords, variableInWords } from '../pictures/words'
import type { Session } from './session'
import type { Sessions } from './sessions'

/**
 * Connects what is shown in outputs with the session behind it: controls that are moved, pictures that are taken away, letters
 * whose values are asked for.
 */
export class RendererLink extends Owner {
  readonly #sessions: Sessions
  readonly #assets: Assets
  readonly #messaging = vscode.notebooks.createRendererMessaging(RENDERER_ID)

  constructor(sessions: Sessions, assets: Assets) {
    super()
    this.#sessions = sessions
    this.#assets = assets
    this.own(
      this.#messaging.onDidReceiveMessage(({ editor, message }) =>
        this.#receive(editor, message as RendererMessage),
      ),
    )
    this.own(sessions.onDidChangeLive((session) => this.#tellAll(session)))
    // An editor that was hidden may have missed something.
    this.own(
      vscode.window.onDidChangeVisibleNotebookEditors((editors) => editors.forEach((one) => this.#tell(one))),
    )
  }

  #receive(editor: vscode.NotebookEditor, message: RendererMessage): void {
    const session = this.#sessions.find(editor.notebook)
    switch (message.type) {
      case 'hello':
        this.#post({ type: 'words', words: rendererWords() }, editor)
        this.#tell(editor)
        break
      case 'change':
        session?.change({ control: message.control, value: message.value, settled: message.settled })
        break
      case 'stop':
        session?.interrupt()
        break
      case 'save':
        void savePicture(message.name, message.base64, editor.notebook.uri)
        break
      case 'open':
        openLarge(this.#assets, message.title, message.figure, {
          notebook: editor.notebook.uri,
          letters: (signs) => this.#letters(editor.notebook, signs),
        })
        break
      case 'letters': {
        const values = this.#letters(editor.notebook, message.signs)
        this.#post({ type: 'letters', values }, editor)
        break
      }
    }
  }

  /** What letters are in a notebook's session now. */
  #letters(notebook: vscode.NotebookDocument, signs: readonly string[]): Record<string, string> {
    return letterValues(signs, this.#sessions.find(notebook)?.variables ?? [], variableInWords)
  }

  #tellAll(session: Session): void {
    for (const editor of vscode.window.visibleNotebookEditors)
      if (editor.notebook === session.notebook) this.#tell(editor)
  }

  #tell(editor: vscode.NotebookEditor): void {
    if (!isGenbook(editor.notebook)) return
    const live = this.#sessions.find(editor.notebook)?.live ?? { cells: [], computing: [] }
    this.#post({ type: 'live', ...live }, editor)
  }

  #post(message: HostMessage, editor: vscode.NotebookEditor): void {
    void this.#messaging.postMessage(message, editor)
  }
}
