/** Coarse pictures: what super-resolution starts from. */
import * as tf from '@tensorflow/tfjs'
import { identityMap, type LinearMap } from './linearMap'
import { operatorOf, sizeOf, type LinearOperator } from './operator'

/**
 * The mean over blocks of `factor` × `factor` pixels, for each channel: y has the picture's numbers with height and width divided by
 * the factor. Its singular values are all 1/factor, with the blocks' indicators, divided by the factor, as v_i.
 *
 * @param shape [height, width, channels] of one state.
 * @throws RangeError where the factor does not divide height and width.
 */
export function coarse(
  shape: readonly [height: number, width: number, channels: number],
  { factor = 2, name = `mean of ${factor} × ${factor}` }: { factor?: number; name?: string } = {},
): LinearOperator {
  const [height, width, channels] = shape
  if (!Number.isSafeInteger(factor) || factor < 1 || height % factor || width % factor)
    throw new RangeError(
      `coarse: factor must be a whole number that divides ${height} and ${width}, but is ${factor}`,
    )
  const [rows, columns] = [height / factor, width / factor]
  const [inputs, outputs] = [sizeOf(shape), rows * columns * channels]
  const block = (pixel: number): number => {
    const [row, rest] = [Math.floor(pixel / (width * channels)), pixel % (width * channels)]
    const [column, channel] = [Math.floor(rest / channels), rest % channels]
    return (Math.floor(row / factor) * columns + Math.floor(column / factor)) * channels + channel
  }
  const of = Int32Array.from({ length: inputs }, (_, pixel) => block(pixel))
  /** Vᵀ: the sum over a block, divided by the factor. */
  const forward: LinearMap = {
    inputs,
    outputs,
    tensor: (x) =>
      tf
        .sum(x.reshape([x.shape[0] * rows, factor, columns, factor, channels]), [1, 3])
        .div(factor)
        .reshape([-1, outputs]),
    doubles: (x) => {
      const out = new Float64Array((x.length / inputs) * outputs)
      for (let i = 0; i < x.length; i++)
        out[Math.floor(i / inputs) * outputs + of[i % inputs]!]! += x[i]! / factor
      return out
    },
  }
  const back: LinearMap = {
    inputs: outputs,
    outputs: inputs,
    tensor: (y) =>
      y
        .reshape([y.shape[0] * rows, 1, columns, 1, channels])
        .mul(tf.fill([1, factor, 1, factor, 1], 1 / factor))
        .reshape([-1, inputs]),
    doubles: (y) =>
      Float64Array.from(
        { length: (y.length / outputs) * inputs },
        (_, i) => y[Math.floor(i / inputs) * outputs + of[i % inputs]!]! / factor,
      ),
  }
  const values = Array.from({ length: outputs }, () => 1 / factor)
  return operatorOf({
    name,
    shape,
    factors: () => ({ values, left: identityMap(outputs), right: { forward, back } }),
  })
}
