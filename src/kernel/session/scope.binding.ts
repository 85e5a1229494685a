/** One session-wide name: its value now, its dead zone, and what it means while nobody declares it. */
import type { Binding } from '../cell'

/** What all names of a session share. */
export interface Surroundings {
  readonly builtins: ReadonlyMap<string, unknown>
  readonly globals: object
  /** The number of the running cell's run, so that a name can tell whether that cell declares it. */
  run: number
}

interface Declaration {
  readonly kind: string
  readonly constant: boolean
  readonly run: number
}

/** In place of a value that cannot simply be read. */
const NONE = Symbol('no value')

/** Objects of the language that no cell is expected to exchange, so that `Math.sin` in a loop costs no look-up. */
const INTRINSICS = new Set([
  ...['Array', 'ArrayBuffer', 'BigInt', 'BigInt64Array', 'BigUint64Array', 'Boolean', 'DataView', 'Date'],
  ...['Error', 'Float32Array', 'Float64Array', 'Function', 'Int16Array', 'Int32Array', 'Int8Array', 'JSON'],
  ...['Map', 'Math', 'Number', 'Object', 'Promise', 'Proxy', 'RangeError', 'Reflect', 'RegExp', 'Set'],
  ...['String', 'Symbol', 'TypeError', 'Uint16Array', 'Uint32Array', 'Uint8Array', 'Uint8ClampedArray'],
  ...['WeakMap', 'WeakRef', 'WeakSet', 'isFinite', 'isNaN', 'parseFloat', 'parseInt'],
])

/**
 * The accessors live on the prototype and their common path is a field and a comparison, so engines inline them into
 * the loops of cells.
 */
export class SessionBinding implements Binding {
  readonly name: string
  private readonly surroundings: Surroundings
  /** The value, or NONE: in the dead zone, or where the name's global must be looked up. */
  private current: unknown = NONE
  /** Whether an assignment needs more than storing the value. */
  private guarded = true
  private declaration: Declaration | undefined
  /** Declared by the running cell, which has not got there yet. */
  private pending = false
  private previous: { readonly declaration: Declaration | undefined; readonly current: unknown } | undefined

  constructor(name: string, surroundings: Surroundings) {
    this.name = name
    this.surroundings = surroundings
    this.current = this.undeclared()
  }

  get value(): unknown {
    const { current } = this
    return current === NONE ? this.lookUp() : current
  }

  set value(value: unknown) {
    if (this.guarded) this.assign(value)
    else this.current = value
  }

  set initial(value: unknown) {
    this.current = value
    this.pending = false
    this.guarded = this.declaration?.constant ?? false
  }

  /** An accessor's other half, which an object literal or a compound assignment may ask for. */
  get initial(): unknown {
    return this.value
  }

  get typeof(): string {
    if (this.current !== NONE) return typeof this.current
    if (this.declaration) throw this.deadZone()
    return typeof (this.surroundings.globals as Record<string, unknown>)[this.name]
  }

  /** How the name is declared and its value now; nothing in the dead zone or where no cell declares it. */
  get variable(): { kind: string; value: unknown; declaredBy: number } | undefined {
    const { declaration, current } = this
    if (!declaration || current === NONE) return undefined
    return { kind: declaration.kind, value: current, declaredBy: declaration.run }
  }

  /** The cell that declares the name starts to run. */
  begin(kind: string, constant: boolean): void {
    this.previous = { declaration: this.declaration, current: this.current }
    this.declaration = { kind, constant, run: this.surroundings.run }
    this.pending = true
    this.guarded = true
    this.current = kind === 'var' ? undefined : NONE
  }

  /** That run is over. */
  end(): void {
    const { previous } = this
    this.previous = undefined
    if (!this.pending || !previous) return
    this.pending = false
    this.declaration = previous.declaration
    this.current = previous.current
    this.guarded = this.declaration?.constant ?? true
  }

  private undeclared(): unknown {
    const { builtins, globals } = this.surroundings
    if (builtins.has(this.name)) return builtins.get(this.name)
    return INTRINSICS.has(this.name) ? (globals as Record<string, unknown>)[this.name] : NONE
  }

  private lookUp(): unknown {
    if (this.declaration) throw this.deadZone()
    const globals = this.surroundings.globals as Record<string, unknown>
    if (!(this.name in globals)) throw new ReferenceError(`${this.name} is not defined`)
    return globals[this.name]
  }

  private assign(value: unknown): void {
    const { declaration, surroundings, name } = this
    if (!declaration) return this.assignGlobal(value)
    if (this.pending) {
      if (declaration.kind !== 'var') throw this.deadZone()
      this.initial = value
      return
    }
    const where = declaration.run === surroundings.run ? '' : ', which another cell declares'
    throw new TypeError(`Assignment to constant variable '${name}'${where}.`)
  }

  private assignGlobal(value: unknown): void {
    const { builtins, globals } = this.surroundings
    if (builtins.has(this.name))
      throw new TypeError(`Assignment to constant variable '${this.name}', which every notebook has.`)
    if (!(this.name in globals)) throw new ReferenceError(`${this.name} is not defined`)
    ;(globals as Record<string, unknown>)[this.name] = value
    this.current = this.undeclared()
  }

  private deadZone(): ReferenceError {
    return new ReferenceError(`Cannot access '${this.name}' before initialization`)
  }
}
