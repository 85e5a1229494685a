/** What keeps a runner from everything but its own work. */

/** How well a runner is kept in, for people and for the record. */
export interface SandboxLevel {
  readonly kind: 'bubblewrap' | 'docker' | 'podman' | 'none'
  /** What bounds memory and processes. */
  readonly limits: 'cgroup v1' | 'cgroup v2' | 'rlimit' | 'engine' | 'none'
}

export interface Sandbox {
  readonly level: SandboxLevel
  /** `bubblewrap 0.8.0, memory and processes by cgroup v1`. */
  readonly words: string
}
