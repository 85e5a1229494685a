/**
 * The type checker of one notebook: TypeScript's language service over one virtual module per cell.
 *
 * A change of one cell gives new versions to that cell's module and to those whose imports it changes; everything else,
 * and above all the declaration files, is kept from check to check.
 */
import ts from 'typescript'
import type { CellAnalysis, CellDiagnostic } from '../cell'
import { analyse } from '../compile/analysis'
import { declaredNames } from '../compile/declarations'
import { isImportable } from '../library/specifiers'
import { TOO_DEEP } from '../compile/diagnostics'
import { exportedNames, evolvingNames, moduleText, type ParsedCell } from './cellModule'
import { moduleErrors, semanticErrors } from './diagnostics'
import { CELL_OPTIONS, GLOBALS_FILE, type Environment } from './environment'
import type { CellText } from './protocol'
import { redeclarations } from './redeclared'
import { Names, type Source } from './visible'

/** What is known of a cell's text. */
interface Parsed {
  readonly cell: ParsedCell
  /** Why it cannot run; empty where it can. */
  readonly errors: readonly CellDiagnostic[]
}

/** Folder of all notebooks' modules. */
const CELLS = '/cells/'
let notebooks = 0

export class NotebookService {
  readonly #environment: Environment
  readonly #scripts = new Map<string, { readonly snapshot: ts.IScriptSnapshot; readonly version: number }>()
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
  #version = 0
  /** TypeScript's own service over the cells' modules, for what is asked at a position of a cell. */
  readonly typescript: ts.LanguageService

  constructor(environment: Environment) {
    this.#environment = environment
    this.typescript = ts.createLanguageService(this.#host(), environment.registry)
  }

  /** The path of the module that holds a cell's current text, from offset 0. */
  path(id: string): string {
    return `${this.#now}${encodeURIComponent(id)}.ts`
  }

  /** Takes over the notebook's code cells as they are now, in document order. */
  update(cells: readonly CellText[]): void {
    this.#cells = cells
    for (const { id, source } of cells) {
      if (this.#parsed.get(id)?.cell.source !== source) this.#parsed.set(id, parse(id, source))
      const { cell, errors } = this.#parsed.get(id)!
      if (!errors.length) this.#parsable.set(id, cell)
    }
    const sources = cells.map(({ id }) => this.#source(id))
    const names = new Names(sources)
    const scripts = new Map<string, string>()
    sources.forEach((source, index) => {
      const current = this.#parsed.get(cells[index]!.id)!.cell
      const visible = names.visibleFrom(index, current.source + source.cell.source)
      scripts.set(this.path(current.id), moduleText(current, visible, names.isOpen))
      if (source.cell !== current)
        scripts.set(`${source.module}.ts`, moduleText(source.cell, visible, names.isOpen))
    })
    this.#replace(scripts)
    this.#forget(new Set(cells.map(({ id }) => id)))
  }

  /**
   * Errors in the cells' own text, and warnings of names declared anew with another type, in document order. A cell that
   * does not parse has its syntax errors only.
   */
  check(): CellDiagnostic[] {
    const nameOf = (module: string) => {
      const index = this.#cells.findIndex(({ id }) =>
        [this.#now, this.#good].some((folder) => folder + encodeURIComponent(id) === module),
      )
      return index < 0 ? undefined : this.#nameOf(index)
    }
    const warnings = this.#redeclarations()
    return this.#cells.flatMap(({ id }) => {
      const { cell, errors } = this.#parsed.get(id)!
      if (errors.length) return errors
      const found = [
        ...moduleErrors(cell),
        ...semanticErrors(cell, this.#semantic(cell), nameOf),
        ...warnings.filter((warning) => warning.cell === id),
      ]
      return found.sort((a, b) => a.start - b.start)
    })
  }

  #nameOf(index: number): string {
    return this.#cells[index]!.name ?? `cell ${index + 1}`
  }

  #redeclarations(): CellDiagnostic[] {
    const program = this.typescript.getProgram()!
    const cells = this.#cells.flatMap(({ id }, index) => {
      const { cell, errors } = this.#parsed.get(id)!
      const file = program.getSourceFile(this.path(id))
      return errors.length || !file ? [] : [{ cell, file, name: this.#nameOf(index) }]
    })
    return this.#guarded(() => redeclarations(cells, program.getTypeChecker())) ?? []
  }

  #semantic({ id }: ParsedCell): readonly ts.Diagnostic[] {
    const tooDeep = {
      ...TOO_DEEP,
      start: 0,
      length: 0,
      category: ts.DiagnosticCategory.Error,
      file: undefined,
    }
    return this.#guarded(() => this.typescript.getSemanticDiagnostics(this.path(id))) ?? [tooDeep]
  }

  /** @returns undefined where the checker's stack ran out */
  #guarded<T>(ask: () => T): T | undefined {
    try {
      return ask()
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      // What the checker had half done by then must not mislead it about other cells.
      this.typescript.cleanupSemanticCache()
      return undefined
    }
  }

  dispose(): void {
    this.typescript.dispose()
  }

  /** A cell as others see it. While it does not parse they see its last text that did, or else what was recovered. */
  #source(id: string): Source {
    const { cell, errors } = this.#parsed.get(id)!
    const good = this.#parsable.get(id)
    if (errors.length && good) return { cell: good, module: this.#good + encodeURIComponent(id) }
    return { cell, module: this.#now + encodeURIComponent(id) }
  }

  #replace(scripts: ReadonlyMap<string, string>): void {
    for (const path of this.#scripts.keys())
      if (!scripts.has(path)) {
        this.#scripts.delete(path)
        this.#version++
      }
    for (const [path, text] of scripts) {
      const old = this.#scripts.get(path)?.snapshot
      if (old && old.getLength() === text.length && old.getText(0, text.length) === text) continue
      this.#scripts.set(path, { snapshot: ts.ScriptSnapshot.fromString(text), version: ++this.#version })
    }
  }

  #forget(present: ReadonlySet<string>): void {
    for (const known of [this.#parsed, this.#parsable])
      for (const id of known.keys()) if (!present.has(id)) known.delete(id)
  }

  #host(): ts.LanguageServiceHost {
    const environment = this.#environment
    const known = (path: string) => this.#scripts.has(path) || environment.read(path) !== undefined
    return {
      getCompilationSettings: () => CELL_OPTIONS,
      getProjectVersion: () => String(this.#version),
      getScriptFileNames: () => [GLOBALS_FILE, ...this.#scripts.keys()],
      getScriptVersion: (path) => String(this.#scripts.get(path)?.version ?? 0),
      getScriptSnapshot: (path) => this.#scripts.get(path)?.snapshot ?? environment.snapshot(path),
      getCurrentDirectory: () => '/',
      getDefaultLibFileName: () => '/lib/lib.esnext.d.ts',
      useCaseSensitiveFileNames: () => true,
      fileExists: known,
      readFile: (path) => environment.read(path),
      resolveModuleNameLiterals: (literals, from) =>
        literals.map(({ text }) => ({ resolvedModule: this.#resolve(text, from) })),
    }
  }

  #resolve(specifier: string, from: string): ts.ResolvedModuleFull | undefined {
    if (!from.startsWith(CELLS)) return this.#environment.resolve(specifier, from)
    if (specifier.startsWith(CELLS))
      return this.#scripts.has(`${specifier}.ts`)
        ? { resolvedFileName: `${specifier}.ts`, extension: ts.Extension.Ts }
        : undefined
    // From where a package lies makes no difference; a cell has no folder of its own.
    return isImportable(specifier) ? this.#environment.resolve(specifier, '/cell.ts') : undefined
  }
}

function parse(id: string, source: string): Parsed {
  const result = analyse(source, id)
  if (!result.ok && result.errors.some(({ message }) => message === TOO_DEEP.messageText))
    return { cell: empty(id, source), errors: result.errors }
  const file = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TS)
  const cell = {
    id,
    source,
    analysis: result.ok ? result.analysis : recovered(file),
    exported: exportedNames(file),
    evolving: evolvingNames(file),
  }
  return { cell, errors: result.ok ? [] : result.errors }
}

/** A cell that TypeScript must not see, since reading it would overflow the stack. */
function empty(id: string, source: string): ParsedCell {
  const analysis = { declared: [], used: [], assigned: [], imports: [] }
  return { id, source, hidden: true, analysis, exported: new Set(), evolving: new Set() }
}

/** What can be told of a cell that cannot run: enough for the other cells to find its names. */
function recovered(file: ts.SourceFile): CellAnalysis {
  const values = declaredNames(file, new Set()).filter(({ kind }) => kind !== 'interface' && kind !== 'type')
  return {
    declared: declaredNames(file, new Set(values.map(({ name }) => name))),
    used: [],
    assigned: [],
    imports: [],
  }
}
