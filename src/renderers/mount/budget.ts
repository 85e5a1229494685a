/**
 * Browsers keep about sixteen WebGL contexts alive and silently kill the oldest beyond that. A figure takes two, so only
 * a few figures hold WebGL at a time: those on screen first.
 */
export interface ContextHolder {
  /** Whether it is on screen, or when it last was. */
  readonly visible: boolean
  readonly seenAt: number
  /** Gives the contexts back: draws without WebGL from now on. */
  yieldContexts(): void
}

export class ContextBudget {
  readonly #limit: number
  readonly #holders = new Set<ContextHolder>()

  constructor(limit = 6) {
    this.#limit = limit
  }

  get held(): number {
    return this.#holders.size
  }

  /**
   * Grants WebGL to a figure. Where all is taken, a figure on screen takes it from the one that has been out of sight
   * longest; one out of sight does not, or two such would take it from each other forever.
   */
  request(holder: ContextHolder): boolean {
    if (this.#holders.has(holder)) return true
    if (this.#holders.size >= this.#limit) {
      const hidden = [...this.#holders].filter((other) => !other.visible).sort((a, b) => a.seenAt - b.seenAt)
      const oldest = hidden[0]
      if (!oldest || !holder.visible) return false
      this.#holders.delete(oldest)
      oldest.yieldContexts()
    }
    this.#holders.add(holder)
    return true
  }

  release(holder: ContextHolder): void {
    this.#holders.delete(holder)
  }
}

/**
 * Whether WebGL traces can be drawn at all: there must be a context to have, and Plotly compiles their code as it runs,
 * which a strict page forbids.
 */
export function webglWorks(): boolean {
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the question is whether the page allows it.
    new Function('')
    const context = document.createElement('canvas').getContext('webgl')
    context?.getExtension('WEBGL_lose_context')?.loseContext()
    return context !== null
  } catch {
    return false
  }
}
