import * as vscode from 'vscode'
import type { Statistics, Variable } from '../../kernel/protocol'
import type { Sessions } from '../kernel/sessions'
import { codeCells } from '../notebook/cells'
import type { Identities } from '../notebook/identity'
import { Owner } from '../owner'
import { surpriseOf, type CellNow, type Surprise } from './provenance'

/** How long a hover waits for numbers before it is shown without them. */
const STATISTICS_MILLISECONDS = 300

/** What the running session knows of names, for hovers and hints. */
export class Values extends Owner {
  readonly #sessions: Sessions
  readonly #identities: Identities
  readonly #changed = this.own(new vscode.EventEmitter<vscode.NotebookDocument>())
  /** A notebook's variables may have changed. */
  readonly onDidChange = this.#changed.event

  constructor(sessions: Sessions, identities: Identities) {
    super()
    this.#sessions = sessions
    this.#identities = identities
    this.own(sessions.onDidChangeVariables(({ notebook }) => this.#changed.fire(notebook)))
  }

  /** The session's variable of that name; undefined where there is none. */
  find(notebook: vscode.NotebookDocument, name: string): Variable | undefined {
    return this.all(notebook).find((variable) => variable.name === name)
  }

  /** What a variable's numbers come to, where that can be told at once: not while a cell runs. */
  async statistics(notebook: vscode.NotebookDocument, variable: Variable): Promise<Statistics | undefined> {
    if (!variable.tensor || variable.tensor.disposed) return undefined
    return this.#sessions.find(notebook)?.statistics(variable, STATISTICS_MILLISECONDS)
  }

  all(notebook: vscode.NotebookDocument): readonly Variable[] {
    return this.#sessions.find(notebook)?.variables ?? []
  }

  /** Why a value may not be what the notebook, read from top to bottom, says: see `surpriseOf`. */
  surprise(
    notebook: vscode.NotebookDocument,
    variable: Variable,
    declaring: string,
    using: string,
  ): Surprise | undefined {
    return surpriseOf(variable, this.#cells(notebook), declaring, using)
  }

  #cells(notebook: vscode.NotebookDocument): CellNow[] {
    return codeCells(notebook).map((cell) => ({
      id: this.#identities.of(cell),
      source: cell.document.getText(),
    }))
  }
}

/** A value in one line of Markdown: shape and type where it has them. */
export function valueLine(variable: Variable): string {
  const { name, kind, summary, tensor, parameters } = variable
  const disposed = tensor?.disposed ? ` ${vscode.l10n.t('(disposed of)')}` : ''
  const shape = shapeOf(variable)
  const what = shape ? `${inCode(`${shapeText(shape)} ${tensor!.dtype}`)}${disposed}` : inCode(summary)
  const size = parameters ? vscode.l10n.t(', {0} parameters', parameters.toLocaleString('en')) : ''
  return `${inCode(name)} ${kind} ${what}${size}`
}

/** The shape of a tensor or typed array; plain arrays are shown by what is in them. */
export function shapeOf({ kind, tensor }: Variable): readonly number[] | undefined {
  return kind === 'array' ? undefined : tensor?.shape
}

/** Mean, deviation and range of numbers, and how many of them are none. */
export function statisticsLine({ finite, size, nan, infinite }: Statistics): string {
  const text = (value: number) => Number(value.toPrecision(4)).toString().replace('-', '−')
  const some =
    finite && size > 1
      ? vscode.l10n.t(
          'Mean {0} ± {1}, from {2} to {3}.',
          text(finite.mean),
          text(finite.deviation),
          text(finite.min),
          text(finite.max),
        )
      : ''
  const bad = [
    ...(nan ? [vscode.l10n.t('{0} NaN', nan)] : []),
    ...(infinite ? [vscode.l10n.t('{0} infinite', infinite)] : []),
  ]
  return [some, bad.length ? `**${bad.join(', ')}**` : ''].filter(Boolean).join(' ')
}

/** `[4096, 2]`. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`
}

/** Says which run set a value, and what is surprising about that. */
export function originLine({ origin }: Variable, surprise: Surprise | undefined): string {
  if (!origin) return ''
  switch (surprise) {
    case undefined:
      return vscode.l10n.t('Set by cell [{0}].', origin.count)
    case 'later':
      return vscode.l10n.t('Set by cell [{0}], which stands further down.', origin.count)
    case 'earlier':
      return vscode.l10n.t(
        'Set by cell [{0}], further up than the declaration that is meant here: run that one again.',
        origin.count,
      )
    case 'changed':
      return vscode.l10n.t('Set by cell [{0}], which has been edited since.', origin.count)
    case 'deleted':
      return vscode.l10n.t('Set by cell [{0}], which is not in the notebook any more.', origin.count)
  }
}

/** Text exactly as it is, inside Markdown. */
export function inCode(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = longest || !text ? ' ' : ''
  return `${fence}${pad}${text.replace(/\n/g, ' ')}${pad}${fence}`
}
