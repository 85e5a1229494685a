/** Node has no WebGPU of its own; the package `webgpu` brings Chromium's, where it is installed. */
import type { BackendChoice } from '../protocol'
import { hasVulkan } from './vulkan'

/**
 * Makes WebGPU known to this thread, where the backend may want it.
 *
 * @returns why that failed, in a sentence, if it did
 */
export async function findGpu(backend: BackendChoice): Promise<string | undefined> {
  if (backend === 'wasm' || backend === 'cpu') return undefined
  if (process.platform === 'linux' && !(await hasVulkan()))
    return 'No graphics driver: the Vulkan loader libvulkan.so.1 (Debian: libvulkan1) is not installed.'
  try {
    const { create, globals } = await import('webgpu')
    Object.assign(globalThis, globals)
    Object.defineProperty(navigator, 'gpu', { value: create([]), configurable: true })
    return undefined
  } catch (error) {
    const message = error instanceof Error ? error.message.split('\n')[0]! : String(error)
    return `Node's package webgpu could not be loaded: ${message}`
  }
}
