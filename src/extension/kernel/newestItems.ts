/** Outputs that change faster than VS Code takes their changes, such as a picture that follows a training. */

/** Changes VS Code's copy of an output to what it holds now; settles once that is done. */
export type Send<Output> = (output: Output) => PromiseLike<void>

/**
 * Sends changes of outputs one at a time for each output: what changes again before VS Code has taken the last change
 * waits, and goes out as it is by then. So a busy window never falls behind by more than one change, and what came and
 * went meanwhile costs nothing.
 */
export class NewestItems<Output> {
  readonly #send: Send<Output>
  /** Of outputs under way: the change that VS Code has not taken yet, and whether there is a newer one. */
  readonly #underWay = new Map<Output, { newer: boolean }>()

  constructor(send: Send<Output>) {
    this.#send = send
  }

  /** The output holds something new. */
  changed(output: Output): void {
    const last = this.#underWay.get(output)
    if (last) last.newer = true
    else this.#begin(output)
  }

  /** What the output holds has been sent by other means. */
  sent(output: Output): void {
    this.#underWay.delete(output)
  }

  /** Sends everything that waits, now: nothing can be sent later. */
  flush(): void {
    for (const [output, { newer }] of this.#underWay) if (newer) void this.#send(output)
    this.forget()
  }

  /** What waits is not to be sent any more. */
  forget(): void {
    this.#underWay.clear()
  }

  #begin(output: Output): void {
    const change = { newer: false }
    this.#underWay.set(output, change)
    const taken = () => {
      if (this.#underWay.get(output) !== change) return
      this.#underWay.delete(output)
      if (change.newer) this.#begin(output)
    }
    // A change that VS Code refuses is no reason to withhold the next one.
    this.#send(output).then(taken, taken)
  }
}
