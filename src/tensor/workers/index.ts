/** The workers of this session: how many there are, and who starts them. */
import { compiledKernels, type WasmBuild } from '../wasm/native'
import { WorkerPool, type WorkerLink } from './pool'
import program from './program?worker'
import { works } from './works'

export type { WorkerLink } from './pool'

/** Where workers can be started. */
export interface WorkerHost {
  /** Processors that there are for threads. */
  readonly processors: number
  /** Starts a worker that runs a program, given as its text. May throw. */
  readonly start: (program: string) => WorkerLink
}

/** Beyond so many threads sampling does not get faster: what this thread hands out and takes back is then too much. */
const MOST_THREADS = 16
/** Milliseconds after which workers without work are ended. */
const IDLE = 30_000

let host: WorkerHost | undefined
let chosen: number | undefined
let current:
  { readonly build: WasmBuild; readonly size: number; readonly pool: WorkerPool<typeof works> } | undefined

/**
 * Lets work be shared with workers; without a host, this thread does everything.
 *
 * @param threads how many threads there are with this one. By default as many as processors.
 */
export function useWorkers(where: WorkerHost | undefined, threads?: number): void {
  if (where !== host) {
    current?.pool.dispose()
    current = undefined
  }
  host = where
  chosen = threads
}

/** How many threads work is shared among: 1 where there are no workers. */
export function threadCount(): number {
  return Math.min(wanted(), current?.pool.problem === undefined ? Infinity : current.pool.size + 1)
}

function wanted(): number {
  return host ? (chosen ?? Math.min(host.processors, MOST_THREADS)) : 1
}

/** Why there are fewer threads than were to be, in a sentence, if there are. */
export function workerProblem(): string | undefined {
  return current?.pool.problem
}

/** The workers, on the build of the numeric kernels that is in use here; undefined where there are none. */
export async function sessionWorkers(build: WasmBuild): Promise<WorkerPool<typeof works> | undefined> {
  if (!host || threadCount() < 2) return undefined
  const [{ start }, size] = [host, wanted() - 1]
  if (current?.build === build && current.size === size) return current.pool
  const kernels = await compiledKernels(build)
  current?.pool.dispose()
  const pool = new WorkerPool({ workers: size, start: () => start(program), works, kernels, idle: IDLE })
  current = { build, size, pool }
  return pool
}
