/** The table of a cell that is compiled to be stepped through: where it can pause, and what is in scope there. */
import type { AnyNode } from 'acorn'
import type { SteppedFunction, Stop, StepScope, StepTable } from '../cell'
import type { Parsed } from './analysis'
import { isFunction, type FunctionNode } from './aspects'
import { Lines } from './lines'
import type { Scope } from './scopes'

export class StepTableBuilder {
  readonly #parsed: Parsed
  readonly #lines: Lines
  readonly #stops: Stop[] = []
  readonly #functions: SteppedFunction[] = [{ name: '', line: 1, column: 1, callback: false }]
  readonly #scopes: StepScope[] = []
  readonly #indices = new Map<Scope, number>()

  constructor(parsed: Parsed) {
    this.#parsed = parsed
    this.#lines = new Lines(parsed.source, 'editor')
  }

  /**
   * Adds a place to pause.
   *
   * @param node in whose scope it is.
   * @param at the offset in the JavaScript that a person is shown.
   */
  stop(node: AnyNode, at: number, guarded: boolean): number {
    const scope = this.#parsed.references.scopes.get(node)
    return this.#stops.push({ ...this.#place(at), scope: scope ? this.#scope(scope) : 0, guarded }) - 1
  }

  function(node: FunctionNode, name: string, callback: boolean): number {
    return this.#functions.push({ name, ...this.#place(node.start), callback }) - 1
  }

  get table(): StepTable {
    return { stops: this.#stops, functions: this.#functions, scopes: this.#scopes }
  }

  #scope(scope: Scope): number {
    const known = this.#indices.get(scope)
    if (known !== undefined) return known
    const parent = scope.parent && this.#scope(scope.parent)
    const { boundary } = scope
    const outermost = boundary !== undefined && isFunction(boundary)
    const index = this.#scopes.push({
      names: [...scope.variables.keys()].filter((name) => name !== 'arguments' && this.#isLocal(scope, name)),
      parent,
      outermost,
      hasThis: outermost && boundary.type !== 'ArrowFunctionExpression',
    })
    this.#indices.set(scope, index - 1)
    return index - 1
  }

  /** At the top level, only what `using` declares is the cell's own; the rest is the session's. */
  #isLocal(scope: Scope, name: string): boolean {
    return scope.parent !== undefined || this.#parsed.usings.some(({ names }) => names.includes(name))
  }

  #place(offset: number): { line: number; column: number } {
    const { mappings } = this.#parsed.stripped
    let low = 0
    let high = mappings.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (mappings[middle]!.script <= offset) low = middle
      else high = middle - 1
    }
    const { line, column } = this.#lines.position(mappings[low]?.source ?? 0)
    return { line: line + 1, column: column + 1 }
  }
}
