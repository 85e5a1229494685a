/**
 * The dark squares of a board, each with the same probability and uniform inside. The board spans [−√3, √3]², so that
 * each coordinate is uniform on it and has variance 1, and the density is 1/6 on dark squares and 0 elsewhere.
 */
import * as tf from '@tensorflow/tfjs'
import type { State } from '../state'
import type { LabelledData } from './data'
import { expectWhole, labelledLaw } from './law'

export interface Checkerboard extends LabelledData<tf.Tensor2D> {
  /** log p(x) for `x` of shape [n, 2], −∞ on light squares: a tensor of shape [n], or n doubles for 2n doubles. */
  logDensity<S extends State>(x: S): S
}

const HALF = Math.sqrt(3)

/**
 * A law with a density that jumps. Its labels say which dark square a point lies in.
 *
 * @param squares on one side of the board, an even number. Default 4.
 */
export function checkerboard({ squares = 4 }: { squares?: number } = {}): Checkerboard {
  expectWhole('checkerboard', 'squares', squares, 2)
  if (squares % 2) throw new RangeError(`checkerboard: squares must be even, but is ${squares}`)
  const side = (2 * HALF) / squares
  const perRow = squares / 2
  const board = labelledLaw(
    {
      name: 'checkerboard',
      dim: 2,
      uniforms: 2,
      normals: 0,
      place(label, [u = 0, v = 0]) {
        const row = Math.floor(label / perRow)
        const column = 2 * (label % perRow) + (row % 2)
        return [-HALF + side * (column + u), -HALF + side * (row + v)]
      },
    },
    Array.from({ length: squares * perRow }, (_, k) => `square ${k + 1}`),
  )

  const logDensityAt = (x: number, y: number): number => {
    const column = Math.floor((x + HALF) / side)
    const row = Math.floor((y + HALF) / side)
    const inside = column >= 0 && column < squares && row >= 0 && row < squares
    return inside && (row + column) % 2 === 0 ? -Math.log(2 * HALF * HALF) : -Infinity
  }
  const logDensity = (x: State): State => {
    if (x instanceof Float64Array)
      return Float64Array.from({ length: x.length / 2 }, (_, i) => logDensityAt(x[2 * i]!, x[2 * i + 1]!))
    return tf.tidy(() => {
      const cell = x.add(HALF).div(side).floor()
      const inside = tf.logicalAnd(cell.greaterEqual(0), cell.less(squares)).all(1)
      const dark = cell.sum(1).mod(2).equal(0)
      return tf.where(tf.logicalAnd(inside, dark), -Math.log(2 * HALF * HALF), -Infinity)
    })
  }
  return { ...board, logDensity: logDensity as Checkerboard['logDensity'] }
}
