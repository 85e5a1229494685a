/**
 * What a long-running computation asks of its surroundings: whether to go on, room for others, and somebody to tell.
 *
 * The runtime's loops call these; a session installs its own host, and without one they do nothing, so that models run
 * under a plain test as well.
 */
import { nextTurn } from './workers/turn'

export interface Host {
  /** Throws if the person pressed Stop. Cheap enough for every iteration. */
  poll(): void
  /** Lets waiting messages through, then polls. Resolves within a few milliseconds. */
  breathe(): Promise<void>
  /** Hears that the computation has come to something worth looking at. May keep it waiting; throws as `poll` does. */
  reached?(milestone: () => Milestone): void
  /** Whether whoever hears of milestones would be told of the next one; absent: it is not known. */
  watching?(): boolean
  /** Hears which way a computation takes. */
  tellPath?(path: Path): void
  /** Hears that something begins which may take long. */
  beginTask?(label: string, options: TaskOptions): Task
}

/** Something that may take long, as it tells of its progress. */
export interface Task {
  /** So many steps are done; `value` is the number that matters, in words, asked for only where somebody looks. */
  at(done: number, value?: () => string): void
  /** It is over, well or not. */
  end(): void
}

export interface TaskOptions {
  /** How many steps there will be, where that is known. */
  readonly total?: number
  /** A picture of its own shows how far it is. */
  readonly drawn?: boolean
}

/** Which way a computation takes. */
export interface Path {
  readonly work: 'sampling' | 'training'
  /** Whether by kernels made for it, else by single operations. */
  readonly fused: boolean
  /** What they run on, or why there are none. */
  readonly detail: string
}

/** A step of a derivation, a state of a sampler, a report of a training: where a person may want to pause. */
export interface Milestone {
  /** One line, such as `state 3 of 50`. */
  readonly title: string
  /** What there is to see, by name; read only when somebody looks, and only while the computation waits. */
  readonly values: Readonly<Record<string, () => unknown>>
}

const idle: Host = {
  poll() {},
  breathe: nextTurn,
}

const untold: Task = { at() {}, end() {} }

let current: Host = idle

/** Installs the session's host; without an argument, the one that does nothing. */
export function setHost(host: Host = idle): void {
  current = host
}

/** @throws the session's interrupt when the run is to stop. */
export function poll(): void {
  current.poll()
}

/** @throws the session's interrupt when the run is to stop. */
export function breathe(): Promise<void> {
  return current.breathe()
}

/**
 * Tells that the computation has come to a milestone, which is put together only where somebody wants to know.
 *
 * @throws the session's interrupt when the run is to stop.
 */
export function reached(milestone: () => Milestone): void {
  current.reached?.(milestone)
}

/** Whether somebody may want to look at milestones, so that they must be told one by one. */
export function watching(): boolean {
  return current.reached !== undefined && (current.watching?.() ?? true)
}

/** Tells which way a computation takes. */
export function tellPath(path: Path): void {
  current.tellPath?.(path)
}

/** Tells that something begins which may take long. Call `end` in a `finally`. */
export function beginTask(label: string, options: TaskOptions = {}): Task {
  return current.beginTask?.(label, options) ?? untold
}
