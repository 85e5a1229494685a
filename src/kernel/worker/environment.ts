import type { WorkerHost } from '../../tensor'
import type { Commands } from '../debug/commands'
import type { CommandChannel } from '../debug/protocol'
import type { BackendChoice, KernelMessage } from '../protocol'

/** What differs between the places where a kernel lives. */
export interface Environment {
  readonly post: (message: KernelMessage) => void
  /** Makes a GPU known where that takes something. @returns why that failed, in a sentence, if it did. */
  readonly findGpu?: (backend: BackendChoice) => Promise<string | undefined>
  /** Starts workers, which share the longest computations. */
  readonly workers?: WorkerHost
  /** Reads commands synchronously, where threads share memory. */
  readonly portCommands?: (channel: Extract<CommandChannel, { kind: 'port' }>) => Commands
}
