/** The workers of this session: how many there are, and who starts them. */
import { compiledKernels, type WasmBuild } from '../wasm/native'
import { Partner } from './partner'
import { WorkerPool, type WorkerLink } from './pool'
import program from './program?worker'
import { works, type duties } from './works'

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
/** How long a partner of another kind of work must have been idle before it is exchanged, in milliseconds. */
const EXCHANGE = 1000

let partnerProblem: string | undefined
let partner: { readonly key: string; used: number; readonly end: () => void; of?: Partner } | undefined
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
    endPartner()
    partnerProblem = undefined
  }
  host = where
  chosen = threads
}

/** How many threads work is shared among: 1 where there are no workers. */
export function threadCount(): number {
  if (partnerProblem !== undefined) return 1
  return Math.min(wanted(), current?.pool.problem === undefined ? Infinity : current.pool.size + 1)
}

function wanted(): number {
  return host ? (chosen ?? Math.min(host.processors, MOST_THREADS)) : 1
}

/** Why there are fewer threads than were to be, in a sentence, if there are. */
export function workerProblem(): string | undefined {
  return current?.pool.problem ?? partnerProblem
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

/**
 * A thread that shares memory with this one, for work that is too short for messages; undefined where there is none, and while it
 * starts.
 *
 * @param duty what it does. @param bytes of the memory that both see.
 */
export function sessionPartner<D extends keyof typeof duties>(
  build: WasmBuild,
  duty: D,
  setup: Parameters<(typeof duties)[D]>[1],
  bytes: number,
): Partner | undefined {
  if (!host || threadCount() < 2 || typeof SharedArrayBuffer === 'undefined') return undefined
  const key = JSON.stringify([build, duty, setup])
  const shared = 'memory' in setup
  const now = performance.now()
  if (partner?.key === key) partner.used = now
  else if (!partner || now - partner.used > EXCHANGE) {
    endPartner()
    startPartner(
      host,
      key,
      compiledKernels(build, shared),
      (link, kernels, lost) => new Partner(link, kernels, duty, setup, bytes, lost),
    )
  }
  return partner?.key === key ? partner.of : undefined
}

function startPartner(
  { start }: WorkerHost,
  key: string,
  compiled: Promise<WebAssembly.Module>,
  make: (link: WorkerLink, kernels: WebAssembly.Module, lost: (reason: string) => void) => Partner,
): void {
  const own = {
    key,
    used: performance.now(),
    end: () => clearInterval(idle),
    of: undefined as Partner | undefined,
  }
  const idle = setInterval(() => {
    if (performance.now() - own.used > IDLE && partner === own) endPartner()
  }, IDLE)
  // Node's timers keep a process alive unless told otherwise.
  ;(idle as { unref?(): void }).unref?.()
  partner = own
  const lost = (reason: string): void => {
    if (partner !== own) return
    partnerProblem ??= reason
    endPartner()
  }
  void compiled.then((kernels) => {
    if (partner !== own) return
    try {
      own.of = make(start(program), kernels, lost)
    } catch (error) {
      lost(`A worker could not be started: ${error instanceof Error ? error.message : String(error)}.`)
    }
  })
}

function endPartner(): void {
  partner?.end()
  partner?.of?.end()
  partner = undefined
}
