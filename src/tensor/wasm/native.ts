/**
 * Our numeric kernels in WebAssembly, on the memory of TensorFlow.js's own module, so that they read and write its tensors
 * where they are.
 *
 * There are two builds. With relaxed SIMD, a·b + c is one instruction, about twice as fast, whose last bit may differ from
 * one processor to another; engines without it get the plain one.
 */
import type * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import plain from './native/plain.wasm'
import relaxed from './native/relaxed.wasm'

/** What `native/index.ts` exports. Addresses and sizes are in bytes, of single-precision numbers unless stated. */
export interface Native {
  scratchBytes(): number
  gemm(
    a: number,
    transposeA: boolean,
    b: number,
    transposeB: boolean,
    c: number,
    m: number,
    n: number,
    k: number,
    scratch: number,
  ): void
  finishRows(c: number, m: number, n: number, bias: number, activation: number, slope: number): void
}

export type WasmBuild = 'relaxed' | 'plain'

const BYTES: Readonly<Record<WasmBuild, Uint8Array>> = { relaxed, plain }

/** The fastest of our builds that this engine takes; undefined where it has no SIMD. */
export function bestBuild(): WasmBuild | undefined {
  return (['relaxed', 'plain'] as const).find((build) =>
    WebAssembly.validate(BYTES[build] as Uint8Array<ArrayBuffer>),
  )
}

/** Our module at work on a backend's memory. */
export interface Kernels {
  readonly native: Native
  /** Where the kernels may write whatever they like while they run. */
  readonly scratch: number
  readonly build: WasmBuild
}

/** The Emscripten module behind the backend, beyond what its types say. */
interface Emscripten {
  readonly asm: { readonly memory: WebAssembly.Memory }
  _malloc(bytes: number): number
}

/** Instantiates a build on the backend's memory, which it never grows itself. */
export async function openKernels(backend: BackendWasm, build: WasmBuild): Promise<Kernels> {
  const module = backend.wasm as unknown as Emscripten
  const { instance } = await WebAssembly.instantiate(BYTES[build] as Uint8Array<ArrayBuffer>, {
    env: { memory: module.asm.memory },
  })
  const native = instance.exports as unknown as Native
  const scratch = module._malloc(native.scratchBytes()) >>> 0
  if (!scratch) throw new Error('There is no memory left for the numeric kernels.')
  return { native, scratch, build }
}

/** Where a tensor's values lie in memory. */
export function addressOf(backend: BackendWasm, { dataId }: tf.TensorInfo): number {
  return backend.dataIdMap.get(dataId).memoryOffset
}
