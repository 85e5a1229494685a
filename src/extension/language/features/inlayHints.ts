import * as vscode from 'vscode'
import type { InlayHint, SessionName } from '../../../kernel/language/answers'
import type { InlayHintSettings } from '../../../kernel/language/settings'
import { CONFIGURATION } from '../../names'
import { Owner } from '../../owner'
import { CELLS, notebookOf, type KnownCell, type LanguageCells } from '../cells'
import { spanOf } from '../places'
import { originLine, shapeOf, shapeText, valueLine, type Values } from '../values'

/** Small words in the text: names of parameters, types, and the shapes that variables have in the session. */
export class InlayHintsProvider extends Owner implements vscode.InlayHintsProvider {
  readonly #cells: LanguageCells
  readonly #values: Values
  readonly #changed = this.own(new vscode.EventEmitter<void>())
  readonly onDidChangeInlayHints = this.#changed.event

  constructor(cells: LanguageCells, values: Values) {
    super()
    this.#cells = cells
    this.#values = values
    this.own(values.onDidChange(() => this.#changed.fire()))
    this.own(
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(`${CONFIGURATION}.inlayHints`)) this.#changed.fire()
      }),
    )
  }

  async provideInlayHints(
    document: vscode.TextDocument,
    range: vscode.Range,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlayHint[] | undefined> {
    const configuration = vscode.workspace.getConfiguration(`${CONFIGURATION}.inlayHints`, document)
    const settings = settingsOf(configuration)
    const shapes = configuration.get<boolean>('shapes', true)
    const notebook = notebookOf(document)
    const span = spanOf(document, range)
    const tensors = notebook && shapes ? this.#values.all(notebook).filter(shapeOf) : []
    const answer = await this.#cells.ask(document, token, async (client, cell, signal) => {
      const hints = wanted(settings) ? await client.inlayHints({ ...cell, ...span }, settings, signal) : []
      const names = tensors.length ? await client.names(cell.notebook, signal) : []
      return hints && names && { hints, names, cell }
    })
    if (!answer) return undefined
    const { hints, names, cell } = answer
    return [
      ...hints.map((hint) => inlayHint(document, hint)),
      ...(notebook ? this.#shapes(notebook, cell, names) : []),
    ]
  }

  /** Behind the names that a cell declares, the shapes that this very cell has given them. */
  #shapes(notebook: vscode.NotebookDocument, { cell, document }: KnownCell, names: readonly SessionName[]) {
    return names.flatMap((name) => {
      const variable = name.cell === cell ? this.#values.find(notebook, name.name) : undefined
      const shape = variable && shapeOf(variable)
      if (!shape || variable.origin?.cell !== cell) return []
      const hint = new vscode.InlayHint(
        document.positionAt(name.end),
        shapeText(shape),
        vscode.InlayHintKind.Type,
      )
      hint.paddingLeft = true
      hint.tooltip = new vscode.MarkdownString(
        `${vscode.l10n.t('In the session:')} ${valueLine(variable)}  \n${originLine(variable, undefined)}`,
      )
      return [hint]
    })
  }
}

function settingsOf(configuration: vscode.WorkspaceConfiguration): InlayHintSettings {
  const chosen = configuration.get<string>('parameterNames')
  const parameterNames = (['literals', 'all'] as const).find((choice) => choice === chosen) ?? 'none'
  const types = configuration.get<boolean>('types', false)
  return { parameterNames, variableTypes: types, returnTypes: types, parameterTypes: types }
}

function wanted({ parameterNames, variableTypes }: InlayHintSettings): boolean {
  return parameterNames !== 'none' || variableTypes === true
}

function inlayHint(document: vscode.TextDocument, { offset, text, kind, before, after }: InlayHint) {
  const hint = new vscode.InlayHint(document.positionAt(offset), text)
  if (kind !== 'enum')
    hint.kind = kind === 'type' ? vscode.InlayHintKind.Type : vscode.InlayHintKind.Parameter
  hint.paddingLeft = before
  hint.paddingRight = after
  return hint
}

export function registerInlayHints(cells: LanguageCells, values: Values): vscode.Disposable {
  const provider = new InlayHintsProvider(cells, values)
  return vscode.Disposable.from(provider, vscode.languages.registerInlayHintsProvider(CELLS, provider))
}
