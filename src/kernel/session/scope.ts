/** The session's variables: the names that cells declare, and what cells see where nobody declares a name. */
import type { CellAnalysis } from '../cell'
import { SessionBinding, type Surroundings } from './scope.binding'

/** One variable of the session, as a viewer lists it. */
export interface SessionVariable {
  readonly name: string
  /** How it was declared: `const`, `let`, `function`, `import`… */
  readonly kind: string
  readonly value: unknown
  /** The number of the run that declared it. */
  readonly declaredBy: number
}

export class Scope {
  private readonly bindings = new Map<string, SessionBinding>()
  private readonly surroundings: Surroundings
  /** The names of the cell that is running. */
  private running: SessionBinding[] = []

  /**
   * @param builtins names that need no import, such as `tf` and `display`; a cell may redeclare but not assign them.
   * @param globals where all other names are looked up.
   */
  constructor(builtins: Readonly<Record<string, unknown>>, globals: object = globalThis) {
    this.surroundings = { builtins: new Map(Object.entries(builtins)), globals, run: 0 }
  }

  /** The binding of a name: the same object for as long as the session lives. */
  binding(name: string): SessionBinding {
    let binding = this.bindings.get(name)
    if (!binding) this.bindings.set(name, (binding = new SessionBinding(name, this.surroundings)))
    return binding
  }

  /**
   * A cell starts to run: its own names enter the dead zone (`var`s are undefined), and their old values are kept.
   * Cells run one after another; a run that was not ended is.
   *
   * @param run its number, by default one more than the last.
   */
  begin(analysis: CellAnalysis, run = this.surroundings.run + 1): void {
    this.end()
    this.surroundings.run = run
    // What `using` declares ends with the cell and is the cell's own.
    const names = analysis.declared.filter(({ value, kind }) => value && kind !== 'using')
    this.running = names.map(({ name, kind, constant }) => {
      const binding = this.binding(name)
      binding.begin(kind, constant)
      return binding
    })
  }

  /** The cell has ended, well or not: names that it did not reach get their old meaning back. */
  end(): void {
    for (const binding of this.running) binding.end()
    this.running = []
  }

  /** The variable of that name, if it has a value now. */
  find(name: string): SessionVariable | undefined {
    const variable = this.bindings.get(name)?.variable
    return variable && { name, ...variable }
  }

  /** Every variable that has a value now, in order of first use. */
  *variables(): Generator<SessionVariable> {
    for (const { name, variable } of this.bindings.values()) if (variable) yield { name, ...variable }
  }
}
