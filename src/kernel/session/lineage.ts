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
  /** As of the last look. */
  readonly #seen = new Map<string, Seen>()
  /** As the run found it. */
  #found: ReadonlyMap<string, Seen> = new Map()
  #reads: Record<string, number> = {}
  #versions = 0

  /** A run begins: what happened since the last look was the doing of `before`, by a callback that it left. */
  begin(used: readonly string[], variables: Iterable<SessionVariable>, before: Run | undefined): void {
    const all = [...variables]
    this.#look(all, before)
    this.#forgetOthers(all)
    this.#found = new Map(this.#seen)
    this.#reads = {}
    for (const name of used) {
      const origin = this.#seen.get(name)?.origin
      if (origin) this.#reads[name] = origin.run
    }
  }

  /** The run goes on: what is another now has a new version, and names that it has yet to set keep theirs. */
  glance(run: Run, variables: Iterable<SessionVariable>): void {
    this.#look(variables, run)
  }

  /** The run is over: what is another than before it is its doing. */
  end(run: Run, variables: Iterable<SessionVariable>): Flow {
    const all = [...variables]
    this.#look(all, run)
    this.#forgetOthers(all)
    const sets: string[] = []
    for (const { name, declaredBy } of all) {
      const found = this.#found.get(name)
      const seen = this.#seen.get(name)!
      if (!found || !isSame(found, seen)) sets.push(name)
      // Changed and put back, it is still whose it was.
      else if (declaredBy !== run.number) this.#seen.set(name, { ...seen, origin: found.origin })
    }
    return { reads: this.#reads, sets }
  }

  /** What was last seen of a variable. */
  of(name: string): Seen | undefined {
    return this.#seen.get(name)
  }

  #look(variables: Iterable<SessionVariable>, run: Run | undefined): void {
    for (const { name, value, declaredBy } of variables) {
      const seen = this.#seen.get(name)
      const now = { value, contents: contentsOf(value) }
      const same = seen !== undefined && isSame(seen, now)
      // Declared anew with the same value, it is another run's, but nothing that was made from it is out of date.
      const declared = run !== undefined && declaredBy === run.number
      if (same && !declared) continue
      const origin = run ? originOf(run) : seen?.origin
      this.#seen.set(name, { ...now, version: same ? seen.version : ++this.#versions, origin })
    }
  }

  #forgetOthers(variables: readonly SessionVariable[]): void {
    const known = new Set(variables.map(({ name }) => name))
    for (const name of this.#seen.keys()) if (!known.has(name)) this.#seen.delete(name)
  }
}

function isSame(one: Pick<Seen, 'value' | 'contents'>, other: Pick<Seen, 'value' | 'contents'>): boolean {
  return Object.is(one.value, other.value) && one.contents.mark === other.contents.mark
}

function originOf({ cell, number, count }: Run): Origin {
  return { cell: cell.id, run: number, count, hash: textHash(cell.source) }
}
