/**
 * Mean, deviation, extremes and a histogram of many numbers in one pass, a part at a time.
 *
 * Mean and deviation by Welford's recurrence (Technometrics 4, 1962), in doubles, so that neither a large mean nor a stray
 * first value costs digits. Where the values lie is not known before the end, so the histogram grows with them: a value
 * outside doubles the width of every bar.
 */
import type { Histogram, Statistics } from '../protocol'

/** Bars at most; between half of them and all are in use once values differ. */
const BARS = 32
/** Values that the first range is guessed from. */
const FIRST = 256

export class RunningStatistics {
  #looked = 0
  #finite = 0
  #nan = 0
  #min = Infinity
  #max = -Infinity
  #mean = 0
  /** Σ (x − mean)² */
  #squares = 0
  readonly #histogram: GrowingHistogram

  /** @param whole whether all values are whole numbers, of which each then has a bar where there are few. */
  constructor(whole = false) {
    this.#histogram = new GrowingHistogram(whole)
  }

  /** Takes the values from `from` up to `to`, which is not among them. */
  add(values: ArrayLike<number>, from = 0, to = values.length): void {
    for (let i = from; i < to; i++) {
      const value = values[i]!
      this.#looked++
      if (value !== value) {
        this.#nan++
        continue
      }
      if (value === Infinity || value === -Infinity) continue
      this.#finite++
      const difference = value - this.#mean
      this.#mean += difference / this.#finite
      this.#squares += difference * (value - this.#mean)
      if (value < this.#min) this.#min = value
      if (value > this.#max) this.#max = value
      this.#histogram.add(value)
    }
  }

  /** What was seen so far, of `size` values. */
  result(size: number): Statistics {
    const n = this.#finite
    const counts = {
      looked: this.#looked,
      size,
      nan: this.#nan,
      infinite: this.#looked - n - this.#nan,
    }
    if (n === 0) return counts
    const deviation = Math.sqrt(this.#squares / n)
    const finite = { mean: this.#mean, deviation, min: this.#min, max: this.#max }
    return { ...counts, finite: { ...finite, histogram: this.#histogram.result() } }
  }
}

class GrowingHistogram {
  readonly #whole: boolean
  readonly #counts = new Float64Array(BARS)
  #first: number[] | undefined = []
  #start = 0
  #width = 0

  constructor(whole: boolean) {
    this.#whole = whole
  }

  add(value: number): void {
    if (this.#first) {
      this.#first.push(value)
      if (this.#first.length === FIRST) this.#open()
      return
    }
    let bar = Math.floor((value - this.#start) / this.#width)
    // The comparison is the other way round so that a width beyond all numbers ends it too.
    while (!(bar >= 0 && bar < BARS)) {
      if (!this.#grow(bar < 0)) return
      bar = Math.floor((value - this.#start) / this.#width)
    }
    this.#counts[bar]! += 1
  }

  /** The bars from the first that counts something to the last. */
  result(): Histogram {
    this.#open()
    let first = 0
    let last = BARS - 1
    while (first < last && !this.#counts[first]) first++
    while (last > first && !this.#counts[last]) last--
    return {
      start: this.#start + first * this.#width,
      width: this.#width,
      counts: [...this.#counts.slice(first, last + 1)],
    }
  }

  /** Guesses the range from the first values, and counts them. */
  #open(): void {
    const first = this.#first
    if (!first) return
    this.#first = undefined
    let [low, high] = [first[0]!, first[0]!]
    for (const value of first) [low, high] = [Math.min(low, value), Math.max(high, value)]
    if (this.#whole) {
      // Whole numbers stand in the middle of their bars.
      this.#width = 1
      this.#start = low - 0.5
    } else {
      const span = high / BARS - low / BARS
      this.#width =
        span > 0 ? span * (1 + 1e-9) : Math.max(Math.abs(low) * 2 ** -20, Number.MIN_VALUE * 2 ** 60)
      this.#start = span > 0 ? low : low - (this.#width * BARS) / 2
    }
    for (const value of first) this.add(value)
  }

  /** Doubles the width, keeping the end that the new value is not beyond. @returns false where numbers end. */
  #grow(down: boolean): boolean {
    if (!Number.isFinite(this.#width * 2 * BARS)) return false
    const counts = this.#counts
    const merged = new Float64Array(BARS)
    const offset = down ? BARS / 2 : 0
    for (let i = 0; i < BARS / 2; i++) merged[offset + i] = counts[2 * i]! + counts[2 * i + 1]!
    counts.set(merged)
    if (down) this.#start -= this.#width * BARS
    this.#width *= 2
    return true
  }
}
