import * as vscode from 'vscode'
import { deferred } from '../deferred'
import { mayRun, runCells } from '../commands/run'
import type { Identities } from '../notebook/identity'
import type { Sessions } from '../kernel/sessions'
import { outputText } from './outputs'
import { answer, cellFor, nameOf, notebookFor, type NotebookInput } from './target'

export interface RunCellInput extends NotebookInput {
  readonly cell: string
}

/** Lets an agent run a cell, which the person is asked about first, and read what came out. */
export class RunCellTool implements vscode.LanguageModelTool<RunCellInput> {
  readonly #identities: Identities
  readonly #sessions: Sessions

  constructor(identities: Identities, sessions: Sessions) {
    this.#identities = identities
    this.#sessions = sessions
  }

  prepareInvocation({
    input,
  }: vscode.LanguageModelToolInvocationPrepareOptions<RunCellInput>): vscode.PreparedToolInvocation {
    const notebook = notebookFor(input)
    const cell = cellFor(notebook, input.cell, this.#identities)
    const code = new vscode.MarkdownString()
    code.appendText(vscode.l10n.t('This cell of {0} will run:', nameOf(notebook)))
    code.appendCodeblock(cell.document.getText(), 'typescript')
    return {
      invocationMessage: vscode.l10n.t('Running cell {0} of {1}', input.cell, nameOf(notebook)),
      confirmationMessages: { title: vscode.l10n.t('Run a cell?'), message: code },
    }
  }

  async invoke(
    { input }: vscode.LanguageModelToolInvocationOptions<RunCellInput>,
    token: vscode.CancellationToken,
  ): Promise<vscode.LanguageModelToolResult> {
    const notebook = notebookFor(input)
    const cell = cellFor(notebook, input.cell, this.#identities)
    if (!mayRun()) throw new Error('The workspace is not trusted, so no cell may run.')
    const session = this.#sessions.of(notebook)
    const stop = token.onCancellationRequested(() => session.interrupt())
    const shown = shownEnd(cell)
    try {
      await runCells([cell])
      const success = await session.newest(cell)?.whenEnded
      if (success === undefined)
        throw new Error('The cell did not run to its end: it was stopped or restarted.')
      await shown.promise
      return answer(`The cell ${success ? 'ran' : 'failed'}.\n${outputText(cell) || 'It has no outputs.'}`)
    } finally {
      stop.dispose()
      shown.dispose()
    }
  }
}

/** Resolves when the document has the end of the cell's next run, and so its outputs. */
function shownEnd(cell: vscode.NotebookCell): vscode.Disposable & { readonly promise: Promise<void> } {
  const before = cell.executionSummary?.timing?.endTime
  const { promise, resolve } = deferred()
  const listener = vscode.workspace.onDidChangeNotebookDocument(({ notebook }) => {
    const end = cell.executionSummary?.timing?.endTime
    if (notebook === cell.notebook && end !== undefined && end !== before) resolve()
  })
  return { promise, dispose: () => void listener.dispose() }
}
