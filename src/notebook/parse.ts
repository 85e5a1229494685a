/** Reads a `.genbook` or `.ipynb` text into a `Notebook`. */
import { Checker, unknownMembers } from './check'
import { DerivedIds, isCellId } from './ids'
import { type Json, type JsonObject, own } from './json'
import { newNotebook } from './new'
import { parseBundle, parseOutput } from './parse-output'
import type { Position } from './position'
import { readJson } from './reader'
import { Locator, type Path, showPath } from './spans'
import type { Attachments, Cell, CellType, Notebook } from './types'

/** A notebook together with the text it was read from, which lets it be written back without touching a byte. */
export interface ParsedNotebook {
  readonly notebook: Notebook
  readonly text: string
  /** The text's JSON; undefined for an empty file. */
  readonly json: JsonObject | undefined
  /** What was put right on reading. */
  readonly warnings: readonly NotebookWarning[]
}

export interface NotebookWarning extends Position {
  readonly path: string
  readonly message: string
}

/**
 * Reads a notebook of nbformat 4.0 to 4.5.
 *
 * What an older minor version, or another program, leaves out is filled in: absent metadata is empty, absent outputs are
 * none, a cell without an id of its own gets one that depends on its text only. A minor version above 5 is read as 4.5,
 * with what is unknown kept. A file that is empty, or nothing but white space, is a new notebook with no cells: editors
 * make such files, and there is nothing in them to lose.
 *
 * @throws NotebookFormatError naming line, column, what was expected and what was found, for everything else.
 */
export function parseNotebook(text: string): ParsedNotebook {
  if (/^\uFEFF?[ \t\r\n]*$/.test(text))
    return { notebook: newNotebook(), text, json: undefined, warnings: [] }
  return new Parser(text).document()
}

const CELL_MEMBERS: Readonly<Record<CellType, readonly string[]>> = {
  code: ['id', 'cell_type', 'metadata', 'source', 'execution_count', 'outputs'],
  markdown: ['id', 'cell_type', 'metadata', 'source', 'attachments'],
  raw: ['id', 'cell_type', 'metadata', 'source', 'attachments'],
}

class Parser extends Checker {
  private readonly warnings: NotebookWarning[] = []
  private readonly locator = new Locator(this.text)

  document(): ParsedNotebook {
    const json = this.object(readJson(this.text), undefined)
    const minor = this.version(json)
    const metadata = this.record(own(json, 'metadata'), { parent: undefined, key: 'metadata' })
    this.genbook(own(metadata, 'genbook'), { parent: { parent: undefined, key: 'metadata' }, key: 'genbook' })
    const notebook: Notebook = {
      nbformat: 4,
      nbformat_minor: Math.max(minor, 5),
      metadata,
      cells: this.cells(own(json, 'cells'), { parent: undefined, key: 'cells' }),
      ...unknownMembers(json, ['nbformat', 'nbformat_minor', 'metadata', 'cells']),
    }
    return { notebook, text: this.text, json, warnings: this.warnings }
  }

  private version(json: JsonObject): number {
    const major = own(json, 'nbformat')
    const majorPath: Path = { parent: undefined, key: 'nbformat' }
    if (major !== 4) {
      const older = typeof major === 'number' && major < 4
      const hint = older ? " (convert the file with 'jupyter nbconvert --to notebook' first)" : ''
      this.fail(majorPath, `the number 4, nbformat's major version${hint}`, major)
    }
    const minorPath: Path = { parent: undefined, key: 'nbformat_minor' }
    const minor = own(json, 'nbformat_minor')
    if (minor === undefined) {
      this.warn(minorPath, 'nbformat_minor is absent; the file is read as nbformat 4.0')
      return 0
    }
    if (typeof minor !== 'number' || !Number.isSafeInteger(minor) || minor < 0)
      this.fail(minorPath, "a whole number, nbformat's minor version", minor)
    if (minor > 5)
      this.warn(minorPath, `nbformat 4.${minor} is newer than 4.5; what is new in it is kept but not used`)
    return minor
  }

  private genbook(value: Json | undefined, path: Path): void {
    if (value === undefined) return
    const seed = own(this.object(value, path), 'seed')
    if (seed !== undefined && (typeof seed !== 'number' || !Number.isSafeInteger(seed) || seed < 0))
      this.fail({ parent: path, key: 'seed' }, 'a whole number from 0 to 2^53 - 1', seed)
  }

  private cells(value: Json | undefined, path: Path): readonly Cell[] {
    const read = this.array(value, path).map((each, index) => this.cell(each, { parent: path, key: index }))
    const ids = new Set<string>()
    const owners = read.map(({ id }) => {
      if (id === undefined || !isCellId(id) || ids.has(id)) return false
      ids.add(id)
      return true
    })
    const derived = new DerivedIds(ids)
    return read.map(({ id, cell }, index) => {
      if (owners[index] && id !== undefined) return { ...cell, id }
      if (id !== undefined)
        this.warn(
          { parent: { parent: path, key: index }, key: 'id' },
          isCellId(id)
            ? `the id ${JSON.stringify(id)} belongs to an earlier cell; this one gets another`
            : 'an id has 1 to 64 of the characters A-Z a-z 0-9 - _; the cell gets another',
        )
      return { ...cell, id: derived.next(cell.cell_type, cell.source) }
    })
  }

  private cell(value: Json, path: Path): { id: string | undefined; cell: Cell } {
    const json = this.object(value, path)
    const at = (key: string): Path => ({ parent: path, key })
    const type = own(json, 'cell_type')
    if (type !== 'code' && type !== 'markdown' && type !== 'raw')
      this.fail(at('cell_type'), '"code", "markdown" or "raw"', type)
    const id = own(json, 'id')
    const base = {
      id: '',
      metadata: this.record(own(json, 'metadata'), at('metadata')),
      source: this.lines(own(json, 'source'), at('source')),
      ...unknownMembers(json, CELL_MEMBERS[type]),
    }
    return {
      id: id === undefined ? undefined : this.string(id, at('id')),
      cell:
        type === 'code'
          ? {
              cell_type: type,
              ...base,
              execution_count: this.count(own(json, 'execution_count'), at('execution_count')),
              outputs: this.outputs(own(json, 'outputs'), at('outputs')),
            }
          : { cell_type: type, ...base, ...this.attachments(own(json, 'attachments'), at('attachments')) },
    }
  }

  private outputs(value: Json | undefined, path: Path) {
    return value === undefined
      ? []
      : this.array(value, path).map((each, index) => parseOutput(this, each, { parent: path, key: index }))
  }

  private attachments(value: Json | undefined, path: Path): { attachments?: Attachments } {
    if (value === undefined) return {}
    const files = Object.entries(this.object(value, path))
    return {
      attachments: Object.fromEntries(
        files.map(([name, bundle]) => [name, parseBundle(this, bundle, { parent: path, key: name })]),
      ),
    }
  }

  private warn(path: Path, message: string): void {
    this.warnings.push({ ...this.locator.position(path), path: showPath(path), message })
  }
}
