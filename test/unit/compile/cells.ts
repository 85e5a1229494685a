/** Runs cells as a session would, with as little around them as the contract asks for. */
import type {
  CallFrame,
  CellDiagnostic,
  CellRuntime,
  CompiledCell,
  StepTable,
} from '../../../src/kernel/cell'
import { compileCell } from '../../../src/kernel/compile/compile'
import { Scope } from '../../../src/kernel/session/scope'

/** Thrown in place of a cell's own errors when a run is to stop. */
export class Interrupted extends Error {}

export class Cells {
  readonly shown: unknown[] = []
  readonly opaque = new Set<unknown>()
  readonly modules: Record<string, Record<string, unknown>> = {}
  readonly scope: Scope
  /** How many checks a run may pass before it is stopped. */
  checks = Infinity
  /** Where given, cells are compiled to be stepped through, and this is told of every call. */
  stepper: ((table: StepTable, index: number) => CallFrame) | undefined
  private run = 0
  private readonly stopped = new Set<number>()

  constructor(builtins: Record<string, unknown> = {}) {
    this.scope = new Scope(builtins)
  }

  /** Stops the run that is under way: its next check, catch or resumption throws. */
  stop(): void {
    this.stopped.add(this.run)
  }

  /** Compiles and runs one cell; resolves when it has ended. Errors of the cell are thrown as they are. */
  async execute(source: string): Promise<void> {
    const cell = compiled(source, this.stepper !== undefined)
    this.scope.begin(cell.analysis)
    this.run += 1
    try {
      await evaluate(cell)(this.runtime(cell))
    } finally {
      this.scope.end()
    }
  }

  /** Runs cells one after another. */
  async executeAll(...sources: string[]): Promise<unknown[]> {
    for (const source of sources) await this.execute(source)
    return this.shown
  }

  /** The value of a session variable. */
  get(name: string): unknown {
    return this.scope.binding(name).value
  }

  private runtime(cell: CompiledCell): CellRuntime {
    const { stopped, stepper } = this
    const current = (): number => this.run
    const check = (token: number): void => {
      if (stopped.has(token)) throw new Interrupted(`run ${token} was stopped`)
    }
    return {
      binding: (name) => this.scope.binding(name),
      module: (specifier) => {
        const module = this.modules[specifier]
        if (!module) throw new Error(`Cannot import '${specifier}'`)
        return module
      },
      budget: 0,
      poll: () => {
        if (--this.checks < 0) this.stop()
        check(current())
      },
      caught: (error) => {
        if (error instanceof Interrupted) throw error
        return error
      },
      token: current,
      resumed: (token, value) => {
        check(token)
        return value
      },
      opaque: (value) => {
        this.opaque.add(value)
        return value
      },
      show: async (value) => {
        this.shown.push(await value)
      },
      ...(stepper && cell.steps && { begin: (index: number) => stepper(cell.steps!, index) }),
    }
  }
}

/** A cell that must compile. */
export function compiled(source: string, stepping = false): CompiledCell {
  const result = compileCell('cell', source, stepping)
  if (!result.ok)
    throw new Error(`does not compile: ${result.errors.map(({ message }) => message).join('; ')}`)
  return result.cell
}

/** A cell that must not compile. */
export function rejected(source: string): readonly CellDiagnostic[] {
  const result = compileCell('cell', source)
  if (result.ok) throw new Error(`compiles:\n${result.cell.code}`)
  return result.errors
}

type Evaluated = (runtime: CellRuntime) => Promise<void>

/** The function that a cell's code evaluates to, by an indirect eval, which sees no names of this file. */
export function evaluate(cell: CompiledCell): Evaluated {
  return (0, eval)(`${cell.code}\n//# sourceURL=cell.js`) as Evaluated
}

/** What a session shows for cells run in a row. */
export async function shownBy(...sources: string[]): Promise<unknown[]> {
  return new Cells().executeAll(...sources)
}
