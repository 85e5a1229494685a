/** An instance of the numeric kernels. */
import type { Native } from './native'

/**
 * @param kernels a build, compiled, which must be one for shared memory where `memory` is shared.
 * @param scratch the address of room for what they write to while they run, and for their constants.
 * @param room how many bytes of it there are. Default: as many as it takes, made afterwards.
 */
export function instanceOf(
  kernels: WebAssembly.Module,
  memory: WebAssembly.Memory,
  scratch: number,
  room = Infinity,
): Native {
  const { exports } = new WebAssembly.Instance(kernels, { env: { memory, scratch } })
  const native = exports as unknown as Native
  if (native.scratchBytes() > room)
    throw new Error(`The numeric kernels need ${native.scratchBytes()} bytes, not ${room}.`)
  return native
}
