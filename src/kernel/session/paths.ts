/** Which way computations went, told once: a loop that samples a thousand times says it as often as it changes. */
import type { Path } from '../../tensor'

export class Paths {
  #run = 0
  readonly #last = new Map<Path['work'], string>()

  /** Whether a run has not said this of this kind of work last. */
  isNews(run: number, { work, fused, detail }: Path): boolean {
    if (run !== this.#run) this.#last.clear()
    this.#run = run
    const text = `${fused} ${detail}`
    if (this.#last.get(work) === text) return false
    this.#last.set(work, text)
    return true
  }
}
