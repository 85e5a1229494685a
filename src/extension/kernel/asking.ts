import * as vscode from 'vscode'
import { numberIn } from '../../kernel/number'
import type { Ask } from '../../kernel/protocol'
import { Owner } from '../owner'
import type { Asked } from './kernel'

/** Puts the questions of a notebook's cells to the person, one at a time: VS Code has one input box. */
export class Asking extends Owner {
  readonly #open = new Map<vscode.CancellationTokenSource, Ask>()
  #last: Promise<void> = Promise.resolve()

  constructor() {
    super()
    this.own(new vscode.Disposable(() => this.cancel()))
  }

  /** @param title what the person calls the notebook. */
  ask({ ask, answer }: Asked, title: string): Promise<void> {
    const source = new vscode.CancellationTokenSource()
    this.#open.set(source, ask)
    this.#last = this.#last.then(async () => {
      const text = source.token.isCancellationRequested ? undefined : await show(ask, title, source.token)
      this.#open.delete(source)
      source.dispose()
      answer(text)
    })
    return this.#last
  }

  /** Takes back the questions of a run, or all: nobody waits for their answers any more. */
  cancel(run?: number): void {
    for (const [source, ask] of this.#open) if (run === undefined || ask.run === run) source.cancel()
  }
}

function show(
  { prompt, expects, initial, placeholder, password }: Ask,
  title: string,
  token: vscode.CancellationToken,
): Thenable<string | undefined> {
  return vscode.window.showInputBox(
    {
      title,
      prompt,
      // A person who looks something up in the notebook finds the question still there.
      ignoreFocusOut: true,
      ...(initial !== undefined && { value: initial }),
      ...(placeholder !== undefined && { placeHolder: placeholder }),
      ...(password && { password }),
      ...(expects === 'number' && { validateInput }),
    },
    token,
  )
}

function validateInput(text: string): string | undefined {
  return numberIn(text) === undefined ? vscode.l10n.t('This is no number.') : undefined
}
