/** Where a training step keeps what it works on: the memory that `native/training.ts` reads its plan from, and works in. */
import type { LayerOf, PerceptronSizes } from '../fused/training'

/** Rows taken through the network at a time, a multiple of 12: their sums are the same whoever computes them. */
export const CHUNK = 132

/** Numbers of four bytes in the plan, and for each layer behind it. */
const HEADER = 12
const LAYER = 15

/** Addresses of what a step reads, and of what it writes. 0 where there is none. */
export interface TrainingAddresses {
  readonly layers: readonly LayerOf<number>[]
  readonly x: number
  readonly features: number
  readonly condition: number
  readonly target: number
  readonly ofCondition: number
}

/** Offsets from the start of the memory, in bytes. */
interface Layout {
  readonly factor: number
  readonly weight: number
  readonly conditionPanels: number
  readonly layers: readonly LayerLayout[]
  readonly bytes: number
}

interface LayerLayout {
  readonly packed: number
  readonly turned: number
  readonly turnedCondition: number
  readonly entering: number
  readonly leaving: number
  readonly gradient: number
  readonly columnOfE: number
  readonly columnOfC: number
  readonly columnOfOnes: number
}

/** A step's memory, without an address yet. */
export class TrainingPlan {
  readonly sizes: PerceptronSizes
  readonly rows: number
  readonly #room: number
  readonly #layout: Layout

  /** @param rows in a batch. */
  constructor(sizes: PerceptronSizes, rows: number) {
    this.sizes = sizes
    this.rows = rows
    this.#room = Math.min(CHUNK, upTo(Math.max(rows, 1), 12))
    this.#layout = layoutOf(sizes, rows, this.#room)
  }

  /** Bytes that it needs. */
  get bytes(): number {
    return this.#layout.bytes
  }

  /** How many layers there are. */
  get layers(): number {
    return this.sizes.widths.length - 1
  }

  /** Rows of `chunk` number `i`, and how many chunks there are. */
  get chunks(): number {
    return Math.ceil(this.rows / this.#room)
  }

  chunk(i: number): { readonly first: number; readonly rows: number } {
    const first = i * this.#room
    return { first, rows: Math.min(this.#room, this.rows - first) }
  }

  /**
   * Writes the plan for memory at an address, a multiple of 64.
   *
   * @param memory all of WebAssembly's memory.
   * @param factor, weight of each row; absent: 1.
   */
  write(
    memory: ArrayBuffer,
    address: number,
    at: TrainingAddresses,
    factor: Float32Array | undefined,
    weight: Float32Array | undefined,
  ): void {
    const { widths, features, condition } = this.sizes
    const layout = this.#layout
    if (factor) new Float32Array(memory, address + layout.factor, this.rows).set(factor)
    if (weight) new Float32Array(memory, address + layout.weight, this.rows).set(weight)
    const numbers = [
      ...[this.layers, this.#room, features, condition, at.x, at.features, at.condition, at.target],
      ...[factor ? address + layout.factor : 0, weight ? address + layout.weight : 0],
      ...[at.ofCondition, address + layout.conditionPanels],
      ...layout.layers.flatMap((layer, l) => {
        const { weights, bias, ofFeatures = 0, ofCondition = 0 } = at.layers[l]!
        return [
          ...[widths[l]!, widths[l + 1]!, weights, bias, ofFeatures, ofCondition],
          ...[layer.packed, layer.turned, layer.turnedCondition].map((offset) => address + offset),
          ...[layer.entering, layer.leaving, layer.gradient].map((offset) => address + offset),
          ...[layer.columnOfE, layer.columnOfC, layer.columnOfOnes],
        ]
      }),
    ]
    new Int32Array(memory, address, numbers.length).set(numbers)
  }

  /** Where a layer's gradients are, in rows of `stride` numbers. */
  gradientsOf(l: number, address: number): { readonly at: LayerOf<number>; readonly stride: number } {
    const { columnOfE, columnOfC, columnOfOnes, gradient } = this.#layout.layers[l]!
    const stride = upTo(this.sizes.widths[l + 1]!, 8)
    const row = (column: number): number => address + gradient + 4 * stride * column
    return {
      at: {
        weights: row(0),
        bias: row(columnOfOnes),
        ofFeatures: row(columnOfE),
        ofCondition: row(columnOfC),
      },
      stride,
    }
  }

  /** How many numbers a layer's gradients take, with zeros between them. */
  gradientSize(l: number): number {
    return (this.#layout.layers[l]!.columnOfOnes + 1) * upTo(this.sizes.widths[l + 1]!, 8)
  }
}

function layoutOf({ widths, features, condition }: PerceptronSizes, rows: number, room: number): Layout {
  const last = widths.length - 2
  let bytes = 4 * (HEADER + LAYER * (last + 1))
  /** Room for so many numbers, at the start of a line of the cache. */
  const numbers = (count: number): number => {
    const offset = upTo(bytes, 64)
    bytes = offset + 4 * count
    return offset
  }
  const [factor, weight] = [numbers(rows), numbers(rows)]
  const conditionPanels = numbers(room * upTo(condition, 8))
  const layers = widths.slice(1).map((outputs, l): LayerLayout => {
    const inputs = widths[l]!
    const [m, k] = l < last ? [features, condition] : [0, 0]
    const columnOfE = upTo(inputs, 4)
    const columnOfC = columnOfE + upTo(m, 4)
    const columnOfOnes = columnOfC + upTo(k, 4)
    const wide = upTo(outputs, 8)
    return {
      packed: numbers((1 + columnOfOnes) * wide),
      turned: numbers(l ? upTo(inputs, 8) * outputs : 0),
      turnedCondition: numbers(upTo(k, 8) * outputs),
      entering: numbers(room * upTo(columnOfOnes + 1, 12)),
      leaving: numbers(room * wide),
      gradient: numbers(upTo(columnOfOnes + 1, 12) * wide),
      columnOfE,
      columnOfC,
      columnOfOnes,
    }
  })
  return { factor, weight, conditionPanels, layers, bytes }
}

function upTo(n: number, multiple: number): number {
  return Math.ceil(n / multiple) * multiple
}
