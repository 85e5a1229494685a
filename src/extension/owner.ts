import type { Disposable } from 'vscode'

/** Owns everything that it registers, and ends it all, last first, when it is disposed of. */
export abstract class Owner implements Disposable {
  readonly #owned: Disposable[] = []

  /** Ties `disposable` to this owner's life. */
  protected own<T extends Disposable>(disposable: T): T {
    this.#owned.push(disposable)
    return disposable
  }

  dispose(): void {
    for (let last = this.#owned.pop(); last; last = this.#owned.pop()) last.dispose()
  }
}
