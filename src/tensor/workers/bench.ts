/** The numeric kernels on a small memory of their own, without TensorFlow.js: where a worker works. */
import type { Native } from '../wasm/native'

const PAGE = 2 ** 16
/** Addresses of arrays are multiples of it: of a vector, and of a line of the cache. */
const ALIGNMENT = 64

export class Bench {
  readonly native: Native
  readonly #memory: WebAssembly.Memory
  /** Where free memory begins. */
  #free: number

  /** @param kernels a build of the kernels, compiled. */
  constructor(kernels: WebAssembly.Module) {
    this.#memory = new WebAssembly.Memory({ initial: 1 })
    // Nothing lies at address 0, which means "none" to kernels.
    const env = { memory: this.#memory, scratch: ALIGNMENT }
    this.native = new WebAssembly.Instance(kernels, { env }).exports as unknown as Native
    this.#free = ALIGNMENT + this.native.scratchBytes()
    this.#grow(this.#free)
    this.native.prepare()
  }

  /** Bytes of its memory. */
  get bytes(): number {
    return this.#memory.buffer.byteLength
  }

  /** Room for `count` numbers, until the place is taken back. @returns its address. */
  reserve(count: number): number {
    const address = Math.ceil(this.#free / ALIGNMENT) * ALIGNMENT
    this.#free = address + 4 * count
    this.#grow(this.#free)
    return address
  }

  /** Room for these numbers, with them in it. @returns its address. */
  put(values: ArrayLike<number>): number {
    const address = this.reserve(values.length)
    this.numbers(address, values.length).set(values)
    return address
  }

  /** The numbers at an address, until the next `reserve`. */
  numbers(address: number, count: number): Float32Array {
    return new Float32Array(this.#memory.buffer, address, count)
  }

  /** A copy of them. */
  take(address: number, count: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.#memory.buffer.slice(address, address + 4 * count))
  }

  /** Runs `f`, and takes back what it has reserved. */
  within<T>(f: () => T): T {
    const before = this.#free
    try {
      return f()
    } finally {
      this.#free = before
    }
  }

  #grow(bytes: number): void {
    const missing = bytes - this.bytes
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE))
  }
}
