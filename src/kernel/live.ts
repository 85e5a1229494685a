/**
 * Which live pictures a driver has computed, and when: a pure queue that knows neither kernels nor timers of its own.
 *
 * The newest values win. While the kernel has not said which pictures a change outdates, later changes gather; a computation
 * that is outdated may go on for a moment, so that pictures follow a moving slider where they are quick, and is given up then.
 * Cells go first: a computation makes way for one, and is done again after it.
 */
import type { ControlChange, StaleRegion } from './protocol'

/** How long an outdated computation may go on, in milliseconds. */
export const PATIENCE = 250

/** What tells the time and wakes up; the platform's own, except in tests. */
export interface Clock {
  now(): number
  /** Calls `wake` after some milliseconds. @returns what prevents that */
  after(milliseconds: number, wake: () => void): () => void
}

export const platformClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, wake) {
    const timer = setTimeout(wake, milliseconds)
    return () => clearTimeout(timer)
  },
}

/** What the queue has its kernel do. */
export interface LiveKernel {
  /** Hands over changes; the answer goes to `stale`. */
  change(controls: readonly ControlChange[]): void
  /** Asks the running computation to end, without ending the kernel if it does not. */
  giveUp(): void
}

export class LiveQueue {
  readonly #kernel: LiveKernel
  readonly #clock: Clock
  /** By control, in the order of the last touch. */
  readonly #changes = new Map<string, ControlChange>()
  readonly #stale = new Map<string, StaleRegion>()
  #asked = false
  /** Whether the answer to what was asked is not wanted any more. */
  #deaf = false
  #running: { readonly region: StaleRegion; readonly since: number } | undefined
  #forget: (() => void) | undefined

  constructor(kernel: LiveKernel, clock: Clock = platformClock) {
    this.#kernel = kernel
    this.#clock = clock
  }

  /** A person moved a control. */
  change(change: ControlChange): void {
    const before = this.#changes.get(change.control)
    // A value that was settled on is stored even where the next one comes before it is handed over.
    const settled = change.settled || (before?.settled ?? false)
    this.#changes.delete(change.control)
    this.#changes.set(change.control, { ...change, settled })
    this.#handOver()
  }

  /** The kernel has taken the changes that were handed over. */
  stale(regions: readonly StaleRegion[]): void {
    this.#asked = false
    if (!this.#deaf) for (const region of regions) this.#stale.set(region.region, region)
    this.#deaf = false
    this.#handOver()
    if (!this.#running || this.#forget || !this.#stale.has(this.#running.region.region)) return
    const left = this.#running.since + PATIENCE - this.#clock.now()
    if (left <= 0) this.#kernel.giveUp()
    else this.#forget = this.#clock.after(left, () => this.#kernel.giveUp())
  }

  /** The next picture to compute, if there is one and none is being computed. Call `finished` when it has been. */
  next(): StaleRegion | undefined {
    if (this.#running) return undefined
    const [region] = this.#stale.values()
    if (!region) return undefined
    this.#stale.delete(region.region)
    this.#running = { region, since: this.#clock.now() }
    return region
  }

  finished(): void {
    this.#forget?.()
    this.#forget = undefined
    this.#running = undefined
  }

  /** A cell is to run: pictures of its own are declared anew by it, others are computed after it. */
  makeWay(cell: string): void {
    for (const [id, region] of this.#stale) if (region.cell === cell) this.#stale.delete(id)
    if (!this.#running) return
    const { region } = this.#running
    if (region.cell !== cell) this.#stale.set(region.region, region)
    this.#kernel.giveUp()
  }

  /** Nothing that waits is wanted any more. */
  clear(): void {
    this.#changes.clear()
    this.#stale.clear()
    this.#deaf = this.#asked
  }

  #handOver(): void {
    if (this.#asked || !this.#changes.size) return
    this.#asked = true
    const controls = [...this.#changes.values()]
    this.#changes.clear()
    this.#kernel.change(controls)
  }
}
