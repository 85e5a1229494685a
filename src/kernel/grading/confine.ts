/** Takes away from a thread what cells have no business with, and fixes what tests rely on. */
import { registerHooks } from 'node:module'
import * as tf from '@tensorflow/tfjs'
import { fixIntrinsics } from './intrinsics'

/** What cells find in a page and may find here, besides the language itself. */
const WEB: ReadonlySet<string> = new Set([
  'AbortController',
  'AbortSignal',
  'atob',
  'btoa',
  'clearImmediate',
  'clearInterval',
  'clearTimeout',
  'console',
  'crypto',
  'DOMException',
  'Event',
  'EventTarget',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
  'setTimeout',
  'structuredClone',
  'TextDecoder',
  'TextEncoder',
  'URL',
  'URLSearchParams',
  'WebAssembly',
])

/** What Node adds to a thread's globals. Whatever is not known here belongs to the language, and stays. */
const LANGUAGE: ReadonlySet<string> = new Set(
  (
    'globalThis Infinity NaN undefined eval isFinite isNaN parseFloat parseInt decodeURI decodeURIComponent encodeURI ' +
    'encodeURIComponent escape unescape Object Function Boolean Symbol Error AggregateError EvalError RangeError ' +
    'ReferenceError SyntaxError TypeError URIError SuppressedError Number BigInt Math Date String RegExp Array Int8Array ' +
    'Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array BigInt64Array BigUint64Array Float16Array ' +
    'Float32Array Float64Array Map Set WeakMap WeakSet WeakRef FinalizationRegistry ArrayBuffer SharedArrayBuffer ' +
    'DataView Atomics JSON Promise Proxy Reflect Iterator Intl DisposableStack AsyncDisposableStack'
  ).split(' '),
)

/** Where TensorFlow.js keeps its one engine. */
const TENSORFLOW = ['_tfengine', '_tfGlobals']

/** To be called when everything has been loaded, and before a cell runs. */
export function confine(): void {
  keepTensorFlowGoing()
  for (const name of Object.getOwnPropertyNames(globalThis))
    if (!WEB.has(name) && !LANGUAGE.has(name) && !TENSORFLOW.includes(name))
      Reflect.deleteProperty(globalThis, name)
  for (const name of TENSORFLOW)
    Object.defineProperty(globalThis, name, { writable: false, configurable: false, enumerable: false })
  fixIntrinsics(LANGUAGE)
  registerHooks({
    resolve(specifier) {
      throw new Error(`${JSON.stringify(specifier.slice(0, 80))} cannot be imported.`)
    },
  })
}

/** TensorFlow.js measures time by Node's own clock and encodes by its modules; the web's do the same. */
function keepTensorFlowGoing(): void {
  const { platform } = tf.env()
  tf.env().setPlatform('grading', {
    fetch: () => Promise.reject(new Error('There is no network.')),
    now: () => performance.now(),
    encode: (text: string) => new TextEncoder().encode(text),
    decode: (bytes: Uint8Array) => new TextDecoder().decode(bytes),
    setTimeoutCustom: (callback: () => void, delay: number) => setTimeout(callback, delay),
    isTypedArray: (value: unknown): value is Uint8Array => platform.isTypedArray(value),
  })
}
