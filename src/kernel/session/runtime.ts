import type { Binding, CallFrame, CellRuntime } from '../cell'
import { Budget, type Interrupts } from './interrupt'

/** What a runtime asks of its session. */
export interface RuntimeServices {
  readonly binding: (name: string) => Binding
  readonly module: (specifier: string) => Readonly<Record<string, unknown>>
  readonly show: (value: unknown) => Promise<void>
  readonly opaque: <T>(value: T) => T
  /** Function number `index` of a cell that is compiled to be stepped through begins. */
  readonly begin: (index: number) => CallFrame
}

/** What the compiled code of one run is given. Functions that the run leaves behind go on using it. */
export class Runtime implements CellRuntime {
  budget = 0
  readonly binding: CellRuntime['binding']
  readonly module: CellRuntime['module']
  readonly show: CellRuntime['show']
  readonly #interrupts: Interrupts
  readonly #counter = new Budget()

  constructor(interrupts: Interrupts, services: RuntimeServices) {
    this.#interrupts = interrupts
    this.binding = services.binding
    this.module = services.module
    this.show = services.show
    this.opaque = services.opaque
    this.begin = services.begin
  }

  readonly opaque: CellRuntime['opaque']
  readonly begin: (index: number) => CallFrame

  poll(): void {
    this.budget = this.#counter.renew()
    this.#interrupts.poll()
  }

  caught(error: unknown): unknown {
    return this.#interrupts.caught(error)
  }

  token(): number {
    return this.#interrupts.token()
  }

  resumed<T>(token: number, value: T): T {
    return this.#interrupts.resumed(token, value)
  }
}
