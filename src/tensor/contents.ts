/** What a value holds, at a glance: whether it is still the same, how many parameters and how many bytes. */
import * as tf from '@tensorflow/tfjs'
import { heldBy } from './holding'
import { revisionOf } from './revision'

export interface Contents {
  /** Changes when a tensor inside is exchanged or trained, a list grows, or a plain field or a number of plain data changes. */
  readonly mark: number
  /** Numbers in trainable variables; 0 for what is no model. */
  readonly parameters: number
  /** Bytes of all tensors inside. */
  readonly bytes: number
}

/** Objects that are looked at: a glance, after every cell, at every variable. */
const BUDGET = 1500
/** Fields of a plain object, and ends of a list, whose plain values count. */
const FIELDS = 50
/** Numbers of lists and typed arrays that count; of more, as many at even distances. A third of a millisecond. */
const NUMBERS = 2 ** 18

/** Looks at own fields, elements, maps, sets and what closures were declared to hold; calls no getter. Never throws. */
export function contentsOf(value: unknown): Contents {
  const digest = new Digest()
  let parameters = 0
  let bytes = 0
  const seen = new Set<object>()
  const memories = new Set<object>()
  const waiting: object[] = []
  const meet = (found: unknown): void => {
    if ((typeof found !== 'object' && typeof found !== 'function') || found === null) return
    if (seen.size >= BUDGET || seen.has(found)) return
    seen.add(found)
    waiting.push(found)
  }
  try {
    digest.plain(value)
    digest.data(value)
    meet(value)
    // `waiting` grows while it is walked, level by level, so that what is near is met first.
    for (const object of waiting) {
      if (!isTensor(object)) {
        open(object, meet)
        continue
      }
      const { dataId, size, dtype, isDisposed } = object
      digest.add(identity(dataId))
      if (isVariable(object)) {
        digest.add(revisionOf(object))
        if (object.trainable) parameters += size
      }
      if (!isDisposed && !memories.has(dataId)) bytes += size * bytesPer(dtype)
      memories.add(dataId)
    }
  } catch {
    // A proxy may refuse to be looked at; what was met by then still counts.
  }
  return { mark: digest.value, parameters, bytes }
}

function open(object: object, meet: (value: unknown) => void): void {
  for (const value of heldBy(object)) meet(value)
  if (ArrayBuffer.isView(object)) return
  if (Array.isArray(object)) {
    for (let i = 0; i < Math.min(object.length, BUDGET); i++) meet(object[i])
    return
  }
  if (object instanceof Map)
    for (const [key, value] of first(Map.prototype.entries.call(object))) {
      meet(key)
      meet(value)
    }
  else if (object instanceof Set) for (const value of first(Set.prototype.values.call(object))) meet(value)
  if (typeof object === 'function') return
  for (const key of Reflect.ownKeys(object)) meet(Reflect.getOwnPropertyDescriptor(object, key)?.value)
}

/** As many as the budget allows: a map may have millions. */
function* first<T>(values: Iterable<T>): Generator<T> {
  let count = 0
  for (const value of values) {
    if (++count > BUDGET) return
    yield value
  }
}

/** Unlike `instanceof`, for which TensorFlow.js looks for methods by name, these call no getter. */
function isTensor(object: object): object is tf.Tensor {
  return tf.Tensor.prototype.isPrototypeOf(object)
}

function isVariable(object: tf.Tensor): object is tf.Variable {
  return tf.Variable.prototype.isPrototypeOf(object)
}

/** Bytes of one value of a tensor. */
export function bytesPer(dtype: string): number {
  return dtype === 'bool' ? 1 : dtype === 'complex64' ? 8 : 4
}

const identities = new WeakMap<object, number>()
let lastIdentity = 0

/** A number of an object's own. */
function identity(object: object): number {
  let known = identities.get(object)
  if (known === undefined) identities.set(object, (known = ++lastIdentity))
  return known
}

/** A number, and the same as its two halves. */
const number = new Float64Array(1)
const bits = { number, halves: new Int32Array(number.buffer) }

type Numbers = ArrayLike<unknown>

/** Lists and typed arrays that are plain data: what has functions has its own ways, and what is in it are its caches. */
function* numbersIn(value: unknown, seen: Set<object>): Generator<Numbers> {
  if (typeof value !== 'object' || value === null || seen.size >= BUDGET || seen.has(value)) return
  seen.add(value)
  if (ArrayBuffer.isView(value)) {
    if (!(value instanceof DataView)) yield value as unknown as Numbers
  } else if (Array.isArray(value)) {
    yield value
    for (let i = 0; i < Math.min(value.length, BUDGET); i++)
      if (typeof value[i] === 'object') yield* numbersIn(value[i], seen)
  } else if (tf.TensorBuffer.prototype.isPrototypeOf(value))
    yield* numbersIn(Reflect.getOwnPropertyDescriptor(value, 'values')?.value, seen)
  else if (Object.getPrototypeOf(value) === Object.prototype) {
    const fields = Object.values(Object.getOwnPropertyDescriptors(value)).map(
      (field) => field.value as unknown,
    )
    if (!fields.some((field) => typeof field === 'function'))
      for (const field of fields) yield* numbersIn(field, seen)
  }
}

/** A running hash. */
class Digest {
  value = 0

  add(number: number): void {
    // The fraction and the size of numbers that are not whole count too.
    const whole = Math.trunc(number)
    this.#mix(whole | 0)
    this.#mix((number / 2 ** 32) | 0)
    if (number !== whole) this.#mix(((number - whole) * 2 ** 31) | 0)
  }

  /** What a list or a plain object holds itself. */
  plain(value: unknown): void {
    if (Array.isArray(value)) {
      this.add(value.length)
      for (const each of value.slice(-FIELDS)) this.#primitive(each)
    } else if (value instanceof Map || value instanceof Set) this.add(value.size)
    else if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
      for (const key of Reflect.ownKeys(value).slice(0, FIELDS)) {
        this.#primitive(typeof key === 'string' ? key : 0)
        this.#primitive(Reflect.getOwnPropertyDescriptor(value, key)?.value)
      }
  }

  /** The numbers of typed arrays and lists, and of those in lists, in records and in TensorFlow.js's buffers of them. */
  data(value: unknown): void {
    const lists = [...numbersIn(value, new Set())]
    const length = lists.reduce((sum, list) => sum + list.length, 0)
    const step = Math.max(1, Math.ceil(length / NUMBERS))
    for (const list of lists)
      for (let i = 0; i < list.length; i += step) {
        const each: unknown = list[i]
        if (typeof each === 'number') this.#number(each)
        else this.#primitive(each)
      }
  }

  /** Every bit counts, whatever the size. */
  #number(number: number): void {
    bits.number[0] = number
    this.#mix(bits.halves[0]!)
    this.#mix(bits.halves[1]!)
  }

  #primitive(value: unknown): void {
    if (typeof value === 'number') this.add(value)
    else if (typeof value === 'boolean') this.add(value ? 1 : 2)
    else if (typeof value === 'string') {
      this.add(value.length)
      for (let i = 0; i < Math.min(value.length, 100); i++) this.#mix(value.charCodeAt(i))
    }
  }

  #mix(number: number): void {
    this.value = Math.imul(this.value ^ number, 0x9e3779b1) ^ (this.value >>> 15)
  }
}
