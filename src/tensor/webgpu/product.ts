/** Matrix products: which tiles, and whether what is summed over is shared among several workgroups. */
import type * as tf from '@tensorflow/tfjs'
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { dispatch, makeOutput } from './dispatch'
import { shader, type BufferUse, type Shader } from './shader'
import { lanesOf, type Lanes } from './subgroups'
import { ACTIVATION } from './wgsl/activation'
import { PRODUCT_PARAMS, productCode, type Additions, type Reader, type Tile } from './wgsl/product'

/** A pair of factors that products can be made of. */
export interface Factors<P extends Readonly<Record<string, 'u32' | 'i32'>>> {
  readonly name: string
  readonly a: Reader
  readonly b: Reader
  /** What the readers are told. */
  readonly params: P
}

/** What is done to a product before it is written. */
export interface Finish {
  /** Added to it: of the product's shape, or one row for all rows, or a row for each batch. */
  readonly addend?: tf.TensorInfo
  /** Added after the activation, of the product's shape. */
  readonly rest?: tf.TensorInfo
  /** How far apart the addend's rows, and its batches, are. */
  readonly addendRow?: number
  readonly addendBatch?: number
  /** A number of `ACTIVATIONS`. */
  readonly activation?: number
  readonly alpha?: number
}

export interface Sizes {
  readonly rows: number
  readonly columns: number
  readonly depth: number
  readonly batches: number
}

/** Workgroups that keep a GPU busy. */
const ENOUGH = 128
/** A part of a sum that is worth a workgroup of its own. */
const SHORTEST_PART = 512

/** Large tiles read less, small ones are more; a part of the sum for each workgroup makes still more of them. */
export function planOf({ rows, columns, depth, batches }: Sizes): { tile: Tile; parts: number } {
  const longest = Math.max(1, Math.floor(depth / SHORTEST_PART))
  for (const tile of [64, 32, 16] as const) {
    const tiles = batches * Math.ceil(rows / tile) * Math.ceil(columns / tile)
    if (tile === 16 || (Math.min(rows, columns) > tile / 2 && tiles * longest >= ENOUGH))
      return { tile, parts: Math.min(longest, Math.ceil((2 * ENOUGH) / tiles)) }
  }
  throw new Error('unreachable')
}

const shaders = new Map<string, Shader>()

/**
 * The shader of a product, made once.
 *
 * @param additions what is added.
 * @param subgroups how many threads surely are in one subgroup, where the device has them. A first factor that does not lie along what is
 * summed over goes without: its readers would be far apart in memory.
 */
export function productShader(
  factors: Factors<never>,
  tile: Tile,
  { added = false, onto = false }: Additions = {},
  subgroups?: Lanes,
): Shader {
  const lanes = factors.a.innerFirst ? subgroups : undefined
  const name = `product of ${factors.name}, ${tile}${added ? ', added' : ''}${onto ? ', onto' : ''}${lanes ? `, ${lanes} lanes` : ''}`
  let made = shaders.get(name)
  if (!made) {
    const { a, b, params } = factors
    const buffers: Record<string, BufferUse> = {
      ...{ a: 'read', b: 'read' },
      ...(added && { addend: 'read' }),
      ...(onto && { rest: 'read' }),
      out: 'write',
    }
    const numbers = { ...PRODUCT_PARAMS, ...(params as object) }
    made = shader(
      name,
      buffers,
      numbers,
      productCode(tile, a, b, { added, onto }, lanes),
      lanes && 'subgroups',
    )
    shaders.set(name, made)
  }
  return made
}

/**
 * activation(A·B + addend) + rest, of `shape`.
 *
 * @param told the numbers of the factors' `params`.
 */
export function multiply<P extends Readonly<Record<string, 'u32' | 'i32'>>>(
  backend: WebGPUBackend,
  factors: Factors<P>,
  [a, b]: readonly [tf.TensorInfo, tf.TensorInfo],
  told: Readonly<Record<keyof P & string, number>>,
  sizes: Sizes,
  shape: number[],
  { addend, rest, addendRow = 0, addendBatch = 0, activation = 0, alpha = 0 }: Finish = {},
): tf.TensorInfo {
  const { rows, columns, depth, batches } = sizes
  const out = makeOutput(backend, shape)
  const size = batches * rows * columns
  if (size === 0) return out
  const { tile, parts } = planOf(sizes)
  const lanes = lanesOf(backend.device)
  const part = 16 * Math.ceil(depth / parts / 16)
  const finish = { addendRow, addendBatch, activation, alpha }
  const at = { ...told, rows, columns, depth, batches, part, parts }
  const groups = [batches * Math.ceil(rows / tile) * Math.ceil(columns / tile) * parts] as const
  const added = { ...(addend && { addend }), ...(rest && { rest }) }
  const additions = { added: addend !== undefined, onto: rest !== undefined }
  if (parts === 1 && depth > 0) {
    const made = productShader(factors as unknown as Factors<never>, tile, additions, lanes)
    dispatch(backend, made, { a, b, ...added, out }, { ...at, ...finish }, groups)
    return out
  }
  // Where there is nothing to sum, there are no parts.
  const sums = makeOutput(backend, depth > 0 ? [parts, size] : [1])
  if (depth > 0) {
    const none = { addendRow: 0, addendBatch: 0, activation: 0, alpha: 0 }
    const made = productShader(factors as unknown as Factors<never>, tile, {}, lanes)
    dispatch(backend, made, { a, b, out: sums }, { ...at, ...none }, groups)
  }
  dispatch(
    backend,
    partsShader(additions),
    { sums, ...added, out },
    { size, parts: depth > 0 ? parts : 0, rows, columns, ...finish },
    [Math.ceil(size / 64)],
  )
  backend.disposeData(sums.dataId)
  return out
}

function partsShader({ added = false, onto = false }: Additions): Shader {
  const name = `sum of parts${added ? ', added' : ''}${onto ? ', onto' : ''}`
  let made = shaders.get(name)
  if (!made) shaders.set(name, (made = partsOf(name, added, onto) as Shader))
  return made
}

function partsOf(name: string, added: boolean, onto: boolean) {
  const buffers: Record<string, BufferUse> = {
    sums: 'read',
    ...(added && { addend: 'read' }),
    ...(onto && { rest: 'read' }),
    out: 'write',
  }
  return shader(
    name,
    buffers,
    {
      size: 'u32',
      parts: 'u32',
      rows: 'u32',
      columns: 'u32',
      addendRow: 'u32',
      addendBatch: 'u32',
      activation: 'u32',
      alpha: 'f32',
    },
    /* wgsl */ `${ACTIVATION}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < params.size; i += 64u * groups.x) {
    var sum = 0.0;
    for (var part = 0u; part < params.parts; part++) {
      sum += sums[part * params.size + i];
    }
    ${
      added
        ? `let row = i / params.columns;
    sum += addend[row / params.rows * params.addendBatch + row % params.rows * params.addendRow + i % params.columns];`
        : ''
    }
    out[i] = activated(sum, params.activation, params.alpha)${onto ? ' + rest[i]' : ''};
  }
}`,
  )
}

/** Those that nearly every notebook needs. */
export const PARTS_SHADERS = [partsShader({}), partsShader({ added: true })]
