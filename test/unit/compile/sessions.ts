/**
 * Random sessions in which names are declared again and again, and what they must trace. The trace is computed here,
 * from trees, by a small interpreter of the rules; nothing in this file knows how cells are compiled.
 */
import { Random } from './random'

// ---------------------------------------------------------------------------------------------------- the language

/** An expression; its value is always a number. */
type Expression =
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'sum'; readonly left: Expression; readonly right: Expression }
  | {
      readonly type: 'assign'
      readonly name: string
      readonly operator: '=' | '+='
      readonly value: Expression
    }
  | { readonly type: 'increment'; readonly name: string }
  /** `typeof name` is `number`: 1, `function`: 2, anything else: 3. */
  | { readonly type: 'typeof'; readonly name: string }
  /** Calls a function, or 0 if the name holds none. */
  | { readonly type: 'call'; readonly name: string; readonly argument: Expression }
  /** A function called on the spot, whose parameter may hide a session name. */
  | { readonly type: 'let'; readonly local: string; readonly value: Expression; readonly body: Expression }
  /** The value of a class's method on a new object, or 0 if the name holds no class. */
  | { readonly type: 'method'; readonly name: string }

type Statement =
  | {
      readonly type: 'variable'
      readonly kind: 'const' | 'let' | 'var'
      readonly name: string
      readonly value: Expression
      readonly form: number
    }
  | {
      readonly type: 'closure'
      readonly kind: 'const' | 'let' | 'var'
      readonly name: string
      readonly parameter: string
      readonly body: Expression
      readonly form: number
    }
  | {
      readonly type: 'function'
      readonly name: string
      readonly parameter: string
      readonly body: Expression
    }
  /** A class whose static `fixed` is set when it is declared and whose method adds its own `fixed` to the body. */
  | { readonly type: 'class'; readonly name: string; readonly fixed: Expression; readonly body: Expression }
  | { readonly type: 'enum'; readonly name: string; readonly value: Expression }
  | { readonly type: 'typeOnly'; readonly name: string; readonly form: number }
  | { readonly type: 'trace'; readonly value: Expression }
  | { readonly type: 'guarded'; readonly value: Expression }
  | { readonly type: 'loop'; readonly times: number; readonly local: string; readonly body: Expression }
  | { readonly type: 'throw' }

type Cell = readonly Statement[]

/** Every session draws on these few names, so that they meet again in other kinds. */
const NAMES = ['a', 'b', 'f', 'größe', '変数', '$', 'K']

// -------------------------------------------------------------------------------------------------------- sessions

export class Session {
  readonly cells: readonly Cell[]
  private readonly random: Random

  constructor(seed: number) {
    this.random = new Random(seed)
    this.cells = Array.from({ length: this.random.integer(4, 9) }, () => this.cell())
  }

  private cell(): Cell {
    const { random } = this
    const declared = new Set<string>()
    const fresh = (): string | undefined => {
      const name = random.pick(NAMES)
      if (declared.has(name)) return undefined
      declared.add(name)
      return name
    }
    const statements: Statement[] = []
    for (let i = random.integer(1, 6); i > 0; i--) {
      const statement = random.chance(0.6) ? this.declaration(fresh()) : this.action()
      if (statement) statements.push(statement)
    }
    return statements
  }

  private declaration(name: string | undefined): Statement | undefined {
    if (name === undefined) return undefined
    const { random } = this
    const kind = random.pick(['const', 'let', 'var'] as const)
    const parameter = random.pick([...NAMES, 'p', 'q'])
    const form = random.integer(0, 3)
    return random.oneOf<Statement>(
      () => ({ type: 'variable', kind, name, value: this.expression(), form }),
      () => ({ type: 'variable', kind, name, value: this.expression(), form }),
      () => ({ type: 'closure', kind, name, parameter, body: this.expression(parameter), form }),
      () => ({ type: 'function', name, parameter, body: this.expression(parameter) }),
      () => ({ type: 'class', name, fixed: this.expression(), body: this.expression() }),
      () => {
        // In an enum's own initialisers its name means an object that is still being filled.
        const value = this.expression()
        const about = JSON.stringify(value).includes(JSON.stringify(name))
        return { type: 'enum', name, value: about ? { type: 'number', value: 1 } : value }
      },
      () => ({ type: 'typeOnly', name, form }),
    )
  }

  private action(): Statement {
    const { random } = this
    return random.oneOf<Statement>(
      () => ({ type: 'trace', value: this.expression() }),
      () => ({ type: 'trace', value: this.expression() }),
      () => ({ type: 'guarded', value: this.expression() }),
      () => ({ type: 'guarded', value: this.expression() }),
      () => {
        const local = random.pick([...NAMES, 'i'])
        return { type: 'loop', times: random.integer(1, 3), local, body: this.expression(local) }
      },
      () => (random.chance(0.3) ? { type: 'throw' } : { type: 'trace', value: this.expression() }),
    )
  }

  private expression(local?: string, depth = 0): Expression {
    const { random } = this
    const name = random.pick(local === undefined ? NAMES : [...NAMES, local, local])
    const inner = (): Expression => this.expression(local, depth + 1)
    if (depth > 2)
      return random.chance(0.5) ? { type: 'name', name } : { type: 'number', value: random.integer(0, 9) }
    return random.oneOf<Expression>(
      () => ({ type: 'number', value: random.integer(0, 9) }),
      () => ({ type: 'name', name }),
      () => ({ type: 'sum', left: inner(), right: inner() }),
      () => ({ type: 'assign', name, operator: random.pick(['=', '+='] as const), value: inner() }),
      () => ({ type: 'increment', name }),
      () => ({ type: 'typeof', name }),
      () => ({ type: 'call', name, argument: inner() }),
      () => ({ type: 'call', name, argument: inner() }),
      () => {
        const hiding = random.pick([...NAMES, 'r'])
        return { type: 'let', local: hiding, value: inner(), body: this.expression(hiding, depth + 1) }
      },
      () => ({ type: 'method', name }),
    )
  }

  /** The cells as TypeScript. */
  get sources(): string[] {
    return this.cells.map((cell) => cell.map(statementText).join('\n'))
  }

  /** What the session must trace, and how each cell must end. */
  get expected(): string[] {
    return new Interpreter().run(this.cells)
  }
}

// -------------------------------------------------------------------------------------------------------- as text

// `num` gives a value's number, since names hold functions and classes as well.
function text(expression: Expression): string {
  switch (expression.type) {
    case 'number':
      return String(expression.value)
    case 'name':
      return `num(${expression.name})`
    case 'sum':
      return `(${text(expression.left)} + ${text(expression.right)})`
    case 'assign': {
      const value = text(expression.value)
      // The target is read before the value is computed, as in every compound assignment.
      return expression.operator === '='
        ? `num(${expression.name} = ${value} as any)`
        : `num((${expression.name} as any) = num(${expression.name}) + ${value})`
    }
    case 'increment':
      return `num(${expression.name} = (num(${expression.name}) + 1) as any)`
    case 'typeof':
      return `kind(typeof ${expression.name})`
    case 'call':
      return `call(${expression.name}, () => ${text(expression.argument)})`
    case 'let':
      return `((${expression.local}: any) => ${text(expression.body)})(${text(expression.value)})`
    case 'method':
      return `method(${expression.name})`
  }
}

function statementText(statement: Statement): string {
  switch (statement.type) {
    case 'variable': {
      const { kind, name, form } = statement
      const value = text(statement.value)
      return [
        `${kind} ${name}: any = ${value};`,
        `${kind} { ${name} = ${value} } = {} as any;`,
        `${kind} [${name}] = [${value}] as [any];`,
        `export ${kind} ${name} = (${value}) as any; // ☃`,
      ][form]!
    }
    case 'closure': {
      const { kind, name, parameter, form } = statement
      const body = text(statement.body)
      return [
        `${kind} ${name} = (${parameter}: any) => ${body};`,
        `${kind} ${name}: any = function (${parameter}: any) { return ${body} };`,
        `${kind} { ${name} = (${parameter}: any) => ${body} } = {} as any;`,
        `${kind} ${name} = ((outer: any) => (${parameter}: any) => ${body})(0);`,
      ][form]!
    }
    case 'function':
      return `function ${statement.name}(${statement.parameter}: any): any { return ${text(statement.body)} }`
    case 'class':
      return `class ${statement.name} { static fixed = ${text(statement.fixed)}; method() { return ${statement.name}.fixed + ${text(statement.body)} } }`
    case 'enum':
      return `enum ${statement.name} { value = ${text(statement.value)} }`
    case 'typeOnly':
      return [
        `interface ${statement.name} { x: number }`,
        `type ${statement.name} = string;`,
        `declare const ${statement.name}: number;`,
        `namespace ${statement.name} { export type T = 1 }`,
      ][statement.form]!
    case 'trace':
      return `trace(${text(statement.value)});`
    case 'guarded':
      return `try { trace(${text(statement.value)}) } catch (error) { trace(fault(error)) }`
    case 'loop':
      return `for (let ${statement.local} = 0; ${statement.local} < ${statement.times}; ${statement.local}++) { const keep = ${statement.local}; trace(((${statement.local}: any) => ${text(statement.body)})(keep)) }`
    case 'throw':
      return `throw new Error('on purpose');`
  }
}

// ---------------------------------------------------------------------------------------------------- what it means

interface Closure {
  readonly type: 'closure'
  readonly parameter: string
  readonly body: Expression
}
interface Class {
  readonly type: 'class'
  readonly name: string
  readonly body: Expression
  fixed: number | undefined
}
type Value = number | undefined | Closure | Class | { readonly type: 'object' }

interface Variable {
  value: Value
  constant: boolean
  state: 'dead' | 'undefined until reached' | 'reached'
}

/** Locals of the functions and classes around an expression, innermost first. */
interface Locals {
  readonly name: string
  readonly outer: Locals | undefined
  readonly constant: boolean
  value: Value
}

/** An error of the language, by what `fault` makes of it. */
class Fault extends Error {}

/** Calls that a cell may still make; functions of a session may well call themselves. */
export const FUEL = 30

class Interpreter {
  private readonly variables = new Map<string, Variable>()
  private readonly lines: string[] = []
  private fuel = 0

  run(cells: readonly Cell[]): string[] {
    for (const cell of cells) this.cell(cell)
    return this.lines
  }

  private cell(cell: Cell): void {
    this.fuel = FUEL
    const before = new Map<string, Variable | undefined>()
    for (const statement of cell) {
      if (!('name' in statement) || statement.type === 'typeOnly') continue
      before.set(statement.name, this.variables.get(statement.name))
      const kind = 'kind' in statement ? statement.kind : statement.type
      this.variables.set(statement.name, {
        value: undefined,
        constant: kind === 'const',
        state: kind === 'var' ? 'undefined until reached' : 'dead',
      })
    }
    try {
      for (const statement of cell)
        if (statement.type === 'function')
          this.reach(statement.name, {
            type: 'closure',
            parameter: statement.parameter,
            body: statement.body,
          })
      for (const statement of cell) this.execute(statement)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      this.lines.push(`failed: ${error.message}`)
    }
    for (const [name, variable] of before) {
      if (this.variables.get(name)!.state === 'reached') continue
      if (variable) this.variables.set(name, variable)
      else this.variables.delete(name)
    }
  }

  private execute(statement: Statement): void {
    switch (statement.type) {
      case 'variable':
        return this.reach(statement.name, this.evaluate(statement.value, undefined))
      case 'closure':
        return this.reach(statement.name, {
          type: 'closure',
          parameter: statement.parameter,
          body: statement.body,
        })
      case 'function':
      case 'typeOnly':
        return
      case 'class': {
        const { name, body, fixed } = statement
        const made: Class = { type: 'class', name, body, fixed: undefined }
        made.fixed = this.evaluate(fixed, { name, outer: undefined, constant: true, value: made })
        return this.reach(name, made)
      }
      case 'enum':
        // The object is there before its members are.
        this.reach(statement.name, { type: 'object' })
        this.evaluate(statement.value, undefined)
        return
      case 'trace':
        this.lines.push(String(this.evaluate(statement.value, undefined)))
        return
      case 'guarded':
        try {
          this.lines.push(String(this.evaluate(statement.value, undefined)))
        } catch (error) {
          if (!(error instanceof Fault)) throw error
          this.lines.push(error.message)
        }
        return
      case 'loop':
        for (let i = 0; i < statement.times; i++) {
          const locals = { name: statement.local, outer: undefined, constant: false, value: i }
          this.lines.push(String(this.evaluate(statement.body, locals)))
        }
        return
      case 'throw':
        throw new Fault('on purpose')
    }
  }

  private reach(name: string, value: Value): void {
    const variable = this.variables.get(name)!
    variable.value = value
    variable.state = 'reached'
  }

  private evaluate(expression: Expression, locals: Locals | undefined): number {
    switch (expression.type) {
      case 'number':
        return expression.value
      case 'name':
        return asNumber(this.read(expression.name, locals))
      case 'sum': {
        const left = this.evaluate(expression.left, locals)
        return left + this.evaluate(expression.right, locals)
      }
      case 'assign': {
        const before = expression.operator === '+=' ? asNumber(this.read(expression.name, locals)) : 0
        return this.assign(expression.name, before + this.evaluate(expression.value, locals), locals)
      }
      case 'increment':
        return this.assign(expression.name, asNumber(this.read(expression.name, locals)) + 1, locals)
      case 'typeof': {
        const declared = findLocal(expression.name, locals) ?? this.variables.get(expression.name)
        if (!declared) return 3
        const value = this.read(expression.name, locals)
        return typeof value === 'number' ? 1 : isObject(value, 'closure') || isObject(value, 'class') ? 2 : 3
      }
      case 'call': {
        const called = this.read(expression.name, locals)
        if (!isObject(called, 'closure') || this.fuel-- <= 0) return 0
        const value = this.evaluate(expression.argument, locals)
        return this.evaluate(called.body, {
          name: called.parameter,
          outer: undefined,
          constant: false,
          value,
        })
      }
      case 'let': {
        const value = this.evaluate(expression.value, locals)
        return this.evaluate(expression.body, {
          name: expression.local,
          outer: locals,
          constant: false,
          value,
        })
      }
      case 'method': {
        const made = this.read(expression.name, locals)
        if (!isObject(made, 'class') || this.fuel-- <= 0) return 0
        const inside = { name: made.name, outer: undefined, constant: true, value: made }
        const fixed = made.fixed
        const rest = this.evaluate(made.body, inside)
        return (fixed ?? NaN) + rest
      }
    }
  }

  private read(name: string, locals: Locals | undefined): Value {
    const local = findLocal(name, locals)
    if (local) return local.value
    const variable = this.variables.get(name)
    if (!variable) throw new Fault(`missing ${name}`)
    if (variable.state === 'dead') throw new Fault(`dead ${name}`)
    return variable.value
  }

  private assign(name: string, value: number, locals: Locals | undefined): number {
    const target = findLocal(name, locals) ?? this.variables.get(name)
    if (!target) throw new Fault(`missing ${name}`)
    if ('state' in target) {
      if (target.state === 'dead') throw new Fault(`dead ${name}`)
      target.state = 'reached'
    }
    if (target.constant) throw new Fault('constant')
    target.value = value
    return value
  }
}

function findLocal(name: string, locals: Locals | undefined): Locals | undefined {
  return !locals || locals.name === name ? locals : findLocal(name, locals.outer)
}

function isObject<Type extends string>(value: Value, type: Type): value is Extract<Value, { type: Type }> {
  return typeof value === 'object' && value.type === type
}

function asNumber(value: Value): number {
  if (typeof value === 'number') return value
  if (value === undefined) return -3
  return value.type === 'object' ? -2 : -1
}

// -------------------------------------------------------------------------------------------- for the real session

/** The functions that sessions call, over real values. */
export function helpers(lines: string[]): Record<string, unknown> & { fuel: number } {
  const num = (value: unknown): unknown =>
    typeof value === 'number' ? value : value === undefined ? -3 : typeof value === 'function' ? -1 : -2
  const isClass = (value: unknown): boolean =>
    typeof value === 'function' && Object.hasOwn((value.prototype as object | undefined) ?? {}, 'method')
  const state = {
    fuel: 0,
    trace: (value: unknown) => void lines.push(String(value)),
    num,
    kind: (type: string) => (type === 'number' ? 1 : type === 'function' ? 2 : 3),
    call: (called: unknown, argument: () => unknown) =>
      typeof called !== 'function' || isClass(called) || state.fuel-- <= 0
        ? 0
        : num((called as (value: unknown) => unknown)(argument())),
    method: (made: unknown) =>
      !isClass(made) || state.fuel-- <= 0 ? 0 : num(new (made as new () => { method(): unknown })().method()),
    fault,
  }
  return state
}

/** An error of the language in a few words, in which engines and versions agree. */
export function fault(error: unknown): string {
  const { message } = error as Error
  return message
    .replace(/^Cannot access '(.*)' before initialization$/, 'dead $1')
    .replace(/^(.*) is not defined$/, 'missing $1')
    .replace(/^Assignment to constant variable.*$/, 'constant')
}
