/**
 * Random TypeScript programs without redeclarations, as lists of top-level statements. They end, they are the same
 * program whether they run as one module or cut into cells, and they call `trace(…)` with much of what they compute.
 *
 * Every expression that is generated is a number, so any of them fits anywhere.
 */
import { Random } from './random'

type Kind =
  'const' | 'let' | 'array' | 'object' | 'function' | 'async' | 'generator' | 'class' | 'enum' | 'namespace'

interface Name {
  readonly name: string
  readonly kind: Kind
  /** About how many steps a call takes, so that programs stay short. */
  readonly cost: number
}

const STEMS = [
  'a',
  'b',
  'x',
  'value',
  'name$',
  '_',
  '$',
  'ünï',
  '变量',
  '𝒳',
  'Ω',
  'of',
  'async',
  'get',
  'type',
  'as',
  'let1',
  'e\\u0301',
]
const MOST = 120

export class Program {
  readonly statements: string[] = []
  private readonly random: Random
  private scopes: Name[][] = [[]]
  private count = 0
  /** The cost of what is being generated. */
  private cost = 0
  private async = true
  private depth = 0

  constructor(seed: number) {
    this.random = new Random(seed)
    if (this.random.chance(0.3)) this.importSome()
    const length = this.random.integer(4, 10)
    for (let i = 0; i < length; i++) {
      this.statements.push(this.decorate(this.topLevel()))
      if (this.random.chance(0.5)) this.statements.push(this.traceAll())
    }
    this.statements.push(this.traceAll())
  }

  // ---------------------------------------------------------------------------------------------------- names

  private declare(kind: Kind, cost = 1, stem = this.random.pick(STEMS)): string {
    const name = `${stem}${this.count++}`
    this.scopes.at(-1)!.push({ name, kind, cost })
    return name
  }

  private visible(...kinds: Kind[]): Name[] {
    const seen = new Set<string>()
    const names: Name[] = []
    for (const scope of [...this.scopes].reverse())
      for (const entry of scope) {
        if (seen.has(entry.name)) continue
        seen.add(entry.name)
        if (kinds.includes(entry.kind) && this.cost + entry.cost < MOST) names.push(entry)
      }
    return names
  }

  private use(...kinds: Kind[]): string | undefined {
    const names = this.visible(...kinds)
    if (!names.length) return undefined
    const { name, cost } = this.random.pick(names)
    this.cost += cost
    return name
  }

  /** A name for a local: often one that hides an outer number. */
  private local(): string {
    const outer = this.visible('const', 'let')
    const name = outer.length && this.random.chance(0.4) ? this.random.pick(outer).name : `l${this.count++}`
    const inner = this.scopes.at(-1)!
    return inner.some((entry) => entry.name === name) ? `l${this.count++}` : name
  }

  /** Generates something inside a scope with these locals. */
  private inside<T>(
    locals: readonly string[],
    make: () => T,
    kind: 'const' | 'let' = 'const',
    async = this.async,
  ): T {
    const before = this.async
    this.async = async
    this.scopes.push(locals.map((name) => ({ name, kind, cost: 0 })))
    try {
      return make()
    } finally {
      this.scopes.pop()
      this.async = before
    }
  }

  // ---------------------------------------------------------------------------------------------- expressions

  private number(): string {
    if (this.depth > 3) return this.leaf()
    this.depth += 1
    try {
      return this.random.oneOf(
        () => this.leaf(),
        () => `(${this.number()} ${this.random.pick(['+', '-', '*', '|', '&', '%'])} ${this.number()})`,
        () => `(${this.number()} < ${this.number()} ? ${this.number()} : ${this.number()})`,
        () => this.call(),
        () => this.call(),
        () => this.assignment(),
        () => this.member(),
        () => this.immediate(),
        () => this.typed(),
        () =>
          this.async
            ? `(await ${this.random.oneOf(
                () => this.number(),
                () => `Promise.resolve(${this.number()})`,
              )})`
            : this.leaf(),
        () => `Math.max(...[${this.number()}, ${this.number()}])`,
        () => '`' + `v${'${'}${this.number()}}w` + '`.length',
        () =>
          `((x: number, { y = ${this.plain('x')}, z: [w] = [x] } = {} as any) => x + y + w)(${this.number()})`,
        () =>
          `[${this.number()}, ${this.number()}].map((v, i) => v + i + ${this.plain('v', 'i')}).reduce((p, q) => p - q)`,
        () =>
          `(typeof ${this.use('const', 'let', 'function', 'class') ?? 'undeclared'} === 'number' ? 1 : 2)`,
      )
    } finally {
      this.depth -= 1
    }
  }

  /** An expression for the inside of a function that is not async. */
  private plain(...locals: string[]): string {
    return this.inside(locals, () => this.number(), 'const', false)
  }

  private leaf(): string {
    const name = this.random.chance(0.75) ? this.use('const', 'let') : undefined
    return name ?? String(this.random.integer(0, 9))
  }

  private call(): string {
    const { random } = this
    const name = this.use('function', 'async', 'generator', 'class')
    const entry = name && this.visibleEntry(name)
    if (!name || !entry) return this.leaf()
    switch (entry.kind) {
      case 'function':
        return random.oneOf(
          () => `${name}(${this.number()})`,
          () => `(${name})(${this.number()})`,
          () => `${name}?.(${this.number()})!`,
          () => `[${this.number()}].map(${name})[0]!`,
          () =>
            `((${name} as any))\`t${'${'}${this.number()}}\``.replace(/^(.*)$/, `Number(String($1).length)`),
        )
      case 'async':
        // One that nobody awaits would interleave with the rest in an order that nothing promises.
        return this.async ? `(await ${name}(${this.number()}))` : this.leaf()
      case 'generator':
        return `[...${name}(${this.number()})].length`
      case 'class':
        return random.oneOf(
          () => `new ${name}(${this.number()}).method(${this.number()})`,
          () => `new ${name}(${this.number()}).getter`,
          () => `${name}.fixed`,
          () => `${name}.make(${this.number()}).field`,
        )
      case 'const':
      case 'let':
      case 'array':
      case 'object':
      case 'enum':
      case 'namespace':
        return this.leaf()
    }
  }

  private visibleEntry(name: string): Name | undefined {
    for (const scope of [...this.scopes].reverse()) {
      const entry = scope.find((candidate) => candidate.name === name)
      if (entry) return entry
    }
    return undefined
  }

  private assignment(): string {
    const name = this.use('let')
    if (!name) return this.leaf()
    return this.random.oneOf(
      () => `(${name} = ${this.number()})`,
      () => `(${name} ${this.random.pick(['+=', '-=', '*=', '||=', '&&=', '??='])} ${this.number()})`,
      () => `${name}++`,
      () => `--${name}`,
      () => `([${name}] = [${this.number()}], ${name})`,
      () => `({ q: ${name} = ${this.number()} } = {} as any, ${name})`,
    )
  }

  private member(): string {
    return this.random.oneOf(
      () => this.suffix(this.use('array'), `[${this.random.integer(0, 1)}]!`),
      () => this.suffix(this.use('array'), '.length'),
      () => this.suffix(this.use('object'), this.random.pick(['.p', '["q"]', '.m(2)', '?.r', '.s'])),
      () => this.suffix(this.use('enum'), this.random.pick(['.A', '.B', '["C"]'])),
      () => this.suffix(this.use('namespace'), this.random.pick(['.n', '.f(3)', '.Inner.deep'])),
    )
  }

  private suffix(name: string | undefined, suffix: string): string {
    return name === undefined ? this.leaf() : name + suffix
  }

  /** A function that is made and called on the spot. */
  private immediate(): string {
    const local = this.local()
    const argument = this.number()
    const body = (): string => this.number()
    return this.random.oneOf(
      () => `((${local}: number) => ${this.inside([local], body, 'let', false)})(${argument})`,
      () =>
        `(function (${local} = ${argument.includes(local) ? 1 : this.awaitless(argument)}) { return ${this.inside([local], body, 'let', false)} })()`,
      () => `(() => { ${this.block([], false)} return ${this.inside([], body, 'const', false)} })()`,
      () => `new (class { v = ${this.inside([], body, 'const', false)} })().v`,
    )
  }

  /** An expression with types in it. */
  private typed(): string {
    const value = this.number()
    return this.random.oneOf(
      () => `(${value} as number)`,
      () => `(${value})!`,
      () => `(<number>${this.leaf()})`,
      () => `(${value} satisfies number)`,
      () => `(<T,>(x: T) => x as T)<number>(${value})`,
    )
  }

  // ----------------------------------------------------------------------------------------------- statements

  /** A few statements for a block or function body, with locals of their own. */
  private block(locals: readonly string[], async = this.async): string {
    return this.inside(
      locals,
      () => {
        const statements: string[] = []
        for (let i = this.random.integer(1, 3); i > 0; i--) statements.push(this.statement())
        return statements.join(' ')
      },
      'const',
      async,
    )
  }

  private statement(): string {
    if (this.depth > 3) return `trace(${this.leaf()});`
    this.depth += 1
    try {
      return this.random.oneOf(
        () => `trace(${this.number()});`,
        () => `${this.number()};`,
        () => this.localDeclaration(),
        () =>
          `if (${this.number()} > ${this.number()}) { ${this.block([])} } else ${this.statementWithoutDeclaration()}`,
        () => this.loop(),
        () => this.tryStatement(),
        () =>
          `switch (${this.number()} % 3) { case 0: trace('zero'); case 1: { ${this.block([])} break } default: trace('other') }`,
        () => `{ ${this.block([])} }`,
      )
    } finally {
      this.depth -= 1
    }
  }

  private statementWithoutDeclaration(): string {
    return `trace(${this.number()});`
  }

  private localDeclaration(): string {
    const value = this.number()
    const name = this.local()
    // What comes before in this block may have read the outer variable of that name.
    if (this.visibleEntry(name))
      return `{ let ${name} = 1; ${this.inside([name], () => this.statementWithoutDeclaration(), 'let')} }`
    const word = this.random.pick(['const', 'let'] as const)
    this.scopes.at(-1)!.push({ name, kind: word, cost: 0 })
    return `${word} ${name}: number = ${value};`
  }

  private loop(): string {
    const { random } = this
    const before = this.cost
    const name = `i${this.count++}`
    const body = (): string => this.block([name])
    const text = random.oneOf(
      () =>
        `for (let ${name} = 0; ${name} < ${random.integer(1, 3)}; ${name}++) { ${body()} if (${this.number()} === 5) continue; }`,
      () => `for (const ${name} of [${this.number()}, ${this.number()}]) { ${body()} }`,
      () => `for (const ${name} in { k1: 1, k2: 2 }) trace(${name});`,
      () => `{ let ${name} = 0; while (${name}++ < 2) { ${body()} } }`,
      () => `{ let ${name} = 0; do { ${body()} } while (++${name} < 2); }`,
      () =>
        `outer${name}: for (let ${name} = 0; ${name} < 2; ${name}++) { for (;;) { ${body()} if (${name}) break outer${name}; continue outer${name}; } }`,
      () =>
        this.async
          ? `for await (const ${name} of [${this.number()}, Promise.resolve(2)]) { ${body()} }`
          : `;`,
      () =>
        `{ const fs: (() => number)[] = []; for (let ${name} = 0; ${name} < 3; ${name}++) fs.push(() => ${name} + ${this.inside([], () => this.number(), 'const', false)}); for (const f of fs) trace(f()); }`,
    )
    this.cost += 2 * (this.cost - before)
    return text
  }

  private tryStatement(): string {
    const error = this.random.pick(['', ' (e)', ' ({ message })', ' ({ message: m = "", ...rest })'])
    const fails = this.random.chance(0.6)
      ? `throw new ${this.random.pick(['Error', 'TypeError', 'RangeError'])}('t${this.count}');`
      : ''
    const caught = error.includes('message }')
      ? 'trace(message);'
      : error.includes('m =')
        ? 'trace(m, rest);'
        : error
          ? 'trace(String(e));'
          : ''
    const last = this.random.chance(0.4) ? ` finally { ${this.block([])} }` : ''
    return `try { ${this.block([])} ${fails} } catch${error} { ${caught} ${this.block([])} }${last}`
  }

  // ----------------------------------------------------------------------------------------------- top level

  private importSome(): void {
    const [path, join, all] = [this.fresh(), this.fresh(), this.fresh()]
    this.statements.push(
      this.random.oneOf(
        () =>
          `import ${path}, { join as ${join} } from 'node:path'; import type { ParsedPath } from 'node:path'; trace(${path}.sep + ${join}('a', 'b'));`,
        () =>
          `trace(${join}('c')); import { basename as ${join}, default as ${path} } from "node:path"; import * as ${all} from 'node:util'; trace(${all}.format('%d', 1), ${path} === undefined);`,
      ),
    )
  }

  private fresh(): string {
    return `${this.random.pick(STEMS)}${this.count++}`
  }

  private topLevel(): string {
    this.cost = 0
    return this.random.oneOf(
      () => this.variable(),
      () => this.variable(),
      () => this.pattern(),
      () => this.arrayOrObject(),
      () => this.functionDeclaration(),
      () => this.functionDeclaration(),
      () => this.arrow(),
      () => this.generatorOrAsync(),
      () => this.classDeclaration(),
      () => this.enumDeclaration(),
      () => this.namespaceDeclaration(),
      () => this.typeDeclaration(),
      () => this.statement(),
      () => this.statement(),
      () => this.topVar(),
    )
  }

  private variable(): string {
    const word = this.random.pick(['const', 'let', 'var'] as const)
    const [first, second] = [this.number(), this.number()]
    const kind = word === 'const' ? 'const' : 'let'
    const annotation = this.random.pick(['', ': number', ': any'])
    const modifier = this.random.pick(['', '', '', 'export '])
    return `${modifier}${word} ${this.declare(kind)}${annotation} = ${first}, ${this.declare(kind)} = ${second};`
  }

  private pattern(): string {
    const word = this.random.pick(['const', 'let', 'var'] as const)
    const kind = word === 'const' ? 'const' : 'let'
    const values = [this.number(), this.number(), this.number()]
    const [a, b, c, d] = [this.fresh(), this.fresh(), this.fresh(), this.fresh()]
    const text = this.random.oneOf(
      () =>
        `${word} { p: ${a}, [\`k\${1}\`]: ${b} = ${values[0]}, n: { q: [${c} = ${values[1]}] }, ...${d} } = { p: ${values[2]}, n: { q: [] }, rest: 1 } as any;`,
      () =>
        `${word} [${a}, , ${b} = ${values[0]}, ...[${c}, { length: ${d} }]] = [${values[1]}, 0, undefined, ${values[2]}, 'four'] as any;`,
    )
    this.scopes[0]!.push(...[a, b, c].map((name) => ({ name, kind, cost: 1 }) as const))
    return text + ` trace(${d});`
  }

  private arrayOrObject(): string {
    const values = [this.number(), this.number()]
    if (this.random.chance(0.5))
      return `const ${this.declare('array')}: number[] = [${values.join(', ')}, ...[1]];`
    const short = this.use('const', 'let')
    const method = this.inside(['x'], () => this.number(), 'let', false)
    return `let ${this.declare('object', this.cost + 3)} = { ${short ? `${short}, ` : ''}p: ${values[0]}, 'q': ${values[1]}, m(x: number) { return x + ${method} }, get r() { return ${this.inside([], () => this.number(), 'const', false)} }, s: ${this.leaf()} };`
  }

  private functionDeclaration(): string {
    const parameter = this.local()
    const rest = `r${this.count++}`
    const body = this.inside(
      [parameter],
      () => `${this.block([], false)} return ${this.number()};`,
      'let',
      false,
    )
    const fallback = this.inside([], () => this.number(), 'const', false)
    const cost = this.cost + 2
    const name = this.declare('function', cost)
    return this.random.oneOf(
      () => `function ${name}(${parameter}: number = ${fallback}, ...${rest}: unknown[]): number { ${body} }`,
      () => `export function ${name}(${parameter}: any) { if (arguments.length > 9) return 1; ${body} }`,
      () =>
        `function ${name}(x: string): number; function ${name}(x: number): number; function ${name}(${parameter}: any): any { ${body} }`,
      () =>
        `function ${name}(n: number, steps = 2): number { return steps <= 0 ? n : ${name}(n, steps - 1) + 1 }`,
      () =>
        `function ${name}(${parameter}: number) { const helper = (k: number): number => { ${body} }; function hoisted() { return helper(${parameter}) } return hoisted() }`,
    )
  }

  private arrow(): string {
    const parameter = this.local()
    const body = this.inside([parameter], () => this.number(), 'let', false)
    const cost = this.cost + 2
    const word = this.random.pick(['const', 'let', 'var'])
    const name = this.declare('function', cost)
    return this.random.oneOf(
      () => `${word} ${name} = (${parameter}: number): number => ${body}; trace(${name}.name);`,
      () =>
        `${word} ${name} = function (this: unknown, ${parameter}: number) { trace(this === undefined || Array.isArray(this)); return ${body} }; trace(${name}.name);`,
      () =>
        `${word} ${name} = ((k: number) => (${parameter}: number) => k + ${body})(${this.leaf()}); trace(${name}.name);`,
      () => `${word} { ${name} = (${parameter}: number) => ${body} } = {} as any; trace(${name}.name);`,
    )
  }

  private generatorOrAsync(): string {
    const parameter = this.local()
    if (this.random.chance(0.5)) {
      const values = this.inside([parameter], () => [this.number(), this.number()], 'let', false)
      const cost = this.cost + 2
      return `function* ${this.declare('generator', cost)}(${parameter}: number) { try { yield ${values[0]}; yield* [1, ${values[1]}] } finally { trace('done') } }`
    }
    const body = this.inside(
      [parameter],
      () => `${this.block([], true)} return ${this.number()};`,
      'let',
      true,
    )
    const cost = this.cost + 3
    const name = this.declare('async', cost)
    return this.random.oneOf(
      () => `async function ${name}(${parameter}: number) { ${body} }`,
      () => `const ${name} = async (${parameter}: number) => { ${body} };`,
    )
  }

  private classDeclaration(): string {
    const field = this.inside([], () => this.number(), 'const', false)
    const method = this.inside(['x'], () => this.number(), 'let', false)
    const getter = this.inside([], () => this.number(), 'const', false)
    const fixed = this.inside([], () => this.number(), 'const', false)
    const cost = this.cost + 5
    const heritage = this.random.chance(0.4) ? this.use('class') : undefined
    const name = this.declare('class', cost * 2)
    const members = `
      static fixed = ${fixed}; static make(v: number) { return new ${name}(v) }
      ${this.random.pick(['#hidden = 1;', 'private hidden = 1;', 'declare hidden: any;', ''])}
      arrow = () => this.field;
      method(x: number): number { return x + this.arrow() + ${method} }
      get getter(): number { return ${getter} }
      ${this.random.pick(['static { trace("static", this.name, typeof this.fixed) }', '', '[`computed${1}`]() {}'])}`
    if (heritage)
      return `class ${name} extends ${heritage} { constructor(v: number) { super(v + 1); trace(new.target.name) } ${members.replace('this.field', '(this as any).field')} }`
    return this.random.oneOf(
      () =>
        `class ${name}<T = unknown> { constructor(public field: number, protected readonly extra = ${field}) {} ${members} }`,
      () =>
        `export abstract class ${name}Base { abstract q(): void } class ${name} { field: number = ${field}; constructor(v: number) { this.field += v } ${members} }`,
      () =>
        `const ${name} = class { field = ${field}; constructor(v: number) { this.field -= v } ${members.replaceAll(`new ${name}(`, 'new this(')} }; trace(${name}.name);`,
    )
  }

  private enumDeclaration(): string {
    const value = this.plain()
    const name = this.declare('enum')
    return this.random.oneOf(
      () => `enum ${name} { A = ${this.random.integer(1, 5)}, B, C = A | B }`,
      () => `export enum ${name} { A, B = A + 5 } enum ${name} { C = 2 }`,
      () => `enum ${name} { A = ${value}, B = A * 2, C = 1 } trace(Object.keys(${name}).length);`,
      () => `const enum ${name} { A = 1, B = 2, C = 3 }`,
    )
  }

  private namespaceDeclaration(): string {
    const [n, deep] = [this.number(), this.number()]
    const body = this.inside(['x'], () => this.number(), 'let', false)
    const cost = this.cost + 3
    // TypeScript does not take a name with an escape here.
    const name = this.declare('namespace', cost, 'Näme')
    return `namespace ${name} { export const n = ${this.awaitless(n)}; const own = n + 1; export function f(x: number): number { return own + x + ${body} } export namespace Inner { export const deep = n + ${this.awaitless(deep)} } export interface Shape {} } ${this.random.pick(['', `namespace ${name} { export const more = n } trace((${name} as any).more);`])}`
  }

  /** Namespaces are functions underneath, in which `await` is not allowed. */
  private awaitless(expression: string): string {
    return expression.includes('await') ? '3' : expression
  }

  private typeDeclaration(): string {
    const name = this.fresh()
    return this.random.oneOf(
      () => `interface ${name}<T> { readonly p: T; m?(x: this): void }`,
      () => `type ${name} = { [K in 'a' | 'b']?: K } | readonly string[]`,
      () =>
        `declare const ${name}: number; declare function ${name}f(): void; declare namespace ${name}n { const q: 1 }`,
      () => `export type { ${name}T }; type ${name}T = typeof globalThis`,
    )
  }

  private topVar(): string {
    const name = this.declare('let')
    const value = this.number()
    return this.random.oneOf(
      () => `for (var ${name} = 0; ${name} < 3; ${name}++) trace(${name});`,
      () => `if (true) { var ${name} = ${value} }`,
      () => `for (var ${name} of [1, ${value}]) { trace(${name}) }`,
      () => `trace(typeof ${name}); { { var ${name} = ${value}; } } var ${name};`,
    )
  }

  /** Traces what is visible, and the functions by a call. */
  private traceAll(): string {
    this.cost = 0
    const names = this.visible('const', 'let', 'array', 'enum').slice(0, 12)
    const functions = this.visible('function').slice(0, 4)
    return `trace([${[...names.map(({ name }) => name), ...functions.map(({ name }) => `${name}(1)`)].join(', ')}]);`
  }

  /** Comments and blanks in odd places. */
  private decorate(statement: string): string {
    return this.random.oneOf(
      () => statement,
      () => `// ünï ☃ 𝒳 \`\n${statement}`,
      () => `/* const a = 1 */ ${statement} // end </script>`,
      () => statement.replaceAll('; ', ';\r\n  '),
      () => `${statement}\n;`,
      () => `/** @param {x} */\t${statement.replaceAll(' { ', ' {\n')}`,
    )
  }

  /** The program cut into cells at random places. */
  cells(): string[] {
    const cells: string[] = []
    for (const statement of this.statements) {
      if (cells.length && this.random.chance(0.5)) cells.push(`${cells.pop()}\n${statement}`)
      else cells.push(statement)
    }
    return cells
  }
}
