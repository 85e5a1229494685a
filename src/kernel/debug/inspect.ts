/**
 * Values as a debugger shows them: one line each, and what they contain when it is asked for. No getter is invoked and no
 * proxy is trusted. References are good until the cell goes on.
 */
import { readNow } from '../../tensor'
import { isClass, isTensor, previewLine, type TensorLike } from '../display/preview'
import { kindOf } from '../display/describe'
import { numbersLine } from '../display/tensor'
import type { DebugVariable } from './protocol'

/** Named things, read when their list is asked for. */
export interface Named {
  readonly name: string
  /** May throw, as for a variable that has not been initialised. */
  readonly read: () => unknown
  /** An expression that means the same; absent where there is none. */
  readonly expression?: string
}

/** Something that can be opened. */
interface Contents {
  readonly named: number
  readonly indexed: number
  list(start: number | undefined, count: number | undefined): DebugVariable[]
}

/** Characters of a value's line. */
const LINE = 200
/** Entries that are listed where nobody said how many. */
const PAGE = 100
/** The statistics of larger tensors are left out of lists: reading them back would keep the person waiting. */
const MOST_SUMMARISED = 2 ** 20

/** Elements of an array that may have named properties as well. */
const MOST_KEYS = 10_000

interface ReadableTensor extends TensorLike {
  readonly size: number
  dataSync(): ArrayLike<number | string>
}

export class Inspector {
  readonly #contents: Contents[] = []
  readonly #data = new Map<object, ArrayLike<number | string>>()

  /** A reference to a list of named things. */
  list(things: readonly Named[]): number {
    return this.#reference({
      named: things.length,
      indexed: 0,
      list: (start = 0, count = Infinity) =>
        things.slice(start, start + count).flatMap((thing) => this.#thing(thing)),
    })
  }

  /** @throws RangeError for a reference that is not, or no longer, good. */
  open(reference: number, start?: number, count?: number): DebugVariable[] {
    const contents = this.#contents[reference - 1]
    if (!contents) throw new RangeError('The cell has gone on since this was shown.')
    return contents.list(start, count)
  }

  /** A value under a name. */
  variable(name: string, value: unknown, expression?: string): DebugVariable {
    const contents = this.#contentsOf(value, expression)
    return {
      name,
      value: this.#line(value),
      type: kindOf(value),
      ...(expression !== undefined && { expression }),
      reference: contents ? this.#reference(contents) : 0,
      ...(contents?.indexed && { indexed: contents.indexed }),
      ...(contents?.indexed && contents.named && { named: contents.named }),
    }
  }

  #reference(contents: Contents): number {
    return this.#contents.push(contents)
  }

  #thing({ name, read, expression }: Named): DebugVariable[] {
    let value: unknown
    try {
      value = read()
    } catch (error) {
      // A variable that the cell has yet to reach is not there.
      if (error instanceof ReferenceError) return []
      const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
      return [{ name, value: `[${text}]`, type: 'error', reference: 0 }]
    }
    return [this.variable(name, value, expression)]
  }

  #line(value: unknown): string {
    if (!isTensor(value)) return previewLine(value, LINE)
    const tensor = value as ReadableTensor
    const head = `${tensor.dtype} [${tensor.shape.join(', ')}]`
    if (tensor.isDisposed) return `${head} (disposed)`
    if (tensor.dtype === 'string' || tensor.size === 0 || tensor.size > MOST_SUMMARISED) return head
    try {
      return `${head} ${numbersLine(this.#read(tensor) as ArrayLike<number>, tensor)}`
    } catch (error) {
      return `${head} (${error instanceof Error ? error.message : 'cannot be read'})`
    }
  }

  #read(tensor: ReadableTensor): ArrayLike<number | string> {
    let data = this.#data.get(tensor)
    if (!data) this.#data.set(tensor, (data = readNow(tensor)))
    return data
  }

  #contentsOf(value: unknown, path: string | undefined): Contents | undefined {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
    try {
      if (isTensor(value)) return this.#tensor(value as ReadableTensor)
      if (value instanceof Map)
        return this.#entries(
          value.size,
          () => [...value],
          (key) => previewLine(key, 60),
        )
      if (value instanceof Set) return this.#entries(value.size, () => [...[...value].entries()], String)
      return this.#object(value, path)
    } catch {
      return undefined
    }
  }

  #tensor(tensor: ReadableTensor): Contents | undefined {
    if (tensor.isDisposed || tensor.shape.length === 0) return undefined
    return this.#rows(tensor, 0, 0)
  }

  /** The entries along one axis: numbers along the last, rows along the others. */
  #rows(tensor: ReadableTensor, axis: number, offset: number): Contents {
    const length = tensor.shape[axis]!
    const rest = tensor.shape.slice(axis + 1)
    const stride = rest.reduce((product, size) => product * size, 1)
    return {
      named: 0,
      indexed: length,
      list: (start = 0, count = PAGE) => {
        const data = this.#read(tensor)
        return indices(start, count, length).map((index) => {
          const at = offset + index * stride
          if (rest.length === 0)
            return { name: `[${index}]`, value: String(data[at]), type: tensor.dtype, reference: 0 }
          const row = Array.prototype.slice.call(data, at, at + Math.min(stride, 8)) as (number | string)[]
          const more = stride > row.length ? ', …' : ''
          return {
            name: `[${index}]`,
            value: `[${rest.join(', ')}] ${row.map(short).join(', ')}${more}`,
            type: tensor.dtype,
            reference: this.#reference(this.#rows(tensor, axis + 1, at)),
            indexed: rest[0]!,
          }
        })
      },
    }
  }

  #entries(
    size: number,
    read: () => readonly (readonly [unknown, unknown])[],
    name: (key: unknown) => string,
  ): Contents | undefined {
    if (size === 0) return undefined
    return {
      named: 0,
      indexed: size,
      list: (start = 0, count = PAGE) => {
        const entries = read()
        return indices(start, count, entries.length).map((index) => {
          const [key, value] = entries[index]!
          return this.variable(name(key), value)
        })
      },
    }
  }

  #object(value: object, path: string | undefined): Contents | undefined {
    const length = lengthOf(value)
    // Listing the keys of millions of elements takes long, and hardly any array has others.
    const keys =
      length > MOST_KEYS
        ? []
        : Reflect.ownKeys(value).filter((key) => !isIndex(key, length) && !isNoise(value, key))
    if (length === 0 && keys.length === 0) return undefined
    const element = (index: number) =>
      this.variable(`[${index}]`, (value as ArrayLike<unknown>)[index], path && `${path}[${index}]`)
    return {
      named: keys.length,
      indexed: length,
      list: (start, count) => [
        // Without a range, everything is asked for that has a name of its own.
        ...(length > 0 ? indices(start ?? 0, count ?? PAGE, length).map(element) : []),
        ...(start === undefined || length === 0 ? keys.map((key) => this.#property(value, key, path)) : []),
      ],
    }
  }

  #property(value: object, key: string | symbol, path: string | undefined): DebugVariable {
    const descriptor = Reflect.getOwnPropertyDescriptor(value, key)
    if (typeof key === 'symbol') return this.variable(String(key), descriptor?.value)
    const expression = path && (IDENTIFIER.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`)
    if (descriptor?.get)
      return { name: key, value: '[getter]', type: 'getter', reference: 0, ...(expression && { expression }) }
    return this.variable(key, descriptor?.value, expression)
  }
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u

function indices(start: number, count: number, length: number): number[] {
  const end = Math.min(start + count, length)
  return Array.from({ length: Math.max(0, end - start) }, (_, index) => start + index)
}

function lengthOf(value: object): number {
  const counted = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))
  return counted ? (value as unknown as ArrayLike<unknown>).length : 0
}

function isIndex(key: string | symbol, length: number): boolean {
  return typeof key === 'string' && /^\d+$/.test(key) && Number(key) < length
}

/** Properties that every value of its kind has. */
function isNoise(value: object, key: string | symbol): boolean {
  if (Array.isArray(value)) return key === 'length'
  if (typeof value !== 'function') return false
  return (
    key === 'length' || key === 'name' || key === 'prototype' || (isClass(value) && key === 'constructor')
  )
}

function short(value: number | string): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : JSON.stringify(value)
}
