/**
 * Typed calls to the language worker.
 *
 * The driver tells `update` whenever the code cells of a notebook change, and asks about them as they are then. An answer
 * that comes after the next edit never speaks of the text before it: places are moved with their text, and what cannot
 * be moved is left out. Where nothing is left, or the driver cancelled, the answer is undefined.
 */
import type { CellDiagnostic, CompileResult } from '../cell'
import type { ExpressionResult } from '../compile/expression'
import type { Split } from '../grading/split'
import type * as A from './answers'
import { Calls, type LanguageClientOptions } from './calls'
import type { CellChange, CellText, LanguageParams, LanguageResult, NotebookMethod } from './protocol'
import { Meanwhile } from './remap'
import type { FormatSettings, InlayHintSettings } from './settings'

export {
  LanguageError,
  type LanguageClientOptions,
  type LanguageWorker,
  type LanguageWorkerEvents,
  type StartLanguageWorker,
} from './calls'

/** Where something is asked about. */
export interface At {
  /** The string that names the notebook for as long as it is open. */
  readonly notebook: string
  readonly cell: string
  /** In UTF-16 units of the cell's text as last told to `update`. */
  readonly offset: number
}

export type InCell = Omit<At, 'offset'>
export type Range = InCell & A.Span

type Own<M extends NotebookMethod> = Omit<LanguageParams<M>, 'notebook' | 'cells'>

/** What is left of an answer, given what changed while it was worked out. */
type Settle<M extends NotebookMethod> = (
  result: LanguageResult<M>,
  meanwhile: Meanwhile,
) => LanguageResult<M> | undefined

export class LanguageClient {
  readonly #calls: Calls
  /** What the cells are. */
  readonly #latest = new Map<string, readonly CellText[]>()
  /** What the worker takes them to be. */
  readonly #held = new Map<string, readonly CellText[]>()

  constructor(options: LanguageClientOptions) {
    this.#calls = new Calls(options, () => this.#held.clear())
  }

  /**
   * Compiles one cell. A syntax error is a result, not a rejection.
   * @param stepping whether the cell is to be stepped through.
   * @throws LanguageError if the compiler did not answer in time.
   */
  async compile(id: string, source: string, stepping = false): Promise<CompileResult> {
    return (await this.#calls.ask('compile', () => ({ id, source, ...(stepping && { stepping }) })))!
  }

  /**
   * Compiles a cell's functions alone, to be stepped through; null where it has none.
   * @throws LanguageError if the compiler did not answer in time.
   */
  async functions(id: string, source: string): Promise<CompileResult | null> {
    return (await this.#calls.ask('functions', () => ({ id, source }))) ?? null
  }

  /**
   * Compiles what a person types while a cell is paused.
   * @param locals the names that mean variables of the frame.
   * @throws LanguageError if the compiler did not answer in time.
   */
  async expression(source: string, locals: readonly string[]): Promise<ExpressionResult> {
    return (await this.#calls.ask('expression', () => ({ source, locals })))!
  }

  /**
   * Splits a test cell as the grader does.
   * @throws LanguageError if the compiler did not answer in time.
   */
  async splitTests(source: string): Promise<Split> {
    return (await this.#calls.ask('splitTests', () => ({ source })))!
  }

  /**
   * Syntax and type errors of all code cells of a notebook, which are given in document order every time; the worker
   * works out what changed. For drivers that show errors once; editors ask `diagnose`, which lets other calls between.
   * @param notebook any string that names the notebook for as long as it is open
   * @throws LanguageError if the checker did not answer in time.
   */
  async check(notebook: string, cells: readonly CellText[]): Promise<readonly CellDiagnostic[]> {
    return (await this.#post('check', notebook, {}, () => cells))!
  }

  /**
   * Takes over the code cells of a notebook as they are now, in document order. Costs little: only what changed is sent,
   * and not before something is asked.
   */
  update(notebook: string, cells: readonly CellText[]): void {
    this.#latest.set(notebook, cells)
  }

  /**
   * Has the worker do ahead what the first question about a notebook would wait for, about a second.
   * @throws LanguageError if it could not be done in time.
   */
  async prepare(notebook: string): Promise<void> {
    await this.#ask('prepare', notebook, {}, undefined, () => null)
  }

  /** Frees what is kept of a notebook. What is still asked about it is answered with undefined. */
  async close(notebook: string): Promise<void> {
    this.#latest.delete(notebook)
    if (!this.#calls.running) return
    await this.#calls.ask('close', () => {
      this.#held.delete(notebook)
      return { notebook }
    })
  }

  /** Ends the worker; calls that wait are rejected. */
  dispose(): void {
    this.#calls.dispose()
  }

  /** The text of a declaration file that a `FileSpan` names, or null where there is none. */
  async declarationFile(path: string, signal?: AbortSignal): Promise<string | null | undefined> {
    return this.#calls.ask('declarationFile', () => ({ path }), signal)
  }

  /** Errors, warnings and suggestions of one cell. */
  diagnose(cell: InCell, signal?: AbortSignal) {
    return this.#inCell('diagnose', cell, {}, signal, (found, meanwhile) =>
      found.map((diagnostic) => ({
        ...diagnostic,
        ...(diagnostic.related && {
          related: diagnostic.related.flatMap(({ message, place }) => {
            const now = moved(place, meanwhile)
            return now ? [{ message, place: now }] : []
          }),
        }),
      })),
    )
  }

  /**
   * Errors, warnings and suggestions of every cell, one cell after another, so that all other calls come between. Cells
   * that are edited or removed meanwhile are passed over; after an edit, abort this and ask anew.
   * @param first cells that are to come first, such as the visible ones
   */
  async diagnoseEach(
    notebook: string,
    onCell: (cell: string, found: readonly A.Diagnostic[]) => void,
    { first = [], signal }: { readonly first?: readonly string[]; readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    const cells = (this.#latest.get(notebook) ?? []).map(({ id }) => id)
    for (const cell of new Set([...first.filter((id) => cells.includes(id)), ...cells])) {
      const found = await this.diagnose({ notebook, cell }, signal)
      if (signal?.aborted) return
      if (found) onCell(cell, found)
    }
  }

  /** @param trigger the character typed just before, if it was one that opens the list, such as `.` */
  completions({ offset, ...cell }: At, trigger?: string, signal?: AbortSignal) {
    return this.#inCell('completions', cell, { offset, ...(trigger && { trigger }) }, signal)
  }

  /** What is shown of a completion when it is chosen, and the import that accepting it adds. */
  completionDetails({ offset, ...cell }: At, key: A.CompletionKey, signal?: AbortSignal) {
    return this.#inCell('completionDetails', cell, { offset, key }, signal)
  }

  hover({ offset, ...cell }: At, signal?: AbortSignal) {
    return this.#inCell('hover', cell, { offset }, signal)
  }

  /**
   * @param trigger the character typed just before, if any
   * @param again whether help is shown already
   */
  signatureHelp({ offset, ...cell }: At, trigger?: string, again = false, signal?: AbortSignal) {
    return this.#inCell('signatureHelp', cell, { offset, again, ...(trigger && { trigger }) }, signal)
  }

  /** Where the name at an offset is declared: in a cell, or in the runtime's declarations. */
  definitions({ offset, ...cell }: At, signal?: AbortSignal) {
    return this.#inCell('definitions', cell, { offset }, signal, movedDefinitions)
  }

  /** Where the type of what is at an offset is declared. */
  typeDefinitions({ offset, ...cell }: At, signal?: AbortSignal) {
    return this.#inCell('typeDefinitions', cell, { offset }, signal, movedDefinitions)
  }

  /** Every use of the name at an offset, in all cells, its declaration included. */
  references({ offset, ...cell }: At, signal?: AbortSignal) {
    return this.#inCell('references', cell, { offset }, signal, (found, meanwhile) =>
      found.flatMap((reference) => {
        const place = moved(reference.place, meanwhile)
        return place ? [{ ...reference, place }] : []
      }),
    )
  }

  /** The uses in the same cell. */
  highlights({ offset, ...cell }: At, signal?: AbortSignal) {
    return this.#inCell('highlights', cell, { offset }, signal)
  }

  prepareRename({ offset, ...cell }: At, signal?: AbortSignal) {
    return this.#inCell('prepareRename', cell, { offset }, signal)
  }

  /** Edits of all cells that give the name at an offset another, or why that cannot be. */
  rename({ offset, ...cell }: At, to: string, signal?: AbortSignal) {
    return this.#inCell('rename', cell, { offset, to }, signal, (result, meanwhile) =>
      meanwhile.unchanged
        ? result
        : { ok: false, reason: 'A cell was edited while its names were looked up. Rename once more.' },
    )
  }

  /**
   * Quick fixes of the diagnostics that touch a range.
   * @param codes the diagnostics' numbers; where absent, the cell is checked for what touches the range
   */
  fixes({ start, end, ...cell }: Range, codes?: readonly number[], signal?: AbortSignal) {
    return this.#inCell('fixes', cell, { start, end, ...(codes && { codes }) }, signal, (fixes, meanwhile) =>
      fixes.filter(({ edits }) => edits.every((edit) => meanwhile.same(edit.cell))),
    )
  }

  /** Edits that mend all of one kind in a cell. @param id as `QuickFix.all` gives it */
  fixAll(cell: InCell, id: string, signal?: AbortSignal) {
    return this.#inCell('fixAll', cell, { id }, signal, (edits, meanwhile) =>
      edits.every((edit) => meanwhile.same(edit.cell)) ? edits : undefined,
    )
  }

  /** Sorts and joins a cell's imports; none is removed, since later cells may use it. */
  organizeImports(cell: InCell, signal?: AbortSignal) {
    return this.#inCell('organizeImports', cell, {}, signal)
  }

  /** Formats a range of a cell, or all of it: from 0 to its length. */
  format({ start, end, ...cell }: Range, settings: FormatSettings, signal?: AbortSignal) {
    return this.#inCell('format', cell, { start, end, settings }, signal)
  }

  /** Formats what a typed `;`, `}` or line end completes. @param at right after it */
  formatTyped({ offset, ...cell }: At, typed: string, settings: FormatSettings, signal?: AbortSignal) {
    return this.#inCell('formatTyped', cell, { offset, typed, settings }, signal)
  }

  /**
   * Five numbers a token, as VS Code's `SemanticTokens` take them: lines further down, characters further right, length,
   * index in `TOKEN_TYPES`, and bits in the order of `TOKEN_MODIFIERS`.
   */
  semanticTokens(cell: InCell, signal?: AbortSignal) {
    return this.#inCell('semanticTokens', cell, {}, signal)
  }

  inlayHints({ start, end, ...cell }: Range, settings: InlayHintSettings, signal?: AbortSignal) {
    return this.#inCell('inlayHints', cell, { start, end, settings }, signal)
  }

  foldingRanges(cell: InCell, signal?: AbortSignal) {
    return this.#inCell('foldingRanges', cell, {}, signal)
  }

  symbols(cell: InCell, signal?: AbortSignal) {
    return this.#inCell('symbols', cell, {}, signal)
  }

  /** For each offset, spans from the smallest to the whole cell. */
  selectionRanges(cell: InCell, offsets: readonly number[], signal?: AbortSignal) {
    return this.#inCell('selectionRanges', cell, { offsets }, signal)
  }

  /** Every declaration of a session name in document order, with the cells that mean this one by the name. */
  names(notebook: string, signal?: AbortSignal): Promise<readonly A.SessionName[] | undefined> {
    return this.#ask('names', notebook, {}, signal, (names, meanwhile) =>
      names.flatMap((name) => meanwhile.place(name) ?? []),
    )
  }

  /** Asks about one cell; the answer is undefined if that cell's text changes meanwhile. */
  #inCell<M extends NotebookMethod>(
    method: M,
    { notebook, cell }: InCell,
    rest: Omit<Own<M>, 'cell'>,
    signal?: AbortSignal,
    settle: Settle<M> = (result) => result,
  ): Promise<LanguageResult<M> | undefined> {
    const own = { cell, ...rest } as unknown as Own<M>
    const same = (meanwhile: Meanwhile) => meanwhile.same(cell)
    return this.#ask(
      method,
      notebook,
      own,
      signal,
      (result, meanwhile) => (same(meanwhile) ? settle(result, meanwhile) : undefined),
      same,
    )
  }

  /** @param worth whether there is a point in asking after what changed while other calls were answered */
  async #ask<M extends NotebookMethod>(
    method: M,
    notebook: string,
    own: Own<M>,
    signal: AbortSignal | undefined,
    settle: Settle<M>,
    worth: (meanwhile: Meanwhile) => boolean = () => true,
  ): Promise<LanguageResult<M> | undefined> {
    const asked = this.#latest.get(notebook)
    if (!asked) return undefined
    let answered = asked
    const cells = () => {
      const now = this.#latest.get(notebook)
      if (!now || !worth(new Meanwhile(asked, now))) return undefined
      return (answered = now)
    }
    const result = await this.#post(method, notebook, own, cells, signal)
    if (result === undefined || result === null) return result
    return settle(result, new Meanwhile(answered, this.#latest.get(notebook)))
  }

  async #post<M extends NotebookMethod>(
    method: M,
    notebook: string,
    own: Own<M>,
    cells: () => readonly CellText[] | undefined,
    signal?: AbortSignal,
  ): Promise<LanguageResult<M> | undefined> {
    const params = () => {
      const now = cells()
      if (!now) return undefined
      const changes = difference(this.#held.get(notebook), now)
      this.#held.set(notebook, now)
      return { notebook, ...own, ...(changes && { cells: changes }) } as unknown as LanguageParams<M>
    }
    try {
      return await this.#calls.ask(method, params, signal)
    } catch (error) {
      // Nobody knows how far the worker got.
      this.#held.delete(notebook)
      throw error
    }
  }
}

/** What the worker must be told to know the cells; undefined where it knows them. */
function difference(
  held: readonly CellText[] | undefined,
  now: readonly CellText[],
): readonly CellChange[] | undefined {
  if (held === now) return undefined
  const known = new Map(held?.map((cell) => [cell.id, cell]))
  const same =
    held?.length === now.length &&
    now.every(
      ({ id, source, name }, index) =>
        held[index]!.id === id && held[index]!.source === source && held[index]!.name === name,
    )
  if (same) return undefined
  return now.map(({ id, source, name }) => ({
    id,
    ...(known.get(id)?.source !== source && { source }),
    ...(name !== undefined && { name }),
  }))
}

function moved(place: A.Place, meanwhile: Meanwhile): A.Place | undefined {
  return 'cell' in place ? meanwhile.place(place) : place
}

function movedDefinitions(found: A.Definitions | null, meanwhile: Meanwhile): A.Definitions | null {
  return found && { ...found, places: found.places.flatMap((place) => moved(place, meanwhile) ?? []) }
}
