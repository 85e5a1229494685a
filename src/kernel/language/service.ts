/**
 * What is known of one notebook: its cells, TypeScript's language services over them, and where a place in a module of
 * theirs is in the notebook.
 *
 * A change of one cell gives new versions to that cell's module and to those whose imports it changes; everything else,
 * and above all the declaration files, is kept from request to request.
 */
import ts from 'typescript'
import type { CellDiagnostic } from '../cell'
import { TOO_DEEP } from '../compile/diagnostics'
import type { Diagnostic } from './answers'
import { moduleText, type ParsedCell, type Visible } from './cellModule'
import { moduleErrors, readable, semanticErrors, suggestions, type Telling } from './diagnostics'
import type { Environment } from './environment'
import { parse, type Parsed } from './parsed'
import { placeOf } from './places'
import type { CellText } from './protocol'
import { redeclarations } from './redeclared'
import { Scripts } from './scripts'
import { CELLS, textService, typedService } from './typed'
import { Names, type Source } from './visible'

let notebooks = 0

export class NotebookService {
  readonly environment: Environment
  /** TypeScript's service over the cells' modules, for what is asked at a position of a cell. */
  readonly typescript: ts.LanguageService
  /** TypeScript's service over the cells' own texts, for what needs no types. */
  readonly syntax: ts.LanguageService
  readonly #modules = new Scripts()
  readonly #texts = new Scripts()
  readonly #parsed = new Map<string, Parsed>()
  /** The last text of each cell that parsed. */
  readonly #parsable = new Map<string, ParsedCell>()
  /**
   * Folders of the cells' modules: their texts as they are, and the last that parsed of those that do not. Notebooks
   * share a registry of parsed files, so each needs folders of its own.
   */
  readonly #now = `${CELLS}${++notebooks}/now/`
  readonly #good = `${CELLS}${notebooks}/good/`
  #cells: readonly CellText[] = []
  #visible = new Map<string, ReadonlyMap<string, Visible>>()
  /** The cell that sees all names, wherever there are very many: the one that is written in. */
  #written: string | undefined
  /** Kept until the next change: what was found in all cells together, and in each. */
  #warnings: readonly CellDiagnostic[] | undefined
  readonly #found = new Map<string, readonly Diagnostic[]>()
  readonly #telling: Telling = {
    words: (text) => this.readable(text),
    place: (path, span) => placeOf(this, path, span),
  }

  constructor(environment: Environment) {
    this.environment = environment
    this.typescript = typedService(this.#modules, environment)
    this.syntax = textService(this.#texts)
  }

  /** Takes over the notebook's code cells as they are now, in document order. */
  update(cells: readonly CellText[]): void {
    this.#cells = cells
    this.#warnings = undefined
    this.#found.clear()
    for (const { id, source } of cells) {
      if (this.#parsed.get(id)?.cell.source !== source) this.#parsed.set(id, parse(id, source))
      const { cell, errors } = this.#parsed.get(id)!
      if (!errors.length) this.#parsable.set(id, cell)
    }
    this.#forget(new Set(cells.map(({ id }) => id)))
    this.#texts.replace(
      new Map(cells.map(({ id, source }) => [this.path(id), this.cell(id)?.hidden ? '' : source])),
    )
    this.#link()
  }

  /** Lets a cell see all names of the notebook, as completion needs. */
  write(id: string): void {
    if (this.#written === id) return
    this.#written = id
    this.#link()
  }

  /** The code cells in document order. */
  get cells(): readonly CellText[] {
    return this.#cells
  }

  /** What is known of a cell's current text; undefined where there is no such cell. */
  cell(id: string): ParsedCell | undefined {
    return this.#parsed.get(id)?.cell
  }

  /** A cell as others see it. While it does not parse they see its last text that did, or else what was recovered. */
  source(id: string): Source {
    const { cell, errors } = this.#parsed.get(id)!
    const good = this.#parsable.get(id)
    if (errors.length && good) return { cell: good, module: this.#good + encodeURIComponent(id) }
    return { cell, module: this.#now + encodeURIComponent(id) }
  }

  /** What each name of other cells means in a cell. */
  visible(id: string): ReadonlyMap<string, Visible> {
    return this.#visible.get(id) ?? new Map()
  }

  /** The path of the module that holds a cell's current text, from offset 0. */
  path(id: string): string {
    return `${this.#now}${encodeURIComponent(id)}.ts`
  }

  /** The cell whose module lies at a path, and whether the module holds its last good text, not the current one. */
  cellAt(path: string): { readonly id: string; readonly good: boolean } | undefined {
    for (const folder of [this.#now, this.#good])
      if (path.startsWith(folder)) {
        const id = decodeURIComponent(path.slice(folder.length).replace(/\.ts$/, ''))
        return this.#parsed.has(id) ? { id, good: folder === this.#good } : undefined
      }
    return undefined
  }

  /** Does ahead what the first question would wait for. */
  prepare(): void {
    this.program.getTypeChecker()
  }

  get program(): ts.Program {
    return this.typescript.getProgram()!
  }

  /** What people call a cell. */
  nameOf(id: string): string {
    const index = this.#cells.findIndex((cell) => cell.id === id)
    return this.#cells[index]?.name ?? `cell ${index + 1}`
  }

  /** A text of TypeScript's in a person's terms: cells by their number, modules as they are imported. */
  readonly readable = (text: string): string =>
    readable(text, (module) => {
      const cell = this.cellAt(module)
      return cell && this.nameOf(cell.id)
    })

  /**
   * Errors in the cells' own text, and warnings of names declared anew with another type, in document order. A cell that
   * does not parse has its syntax errors only.
   */
  check(): CellDiagnostic[] {
    return this.#cells.flatMap(({ id }) => this.#errors(id))
  }

  /** Errors, warnings and suggestions of one cell. */
  diagnose(id: string): readonly Diagnostic[] {
    let found = this.#found.get(id)
    if (!found) this.#found.set(id, (found = this.#diagnose(id)))
    return found
  }

  #diagnose(id: string): Diagnostic[] {
    const errors: Diagnostic[] = this.#errors(id)
    const { cell, errors: syntactic } = this.#parsed.get(id)!
    if (syntactic.length) return errors
    const hints = this.guarded(() => this.typescript.getSuggestionDiagnostics(this.path(id))) ?? []
    return [...errors, ...suggestions(cell, hints, this.#telling)].sort((a, b) => a.start - b.start)
  }

  dispose(): void {
    this.typescript.dispose()
    this.syntax.dispose()
  }

  /** @returns undefined where the checker's stack ran out */
  guarded<T>(ask: () => T): T | undefined {
    try {
      return ask()
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      // What the checker had half done by then must not mislead it about other cells.
      this.typescript.cleanupSemanticCache()
      return undefined
    }
  }

  #errors(id: string): CellDiagnostic[] {
    const { cell, errors } = this.#parsed.get(id)!
    if (errors.length) return [...errors]
    const warnings = (this.#warnings ??= this.#redeclarations())
    const found = [
      ...moduleErrors(cell),
      ...semanticErrors(cell, this.#semantic(cell), this.#telling),
      ...warnings.filter((warning) => warning.cell === id),
    ]
    return found.sort((a, b) => a.start - b.start)
  }

  #redeclarations(): CellDiagnostic[] {
    const { program } = this
    const cells = this.#cells.flatMap(({ id }) => {
      const { cell, errors } = this.#parsed.get(id)!
      const file = program.getSourceFile(this.path(id))
      return errors.length || !file ? [] : [{ cell, file, name: this.nameOf(id) }]
    })
    return this.guarded(() => redeclarations(cells, program.getTypeChecker())) ?? []
  }

  #semantic({ id }: ParsedCell): readonly ts.Diagnostic[] {
    const tooDeep = {
      ...TOO_DEEP,
      start: 0,
      length: 0,
      category: ts.DiagnosticCategory.Error,
      file: undefined,
    }
    return this.guarded(() => this.typescript.getSemanticDiagnostics(this.path(id))) ?? [tooDeep]
  }

  /** Writes the cells' modules anew. */
  #link(): void {
    const sources = this.#cells.map(({ id }) => this.source(id))
    const names = new Names(sources)
    const modules = new Map<string, string>()
    this.#visible = new Map()
    sources.forEach((source, index) => {
      const { cell: current } = this.#parsed.get(this.#cells[index]!.id)!
      const text = current.id === this.#written ? undefined : current.source + source.cell.source
      const visible = names.visibleFrom(index, text)
      this.#visible.set(current.id, visible)
      modules.set(this.path(current.id), moduleText(current, visible, names.isOpen))
      if (source.cell !== current)
        modules.set(`${source.module}.ts`, moduleText(source.cell, visible, names.isOpen))
    })
    this.#modules.replace(modules)
  }

  #forget(present: ReadonlySet<string>): void {
    for (const known of [this.#parsed, this.#parsable])
      for (const id of known.keys()) if (!present.has(id)) known.delete(id)
  }
}
