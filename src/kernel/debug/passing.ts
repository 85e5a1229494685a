/** What breakpoints do when a cell comes by: pause, pause under a condition or at some times only, or tell something. */
import { previewLine } from '../display/preview'
import { Interrupted } from '../session/interrupt'
import { plainMessage } from '../session/scope.message'
import type { Breakpoint, HitCondition } from './protocol'

/** What a breakpoint has the stepper do. */
export type Passed =
  { readonly kind: 'pause'; readonly text?: string } | { readonly kind: 'log'; readonly text: string }

/** Characters of a logged value. */
const LOGGED = 1000

/** Remembers how often each breakpoint was passed; of one run. */
export class Passing {
  readonly #counts = new Map<string, number>()

  /**
   * @param evaluate a condition's or message's code, in the scope of the place
   * @returns undefined where the cell is to go on in silence
   * @throws Interrupted where the run was stopped meanwhile
   */
  pass(cell: string, breakpoint: Breakpoint, evaluate: (code: string) => unknown): Passed | undefined {
    try {
      if (breakpoint.condition !== undefined && !evaluate(breakpoint.condition)) return undefined
    } catch (error) {
      if (error instanceof Interrupted) throw error
      return { kind: 'pause', text: describe(error) }
    }
    if (!this.#isTime(`${cell}:${breakpoint.line}`, breakpoint.hits)) return undefined
    if (!breakpoint.log) return { kind: 'pause' }
    return { kind: 'log', text: breakpoint.log.map((part) => logged(part, evaluate)).join('') }
  }

  #isTime(key: string, hits: HitCondition | undefined): boolean {
    const times = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, times)
    return !hits || holds(hits, times)
  }
}

function holds({ operator, count }: HitCondition, times: number): boolean {
  switch (operator) {
    case '=':
      return times === count
    case '>':
      return times > count
    case '>=':
      return times >= count
    case '<':
      return times < count
    case '<=':
      return times <= count
    case '%':
      return times % count === 0
  }
}

function logged(part: NonNullable<Breakpoint['log']>[number], evaluate: (code: string) => unknown): string {
  if (typeof part === 'string') return part
  try {
    const value = evaluate(part.code)
    return typeof value === 'string' ? value : previewLine(value, LOGGED)
  } catch (error) {
    if (error instanceof Interrupted) throw error
    return `[${describe(error)}]`
  }
}

function describe(error: unknown): string {
  return plainMessage(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
}
