/**
 * Random notebooks in which every type is right: what cells declare, import, redeclare, assign and use across each other,
 * in the forms that TypeScript has for it.
 */
import { Random } from '../unit/compile/random'

type Type = 'number' | 'string' | 'numbers' | 'point' | 'tensor' | 'function' | 'promise' | 'mode'

/** Makes an expression of a type. */
export type Value = (type: Type) => string

interface Name {
  readonly name: string
  readonly type: Type
  readonly assignable: boolean
  /** Whether a function uses it, so that only a value of the same type may take its place. */
  shared: boolean
}

/** What must be declared before a type can be written, and how it is written then. */
const WRITTEN: Record<Type, string> = {
  number: 'number',
  string: 'string',
  numbers: 'number[]',
  point: 'Point',
  tensor: 'tf.Tensor',
  function: '(x: number) => number',
  promise: 'Promise<number>',
  mode: 'Mode',
}
const TYPES = Object.keys(WRITTEN) as Type[]
const STEMS = ['a', 'loss', 'σ', 'größe', '変数', '$x', 'run', 'x_t', 'type', 'of', 'async']

/** The first cell: the types that the others write. */
const PRELUDE = `/** Where something is. */
interface Point { readonly x: number; label: string }
enum Mode { Fast, Slow = 'slow'.length }
type Pair<A, B = A> = readonly [A, B]
class Box<T> {
  #content: T
  static made = 0
  constructor(content: T, readonly label = '∇') { this.#content = content; Box.made++ }
  get(): T { return this.#content }
  map<U>(f: (content: T) => U): Box<U> { return new Box(f(this.#content)) }
}`

export class GeneratedNotebook {
  readonly cells: string[] = [PRELUDE]
  readonly #random: Random
  readonly #names = new Map<string, Name>()
  #count = 0
  /** Of the cell that is being made. */
  #declared = new Set<string>()
  #used = new Set<string>()
  #inFunction = false
  /** What only later cells may use: a function may not look at a list whose type is still being worked out. */
  #later: Name[] = []

  /**
   * @param cells how many; by default 3 to 12
   * @param wrong makes a line with an error in it, which is put into one of the cells
   */
  constructor(
    seed: number,
    { cells, wrong }: { readonly cells?: number; readonly wrong?: (value: Value) => string } = {},
  ) {
    this.#random = new Random(seed)
    const count = cells ?? this.#random.integer(3, 12)
    const at = this.#random.integer(1, count - 1)
    while (this.cells.length < count)
      this.cells.push(this.#cell(this.cells.length === at ? wrong : undefined))
  }

  #cell(wrong?: (value: Value) => string): string {
    this.#declared = new Set()
    this.#used = new Set()
    this.#later = []
    const lines: string[] = []
    const count = this.#random.integer(1, 5)
    const at = this.#random.integer(0, count - 1)
    for (let i = 0; i < count; i++) {
      if (wrong && i === at) lines.push(this.#wrong(wrong))
      if (this.#random.chance(0.15)) lines.push(this.#random.pick(['// 😀 ∇·x', '/* x̂₀ */', '', ';']))
      lines.push(this.#statement())
    }
    for (const name of this.#later) this.#names.set(name.name, name)
    const end = this.#random.chance(0.1) ? '\r\n' : '\n'
    // A line that starts with a bracket would go on with the one before.
    return lines.map((line) => line.replace(/^(?=«?[([`])/, ';')).join(end)
  }

  #wrong(wrong: (value: Value) => string): string {
    const line = this.#inside(() => wrong((type) => this.#value(type, 1)))
    return (
      this.#random.pick(['', ';/* 😀∇ */ ', '   ;']) +
      line.replace(/(\b(?:wrong|nowhere|nothing|vp))\$/gi, `$1${++this.#count}`)
    )
  }

  #statement(): string {
    const random = this.#random
    return random.oneOf(
      () => this.#variable(),
      () => this.#variable(),
      () => this.#assignment(),
      () => this.#pattern(),
      () => this.#function(),
      () => this.#class(),
      () => this.#evolving(),
      () => this.#runtime(),
      () => this.#types(),
      () => this.#loop(),
      () => this.#choice(),
      () => this.#shown(),
    )
  }

  #variable(): string {
    const type = this.#random.pick(TYPES)
    const value = this.#value(type)
    const keyword = this.#random.pick(['const', 'let', 'var'])
    const { name, typed } = this.#declare(type, keyword !== 'const')
    return `${keyword} ${name}${typed || (type === 'tensor' && keyword !== 'const') || this.#random.chance(0.4) ? `: ${WRITTEN[type]}` : ''} = ${value}`
  }

  #assignment(): string {
    const name = this.#random.pick([...this.#names.values(), undefined])
    if (!name?.assignable) return this.#variable()
    const value = this.#value(name.type)
    this.#use(name)
    if (name.type === 'number')
      return this.#random.pick([`${name.name} += ${value}`, `${name.name}++`, `${name.name} = ${value}`])
    return `${name.name} = ${value}`
  }

  #pattern(): string {
    const [list, point] = [this.#value('numbers'), this.#value('point')]
    const names = [1, 2, 3].map(() => this.#declare('number', false, true).name)
    const [a, b, c] = names as [string, string, string]
    const { name: text } = this.#declare('string', false, true)
    return this.#random.pick([
      `const [${a} = 0, ${b} = 1, ...[${c} = 2]] = ${list}; const ${text} = ''`,
      `const { x: ${a}, label: ${text} } = ${point}, ${b} = 1, ${c} = 2`,
      `const { deep: { x: ${a}, label: ${text} }, rest: ${b} } = { deep: ${point}, rest: 1 }, ${c} = ${b}`,
      `const [${a}, { ${b}, ${c} = 3 }, ${text}] = [1, { ${b}: 2 } as { ${b}: number; ${c}?: number }, 's'] as const`,
    ])
  }

  #function(): string {
    const body = this.#inside(() => `x * ${this.#value('number')}`)
    const { name, typed } = this.#declare('function', false)
    if (typed) return `const ${name}: ${WRITTEN.function} = (x) => ${body}`
    return this.#random.pick([
      `function ${name}(x: number): number { return ${body} }`,
      `const ${name} = (x: number) => ${body}`,
      `function ${name}(x: number): number\nfunction ${name}(x: number, more?: string) { return ${body} + (more?.length ?? 0) }`,
      `const ${name} = function again(x: number): number { return x > 9 ? again(x - 9) : ${body} }`,
    ])
  }

  #class(): string {
    const value = this.#inside(() => this.#value('number'))
    const id = ++this.#count
    const { name } = this.#declare('number', false, true)
    const shape = this.#random.pick([
      `class K${id} extends Box<number> implements Point { x = ${value}; override get() { return super.get() + this.x } }`,
      `abstract class A${id}<T> { abstract at(): T }\nclass K${id} extends A${id}<number> { at() { return ${value} } get() { return this.at() } }`,
      `class K${id} { static readonly one = 1; private y = ${value}; get(this: K${id}) { return this.y + K${id}.one } }`,
    ])
    const made = shape.includes(' extends Box') ? `new K${id}(1)` : `new K${id}()`
    return `${shape}\nconst ${name} = ${made}.get()`
  }

  #evolving(): string {
    const values = [this.#value('number'), this.#value('number')] as const
    const { name } = this.#declare('numbers', false, true)
    this.#later.push(this.#names.get(name)!)
    this.#names.delete(name)
    return this.#random.pick([
      `const ${name} = []\nfor (let i = 0; i < 3; i++) ${name}.push(i * ${values[0]})`,
      `const ${name} = []\n${name}.push(${values[0]}, ${values[1]})`,
      `let ${name}\n${name} = [${values[0]}]`,
    ])
  }

  #runtime(): string {
    const id = ++this.#count
    const count = this.#inside(() => this.#value('number'))
    const { name } = this.#declare('tensor', false, true)
    return this.#random.pick([
      `import { ddim as ddim${id}, denoiser as denoiser${id}, mlp as mlp${id}, vp as vp${id}, sample as sample${id} } from 'genbook'\nconst model${id} = denoiser${id}(vp${id}(), mlp${id}({ dim: 2, hidden: [4] }), { predicts: 'noise' })\nconst ${name} = await sample${id}(ddim${id}(model${id}, { steps: 3 }), 8)`,
      `import { moons as moons${id} } from 'genbook/data'\nconst ${name}: tf.Tensor = moons${id}({ noise: 0.1 }).draw(4)`,
      `import * as t${id} from '@tensorflow/tfjs'\nconst ${name} = t${id}.tidy(() => t${id}.add(t${id}.zeros([2, 2]), ${count}))`,
      `import { type Denoiser as Denoiser${id} } from 'genbook'\nfunction use${id}(model: Denoiser${id}) { return model.shape.length }\nconst ${name} = tf.ones([2])`,
    ])
  }

  #types(): string {
    const id = ++this.#count
    const value = this.#inside(() => this.#value('point'))
    const { name } = this.#declare('point', false, true)
    return this.#random.pick([
      `interface P${id} extends Point { more?: Pair<number, string> }\nconst ${name}: P${id} = { ...${value}, more: [1, 's'] }`,
      `type U${id} = { kind: 'a'; x: number } | { kind: 'b'; label: string }\nconst u${id} = { kind: 'a', x: 1 } satisfies U${id} as U${id}\nconst ${name}: Point = { x: u${id}.kind === 'a' ? u${id}.x : 0, label: u${id}.kind === 'b' ? u${id}.label : '' }`,
      `namespace N${id} { export interface Inner { y: Point }; export const inner: Inner = { y: ${value} } }\nconst ${name} = N${id}.inner.y`,
      `const ${name} = new Box(${value}).map((point) => ({ ...point, label: point.label.toUpperCase() })).get()`,
      `type K${id} = keyof Point\nconst pick${id} = <T, K extends keyof T>(from: T, key: K) => from[key]\nconst ${name}: Point = { x: pick${id}(${value}, 'x'), label: pick${id}(${value}, 'label' as const) }`,
    ])
  }

  #loop(): string {
    const list = this.#value('numbers')
    const id = ++this.#count
    return this.#random.pick([
      `for (const item${id} of ${list}) console.log(item${id}.toFixed(2))`,
      `for await (const item${id} of [${this.#value('promise')}]) display(item${id} + 1)`,
      `for (var i${id} = 0; i${id} < 2; i${id}++) console.log(${list}[i${id}]?.toFixed())`,
      `${list}.map((item, index) => ({ item, index })).filter(({ item }) => item > 0)`,
    ])
  }

  #choice(): string {
    const mode = this.#value('mode')
    const id = ++this.#count
    return this.#random.pick([
      `switch (${mode} as Mode) {\n  case Mode.Fast: console.log('fast'); break\n  default: console.log('slow')\n}`,
      `try {\n  if (${this.#value('number')} > 3) throw new RangeError('∇')\n} catch (error) {\n  if (error instanceof RangeError) console.log(error.message)\n}`,
      `const maybe${id} = ${this.#value('numbers')}.find((x) => x > 1)\nif (maybe${id} !== undefined) console.log(maybe${id}.toFixed())`,
    ])
  }

  #shown(): string {
    const type = this.#random.pick(TYPES)
    return this.#random.pick([`(${this.#value(type)})`, `display(${this.#value(type)})`])
  }

  /** An expression of a type, of what is visible here. */
  #value(type: Type, depth = 0): string {
    const random = this.#random
    const known = [...this.#names.values()].filter((name) => name.type === type)
    if (known.length && random.chance(0.6)) return this.#use(random.pick(known))
    const more = (of: Type) => (depth < 2 ? this.#value(of, depth + 1) : simple(of))
    switch (type) {
      case 'number':
        return random.oneOf(
          () => String(random.integer(0, 99) / 4),
          () => `(${more('number')} + ${more('string')}.length)`,
          () => `${more('point')}.x`,
          () => `(${more('numbers')}[0] ?? 1)`,
          () => `(${more('function')})(${more('number')})`,
          () => (this.#inFunction ? '1' : `(await ${more('promise')})`),
          () => `Math.max(...${more('numbers')}, 0)`,
          () => `${more('tensor')}.size`,
        )
      case 'string':
        return random.oneOf(
          () => "'😀'",
          () => `\`σ = \${${more('number')}} \${${more('point')}.label}\``,
          () => `String(${more('mode')})`,
        )
      case 'numbers':
        return random.oneOf(
          () => '[1, 2, 3]',
          () => `[${more('number')}, ...${more('numbers')}]`,
          () => `${more('numbers')}.map((y) => y * ${this.#inside(() => more('number'))})`,
          () => `Array.from({ length: 2 }, (_, i) => i)`,
        )
      case 'point':
        return random.oneOf(
          () => `({ x: ${more('number')}, label: ${more('string')} })`,
          () => `Object.assign({ x: 1 }, { label: ${more('string')} })`,
          () => `new Box<Point>({ x: 1, label: '' }).get()`,
        )
      case 'tensor':
        return random.oneOf(
          () => 'tf.zeros([2, 3])',
          () => `tf.tensor1d(${more('numbers')})`,
          () => `${more('tensor')}.mul(${more('number')})`,
          () => `tf.tidy(() => tf.sum(${this.#inside(() => more('tensor'))}))`,
        )
      case 'function':
        return `((x: number) => x + ${this.#inside(() => more('number'))})`
      case 'promise':
        return random.oneOf(
          () => 'Promise.resolve(1)',
          () => `Promise.resolve(${more('number')})`,
          () => `(async () => ${this.#inside(() => more('number'))})()`,
        )
      case 'mode':
        return random.pick(['Mode.Fast', 'Mode.Slow'])
    }
  }

  #inside<T>(make: () => T): T {
    const before = this.#inFunction
    this.#inFunction = true
    try {
      return make()
    } finally {
      this.#inFunction = before
    }
  }

  #use(name: Name): string {
    this.#used.add(name.name)
    // Also an arrow function that is called at once is one that might be called later.
    name.shared ||= true
    return name.name
  }

  /** A new name, or one of an earlier cell again where that is right. */
  #declare(type: Type, assignable: boolean, fresh = false): { name: string; typed: boolean } {
    const again = [...this.#names.values()].filter(
      ({ name, type: before, shared }) =>
        !this.#declared.has(name) && !this.#used.has(name) && (before === type || !shared),
    )
    const chosen = !fresh && again.length && this.#random.chance(0.3) ? this.#random.pick(again) : undefined
    const name = chosen?.name ?? `${this.#random.pick(STEMS)}${++this.#count}`
    this.#declared.add(name)
    this.#names.set(name, { name, type, assignable, shared: chosen?.shared ?? false })
    return { name, typed: chosen?.shared ?? false }
  }
}

function simple(type: Type): string {
  const values: Record<Type, string> = {
    number: '1',
    string: "''",
    numbers: '[1]',
    point: "({ x: 1, label: '' })",
    tensor: 'tf.ones([1])',
    function: '((x: number) => x)',
    promise: 'Promise.resolve(2)',
    mode: 'Mode.Fast',
  }
  return values[type]
}
