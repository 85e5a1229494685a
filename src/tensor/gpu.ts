/** Opens a GPU for TensorFlow.js: our own adapter and device, so that we know what they are and when they are lost. */
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { OutOfMemoryError } from './outOfMemory'

export interface Gpu {
  readonly backend: WebGPUBackend
  readonly name: string
  readonly software: boolean
  /** Resolves with the reason when the device is lost, and never where it was let go on purpose. */
  readonly lost: Promise<string>
}

/**
 * @param softwareToo whether a GPU that the processor emulates will do.
 * @param subgroups whether the device may have subgroups, where the adapter has them; then products use them.
 * @throws Error saying in a sentence why there is none.
 */
export async function openGpu(softwareToo: boolean, subgroups: boolean): Promise<Gpu> {
  const gpu = (globalThis.navigator as Navigator | undefined)?.gpu
  if (!gpu) throw new Error('This environment has no WebGPU.')
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) throw new Error('WebGPU found no graphics adapter.')
  const software = isSoftware(adapter)
  const name = nameOf(adapter) + (software ? ' (software)' : '')
  if (software && !softwareToo)
    throw new Error(
      `The only graphics adapter is ${name}, which is slower than WASM; it can be forced with 'webgpu'.`,
    )
  const wanted: GPUFeatureName[] = subgroups ? ['timestamp-query', 'subgroups'] : ['timestamp-query']
  const device = await adapter.requestDevice({
    requiredFeatures: wanted.filter((feature) => adapter.features.has(feature)),
    requiredLimits: limitsOf(adapter),
  })
  const backend = new WebGPUBackend(device, adapter.info)
  tellRefusals(backend, name)
  return {
    backend,
    name,
    software,
    lost: new Promise((resolve) => {
      void device.lost.then(({ reason, message }) => {
        if (reason !== 'destroyed') resolve(`${name} was lost${message ? `: ${message}` : ''}.`)
      })
    }),
  }
}

/**
 * Lets the next read from the device fail after it has refused something. TensorFlow.js does not ask, and would hand out whatever
 * lies in the memory.
 */
function tellRefusals(backend: WebGPUBackend, name: string): void {
  let refusal: Error | undefined
  backend.device.addEventListener('uncapturederror', ({ error }) => {
    const message = error.message.trim()
    const memory =
      (typeof GPUOutOfMemoryError !== 'undefined' && error instanceof GPUOutOfMemoryError) ||
      TOO_LARGE.test(message)
    refusal ??= memory
      ? new OutOfMemoryError(
          `${name} has not enough memory, so what is computed on it is not right; take smaller batches: ${message}`,
        )
      : new Error(`${name} refused to compute something, so what is computed on it is not right: ${message}`)
  })
  const read = backend.read.bind(backend)
  backend.read = async (id) => {
    const values = await read(id)
    if (refusal === undefined) return values
    const told = refusal
    refusal = undefined
    // TensorFlow.js keeps what was read, and would hand it out the next time.
    const data = backend.tensorMap.get(id)
    if (data?.resource) data.values = null as unknown as typeof data.values
    throw told
  }
}

/** A buffer beyond what the device takes, which it refuses before it looks for memory. */
const TOO_LARGE = /(exceeds|larger than) the max(imum)? (buffer|storage buffer binding|binding) size/i

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|microsoft basic render|warp/i

/** Whether the processor emulates this adapter. */
export function isSoftware(adapter: Pick<GPUAdapter, 'info'>): boolean {
  // Browsers before Chromium 136 say isFallbackAdapter on the adapter, later ones on its info.
  const { info } = adapter
  const said = info.isFallbackAdapter || (adapter as { isFallbackAdapter?: boolean }).isFallbackAdapter
  return (
    said === true || SOFTWARE.test([info.vendor, info.architecture, info.device, info.description].join(' '))
  )
}

function nameOf({ info }: GPUAdapter): string {
  if (/swiftshader/i.test(`${info.architecture} ${info.description}`)) return 'SwiftShader'
  const words = [info.vendor, info.architecture].filter(Boolean).join(' ')
  return info.description || words || 'WebGPU adapter'
}

/** As much as the adapter has of what large tensors need. */
function limitsOf({ limits }: GPUAdapter): Record<string, number> {
  const { maxComputeWorkgroupStorageSize, maxComputeWorkgroupsPerDimension, maxStorageBufferBindingSize } =
    limits
  const { maxBufferSize, maxComputeWorkgroupSizeX, maxComputeInvocationsPerWorkgroup } = limits
  return {
    maxComputeWorkgroupStorageSize,
    maxComputeWorkgroupsPerDimension,
    maxStorageBufferBindingSize,
    maxBufferSize,
    maxComputeWorkgroupSizeX,
    maxComputeInvocationsPerWorkgroup,
  }
}
