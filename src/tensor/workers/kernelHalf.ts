/** One of two calls of a numeric kernel, made by another thread on the memory in which the tensors are. */
import { instanceOf } from '../wasm/instance'
import type { Native } from '../wasm/native'
import type { Duty } from './duty'

/** Kernels whose work can be divided into two calls; both sides know them by their numbers here. */
export const DIVIDED = [
  'gemmRows',
  'winograd',
  'winogradProducts',
  'attention',
  'attentionGradient',
  'groupNorm',
  'groupNormGradient',
] as const satisfies readonly (keyof Native)[]

export type DividedKernel = (typeof DIVIDED)[number]

export interface KernelMemory {
  readonly memory: WebAssembly.Memory
  /** Room for the other thread's kernels alone. */
  readonly scratch: number
  /** Another number for every memory, because it is told apart by nothing else. */
  readonly id: number
}

/** Places in the shared words: who makes the call, which kernel, with how many arguments, and whether it failed. */
export const CALLER = 0
export const KERNEL = 1
export const COUNT = 2
export const FAILED = 3
/** Who makes the call. */
export const NOBODY = 0
export const PARTNER = 1
export const ASKER = 2

/** Bytes before the arguments, which are double-precision numbers, and of all. */
export const ARGUMENTS = 16
const MOST_ARGUMENTS = 32
export const CALL_BYTES = ARGUMENTS + 8 * MOST_ARGUMENTS

/** Makes the call that lies in `data`, unless the thread that asked for it has begun it itself. */
export const kernelHalf: Duty<KernelMemory> = (kernels, { memory, scratch }, data) => {
  const native = instanceOf(kernels, memory, scratch)
  native.prepare()
  const calls = native as unknown as Readonly<Record<DividedKernel, (...values: readonly number[]) => void>>
  const words = new Int32Array(data, 0, ARGUMENTS / 4)
  const values = new Float64Array(data, ARGUMENTS)
  return () => {
    if (Atomics.compareExchange(words, CALLER, NOBODY, PARTNER) !== NOBODY) return
    try {
      calls[DIVIDED[words[KERNEL]!]!](...values.subarray(0, words[COUNT]))
    } catch {
      // The thread that asked makes the same call, and has the error where somebody hears of it.
      words[FAILED] = 1
    }
  }
}
