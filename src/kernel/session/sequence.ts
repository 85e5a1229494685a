/**
 * Events in the order in which a cell made them, although some must first be read from a device.
 *
 * A place can be kept for an event that is not ready. What comes after it waits a moment, so that the usual quick
 * reading never shows a placeholder; after that moment the placeholder takes the place.
 */
import type { OutputEvent } from '../protocol'

/** How long others wait for an event that is not ready, in milliseconds. */
const PATIENCE = 100

interface Place {
  readonly placeholder: OutputEvent
  readonly since: number
  event?: OutputEvent
}

export class Sequence {
  readonly #emit: (event: OutputEvent) => void
  #waiting: (OutputEvent | Place)[] = []
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(emit: (event: OutputEvent) => void) {
    this.#emit = emit
  }

  /** Sends `event` after those before it. */
  push(event: OutputEvent): void {
    if (this.#waiting.length === 0) this.#emit(event)
    else {
      this.#waiting.push(event)
      this.#drain()
    }
  }

  /**
   * Keeps a place.
   *
   * @param placeholder what is sent when the event takes long.
   * @returns a function that puts the event in its place; it returns false if the placeholder was sent before.
   */
  reserve(placeholder: OutputEvent): (event: OutputEvent) => boolean {
    const place: Place = { placeholder, since: performance.now() }
    this.#waiting.push(place)
    this.#timer ??= setTimeout(() => this.#drain(), PATIENCE)
    return (event) => {
      if (!this.#waiting.includes(place)) return false
      place.event = event
      this.#drain()
      return true
    }
  }

  /** Sends everything, placeholders where events are not ready. */
  flush(): void {
    this.#drain(0)
  }

  /** Forgets what was not sent. */
  clear(): void {
    this.#waiting = []
  }

  #drain(patience = PATIENCE): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (;;) {
      const [first] = this.#waiting
      if (!first) return
      if ('placeholder' in first && !first.event) {
        const left = first.since + patience - performance.now()
        if (left > 0) {
          this.#timer = setTimeout(() => this.#drain(), left)
          return
        }
      }
      this.#waiting.shift()
      this.#emit('placeholder' in first ? (first.event ?? first.placeholder) : first)
    }
  }
}
