/**
 * Answers what viewers ask about variables, between the runs of cells and a part at a time, so that no cell waits for it:
 * a run that begins in the middle is let through, and the work is taken up again after it. While a cell runs, only
 * statistics of small variables are worked out, where the cell itself waits, and few at a time.
 */
import type { KernelMessage, Statistics, View, ViewResult } from '../protocol'
import { imageOf } from './image'
import { pictureOf } from './picture'
import { sourceOf, type Source } from './source'
import { RunningStatistics } from './statistics'
import { tableOf } from './table'
import { textOf } from './text'

/** What an inspector asks of its session. */
export interface InspectorHost {
  readonly post: (message: KernelMessage) => void
  /** Whether a cell is running. */
  readonly busy: () => boolean
  /** The variable of that name as it is now. */
  readonly find: (name: string) => { readonly value: unknown; readonly version: number } | undefined
  /** Lets other messages through; resolves in a later turn. */
  readonly nextTurn: () => Promise<void>
}

/** Of a larger tensor this many values are looked at. */
const MOST_LOOKED = 4_000_000
/** Values that are worked through before messages are let in: a few milliseconds. */
const PART = 100_000
/** While a cell runs, one variable is looked at in so many milliseconds: a hundredth of the time. */
const PACE = 250

type Job =
  { readonly kind: 'summarise'; readonly name: string } | { readonly kind: 'view'; readonly view: View }

export class Inspector {
  readonly #host: InspectorHost
  #jobs: Job[] = []
  #working = false

  constructor(host: InspectorHost) {
    this.#host = host
  }

  /** Computes the statistics of variables, those asked for last first. */
  summarise(names: readonly string[]): void {
    const asked = new Set(names)
    const others = this.#jobs.filter((job) => job.kind === 'view' || !asked.has(job.name))
    this.#jobs = [...names.map((name) => ({ kind: 'summarise' as const, name })), ...others]
    this.resume()
  }

  /** Shows a variable's contents, before any statistics: a person waits for it. */
  view(view: View): void {
    this.#jobs.unshift({ kind: 'view', view })
    this.resume()
  }

  /** Takes up what waits; while a cell is running, only what is small. */
  resume(): void {
    if (!this.#working) void this.#work()
  }

  async #work(): Promise<void> {
    this.#working = true
    // A run may have been asked for in the same breath.
    await this.#host.nextTurn()
    for (;;) {
      const job = this.#host.busy() ? this.#takeSmall() : this.#jobs.shift()
      if (!job) break
      const done = job.kind === 'view' ? await this.#show(job.view) : await this.#summarise(job.name)
      if (!done) this.#jobs.unshift(job)
      if (this.#host.busy()) await new Promise((resolve) => setTimeout(resolve, PACE))
      else await this.#host.nextTurn()
    }
    this.#working = false
  }

  /** The first that asks for the statistics of so few values that a cell would not notice. */
  #takeSmall(): Job | undefined {
    const at = this.#jobs.findIndex((job) => job.kind === 'summarise' && this.#isSmall(job.name))
    return at < 0 ? undefined : this.#jobs.splice(at, 1)[0]
  }

  #isSmall(name: string): boolean {
    try {
      const source = sourceOf(this.#host.find(name)?.value)
      return source !== undefined && source.size <= PART
    } catch {
      // A variable that the running cell has yet to set.
      return false
    }
  }

  /** @returns false where a run came between. */
  async #summarise(name: string): Promise<boolean> {
    const { find, post } = this.#host
    let version = 0
    let statistics: Statistics | 'interrupted' | undefined
    try {
      const variable = find(name)
      version = variable?.version ?? 0
      const source = variable && sourceOf(variable.value)
      statistics = source && (await this.#statistics(source))
    } catch {
      // The device or the tensor is gone, and with it what could be said; or the variable was never set.
    }
    if (statistics === 'interrupted') return false
    post({ type: 'summary', name, version, ...(statistics && { statistics }) })
    return true
  }

  async #statistics({ facts, size, read }: Source): Promise<Statistics | 'interrupted' | undefined> {
    if (facts.dtype === 'string') return undefined
    const running = new RunningStatistics(facts.dtype === 'int32' || facts.dtype === 'bool')
    const looked = Math.min(size, MOST_LOOKED)
    const values = looked > 0 ? ((await read(0, looked)) as ArrayLike<number>) : []
    for (let from = 0; from < looked; from += PART) {
      if (from > 0) {
        await this.#host.nextTurn()
        if (this.#host.busy()) return 'interrupted'
      }
      running.add(values, from, Math.min(from + PART, looked))
    }
    return running.result(size)
  }

  async #show({ request, name, as }: View): Promise<boolean> {
    const result = await this.#look(name, as).catch((error: unknown): ViewResult => ({
      kind: 'failed',
      reason: error instanceof Error ? error.message : String(error),
    }))
    this.#host.post({ type: 'viewed', request, result })
    return true
  }

  async #look(name: string, as: View['as']): Promise<ViewResult> {
    const variable = this.#host.find(name)
    if (!variable) return { kind: 'failed', reason: `There is no variable ${name} in the session any more.` }
    if (as.kind === 'text') return textOf(variable.value)
    const source = sourceOf(variable.value)
    if (!source)
      return {
        kind: 'failed',
        reason: `${name} holds no numbers that can be read: it is no tensor, or its memory was given back.`,
      }
    const tensor = source.facts
    switch (as.kind) {
      case 'table':
        return tableOf(source, as.row, as.rows)
      case 'image':
        return { kind: 'bundle', tensor, bundle: await imageOf(source) }
      case 'picture':
        return { kind: 'bundle', tensor, bundle: await pictureOf(source, name) }
    }
  }
}
