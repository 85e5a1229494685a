/** Matrix products: `tf.matMul`, its two gradients, and `tf.fused.matMul`. */
import * as tf from '@tensorflow/tfjs'
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { multiply, productShader, type Factors, type Finish } from './product'
import { override, type Call } from './registry'
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
  return vec4i(i32(batch * params.${factor}Batch + i * params.${factor}Step), 0, 0, 0);
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

/** Those that a network's layers, and their gradients, are made of. */
export const MATRIX_SHADERS = [MATRICES[0][0], MATRICES[0][1], MATRICES[1][0]].flatMap((factors) =>
  ([64, 32, 16] as const).flatMap((tile) =>
    [false, true].map((added) => productShader(factors as unknown as Factors<never>, tile, added)),
  ),
)

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

/** @returns undefined for what is left to TensorFlow.js: other types, a batch that is repeated in part. */
function product(
  { inputs: { a, b }, attrs, backend }: Call<Inputs, Transposes>,
  finish: Finish = {},
): tf.TensorInfo | undefined {
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return undefined
  const [batchesA, batchesB] = [a, b].map(({ shape }) => tf.util.sizeFromShape(shape.slice(0, -2)))
  const outer = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2))
  const batches = tf.util.sizeFromShape(outer)
  if ([batchesA, batchesB].some((count) => count !== batches && count !== 1)) return undefined
  return matrixProduct(backend, [a, b], attrs, [...outer], finish)
}

/** activation(A·B + addend) for each matrix of the batches; of one matrix on either side the same for all. */
export function matrixProduct(
  backend: WebGPUBackend,
  [a, b]: readonly [tf.TensorInfo, tf.TensorInfo],
  { transposeA, transposeB }: Transposes,
  outer: number[],
  finish: Finish = {},
): tf.TensorInfo {
  const [aRows, aColumns] = [a.shape.at(-2)!, a.shape.at(-1)!]
  const [bRows, bColumns] = [b.shape.at(-2)!, b.shape.at(-1)!]
  const [rows, depth] = transposeA ? [aColumns, aRows] : [aRows, aColumns]
  const columns = transposeB ? bRows : bColumns
  const [manyA, manyB] = [a, b].map(({ shape }) => tf.util.sizeFromShape(shape.slice(0, -2)) > 1)
  const batches = tf.util.sizeFromShape(outer)
  // One matrix on the right is multiplied with all rows of the left at once.
  const flat = !manyB && !transposeA && manyA && !finish.addendBatch
  const told = {
    aBatch: manyA ? aRows * aColumns : 0,
    aStep: transposeA ? 1 : aColumns,
    aInnerStep: transposeA ? aColumns : 1,
    bBatch: manyB ? bRows * bColumns : 0,
    bStep: transposeB ? bColumns : 1,
    bInnerStep: transposeB ? 1 : bColumns,
  }
  const sizes = { rows: flat ? batches * rows : rows, columns, depth, batches: flat ? 1 : batches }
  const factors = MATRICES[transposeA ? 1 : 0][transposeB ? 1 : 0]
  return multiply(backend, factors, [a, b], told, sizes, [...outer, rows, columns], finish)
}
