/** What is known of the runs of one notebook's cells since its kernel started. Pure data: nothing here knows VS Code. */
import type { CellAnalysis } from '../../kernel/cell'
import type { Device, Flow } from '../../kernel/protocol'

/** One run of a cell. */
export interface RunRecord {
  /** The cell's id. */
  readonly cell: string
  /** The kernel's number, which grows from run to run; 0 where the cell never reached the kernel. */
  readonly run: number
  /** The number that the editor shows beside the cell. */
  readonly count: number
  /** `textHash` of the cell's text as it ran. */
  readonly hash: string
  /** Absent where the text does not parse. */
  readonly analysis?: CellAnalysis
  /** Absent where the cell did not begin. */
  readonly flow?: Flow
  readonly milliseconds: number
  /** What its tensors were on. */
  readonly device?: Device
}

export class RunLog {
  readonly #latest = new Map<string, RunRecord>()
  /** By cell and name, the last run of that cell that set it. */
  readonly #sets = new Map<string, Map<string, RunRecord>>()
  /** By name, the run that set it last. */
  readonly #setters = new Map<string, RunRecord>()
  readonly #byRun = new Map<number, RunRecord>()
  /** Cells whose run an earlier kernel of this window took with it. */
  readonly #lost = new Set<string>()

  add(record: RunRecord): void {
    const { cell, run, flow } = record
    this.#latest.set(cell, record)
    if (flow) this.#byRun.set(run, record)
    this.#lost.delete(cell)
    const sets = this.#sets.get(cell) ?? new Map<string, RunRecord>()
    this.#sets.set(cell, sets)
    for (const name of flow?.sets ?? []) {
      sets.set(name, record)
      this.#setters.set(name, record)
    }
  }

  /** The kernel has gone, and every variable with it. */
  clear(): void {
    for (const cell of this.#latest.keys()) this.#lost.add(cell)
    for (const map of [this.#latest, this.#sets, this.#setters, this.#byRun]) map.clear()
  }

  /** The cell's last run on the kernel that lives. */
  latest(cell: string): RunRecord | undefined {
    return this.#latest.get(cell)
  }

  /** Whether the cell ran on a kernel of this window that is gone. */
  isLost(cell: string): boolean {
    return this.#lost.has(cell)
  }

  /**
   * The last run of `cell` that set `name`, if the cell still does so: one that has since run with a text that does not
   * mention the name provides it no longer, while one that failed before it came to the name still does.
   */
  provision(cell: string, name: string): RunRecord | undefined {
    const set = this.#sets.get(cell)?.get(name)
    const latest = this.#latest.get(cell)
    if (!set || !latest || set === latest || !latest.analysis) return set
    return setByText(latest.analysis).has(name) ? set : undefined
  }

  /** The run that set `name` last, whichever cell's it is. */
  setter(name: string): RunRecord | undefined {
    return this.#setters.get(name)
  }

  /** A run by its number. */
  run(number: number): RunRecord | undefined {
    return this.#byRun.get(number)
  }
}

/** The names that a cell's text sets, whatever happens: those it declares as values, and those it assigns. */
export function setByText({ declared, assigned }: CellAnalysis): Set<string> {
  const values = declared.filter(({ value, kind }) => value && kind !== 'using')
  return new Set([...values.map(({ name }) => name), ...assigned])
}
