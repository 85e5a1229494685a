/** The numeric kernels on a small memory of their own, without TensorFlow.js: where a worker works. */
import { instanceOf } from '../wasm/instance'
import type { Native } from '../wasm/native'
import { MOST_PAGES } from '../wasm/sharing'
import type { Workshop } from '../wasm/walk'

const PAGE = 2 ** 16
/** Addresses are multiples of it: of a vector, and of a line of the cache. */
const ALIGNMENT = 64

export class Bench implements Workshop {
  readonly native: Native
  readonly #memory: WebAssembly.Memory
  /** What has been taken, in the order of addresses. */
  readonly #taken: { readonly address: number; readonly end: number; freed: boolean }[] = []

  /** @param kernels a build of the kernels, compiled. */
  constructor(kernels: WebAssembly.Module) {
    this.#memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES })
    // Nothing lies at address 0, which means "none" to kernels.
    this.native = instanceOf(kernels, this.#memory, ALIGNMENT)
    this.allocate(this.native.scratchBytes())
    this.native.prepare()
  }

  /** Takes memory beyond all that is taken. */
  readonly allocate = (bytes: number): number => {
    const address = Math.ceil((this.#taken.at(-1)?.end ?? ALIGNMENT) / ALIGNMENT) * ALIGNMENT
    const end = address + bytes
    const missing = end - this.#memory.buffer.byteLength
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE))
    this.#taken.push({ address, end, freed: false })
    return address
  }

  /** Gives it back, to be taken again when what lies behind it is given back as well. */
  readonly free = (address: number): void => {
    const taken = this.#taken.find((one) => one.address === address)
    if (taken) taken.freed = true
    while (this.#taken.at(-1)?.freed) this.#taken.pop()
  }

  readonly buffer = (): ArrayBuffer => this.#memory.buffer
}
