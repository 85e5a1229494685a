/**
 * What a long-running computation asks of its surroundings: whether to go on, room for others, and somebody to tell.
 *
 * The runtime's loops call these; a session installs its own host, and without one they do nothing, so that models run
 * under a plain test as well.
 */
export interface Host {
  /** Throws if the person pressed Stop. Cheap enough for every iteration. */
  poll(): void
  /** Lets waiting messages through, then polls. Resolves within a few milliseconds. */
  breathe(): Promise<void>
}

const idle: Host = {
  poll() {},
  breathe: () => new Promise((resolve) => setTimeout(resolve, 0)),
}

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
