/** Which run set which variable last, told by looking at all of them before and after every run. */
import { contentsOf, type Contents } from '../../tensor'
import { textHash } from '../hash'
import type { Flow, Origin } from '../protocol'
import type { Run } from './run'
import type { SessionVariable } from './scope'

/** What was seen of a variable when it was last looked at. */
export interface Seen {
  readonly value: unknown
  readonly contents: Contents
  readonly version: number
  readonly origin: Origin | undefined
}

export class Lineage {
  readonly #seen = new Map<string, Seen>()
  #reads: Record<string, number> = {}

  /** A run begins: what happened since the last look was the doing of `before`, by a callback that it left. */
  begin(used: readonly string[], variables: Iterable<SessionVariable>, before: Run | undefined): void {
    this.#look(variables, before)
    this.#reads = {}
    for (const name of used) {
      const origin = this.#seen.get(name)?.origin
      if (origin) this.#reads[name] = origin.run
    }
  }

  /** The run is over: what is another now is its doing. */
  end(run: Run, variables: Iterable<SessionVariable>): Flow {
    const sets = this.#look(variables, run)
    return { reads: this.#reads, sets }
  }

  /** What was last seen of a variable. */
  of(name: string): Seen | undefined {
    return this.#seen.get(name)
  }

  #look(variables: Iterable<SessionVariable>, run: Run | undefined): string[] {
    const changed: string[] = []
    const gone = new Set(this.#seen.keys())
    for (const { name, value, declaredBy } of variables) {
      gone.delete(name)
      const seen = this.#seen.get(name)
      const contents = contentsOf(value)
      const same = seen !== undefined && Object.is(seen.value, value) && seen.contents.mark === contents.mark
      // Declared anew with the same value, it is another run's, but nothing that was made from it is out of date.
      const declared = run !== undefined && declaredBy === run.number
      if (same && !declared) continue
      if (!same) changed.push(name)
      const origin = run ? originOf(run) : seen?.origin
      this.#seen.set(name, { value, contents, version: (seen?.version ?? 0) + (same ? 0 : 1), origin })
    }
    for (const name of gone) this.#seen.delete(name)
    return changed
  }
}

function originOf({ cell, number, count }: Run): Origin {
  return { cell: cell.id, run: number, count, hash: textHash(cell.source) }
}
