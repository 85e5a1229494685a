/**
 * Which device tensors live on: a real GPU, then WebAssembly with SIMD, then plain JavaScript.
 *
 * A GPU that the processor emulates is right but slower than WASM, so it is taken only where it is asked for.
 */
import * as tf from '@tensorflow/tfjs'
import '@tensorflow/tfjs-backend-cpu'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { correctSecondDerivatives } from './gradients'
import { openGpu, type Gpu } from './gpu'
import { withoutProcessHandlers } from './handlers'
import { shorterGpuSums } from './sums'
import { fasterDifferentiation } from './tape'
import { accelerateWasm } from './wasm'
import { mayShareMemory, onSharedMemory } from './wasm/sharing'
import { accelerateWebGpu, warmWebGpu } from './webgpu'

export type BackendName = 'webgpu' | 'wasm' | 'cpu'
/** `auto` takes the best that is there; a software GPU only where it is asked for. */
export type BackendChoice = 'auto' | BackendName

/** What the tensors live on. */
export interface Device {
  readonly backend: BackendName
  /** For people: `NVIDIA H200`, `SwiftShader (software)`, `WASM SIMD`. */
  readonly name: string
  /** A GPU that is emulated by the processor. */
  readonly software: boolean
  /** Why a better one was not taken, in a sentence; absent where nothing was passed over. */
  readonly reason?: string
}

export interface BackendFiles {
  /** The WebAssembly binaries by file name, because a webview's worker cannot load files. */
  readonly wasm: Readonly<Record<string, Uint8Array>>
}

/** What the person allows a device to use that is left out otherwise. */
export interface DeviceOptions {
  /** Subgroups of a GPU, where it has them. Default: not. */
  readonly subgroups?: boolean
}

/**
 * Makes the chosen device TensorFlow.js's own. May be called again, to change it or after it was lost; tensors of the
 * device before keep their values only if that device still works.
 *
 * @throws Error saying why, and what else to choose, where the device that was asked for is not to be had.
 */
export async function selectBackend(
  choice: BackendChoice,
  files: BackendFiles,
  { subgroups = false }: DeviceOptions = {},
): Promise<Device> {
  // TensorFlow.js greets on the console and warns there of what it has just been told to do.
  tf.enableProdMode()
  correctSecondDerivatives()
  fasterDifferentiation()

  if (lost) forget('webgpu')

  const reasons: string[] = []
  if (choice === 'auto' || choice === 'webgpu') {
    const device = await tryWebGpu(choice === 'webgpu', subgroups).catch((error: unknown) =>
      explain(reasons, error),
    )
    if (device) return device
    if (choice === 'webgpu')
      throw new Error(
        `WebGPU is not available: ${reasons.join(' ')} Choose the backend 'auto', 'wasm' or 'cpu'.`,
      )
  }
  if (choice === 'auto' || choice === 'wasm') {
    const device = await tryWasm(files).catch((error: unknown) => explain(reasons, error))
    if (device) return because(device, reasons)
    if (choice === 'wasm')
      throw new Error(
        `WebAssembly is not available: ${reasons.join(' ')} Choose the backend 'auto' or 'cpu'.`,
      )
  }
  if (!(await tf.setBackend('cpu'))) throw new Error('TensorFlow.js could not start on plain JavaScript.')
  return because({ backend: 'cpu', name: 'JavaScript', software: false }, reasons)
}

function explain(reasons: string[], error: unknown): undefined {
  reasons.push(error instanceof Error ? error.message : String(error))
}

function because(device: Device, reasons: readonly string[]): Device {
  return reasons.length ? { ...device, reason: reasons.join(' ') } : device
}

/** The device that new tensors are on now, which a program may have changed by `tf.setBackend`; undefined of other backends. */
export function deviceInUse(): Device | undefined {
  switch (tf.getBackend()) {
    case 'webgpu':
      return current && { backend: 'webgpu', name: current.name, software: current.software }
    case 'wasm':
      return wasmDevice()
    case 'cpu':
      return { backend: 'cpu', name: 'JavaScript', software: false }
    default:
      return undefined
  }
}

/** Known once WebAssembly has been asked for. */
function wasmDevice(): Device {
  const simd = Boolean(tf.env().get('WASM_HAS_SIMD_SUPPORT'))
  return { backend: 'wasm', name: simd ? 'WASM SIMD' : 'WASM', software: false }
}

const lostListeners = new Set<(reason: string) => void>()

/**
 * Tells when the GPU in use is lost, with the reason in a sentence. Tensors on it are gone; `selectBackend` finds another.
 *
 * @returns a function that stops telling.
 */
export function onDeviceLost(listener: (reason: string) => void): () => void {
  lostListeners.add(listener)
  return () => lostListeners.delete(listener)
}

let current: Gpu | undefined
/** Whether the registered GPU is one that was lost. */
let lost = false

async function tryWebGpu(softwareToo: boolean, subgroups: boolean): Promise<Device> {
  const gpu = await openGpu(softwareToo, subgroups)
  shorterGpuSums()
  forget('webgpu')
  tf.registerBackend('webgpu', () => gpu.backend, 3)
  if (!(await tf.setBackend('webgpu'))) throw new Error('TensorFlow.js could not start on the GPU.')
  current = gpu
  accelerateWebGpu()
  // What emulates a GPU would take the time from what is to run.
  if (!gpu.software) void warmWebGpu(gpu.backend.device)
  void gpu.lost.then((reason) => {
    if (current !== gpu) return
    lost = true
    for (const listener of lostListeners) listener(reason)
  })
  return { backend: 'webgpu', name: gpu.name, software: gpu.software }
}

const SIMD = 'tfjs-backend-wasm-simd.wasm'
const PLAIN = 'tfjs-backend-wasm.wasm'
const THREADED = 'tfjs-backend-wasm-threaded-simd.wasm'

async function tryWasm({ wasm }: BackendFiles): Promise<Device> {
  if (typeof WebAssembly === 'undefined') throw new Error('This JavaScript engine has no WebAssembly.')
  // Its own threads would need a start of their own wherever a kernel runs.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')
  const device = wasmDevice()
  if (tf.engine().registry['wasm']) {
    await tf.setBackend('wasm')
    return device
  }
  const file = simd ? SIMD : PLAIN
  const binary = wasm[file]
  if (!binary) throw new Error(`The file ${file} was not given to the kernel.`)
  if (!WebAssembly.validate(binary as Uint8Array<ArrayBuffer>))
    throw new Error(`The file ${file} is damaged.`)
  // TensorFlow.js insists on fetching the file: it is given the bytes that are here already, by any name.
  setWasmPaths({ [SIMD]: file, [PLAIN]: file, [THREADED]: file }, true)
  // Our own threads do some of our kernels' work where the tensors are.
  const started = simd && mayShareMemory() ? onSharedMemory(binary) : binary
  const platform: { fetch?: unknown } = tf.env().platform
  platform.fetch = () => Promise.resolve(new Response(started as Uint8Array<ArrayBuffer>))
  try {
    if (!(await withoutProcessHandlers(() => tf.setBackend('wasm'))))
      throw new Error(`The file ${file} does not start.`)
  } finally {
    // What stands behind it on the prototype is in force again.
    delete platform.fetch
  }
  await accelerateWasm()
  return device
}

/** Lets go of a backend of an earlier call, so that the name can be given again. */
function forget(name: BackendName): void {
  if (name === 'webgpu') {
    current = undefined
    lost = false
  }
  if (tf.engine().registryFactory[name]) tf.removeBackend(name)
}
