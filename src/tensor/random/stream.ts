/**
 * Random streams: one for every cell, the same numbers on every device and in whatever order cells are run.
 *
 * A stream is Philox under a key made from (seed, name). Its position is a count of blocks; every draw starts at a fresh
 * block, so what a draw returns depends only on the key and on the draws of this stream before it. How words become
 * numbers is part of what a notebook's results mean, so it is versioned:
 *
 * version 2, of 32-bit words w:
 *   uniform   ⌊w / 2⁸⌋ · 2⁻²⁴                                   in [0, 1), exact in single precision
 *   normal    √(−2 ln u) · cos 2πv and √(−2 ln u) · sin 2πv      (Box and Muller 1958), a pair from two words,
 *             u = (⌊w₁ / 2⁸⌋ + 1) · 2⁻²⁴ in (0, 1],  v = ⌊w₂ / 2⁸⌋ · 2⁻²⁴
 *   integer   low + ⌊(2³²w₁ + w₂) / 2¹¹ · 2⁻⁵³ · (high − low)⌋
 *   key       FNV-1a, 64 bits, of the UTF-8 text `seed/name`, least significant word first
 *   walks     noise by particle, step and draw, as `particles.ts` says; in version 1 they drew from the stream in turns
 *
 * Because u and v are exact in single precision too, a GPU that computes the same formula agrees to a few units in the
 * last place. The largest normal is √(−2 ln 2⁻²⁴) = 5.77.
 */
import * as tf from '@tensorflow/tfjs'
import { wasmNormals, wasmUniforms } from '../wasm/random'
import { webGpuNormals, webGpuUniforms } from '../webgpu/random'
import { philox, type PhiloxKey } from './philox'

/** Raised whenever the same seed begins to give other numbers. */
export const STREAM_VERSION = 2

const BITS_24 = 2 ** -24

export class RandomStream {
  readonly seed: number
  readonly name: string
  readonly key: PhiloxKey
  /** Blocks drawn so far: with the key, the whole state. */
  position = 0

  /**
   * @param seed the notebook's seed, any finite number.
   * @param name what the stream is for, such as a cell's id.
   * @param key another key than that of the two.
   */
  constructor(seed: number, name: string, key?: PhiloxKey) {
    if (!Number.isFinite(seed)) throw new RangeError(`a random seed must be a finite number, not ${seed}`)
    this.seed = seed
    this.name = name
    this.key = key ?? hash(`${seed}/${name}`)
  }

  /** An independent stream, the same whatever this one has drawn. */
  split(label: string): RandomStream {
    return new RandomStream(this.seed, `${this.name}/${label}`)
  }

  /** The next `n` 32-bit words. */
  words(n: number): Uint32Array {
    expectCount(n)
    const blocks = Math.ceil(n / 4)
    const words = new Uint32Array(4 * blocks)
    for (let block = 0; block < blocks; block++) {
      const counter = this.position++
      philox(this.key, [counter | 0, Math.floor(counter / 2 ** 32), 0, 0], words, 4 * block)
    }
    return words.subarray(0, n)
  }

  /** `n` doubles, uniform on [0, 1), with 24 random bits each. */
  uniform(n: number): Float64Array {
    const words = this.words(n)
    const values = new Float64Array(n)
    for (let i = 0; i < n; i++) values[i] = (words[i]! >>> 8) * BITS_24
    return values
  }

  /** One double, uniform on [0, 1), with 53 random bits: what `Math.random` returns in a cell. */
  next(): number {
    const [high = 0, low = 0] = this.words(2)
    return (high * 2 ** 21 + (low >>> 11)) * 2 ** -53
  }

  /** `n` standard normal doubles. */
  normal(n: number): Float64Array {
    expectCount(n)
    return normalsOf(this.words(2 * Math.ceil(n / 2))).subarray(0, n)
  }

  /** `n` whole numbers, uniform on low, …, high − 1. */
  integers(n: number, low: number, high: number): Float64Array {
    if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || high <= low)
      throw new RangeError(`integers need whole bounds with low < high, not ${low} and ${high}`)
    const words = this.words(2 * n)
    return Float64Array.from({ length: n }, (_, i) => {
      const u = ((words[2 * i] ?? 0) * 2 ** 21 + ((words[2 * i + 1] ?? 0) >>> 11)) * 2 ** -53
      return low + Math.floor(u * (high - low))
    })
  }

  /** The numbers 0, …, n − 1 in random order (Fisher and Yates). */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i)
    for (let i = n - 1; i > 0; i--) {
      const j = Math.floor(this.next() * (i + 1))
      const swapped = order[i]!
      order[i] = order[j]!
      order[j] = swapped
    }
    return order
  }

  /** A tensor of standard normals. */
  normalTensor<R extends tf.Rank = tf.Rank>(shape: tf.ShapeMap[R]): tf.Tensor<R> {
    const size = tf.util.sizeFromShape(shape)
    const made = wasmNormals(shape, this.key, this.position) ?? webGpuNormals(shape, this.key, this.position)
    if (!made) return tf.tensor(Float32Array.from(this.normal(size)), shape, 'float32')
    this.position += Math.ceil(size / 4)
    return made as tf.Tensor<R>
  }

  /** A tensor of uniforms on [low, high). */
  uniformTensor<R extends tf.Rank = tf.Rank>(shape: tf.ShapeMap[R], low = 0, high = 1): tf.Tensor<R> {
    const size = tf.util.sizeFromShape(shape)
    const made =
      wasmUniforms(shape, this.key, this.position, low, high) ??
      webGpuUniforms(shape, this.key, this.position, low, high)
    if (made) {
      this.position += Math.ceil(size / 4)
      return made as tf.Tensor<R>
    }
    const values = this.uniform(size)
    return tf.tensor(
      Float32Array.from(values, (u) => low + u * (high - low)),
      shape,
      'float32',
    )
  }

  /** An int32 tensor, uniform on low, …, high − 1. */
  integerTensor<R extends tf.Rank = tf.Rank>(shape: tf.ShapeMap[R], low: number, high: number): tf.Tensor<R> {
    const values = this.integers(tf.util.sizeFromShape(shape), low, high)
    return tf.tensor(Int32Array.from(values), shape, 'int32')
  }
}

/** Standard normal doubles from an even number of words, a pair from each two. */
export function normalsOf(words: Uint32Array): Float64Array {
  const normals = new Float64Array(words.length)
  for (let i = 0; i < words.length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(((words[i]! >>> 8) + 1) * BITS_24))
    const angle = 2 * Math.PI * ((words[i + 1]! >>> 8) * BITS_24)
    normals[i] = radius * Math.cos(angle)
    normals[i + 1] = radius * Math.sin(angle)
  }
  return normals
}

function expectCount(n: number): void {
  if (!Number.isSafeInteger(n) || n < 0)
    throw new RangeError(`the number of draws must be a whole number, not ${n}`)
}

/** FNV-1a with 64 bits (Fowler, Noll and Vo; RFC 9923). */
function hash(text: string): PhiloxKey {
  let h = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(text))
    h = BigInt.asUintN(64, (h ^ BigInt(byte)) * 0x100000001b3n)
  return [Number(h & 0xffffffffn), Number(h >> 32n)]
}

let current = new RandomStream(0, '')

/** The stream that draws come from where none is named: in a cell, the cell's own. */
export function currentStream(): RandomStream {
  return current
}

/** Makes `stream` the current one. @returns the one before, to be put back. */
export function setStream(stream: RandomStream): RandomStream {
  const previous = current
  current = stream
  return previous
}
