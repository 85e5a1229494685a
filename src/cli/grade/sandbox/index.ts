/** What keeps a runner from everything but its own work. */
import type { Readable, Writable } from 'node:stream'

/** How well a runner is kept in, for people and for the record. */
export interface SandboxLevel {
  readonly kind: 'bubblewrap' | 'docker' | 'podman' | 'none'
  /** What bounds memory and processes. */
  readonly limits: 'cgroup v1' | 'cgroup v2' | 'rlimit' | 'engine' | 'none'
}

export interface Limits {
  /** MiB for everything in the sandbox together; with `rlimit`, for each process. */
  readonly memory: number
  /** Processes and threads. */
  readonly processes: number
}

/** What a runner consists of: files that it may read, and a command. */
export interface Program {
  /** Folders and files by the place where the sandbox shows them, read-only. */
  readonly files: readonly { readonly from: string; readonly to: string }[]
  /** The program and its arguments, by their places in the sandbox. */
  readonly command: readonly string[]
}

/** A runner at work. */
export interface Launched {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** Ends everything in the sandbox at once. */
  kill(): void
  /** Resolves when everything in it has ended. Never rejects. */
  readonly ended: Promise<Ended>
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The kernel of the operating system ended something because memory was used up. */
  readonly outOfMemory: boolean
  /** Bytes, where it was measured. */
  readonly peakMemory?: number
  /** Why it could not be started. */
  readonly failure?: string
}

export interface Sandbox {
  readonly level: SandboxLevel
  /** `bubblewrap 0.8.0; memory and processes bounded by cgroup v1`. */
  readonly words: string
  launch(program: Program, limits: Limits): Launched
}

/** No sandbox of the kind asked for can be had here, and the message says what to do. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError'
}
