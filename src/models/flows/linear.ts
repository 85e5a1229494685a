/**
 * Invertible linear maps, z = W x + b, with a determinant that costs nothing:
 *
 *   W = P L (U + diag s),   log |det W| = Σ log |s_i|,
 *
 * P a permutation and sign(s) kept as they begin; L unit lower triangular, U strictly upper triangular and log |s| are
 * trained. On states [h, w, c] the map acts on the channels of every pixel by itself: that is Glow's 1 × 1 convolution,
 * with log |det| = h w Σ log |s_i|.
 *
 * Kingma and Dhariwal, "Glow: generative flow with invertible 1×1 convolutions", 2018, https://arxiv.org/abs/1807.03039
 */
import * as tf from '@tensorflow/tfjs'
import { RandomStream } from '../../tensor'
import type { Params } from '../network'
import { bijection, sameLogDet, shapeOf, sizeOf, type Bijection, type ShapeOption } from './bijection'
import { plu } from './plu'
import { solveTriangular, strictTriangle, unitRows } from './triangularSystems'

export type LinearOptions = (ShapeOption | { readonly dim?: never; readonly shape?: never }) & {
  /** W at first, row by row. Default: a random rotation. */
  readonly matrix?: readonly (readonly number[])[]
  /** b at first. Default: zeros. */
  readonly bias?: readonly number[]
  /** Which random rotation. P comes from it and is no parameter, so it belongs to the model's description. Default 0. */
  readonly seed?: number
}

/**
 * z = W x + b on the last axis of states.
 *
 * @throws RangeError for a singular matrix, or one that does not fit the states.
 */
export function linear(options: LinearOptions): Bijection {
  return build('linear', options)
}

/** The 1 × 1 convolution z_ij = W x_ij + b on states of shape [h, w, c]. */
export function convolution1x1(options: LinearOptions & { readonly shape: readonly number[] }): Bijection {
  if (options.shape.length !== 3)
    throw new RangeError(
      `convolution1x1: shape must be [height, width, channels], but is [${options.shape.join(', ')}]`,
    )
  return build('1 × 1 convolution', options)
}

function build(name: string, { matrix, bias, seed = 0, ...option }: LinearOptions): Bijection {
  const shape = shapeOf(
    option.shape || option.dim !== undefined ? option : { dim: matrix?.length ?? NaN },
    name,
  )
  const c = shape.at(-1)!
  const places = sizeOf(shape) / c
  const start = matrix ?? rotation(c, seed)
  const { order, lower, upper } = plu(start, `${name}: matrix`)
  if (start.length !== c)
    throw new RangeError(`${name}: matrix must be ${c} × ${c}, but has ${start.length} rows`)
  const b = bias ?? start.map(() => 0)
  if (b.length !== c || !b.every(Number.isFinite))
    throw new RangeError(`${name}: bias must be ${c} finite numbers, but is [${b.join(', ')}]`)
  const signs = upper.map((row, i) => Math.sign(row[i]!))

  const factors = ({ L, U, logS }: Params) => ({
    lower: L!.mul(strictTriangle(c, 'lower')).add<tf.Tensor2D>(tf.eye(c)),
    upper: U!
      .mul(strictTriangle(c, 'upper'))
      .add<tf.Tensor2D>(tf.eye(c).mul(logS!.exp().mul(tf.tensor1d(signs)))),
    // P, whose row order[i] has its one in column i.
    permutation: unitRows(inverseOrder(order)),
  })
  const rows = (x: tf.Tensor): tf.Tensor2D => x.reshape([-1, c])

  return bijection({
    name,
    shape,
    initial: () => ({
      L: tf.tensor2d(lower.map((row) => [...row])).mul(strictTriangle(c, 'lower')),
      U: tf.tensor2d(upper.map((row) => [...row])).mul(strictTriangle(c, 'upper')),
      logS: tf.tensor1d(upper.map((row, i) => Math.log(Math.abs(row[i]!)))),
      bias: tf.tensor1d([...b]),
    }),
    forward(params, x) {
      const { lower, upper, permutation } = factors(params)
      const w = tf.matMul(permutation, tf.matMul(lower, upper))
      return {
        value: tf.matMul(rows(x), w, false, true).add(params.bias!).reshape(x.shape),
        logDet: sameLogDet(x, params.logS!.sum().mul(places)),
      }
    },
    inverse(params, z) {
      const { lower, upper, permutation } = factors(params)
      // Row vectors: (z − b)ᵀ P is Pᵀ (z − b).
      const y = tf.matMul<tf.Tensor2D>(rows(z.sub(params.bias!)), permutation)
      const x = solveTriangular(upper, solveTriangular(lower, y, 'lower'), 'upper')
      return {
        value: x.reshape(z.shape),
        logDet: sameLogDet(z, params.logS!.sum().mul(-places)),
      }
    },
  })
}

function inverseOrder(order: readonly number[]): number[] {
  const inverse = order.map(() => 0)
  order.forEach((row, i) => (inverse[row] = i))
  return inverse
}

/** A random rotation or reflection: normal columns made orthonormal one after the other (Gram and Schmidt). */
function rotation(n: number, seed: number): number[][] {
  const normals = new RandomStream(seed, `rotation ${n}`).normal(n * n)
  const rows: number[][] = []
  for (let i = 0; i < n; i++) {
    let row = Array.from({ length: n }, (_, j) => normals[i * n + j]!)
    for (const other of rows) {
      const share = row.reduce((sum, x, j) => sum + x * other[j]!, 0)
      row = row.map((x, j) => x - share * other[j]!)
    }
    const length = Math.hypot(...row)
    rows.push(row.map((x) => x / length))
  }
  return rows
}
