/**
 * What the shaders of a training step share: how rows are divided, and where the step keeps what one shader leaves to the next.
 *
 * Scratch memory, in vectors of four units of a row: for each hidden layer its activations, of all n rows; for each its deltas, which
 * are the loss's gradients in what goes into the activation; the deltas of the output; the gradients in the condition; then one
 * number in each vector: the loss of each tile of rows, and the sum of squares of each block of gradients.
 */
import { sizesOf, type Perceptron, type PerceptronSizes } from '../../fused/training'
import { placed, type Placed } from './parameters'
import { fours, tileOf, tooWide, type Tile } from './tile'

/** Numbers of e and c together that a tile has room for. */
const TOLD = 1024

/** Gradients are computed in blocks of so many rows and columns. */
export const BLOCK = 32

export interface TrainingShape {
  /** What tells it from others in the names of shaders. */
  readonly name: string
  readonly sizes: PerceptronSizes
  readonly parameters: Placed
  readonly tile: Tile
  /** Vectors of one row of the hidden layers before each, and of all of them in the end. */
  readonly before: readonly number[]
  /** Blocks of gradients of the layers before each, and of all of them in the end. */
  readonly blocks: readonly number[]
}

export function shapeOf(perceptron: Perceptron): TrainingShape {
  const sizes = sizesOf(perceptron)
  const { widths, features, condition } = sizes
  const parameters = placed(sizes)
  return {
    name: [widths.join('-'), features, condition].join('/'),
    sizes,
    parameters,
    tile: tileFor(sizes)!,
    before: cumulated(widths.slice(1, -1).map(fours)),
    blocks: cumulated(
      parameters.layers.map(({ rows, outputs }) => Math.ceil(rows / BLOCK) * Math.ceil(outputs / BLOCK)),
    ),
  }
}

/** Why such a perceptron cannot be trained in these shaders, as the end of a sentence. */
export function refusal(sizes: PerceptronSizes): string | undefined {
  const told = sizes.features + sizes.condition
  if (tileFor(sizes)) return undefined
  return (
    tooWide(sizes.widths) ??
    `features and condition of ${told} numbers do not fit into the memory of a GPU's workgroup, which has room for ${TOLD / 4}`
  )
}

function tileFor({ widths, features, condition }: PerceptronSizes): Tile | undefined {
  const tile = tileOf(widths)
  if (!tile) return undefined
  let { rows } = tile
  while (rows > 4 && rows * (features + condition) > TOLD) rows /= 2
  return rows * (features + condition) > TOLD
    ? undefined
    : { rows, vectors: (tile.vectors / tile.rows) * rows }
}

function cumulated(counts: readonly number[]): number[] {
  const sums = [0]
  for (const count of counts) sums.push(sums.at(-1)! + count)
  return sums
}

/** Where things are in scratch memory, in vectors, for a batch of `n` rows. */
export function scratchOf({ sizes, before, tile, blocks }: TrainingShape, n: number) {
  const hidden = before.at(-1)!
  const ofOutput = 2 * n * hidden
  const ofCondition = ofOutput + n * fours(sizes.widths.at(-1)!)
  const losses = ofCondition + n * fours(sizes.condition)
  const tiles = Math.ceil(n / tile.rows)
  const squares = losses + tiles
  return { ofOutput, ofCondition, losses, tiles, squares, size: squares + blocks.at(-1)! }
}

/** The same in WGSL. Needs `params.rows`, the number of rows. */
export function scratchCode({ sizes, before, tile }: TrainingShape): string {
  const hidden = before.at(-1)!
  const [outputs, condition] = [fours(sizes.widths.at(-1)!), fours(sizes.condition)]
  return /* wgsl */ `
fn activationAt(before: u32, groups: u32, row: u32, group: u32) -> u32 {
  return before * params.rows + row * groups + group;
}
fn deltaAt(before: u32, groups: u32, row: u32, group: u32) -> u32 {
  return (${hidden}u + before) * params.rows + row * groups + group;
}
// The output's deltas follow those of all hidden layers.
fn ofConditionAt(row: u32, group: u32) -> u32 {
  return ${2 * hidden + outputs}u * params.rows + row * ${condition}u + group;
}
fn lossAt(tile: u32) -> u32 {
  return ${2 * hidden + outputs + condition}u * params.rows + tile;
}
fn squaresAt(block: u32) -> u32 {
  return lossAt((params.rows + ${tile.rows - 1}u) / ${tile.rows}u) + block;
}
`
}
