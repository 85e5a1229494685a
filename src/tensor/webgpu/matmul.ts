/** Matrix products: `tf.matMul`, its two gradients, and `tf.fused.matMul`. */
import * as tf from '@tensorflow/tfjs'
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { multiply, productShader, type Factors, type Finish } from './product'
import { broadcastStrides, joined } from '../wasm/strides'
import { override, type Call } from './registry'
import type { Shader } from './shader'
import type { Lanes } from './subgroups'
import { ACTIVATIONS } from './wgsl/activation'
import type { Reader } from './wgsl/product'

interface Inputs {
  readonly a: tf.TensorInfo
  readonly b: tf.TensorInfo
}

interface Transposes {
  readonly transposeA: boolean
  readonly transposeB: boolean
}

interface FusedInputs extends Inputs {
  readonly bias?: tf.TensorInfo
  readonly preluActivationWeights?: tf.TensorInfo
}

interface FusedAttributes extends Transposes {
  readonly activation: string
  readonly leakyreluAlpha?: number
}

/** A matrix: `Outer` numbers apart along its rows or columns, `Inner` numbers along what is summed over. */
export function matrixReader(factor: 'a' | 'b', innerFirst: boolean): Reader {
  return {
    innerFirst,
    code: /* wgsl */ `
fn ${factor}Outer(batch: u32, i: u32) -> vec4i {
  let first = batch / params.together * params.${factor}Run + batch % params.together * params.${factor}Batch;
  return vec4i(i32(first + i * params.${factor}Step), 0, 0, 0);
}
fn ${factor}Inner(k: u32) -> vec4i {
  return vec4i(i32(k * params.${factor}InnerStep), 0, 0, 0);
}
fn ${factor}At(outer: vec4i, inner: vec4i) -> f32 {
  return ${factor}[outer.x + inner.x];
}
`,
  }
}

/** What `matrixReader`'s readers are told. */
export const MATRIX_PARAMS = {
  /** Batches are in two levels: so many are `Batch` numbers apart, and runs of them are `Run` numbers apart. */
  together: 'u32',
  aRun: 'u32',
  bRun: 'u32',
  aBatch: 'u32',
  aStep: 'u32',
  aInnerStep: 'u32',
  bBatch: 'u32',
  bStep: 'u32',
  bInnerStep: 'u32',
} as const

function matrices(transposeA: boolean, transposeB: boolean): Factors<typeof MATRIX_PARAMS> {
  return {
    name: `${transposeA ? 'transposed ' : ''}a and ${transposeB ? 'transposed ' : ''}b`,
    a: matrixReader('a', !transposeA),
    b: matrixReader('b', transposeB),
    params: MATRIX_PARAMS,
  }
}

const MATRICES = [
  [matrices(false, false), matrices(false, true)],
  [matrices(true, false), matrices(true, true)],
] as const

/** Those that a network's layers, with their biases, and the layers' gradients are made of. */
export function matrixShaders(lanes?: Lanes): Shader[] {
  return ([64, 32, 16] as const).flatMap((tile) =>
    (
      [
        [MATRICES[0][0], true],
        [MATRICES[0][0], false],
        [MATRICES[0][1], false],
        [MATRICES[1][0], false],
      ] as const
    ).map(([factors, added]) => productShader(factors as unknown as Factors<never>, tile, { added }, lanes)),
  )
}

export function registerProducts(): void {
  override<Inputs, Transposes>(tf.BatchMatMul, (call) => product(call))
  override<FusedInputs, FusedAttributes>(tf._FusedMatMul, (call) => {
    const { inputs, attrs } = call
    const activation = ACTIVATIONS[attrs.activation]
    if (activation === undefined || inputs.preluActivationWeights) return undefined
    const columns = inputs.b.shape.at(attrs.transposeB ? -2 : -1)
    const { bias: addend } = inputs
    if (addend && (addend.dtype !== 'float32' || addend.shape.length !== 1 || addend.shape[0] !== columns))
      return undefined
    return product(call, { ...(addend && { addend }), activation, alpha: attrs.leakyreluAlpha ?? 0 })
  })
}

/** @returns undefined for what is left to TensorFlow.js: other types, and batches of more than two levels. */
function product(
  { inputs: { a, b }, attrs, backend }: Call<Inputs, Transposes>,
  finish: Finish = {},
): tf.TensorInfo | undefined {
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return undefined
  const outer = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2))
  return matrixProduct(backend, [a, b], attrs, [...outer], finish)
}

/**
 * activation(A·B + addend) + rest for each matrix of the batches, repeated as `outer` says.
 *
 * @returns undefined where they are repeated along more than two runs of axes.
 */
export function matrixProduct(
  backend: WebGPUBackend,
  [a, b]: readonly [tf.TensorInfo, tf.TensorInfo],
  { transposeA, transposeB }: Transposes,
  outer: number[],
  finish: Finish = {},
): tf.TensorInfo | undefined {
  const [aRows, aColumns] = [a.shape.at(-2)!, a.shape.at(-1)!]
  const [bRows, bColumns] = [b.shape.at(-2)!, b.shape.at(-1)!]
  const [rows, depth] = transposeA ? [aColumns, aRows] : [aRows, aColumns]
  const columns = transposeB ? bRows : bColumns
  const [manyA, manyB] = [a, b].map(({ shape }) => tf.util.sizeFromShape(shape.slice(0, -2)) > 1)
  const batches = tf.util.sizeFromShape(outer)
  const strides = [a, b].map(({ shape }) => broadcastStrides(shape.slice(0, -2), outer))
  const axes = joined(outer.map((size, i) => ({ size, steps: strides.map((steps) => steps[i]!) })))
  if (axes.length > 2) return undefined
  const together = axes.at(-1) ?? { size: 1, steps: [0, 0] }
  const runs = (axes.length === 2 && axes[0]) || { size: 1, steps: [0, 0] }
  // One matrix on the right is multiplied with all rows of the left at once.
  const flat = !manyB && !transposeA && manyA && !finish.addendBatch
  const told = {
    together: together.size,
    aRun: runs.steps[0]! * aRows * aColumns,
    aBatch: together.steps[0]! * aRows * aColumns,
    aStep: transposeA ? 1 : aColumns,
    aInnerStep: transposeA ? aColumns : 1,
    bRun: runs.steps[1]! * bRows * bColumns,
    bBatch: together.steps[1]! * bRows * bColumns,
    bStep: transposeB ? bColumns : 1,
    bInnerStep: transposeB ? 1 : bColumns,
  }
  const sizes = { rows: flat ? batches * rows : rows, columns, depth, batches: flat ? 1 : batches }
  const factors = MATRICES[transposeA ? 1 : 0][transposeB ? 1 : 0]
  return multiply(backend, factors, [a, b], told, sizes, [...outer, rows, columns], finish)
}
