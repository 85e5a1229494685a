/** A cell between the compiler, which knows TypeScript, and the session, which only knows JavaScript. */

/** What one cell declares, reads and writes: the single analysis behind rewriting, type checking and scheduling. */
export interface CellAnalysis {
  /** Names of the cell's top level, in order of first declaration; imports included. */
  readonly declared: readonly DeclaredName[]
  /** Value names that the cell reads but does not declare: other cells' names and globals. */
  readonly used: readonly string[]
  /** Value names that the cell assigns but does not declare. */
  readonly assigned: readonly string[]
  /** Static imports and dynamic imports of a literal, in order. */
  readonly imports: readonly ImportedModule[]
}

export interface DeclaredName {
  readonly name: string
  readonly kind:
    | 'const'
    | 'let'
    | 'var'
    | 'using'
    | 'function'
    | 'class'
    | 'enum'
    | 'namespace'
    | 'import'
    | 'interface'
    | 'type'
  /** Whether the name means a value, a type, a namespace: TypeScript resolves the three apart. */
  readonly value: boolean
  readonly type: boolean
  readonly namespace: boolean
  /** Whether assigning it from anywhere is an error (const, using, import, class bindings are not const). */
  readonly constant: boolean
  /** Of the declaration's name, in UTF-16 units of the cell's text. */
  readonly start: number
}

export interface ImportedModule {
  readonly specifier: string
  readonly start: number
  readonly end: number
}

/** A cell compiled to JavaScript, ready to post to a kernel. */
export interface CompiledCell {
  readonly id: string
  /** The person's TypeScript, for error excerpts. */
  readonly source: string
  /** A JavaScript expression: a strict async function of one argument, the cell's `CellRuntime`. */
  readonly code: string
  /** Source map (version 3, JSON text) from `code` back to `source`. */
  readonly map: string
  readonly analysis: CellAnalysis
  /** Its calls, by the place where an error in one is reported. */
  readonly calls?: readonly CallSite[]
  /** Of a cell that was compiled to be stepped through: the places where it can pause. */
  readonly steps?: StepTable
}

/** Where a cell that was compiled to be stepped through can pause; compiled code names entries by their index. */
export interface StepTable {
  readonly stops: readonly Stop[]
  /** The cell itself comes first. */
  readonly functions: readonly SteppedFunction[]
  readonly scopes: readonly StepScope[]
}

/** A place before a statement, a loop's condition or the value of an arrow function. Lines and columns count from 1. */
export interface Stop {
  readonly line: number
  readonly column: number
  /** The innermost scope. */
  readonly scope: number
  /** Whether a `catch` of the same function would get what is thrown here. */
  readonly guarded: boolean
}

export interface SteppedFunction {
  /** Empty where it has none. */
  readonly name: string
  readonly line: number
  readonly column: number
  /** Whether it stands among the arguments of a call, which then calls it as often as it likes. */
  readonly callback: boolean
}

/** The variables that one block, loop or parameter list declares; those of the session are not among them. */
export interface StepScope {
  readonly names: readonly string[]
  readonly parent: number | undefined
  /** Whether a function begins here: what is further out belongs to the functions around it. */
  readonly outermost: boolean
  /** Whether `this` means something that belongs to the function. */
  readonly hasThis: boolean
}

/** A call in a cell's text. */
export interface CallSite {
  /** From 1: where engines say that the call failed. */
  readonly line: number
  readonly column: number
  /** What may hold a tensor: the object of a method, the arguments, and what stands in their lists and options. */
  readonly operands: readonly Operand[]
}

export interface Operand {
  /** As it is written, shortened. */
  readonly text: string
  /** A name of the session, and the properties behind it; absent of anything else. */
  readonly path?: readonly string[]
  /** It begins with a name that a function or block declares. */
  readonly local?: true
}

/** A place in a cell that does not parse, or that the type checker objects to. Lines and columns count from 1. */
export interface CellDiagnostic {
  readonly cell: string
  readonly category: 'error' | 'warning'
  /** TypeScript's number, such as 2322; 0 for our own. */
  readonly code: number
  readonly message: string
  readonly start: number
  readonly end: number
  readonly line: number
  readonly column: number
}

export type CompileResult =
  | { readonly ok: true; readonly cell: CompiledCell }
  | { readonly ok: false; readonly errors: readonly CellDiagnostic[] }

/**
 * One session-wide name. Compiled code holds the binding, never the value, so every closure sees the latest value and
 * a redeclaration in another cell reaches all of them.
 */
export interface Binding {
  /** Reads or assigns. Throws ReferenceError while in the dead zone or undeclared, TypeError on assigning a constant. */
  value: unknown
  /** `typeof name`, which never throws for a name that nobody declared. */
  readonly typeof: string
  /** The declaration's own initialisation, which ends the dead zone and may set a constant. */
  initial: unknown
}

/** What compiled code is given: everything it needs from the session, and nothing else. */
export interface CellRuntime {
  /** The binding of a session name or, where no cell declares it, of the global of that name. */
  binding(name: string): Binding
  /** A bundled module, for `import` declarations and `import()`. Throws an error listing what can be imported. */
  module(specifier: string): Readonly<Record<string, unknown>>
  /** Counts down at every loop back-edge and function entry; `poll` is called when it falls below zero. */
  budget: number
  /** Reads the clock and, every 250 ms, the stop flag. Throws the interrupt when the run is to stop. */
  poll(): void
  /** First statement of every `catch`: lets the interrupt through. Returns its argument otherwise. */
  caught(error: unknown): unknown
  /** Read before every `await`… */
  token(): number
  /** …and given back after it: throws if that run was stopped meanwhile, so that it never touches the session again. */
  resumed<T>(token: number, value: T): T
  /** Marks a closure over local variables (or a class with private members), in which tensors may hide. */
  opaque<T>(value: T): T
  /** Shows the value of the cell's last expression; awaits a promise; hides undefined. */
  show(value: unknown): Promise<void>
  /** A cell that was compiled to be stepped through: function number `index` of its table begins. */
  begin?(index: number): CallFrame
}

/** Evaluates JavaScript in the scope that it was made in. */
export type Access = (code: string) => unknown

/** One call of a function of a cell, as the function itself tells how it goes. */
export interface CallFrame {
  /** Stop number `index` of the cell's table is reached: the place to pause. */
  at(index: number, access: Access): void
  /** Around what `await` waits for. Returns its argument. */
  waits<T>(value: T): T
  /** Around what `yield` hands out. Returns its argument. */
  yields<T>(value: T): T
  /** The function goes on after an `await` or `yield`. Returns its argument. */
  resumes<T>(value: T): T
  /** An error leaves the function. Returns its argument. */
  fails(error: unknown): unknown
  /** The function is over. */
  ends(): void
}
