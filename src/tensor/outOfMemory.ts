/**
 * Running out of memory, told at once and in words. TensorFlow.js asks WASM for memory and does not look whether it got any: what it wrote next
 * would lie on top of other tensors.
 */
import * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'

/** A device has not enough memory for what was asked of it. What there was before is as it was. */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError'
  /** Bytes that the device has for all tensors together, where that is known. */
  readonly capacity: number | undefined

  constructor(message: string, options: ErrorOptions & { readonly capacity?: number | undefined } = {}) {
    super(message, options)
    this.capacity = options.capacity
  }
}

/** As much as TensorFlow.js's module can grow to. */
export const WASM_LIMIT = 4_294_901_760

interface Module {
  readonly HEAPU8: Uint8Array
  _malloc: (bytes: number) => number
  _free: (address: number) => void
}

const guarded = new WeakSet<object>()
/** Told of every request, while something is measured. */
let requested: ((bytes: number) => void) | undefined

/** The most bytes of tensors that there are at once on WASM while `f` runs, with those that were there before. */
export function peakBytes(f: () => void): number {
  let peak = 0
  requested = (bytes) => (peak = Math.max(peak, tf.memory().numBytes + bytes))
  try {
    f()
  } finally {
    requested = undefined
  }
  return peak
}

/** Lets every request for memory that cannot be met throw, instead of going on at address 0. */
export function refuseTooMuch(backend: BackendWasm): void {
  const module = (backend as unknown as { readonly wasm: Module }).wasm
  if (guarded.has(module)) return
  guarded.add(module)
  // Emscripten puts the function in its place when it is first called.
  module._free(module._malloc(8))
  const malloc = module._malloc
  module._malloc = (bytes) => {
    requested?.(bytes)
    const held = module.HEAPU8.length
    // The module takes 32 bits of the number: more would be less.
    const address = bytes > WASM_LIMIT ? 0 : malloc(bytes)
    if (address || bytes === 0) return address
    throw new OutOfMemoryError(
      `WASM has not enough memory: ${mebibytes(bytes)} were asked for beside ${mebibytes(held)}, and ` +
        `${mebibytes(WASM_LIMIT)} is all that it can have.`,
      // Where it may not grow as far as it could, what it has is all there is.
      { capacity: held + bytes > WASM_LIMIT ? WASM_LIMIT : held },
    )
  }
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20).toLocaleString('en')} MiB`
}
