/**
 * The two sides of a claimed identity, E[left] = E[right], as named terms of random draws, and what has been summed of them.
 */
import * as tf from '@tensorflow/tfjs'
import type { RandomStream } from '../../tensor'

/** One number for each draw (shape [n]), or a vector for each (shape [n, d]). */
export type Values = tf.Tensor | Float64Array

/** A term of a sum, as a function of the draws, which all terms share. */
export type Term<D> = (draws: D) => Values

/** A sum of named terms. An empty one is zero. */
export type Side<D> = Readonly<Record<string, Term<D>>>

/** Makes n draws: any value, such as `{ x, noise }`. Tensors in it are disposed of afterwards. */
export type Draw<D> = (n: number, stream: RandomStream) => D

/** A term with the sign that it has in left − right. */
export interface SignedTerm<D> {
  readonly name: string
  readonly sign: 1 | -1
  /** What is compared: `components` numbers for each draw. */
  readonly values: (draws: D) => readonly Values[]
}

/** Draws whose sums are kept together; batches of any look are made of these. */
export const BLOCK = 64

/** Draws that are evaluated at a time, to bound memory. */
const CHUNK = 2 ** 16

/** Sums over all draws so far. */
export class Sums<D> {
  readonly names: readonly string[]
  readonly signs: readonly number[]
  /** For each component, left − right of every draw. */
  readonly differences: number[][] = []
  /** For each component and term, the sum of the term in every block of draws. */
  readonly blocks: number[][][] = []
  /** For each component and term, the sum of squares. */
  readonly squares: number[][] = []
  n = 0
  readonly #draw: Draw<D>
  readonly #terms: readonly SignedTerm<D>[]

  constructor(draw: Draw<D>, terms: readonly SignedTerm<D>[]) {
    this.#draw = draw
    this.#terms = terms
    this.names = terms.map(({ name }) => name)
    this.signs = terms.map(({ sign }) => sign)
  }

  /** How many numbers each draw is compared in. */
  get components(): number {
    return this.differences.length
  }

  /** Draws until there are n in all. n is a multiple of BLOCK. */
  async extend(n: number, stream: RandomStream, pause: () => Promise<void>): Promise<void> {
    while (this.n < n) {
      const chunk = Math.min(n - this.n, CHUNK)
      this.#add(await evaluate(this.#draw, this.#terms, chunk, stream), chunk)
      await pause()
    }
  }

  /** @param values for each term, its components, each of n numbers. */
  #add(values: readonly (readonly ArrayLike<number>[])[], n: number): void {
    const components = values[0]!.length
    while (this.differences.length < components) {
      this.differences.push([])
      this.blocks.push(this.names.map(() => []))
      this.squares.push(this.names.map(() => 0))
    }
    for (const [k, parts] of values.entries())
      if (parts.length !== components)
        throw new RangeError(
          `term '${this.names[k]}' gives ${parts.length} numbers for each draw, but '${this.names[0]}' gives ${components}`,
        )
    for (let c = 0; c < components; c++) {
      for (let start = 0; start < n; start += BLOCK) {
        const difference = new Float64Array(BLOCK)
        for (const [k, parts] of values.entries()) {
          let sum = 0
          for (let i = 0; i < BLOCK; i++) {
            const value = parts[c]![start + i]!
            if (!Number.isFinite(value))
              throw new RangeError(`term '${this.names[k]}' is ${value} for a draw`)
            sum += value
            this.squares[c]![k]! += value * value
            difference[i]! += this.signs[k]! * value
          }
          this.blocks[c]![k]!.push(sum)
        }
        for (const value of difference) this.differences[c]!.push(value)
      }
    }
    this.n += n
  }
}

/** The values of all terms on n fresh draws: for each term and component, n numbers. */
async function evaluate<D>(
  draw: Draw<D>,
  terms: readonly SignedTerm<D>[],
  n: number,
  stream: RandomStream,
): Promise<ArrayLike<number>[][]> {
  const computed = new Map<SignedTerm<D>, readonly Values[]>()
  tf.tidy(() => {
    const draws = draw(n, stream)
    for (const term of terms) {
      const values = term.values(draws)
      computed.set(term, values)
      for (const value of values) if (value instanceof tf.Tensor) tf.keep(value)
    }
  })
  const kept = [...computed.values()].flat().filter((value) => value instanceof tf.Tensor)
  try {
    return await Promise.all(
      terms.map(async (term) => {
        const parts = await Promise.all(computed.get(term)!.map((value) => columns(value, n, term.name)))
        return parts.flat()
      }),
    )
  } finally {
    // Two terms may be the same tensor.
    for (const tensor of new Set(kept)) tensor.dispose()
  }
}

/** The columns of [n, d], or the one of [n]. */
async function columns(value: Values, n: number, name: string): Promise<ArrayLike<number>[]> {
  const given: unknown = value
  if (!(given instanceof tf.Tensor) && !(given instanceof Float64Array))
    throw new TypeError(`term '${name}' must be a tensor or a Float64Array with a number for each draw`)
  const numbers = value instanceof Float64Array ? value : await value.data()
  const rows = value instanceof Float64Array ? n : (value.shape[0] ?? 1)
  const width = numbers.length / n
  if (rows !== n || !Number.isInteger(width) || width === 0)
    throw new RangeError(
      `term '${name}' must have ${n} rows, one for each draw, but has ` +
        (value instanceof Float64Array ? `${numbers.length} numbers` : `shape [${value.shape.join(', ')}]`),
    )
  if (width === 1) return [numbers]
  return Array.from({ length: width }, (_, c) =>
    Float64Array.from({ length: n }, (_, i) => numbers[i * width + c]!),
  )
}
