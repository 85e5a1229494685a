/** How much work a device is given at once, so that somebody who presses Stop waits no longer than about a tenth of a second. */

/** What one portion should take, in milliseconds: also the time for which a screen that the same GPU draws may stand still. */
const PORTION = 60
/** A first portion is small, and is mostly latency: what it tells is believed so far only. */
const GROWTH = 8

export class Pace {
  #portion: number

  /** @param first a portion that any device is done with quickly. */
  constructor(first: number) {
    this.#portion = Math.max(1, first)
  }

  /** The next portion of work, at least 1. */
  get portion(): number {
    return this.#portion
  }

  /** Tells how long a portion took, until everything was done. */
  took(work: number, milliseconds: number): void {
    const fits = (work * PORTION) / Math.max(milliseconds, 1e-3)
    this.#portion = Math.max(1, Math.floor(Math.min(fits, work * GROWTH)))
  }
}
