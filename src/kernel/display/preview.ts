/**
 * Any value as short text, in the manner of a JavaScript console: never invokes a getter, survives cycles, proxies and
 * values of any size, and says what it left out.
 */

export interface PreviewOptions {
  /** Levels of nested objects that are opened. */
  readonly depth?: number
  /** Characters of a line before an object is spread over several. */
  readonly width?: number
  /** Entries of one object, array, Map or Set. */
  readonly entries?: number
  /** Characters of a string inside an object. */
  readonly string?: number
  /** Characters in all, about. */
  readonly characters?: number
}

const DEFAULTS: Required<PreviewOptions> = {
  depth: 3,
  width: 88,
  entries: 100,
  string: 400,
  characters: 20_000,
}

/** @returns `value` as text; strings are quoted. */
export function preview(value: unknown, options: PreviewOptions = {}): string {
  return new Printer({ ...DEFAULTS, ...options }).print(value, 0)
}

/** @returns `value` as one short line. */
export function previewLine(value: unknown, characters = 100): string {
  const text = preview(value, {
    depth: 1,
    width: Infinity,
    entries: 8,
    string: 60,
    characters: 4 * characters,
  })
  const line = text.replace(/\s*\n\s*/g, ' ')
  return line.length > characters ? line.slice(0, characters - 1) + '…' : line
}

/** The shape and type that tensors of any library version have; their values live on a device. */
export interface TensorLike {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly isDisposed?: boolean
}

/** Whether `value` is a TensorFlow.js tensor, told by what it has, so that this file needs no TensorFlow.js. */
export function isTensor(value: unknown): value is TensorLike {
  if (typeof value !== 'object' || value === null) return false
  try {
    const candidate = value as Partial<Record<'dtype' | 'shape' | 'dataSync' | 'rankType', unknown>>
    return (
      typeof candidate.dataSync === 'function' &&
      typeof candidate.dtype === 'string' &&
      Array.isArray(candidate.shape)
    )
  } catch {
    return false
  }
}

/** `Tensor float32 [4096, 2]`. */
export function tensorLine(tensor: TensorLike): string {
  const disposed = tensor.isDisposed ? ' (disposed)' : ''
  return `Tensor ${tensor.dtype} [${tensor.shape.join(', ')}]${disposed}`
}

/** `f` for a function, `A` for a class: its own name without invoking anything. */
export function nameOf(value: object): string {
  const name = Object.getOwnPropertyDescriptor(value, 'name')?.value as unknown
  return typeof name === 'string' ? name : ''
}

/** Whether a function is a class: only its text tells. */
export function isClass(value: unknown): boolean {
  return typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value))
}

class Printer {
  readonly #options: Required<PreviewOptions>
  readonly #path: object[] = []
  #left: number

  constructor(options: Required<PreviewOptions>) {
    this.#options = options
    this.#left = options.characters
  }

  print(value: unknown, indent: number): string {
    const text = this.#text(value, indent)
    this.#left -= text.length
    return text
  }

  #text(value: unknown, indent: number): string {
    switch (typeof value) {
      case 'string':
        return quote(
          value,
          indent === 0 && this.#path.length === 0 ? this.#options.characters : this.#options.string,
        )
      case 'number':
        return Object.is(value, -0) ? '-0' : String(value)
      case 'bigint': {
        // Ten thousand digits take long to compute and nobody reads them.
        const text = value.toString()
        return text.length > 200
          ? `${text.slice(0, 100)}…${text.slice(-20)}n (${text.length} digits)`
          : `${text}n`
      }
      case 'symbol':
        return value.toString()
      case 'undefined':
      case 'boolean':
        return String(value)
      case 'function':
      case 'object':
        if (value === null) return 'null'
        try {
          return this.#object(value, indent)
        } catch (error) {
          return `[unreadable${error instanceof Error ? `: ${error.message}` : ''}]`
        }
    }
  }

  #object(value: object, indent: number): string {
    if (this.#path.includes(value)) return '[Circular]'
    if (isTensor(value)) return tensorLine(value)
    const leaf = leafText(value)
    const head = leaf ?? headOf(value)
    if (this.#left <= 0) return leaf ?? (Array.isArray(value) ? `[${head}…]` : `{${head}…}`)
    if (this.#path.length > this.#options.depth)
      return leaf ?? `[${head || (Array.isArray(value) ? 'Array' : 'Object')}]`
    this.#path.push(value)
    try {
      const list = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))
      const items = list ? this.#listed(value as ArrayLike<unknown>, indent) : this.#collected(value, indent)
      const keys = this.#properties(value, indent, list)
      const all = [...items, ...keys]
      if (leaf !== undefined && all.length === 0) return leaf
      const [open, close] = list ? ['[', ']'] : ['{', '}']
      const prefix = head ? `${head} ` : ''
      if (all.length === 0) return `${prefix}${open}${close}`
      return prefix + this.#layout(all, open, close, indent, list && keys.length === 0)
    } finally {
      this.#path.pop()
    }
  }

  /** Elements of arrays and typed arrays. */
  #listed(value: ArrayLike<unknown>, indent: number): string[] {
    const shown: string[] = []
    const most = Math.min(value.length, this.#options.entries)
    const typed = ArrayBuffer.isView(value)
    let at = 0
    for (; at < most && this.#left > 0; at++) {
      const own = typed ? { value: value[at] } : Object.getOwnPropertyDescriptor(value, at)
      shown.push(own ? this.#descriptor(own, indent) : '<empty>')
    }
    if (at < value.length) shown.push(more(value.length - at))
    return shown
  }

  /** Entries of Maps and Sets. */
  #collected(value: object, indent: number): string[] {
    const shown: string[] = []
    if (!(value instanceof Map) && !(value instanceof Set)) return shown
    const entries =
      value instanceof Map ? Map.prototype.entries.call(value) : Set.prototype.entries.call(value)
    for (const [key, item] of entries) {
      if (shown.length >= this.#options.entries || this.#left <= 0) {
        shown.push(more(value.size - shown.length))
        break
      }
      const text = this.print(item, indent + 2)
      shown.push(value instanceof Map ? `${this.print(key, indent + 2)} => ${text}` : text)
    }
    return shown
  }

  #properties(value: object, indent: number, list: boolean): string[] {
    // The bytes of a typed array are its elements, of which it may have millions.
    // Node notes on promises what belongs to its tracing.
    if (ArrayBuffer.isView(value) || value instanceof Promise) return []
    const shown: string[] = []
    const keys = Reflect.ownKeys(value)
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at]!
      if (list && typeof key === 'string' && (key === 'length' || /^\d+$/.test(key))) continue
      const own = Object.getOwnPropertyDescriptor(value, key)
      if (!own?.enumerable) continue
      if (shown.length >= this.#options.entries || this.#left <= 0) {
        shown.push(more(keys.length - at))
        break
      }
      shown.push(`${keyText(key)}: ${this.#descriptor(own, indent + 2)}`)
    }
    return shown
  }

  #descriptor(own: PropertyDescriptor, indent: number): string {
    if (own.get) return own.set ? '[Getter/Setter]' : '[Getter]'
    if (own.set) return '[Setter]'
    return this.print(own.value, indent + 2)
  }

  #layout(items: string[], open: string, close: string, indent: number, list: boolean): string {
    const single = list ? `${open}${items.join(', ')}${close}` : `${open} ${items.join(', ')} ${close}`
    if (indent + single.length <= this.#options.width && !single.includes('\n')) return single
    if (this.#options.width === Infinity) return single
    const pad = ' '.repeat(indent + 2)
    // Numbers and other short elements fill lines; anything else takes one each.
    const rows =
      list && items.every((item) => item.length <= 16) ? wrap(items, this.#options.width - indent) : items
    return `${open}\n${rows.map((row) => pad + row).join(',\n')}\n${' '.repeat(indent)}${close}`
  }
}

function wrap(items: string[], width: number): string[] {
  const rows: string[] = []
  let row = ''
  for (const item of items) {
    if (row && row.length + item.length + 2 > width) {
      rows.push(row)
      row = item
    } else row = row ? `${row}, ${item}` : item
  }
  return row ? [...rows, row] : rows
}

const more = (n: number) => `… ${n.toLocaleString('en-US')} more`

function quote(text: string, most: number): string {
  const cut = text.length > most ? text.slice(0, most) : text
  const mark = !cut.includes("'") ? "'" : !cut.includes('"') ? '"' : !cut.includes('`') ? '`' : "'"
  const inner = JSON.stringify(cut).slice(1, -1).replaceAll('\\"', '"')
  const quoted =
    mark + (mark === '"' || mark === '`' || !cut.includes("'") ? inner : inner.replaceAll("'", "\\'")) + mark
  return cut === text ? quoted : `${quoted}… (${text.length.toLocaleString('en-US')} characters)`
}

function keyText(key: string | symbol): string {
  if (typeof key === 'symbol') return `[${key.toString()}]`
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? key : quote(key, 100)
}

/** A method of this name says what its object is, in one short line. */
export const PREVIEW: unique symbol = Symbol.for('genbook.preview') as never

/** Text of objects that are one value, such as dates and functions; undefined for those with contents. */
function leafText(value: object): string | undefined {
  const own = (value as { readonly [PREVIEW]?: unknown })[PREVIEW]
  if (typeof own === 'function') return String((own as () => unknown)())
  if (typeof value === 'function') return functionText(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof RegExp) return RegExp.prototype.toString.call(value)
  if (value instanceof Error) return `[${errorLine(value)}]`
  if (value instanceof ArrayBuffer) return `ArrayBuffer(${value.byteLength} bytes)`
  if (typeof SharedArrayBuffer !== 'undefined' && value instanceof SharedArrayBuffer)
    return `SharedArrayBuffer(${value.byteLength} bytes)`
  if (value instanceof DataView) return `DataView(${value.byteLength} bytes)`
  if (value instanceof Number || value instanceof String || value instanceof Boolean)
    return `[${value.constructor.name}: ${preview(value.valueOf())}]`
  return undefined
}

function functionText(value: object): string {
  const name = nameOf(value) || '(anonymous)'
  if (!isClass(value)) {
    const kind = Object.prototype.toString.call(value).slice(8, -1)
    return `[${kind}: ${name}]`
  }
  const parent: unknown = Object.getPrototypeOf(value)
  const base = typeof parent === 'function' ? nameOf(parent) : ''
  return `[class ${name}${base && ` extends ${base}`}]`
}

function errorLine(error: Error): string {
  const text = (key: 'name' | 'message') => {
    const found: unknown = error[key]
    return typeof found === 'string' ? found : ''
  }
  return text('message') ? `${text('name')}: ${text('message')}` : text('name') || 'Error'
}

/** What stands before an object's contents: its class and, of collections, the size. */
function headOf(value: object): string {
  const name = className(value)
  if (Array.isArray(value)) return name === 'Array' ? '' : `${name}(${value.length})`
  if (ArrayBuffer.isView(value)) return `${name}(${(value as unknown as ArrayLike<unknown>).length})`
  if (value instanceof Map || value instanceof Set) return `${name}(${value.size})`
  if (name === 'Object') return ''
  return name
}

/** The name of an object's class; `null prototype` where it has none. */
export function className(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === null) return '[null prototype]'
  const own = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value as unknown
  const tag = Object.prototype.toString.call(value).slice(8, -1)
  const name = typeof own === 'function' ? nameOf(own) : ''
  return name === 'Object' || !name ? tag : name
}
