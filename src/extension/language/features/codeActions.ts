import * as vscode from 'vscode'
import type { QuickFix } from '../../../kernel/language/answers'
import { CELLS, type KnownCell, type LanguageCells } from '../cells'
import { spanOf, workspaceEdit } from '../places'

const FIX_ALL = vscode.CodeActionKind.SourceFixAll.append('genbook')

/** What an action is yet to work out. */
type Later =
  | { readonly kind: 'all'; readonly id: string }
  | { readonly kind: 'organizeImports' }
  | { readonly kind: 'fixAll' }

class CellAction extends vscode.CodeAction {
  readonly document: vscode.TextDocument
  readonly later: Later | undefined

  constructor(document: vscode.TextDocument, title: string, kind: vscode.CodeActionKind, later?: Later) {
    super(title, kind)
    this.document = document
    this.later = later
  }
}

/** Mends what the checker objects to, one by one or all of a kind, and puts imports in order. */
export class CodeActionProvider implements vscode.CodeActionProvider<CellAction> {
  readonly #cells: LanguageCells

  constructor(cells: LanguageCells) {
    this.#cells = cells
  }

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    { diagnostics, only }: vscode.CodeActionContext,
    token: vscode.CancellationToken,
  ): Promise<CellAction[] | undefined> {
    const wanted = (kind: vscode.CodeActionKind) => !only || only.contains(kind) || kind.contains(only)
    // Offered in menus and run on saving, but no reason for a light bulb.
    const source = (title: string, kind: vscode.CodeActionKind, later: Later) =>
      only && only.intersects(kind) ? [new CellAction(document, title, kind, later)] : []
    const actions = [
      ...source(vscode.l10n.t('Organize Imports'), vscode.CodeActionKind.SourceOrganizeImports, {
        kind: 'organizeImports',
      }),
      ...source(vscode.l10n.t('Fix All'), FIX_ALL, { kind: 'fixAll' }),
    ]
    if (!wanted(vscode.CodeActionKind.QuickFix)) return actions
    const mine = diagnostics.filter(({ source }) => source === 'genbook')
    const codes = mine.flatMap(({ code }) => (typeof code === 'number' ? [code] : []))
    if (!codes.length) return actions
    const span = spanOf(
      document,
      mine.reduce((whole, one) => whole.union(one.range), range),
    )
    const fixes = await this.#cells.ask(document, token, (client, cell, signal) =>
      client.fixes({ ...cell, ...span }, codes, signal),
    )
    const cell = this.#cells.of(document)
    if (!fixes || !cell) return actions
    return [...actions, ...this.#quickFixes(document, cell, fixes, mine)]
  }

  async resolveCodeAction(action: CellAction, token: vscode.CancellationToken): Promise<CellAction> {
    const { document, later } = action
    if (!later) return action
    const edits = await this.#cells.ask(document, token, async (client, cell, signal) => {
      if (later.kind === 'organizeImports') return client.organizeImports(cell, signal)
      if (later.kind === 'all') return client.fixAll(cell, later.id, signal)
      const whole = { ...cell, start: 0, end: document.getText().length }
      const likely =
        (await client.fixes(whole, undefined, signal))?.filter(({ preferred }) => preferred) ?? []
      const found = likely.flatMap(({ edits, all }) => (all ? [] : edits))
      for (const id of new Set(likely.flatMap(({ all }) => all?.id ?? [])))
        found.push(...((await client.fixAll(cell, id, signal)) ?? []))
      return apart(found)
    })
    const cell = this.#cells.of(document)
    if (edits?.length && cell) action.edit = workspaceEdit(this.#cells, cell, edits)
    return action
  }

  #quickFixes(
    document: vscode.TextDocument,
    cell: KnownCell,
    fixes: readonly QuickFix[],
    diagnostics: readonly vscode.Diagnostic[],
  ): CellAction[] {
    const kind = vscode.CodeActionKind.QuickFix
    const shown = new Set<string>()
    return fixes.flatMap(({ title, edits, preferred, code, all }) => {
      const fix = new CellAction(document, title, kind)
      fix.edit = workspaceEdit(this.#cells, cell, edits)
      fix.isPreferred = preferred
      fix.diagnostics = diagnostics.filter((diagnostic) => diagnostic.code === code)
      if (!all || shown.has(all.id)) return [fix]
      shown.add(all.id)
      return [fix, new CellAction(document, all.title, kind, { kind: 'all', id: all.id })]
    })
  }
}

/** Of edits that overlap, the first. */
function apart<T extends { readonly cell: string; readonly start: number; readonly end: number }>(
  edits: readonly T[],
): T[] {
  const taken: T[] = []
  for (const edit of edits) {
    const meets = (other: T) => other.cell === edit.cell && edit.start < other.end && other.start < edit.end
    if (!taken.some((other) => meets(other) || same(other, edit))) taken.push(edit)
  }
  return taken
}

function same(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

export function registerCodeActions(cells: LanguageCells): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider(CELLS, new CodeActionProvider(cells), {
    providedCodeActionKinds: [
      vscode.CodeActionKind.QuickFix,
      vscode.CodeActionKind.SourceOrganizeImports,
      FIX_ALL,
    ],
  })
}
