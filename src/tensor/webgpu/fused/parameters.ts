/**
 * All parameters of a perceptron in one buffer, layer after layer, of each W, U, V and b as `fused/training.ts` names them, row by row,
 * each from a multiple of four numbers on. Together they are one matrix, for inputs [h, e, c, 1].
 */
import type { LayerOf, PerceptronSizes } from '../../fused/training'
import { fours } from './tile'

/** What a layer consists of, in this order. */
export const PARTS = ['weights', 'ofFeatures', 'ofCondition', 'bias'] as const

export type PartName = (typeof PARTS)[number]

/** A part in the buffer: `rows` rows of the layer's outputs. */
export interface Part {
  readonly name: PartName
  readonly start: number
  readonly rows: number
}

export interface LayerPlace {
  readonly inputs: number
  readonly outputs: number
  /** Those that there are. */
  readonly parts: readonly Part[]
  /** Of all parts. */
  readonly rows: number
}

export interface Placed {
  readonly layers: readonly LayerPlace[]
  /** Numbers in all, a multiple of four. */
  readonly size: number
}

export function placed({ widths, features, condition }: PerceptronSizes): Placed {
  let size = 0
  const layers = widths.slice(1).map((outputs, l) => {
    const inputs = widths[l]!
    const hidden = l < widths.length - 2
    const rows = {
      weights: inputs,
      ofFeatures: hidden ? features : 0,
      ofCondition: hidden ? condition : 0,
      bias: 1,
    }
    const parts = PARTS.filter((name) => rows[name]).map((name) => {
      const start = size
      size += 4 * fours(rows[name] * outputs)
      return { name, start, rows: rows[name] }
    })
    return { inputs, outputs, parts, rows: parts.reduce((sum, { rows }) => sum + rows, 0) }
  })
  return { layers, size }
}

/** Where a layer has a part, if it has it. */
export function partOf({ parts }: LayerPlace, name: PartName): Part | undefined {
  return parts.find((part) => part.name === name)
}

/** A part of each layer beside where it is in the buffer. */
export function partsOf<T>(
  { layers }: Placed,
  perceptron: readonly LayerOf<T>[],
): { readonly part: T; readonly start: number }[] {
  return layers.flatMap(({ parts }, l) =>
    parts.map(({ name, start }) => ({ part: perceptron[l]![name]!, start })),
  )
}

/**
 * WGSL for four numbers of a part: row k, the columns 4 group, …; 0 beyond the last. `numbers` is the buffer, of vectors.
 */
export function vectorOf(
  { outputs }: LayerPlace,
  { start }: Pick<Part, 'start'>,
  k: string,
  group: string,
): string {
  if (outputs % 4 === 0) return `numbers[${start / 4}u + (${k}) * ${outputs / 4}u + ${group}]`
  const at = (i: number): string =>
    `select(0.0, number(${start}u + (${k}) * ${outputs}u + 4u * ${group} + ${i}u), 4u * ${group} + ${i}u < ${outputs}u)`
  return `vec4f(${[0, 1, 2, 3].map(at).join(', ')})`
}
