/**
 * Our numeric kernels in WebAssembly, on the memory of TensorFlow.js's own module, so that they read and write its tensors
 * where they are.
 *
 * There are two builds. With relaxed SIMD, a·b + c is one instruction, about twice as fast, whose last bit may differ from
 * one processor to another; engines without it get the plain one.
 */
import type * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import type { KernelMemory } from '../workers/kernelHalf'
import type { Loop } from './elementwise'
import { instanceOf } from './instance'
import plain from './native/plain.wasm'
import relaxed from './native/relaxed.wasm'
import { onSharedMemory } from './sharing'

/** What `native/index.ts` exports. Addresses and sizes are in bytes, of single-precision numbers unless stated. */
export interface Native {
  scratchBytes(): number
  prepare(): void
  gemm(
    a: number,
    transposeA: boolean,
    b: number,
    transposeB: boolean,
    c: number,
    m: number,
    n: number,
    k: number,
    bias: number,
    accumulate: boolean,
  ): void
  /** The same for the rows from one to before another, with numbers of C's shape that are added, or 0. */
  gemmRows(
    a: number,
    transposeA: boolean,
    b: number,
    transposeB: boolean,
    c: number,
    m: number,
    n: number,
    k: number,
    bias: number,
    accumulate: boolean,
    rest: number,
    from: number,
    to: number,
  ): void
  /** The rest is the convolution's shape, as `Geometry` lists it. */
  gatherPatches(x: number, rows: number, first: number, count: number, ...geometry: Geometry): void
  addPatches(x: number, rows: number, first: number, count: number, ...geometry: Geometry): void
  clear(x: number, count: number): void
  spreadFilter(w: number, u: number, count: number): void
  gatherFilter(u: number, w: number, count: number): void
  winogradRoom(block: number, channels: number, outChannels: number): number
  winograd(
    x: number,
    u: number,
    y: number,
    bias: number,
    rest: number,
    spare: number,
    block: number,
    backwards: boolean,
    ...shape: WinogradShape
  ): void
  winogradProducts(
    x: number,
    dy: number,
    u: number,
    spare: number,
    block: number,
    ...shape: WinogradShape
  ): void
  unary(op: number, x: number, out: number, count: number): void
  anglesAreSmall(x: number, count: number): number
  binary(op: number, ...loop: Loop): void
  compare(op: number, ...loop: Loop): void
  select(condition: number, t: number, e: number, out: number, count: number): void
  gatherRows(
    x: number,
    indices: number,
    out: number,
    outer: number,
    size: number,
    inner: number,
    count: number,
  ): void
  addRows(x: number, indices: number, out: number, size: number, inner: number, count: number): void
  indicesAreInside(indices: number, count: number, size: number): number
  power(x: number, out: number, count: number, n: number): void
  sum(x: number, out: number, outer: number, count: number, inner: number, scale: number): void
  gather(
    from: number,
    to: number,
    n0: number,
    n1: number,
    n2: number,
    s0: number,
    s1: number,
    s2: number,
  ): void
  scatterRows(from: number, to: number, rows: number, count: number, strideTo: number): void
  softmax(x: number, out: number, rows: number, count: number, scale: number): void
  attention(
    q: number,
    k: number,
    v: number,
    y: number,
    spare: number,
    block: number,
    ...shape: AttentionShape
  ): void
  attentionGradient(
    q: number,
    k: number,
    v: number,
    dy: number,
    dq: number,
    dk: number,
    dv: number,
    spare: number,
    block: number,
    ...shape: AttentionShape
  ): void
  groupNorm(x: number, scale: number, shift: number, out: number, ...shape: NormShape): void
  groupNormGradient(
    x: number,
    dy: number,
    scale: number,
    shift: number,
    dx: number,
    dscale: number,
    dshift: number,
    ...shape: NormShape
  ): void
  /** For benchmarks: count × 12 × 4 products and sums in registers. */
  multiplyAdds(count: number, factor: number, term: number): number
  silu(x: number, out: number, count: number): void
  siluSlope(dy: number, x: number, out: number, count: number): void
  normals(
    out: number,
    count: number,
    key0: number,
    key1: number,
    counterLow: number,
    counterHigh: number,
  ): void
  particleNormals(
    out: number,
    n: number,
    size: number,
    key0: number,
    key1: number,
    step: number,
    draw: number,
  ): void
  uniforms(
    out: number,
    count: number,
    key0: number,
    key1: number,
    counterLow: number,
    counterHigh: number,
    low: number,
    range: number,
  ): void
  /** @param first whether it is the first layer, 0 or 1. @param last whether it is the last. */
  packLayer(weights: number, inputs: number, outputs: number, first: number, last: number, to: number): void
  biasFactor(last: number): number
  paddedOutputs(outputs: number): number
  walkTile(): number
  walkLayerBytes(width: number): number
  walkWorkBytes(dim: number, fresh: number, width: number): number
  /** The program is laid out as `native/walk.ts` says. */
  walkSteps(
    program: number,
    registers: number,
    particle: number,
    tiles: number,
    from: number,
    to: number,
  ): void
  enterTiles(rows: number, n: number, dim: number, registers: number, stride: number): void
  readTiles(registers: number, n: number, dim: number, rows: number, stride: number): void
  adam(
    theta: number,
    m: number,
    v: number,
    g: number,
    count: number,
    beta1: number,
    beta2: number,
    keep: number,
    size: number,
    correction: number,
    epsilon: number,
  ): void
  /** Tables hold a row for each tensor: addresses, and how many numbers it has; see `updates.ts`. */
  adamAll(
    table: number,
    tensors: number,
    beta1: number,
    beta2: number,
    keep: number,
    size: number,
    correction: number,
    epsilon: number,
  ): void
  mixAll(table: number, tensors: number, keep: number, rest: number): void
  sumOfAllSquares(table: number, tensors: number): number
  /** The plan is what `trainingPlan.ts` writes. */
  packPerceptron(plan: number): void
  trainRows(plan: number, first: number, rows: number, scale: number, more: boolean): number
  mix(x: number, y: number, count: number, keep: number, rest: number): void
  sumOfSquares(x: number, count: number): number
  finishRows(c: number, m: number, n: number, bias: number, activation: number, slope: number): void
}

/** The shape of an attention, and what products of queries and keys are multiplied by. */
export type AttentionShape = readonly [
  batch: number,
  queries: number,
  keys: number,
  depth: number,
  width: number,
  scale: number,
]

/** The shape of a group normalisation, ε, whether SiLU follows, and whether each picture has a scale and shift of its own. */
export type NormShape = readonly [
  batch: number,
  places: number,
  channels: number,
  groups: number,
  epsilon: number,
  activate: boolean,
  each: boolean,
]

/** The shape of a convolution with filters of 3 × 3 and no stride. */
export type WinogradShape = readonly [
  pictures: number,
  height: number,
  width: number,
  channels: number,
  outHeight: number,
  outWidth: number,
  outChannels: number,
  top: number,
  left: number,
]

/** The shape of a convolution. */
export type Geometry = readonly [
  height: number,
  width: number,
  channels: number,
  outHeight: number,
  outWidth: number,
  filterHeight: number,
  filterWidth: number,
  strideHeight: number,
  strideWidth: number,
  dilationHeight: number,
  dilationWidth: number,
  top: number,
  left: number,
]

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
  readonly build: WasmBuild
  /** The memory, where threads may share it. */
  readonly shared?: KernelMemory
}

/** Bytes of what the kernels may write to while they run, and of their constants. */
const SCRATCH_BYTES = 300_000

/** The Emscripten module behind the backend, beyond what its types say. */
interface Emscripten {
  readonly asm: { readonly memory: WebAssembly.Memory }
  _malloc(bytes: number): number
}

const compiled = new Map<string, Promise<WebAssembly.Module>>()
let memories = 0

/**
 * A build, compiled once however often it is instantiated, by workers too.
 *
 * @param shared whether it is for memory that threads share. Default: not.
 */
export function compiledKernels(build: WasmBuild, shared = false): Promise<WebAssembly.Module> {
  const key = `${build}, ${shared}`
  const bytes = BYTES[build] as Uint8Array<ArrayBuffer>
  const module = compiled.get(key) ?? WebAssembly.compile(shared ? onSharedMemory(bytes) : bytes)
  compiled.set(key, module)
  return module
}

/** Instantiates a build on the backend's memory, which it never grows itself. */
export async function openKernels(backend: BackendWasm, build: WasmBuild): Promise<Kernels> {
  const module = backend.wasm as unknown as Emscripten
  const { memory } = module.asm
  const room = (): number => {
    const scratch = module._malloc(SCRATCH_BYTES)
    if (!scratch) throw new Error('There is no memory left for the numeric kernels.')
    return scratch
  }
  const isShared = !(memory.buffer instanceof ArrayBuffer)
  const native = instanceOf(await compiledKernels(build, isShared), memory, room(), SCRATCH_BYTES)
  native.prepare()
  return { native, build, ...(isShared && { shared: { memory, scratch: room(), id: ++memories } }) }
}

/** Where a tensor's values lie in memory. */
export function addressOf(backend: BackendWasm, { dataId }: tf.TensorInfo): number {
  return backend.dataIdMap.get(dataId).memoryOffset
}

/** Runs `f` with the address of room for `count` numbers. */
export function withRoom(backend: BackendWasm, count: number, f: (at: number) => void): void {
  const room = backend.makeOutput([count], 'float32')
  f(addressOf(backend, room))
  backend.disposeData(room.dataId)
}
