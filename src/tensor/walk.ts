/** Which tensors a program can still reach, as far as its values show it. */
import * as tf from '@tensorflow/tfjs'
import { heldBy } from './holding'

export interface Reached {
  readonly tensors: ReadonlySet<tf.Tensor>
  /** Whether nothing was met that can hide a tensor: false means that others may be in use as well. */
  readonly complete: boolean
}

/** Objects looked at before the walk gives up and calls itself incomplete. */
const BUDGET = 2_000_000
/** How many elements of an array cost as much as one object. */
const ELEMENTS = 16
/** Longer arrays are taken to have no properties but their elements: to list the keys would take longer than the walk. */
const LONGEST_LISTED = 100

/**
 * Walks own properties, elements, maps, sets, prototypes and what closures were declared to hold, from `roots` on.
 * Getters are not called and typed arrays not opened.
 *
 * @param isOpaque whether an object, or the objects of a class, can hide tensors.
 */
export function reach(roots: Iterable<unknown>, isOpaque: (object: object) => boolean): Reached {
  const tensors = new Set<tf.Tensor>()
  const seen = new Set<object>()
  const waiting: object[] = []
  let complete = true
  let budget = BUDGET

  const meet = (value: unknown): void => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return
    if (seen.has(value) || LANGUAGE.has(value)) return
    budget--
    seen.add(value)
    waiting.push(value)
  }

  for (const root of roots) meet(root)
  while (waiting.length > 0) {
    if (budget < 0) break
    const object = waiting.pop()!
    if (ArrayBuffer.isView(object)) continue
    try {
      if (isTensor(object)) {
        tensors.add(object)
        meet(object.kerasMask)
        continue
      }
      if (hides(object) || isOpaque(object)) complete = false
      if (Array.isArray(object)) {
        budget -= object.length / ELEMENTS
        if (budget < 0) break
      }
      open(object, meet)
    } catch {
      // A proxy may refuse to be looked at.
      complete = false
    }
  }
  return { tensors, complete: complete && budget >= 0 }
}

/** Unlike `instanceof tf.Tensor`, which looks for methods by name, this calls no getter. */
function isTensor(object: object): object is tf.Tensor {
  return tf.Tensor.prototype.isPrototypeOf(object)
}

function open(object: object, meet: (value: unknown) => void): void {
  for (const value of heldBy(object)) meet(value)
  const elements = Array.isArray(object) && isLong(object)
  // Not an iterator, which a cell may have replaced.
  if (elements) for (let i = 0; i < object.length; i++) meet(object[i])
  if (isOf(Map.prototype, object))
    Map.prototype.forEach.call(object, (value, key) => {
      meet(key)
      meet(value)
    })
  else if (isOf(Set.prototype, object)) Set.prototype.forEach.call(object, meet)
  if (!elements)
    for (const key of Reflect.ownKeys(object)) {
      const property = Reflect.getOwnPropertyDescriptor(object, key)
      meet(property?.value)
      meet(property?.get)
      meet(property?.set)
    }
  meet(Reflect.getPrototypeOf(object))
}

function isLong(array: readonly unknown[]): boolean {
  return array.length > LONGEST_LISTED && Reflect.getPrototypeOf(array) === Array.prototype
}

function prototypeOf(object: object): object {
  return Reflect.getPrototypeOf(object)!
}

/** Objects of the language itself in which values hide. */
const HIDING: readonly object[] = [
  ...[Promise.prototype, WeakMap.prototype, WeakSet.prototype, WeakRef.prototype, tf.data.Dataset.prototype],
  // Everything with a `next`: iterators, generators, and the asynchronous ones.
  prototypeOf(prototypeOf([].values())),
  prototypeOf(prototypeOf(prototypeOf((async function* () {})()))),
]

function hides(object: object): boolean {
  if (typeof object === 'function') return hidesInFunction(object)
  return HIDING.some((prototype) => isOf(prototype, object))
}

/** Bound functions hide what they are bound to, a promise's own functions the promise; both are native. */
function hidesInFunction(object: object): boolean {
  const name: unknown = Reflect.getOwnPropertyDescriptor(object, 'name')?.value
  if (name !== '' && !(typeof name === 'string' && name.startsWith('bound '))) return false
  return Function.prototype.toString.call(object).includes('[native code]')
}

function isOf(prototype: object, object: object): boolean {
  return Object.prototype.isPrototypeOf.call(prototype, object)
}

/** Where every walk ends: the language's own prototypes and constructors, and TensorFlow.js's. */
const LANGUAGE: ReadonlySet<object> = new Set<object>([
  globalThis,
  tf,
  ...[
    Object,
    Function,
    Array,
    Map,
    Set,
    Promise,
    Error,
    Date,
    RegExp,
    Symbol,
    String,
    Number,
    Boolean,
  ].flatMap((constructor) => [constructor, constructor.prototype as object]),
])
