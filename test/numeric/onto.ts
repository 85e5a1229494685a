/** Layers that end residual blocks, and what they are, for the devices that have kernels for them. */
import * as tf from '@tensorflow/tfjs'
import { affineOnto, convolutionOnto } from '../../src/tensor'
import { terms, type Shape4 } from './convolutionReference'

export interface OntoCase {
  readonly what: string
  /** Of rest, bias, x and weights. */
  readonly shapes: readonly [number[], number[], number[], number[]]
  readonly f: (...inputs: [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]) => tf.Tensor
  /** Calls `each` for every product, with the places of its factors and of what it is added to. */
  readonly products: (each: (x: number, w: number, y: number) => void) => void
}

function affineCase(rows: number, inner: number, columns: number): OntoCase {
  return {
    what: `${rows} × ${inner} times ${inner} × ${columns}`,
    shapes: [[rows, columns], [columns], [rows, inner], [inner, columns]],
    f: affineOnto,
    products(each) {
      for (let i = 0; i < rows; i++)
        for (let k = 0; k < inner; k++)
          for (let j = 0; j < columns; j++) each(i * inner + k, k * columns + j, i * columns + j)
    },
  }
}

function convolutionCase(x: Shape4, outChannels: number, size: number): OntoCase {
  const filter: Shape4 = [size, size, x[3], outChannels]
  return {
    what: `a convolution of [${x.join(', ')}] by [${filter.join(', ')}]`,
    shapes: [[...x.slice(0, 3), outChannels], [outChannels], x, filter],
    f: convolutionOnto,
    products: (each) => void terms({ x, filter, strides: [1, 1], pad: 'same' }, each),
  }
}

/** One, primes, nothing; on WASM by patches, by turning and Winograd's way, with edges of every kind. */
export const ONTO_CASES: readonly OntoCase[] = [
  affineCase(1, 1, 1),
  affineCase(13, 17, 11),
  affineCase(37, 300, 5),
  // On WebGPU a sum in parts.
  affineCase(3, 1100, 2),
  affineCase(0, 3, 4),
  convolutionCase([1, 1, 1, 1], 1, 1),
  convolutionCase([2, 5, 3, 3], 7, 1),
  convolutionCase([2, 5, 7, 2], 3, 3),
  convolutionCase([1, 6, 4, 5], 2, 3),
  convolutionCase([3, 5, 7, 13], 14, 3),
  convolutionCase([2, 4, 6, 8], 4, 3),
  convolutionCase([0, 4, 4, 8], 8, 3),
]

/** The result and the gradients of Σ d · y in rest, bias, x and weights, in double precision. */
export function exactOnto(
  { shapes, products }: OntoCase,
  [rest, bias, x, w]: readonly [Float32Array, Float32Array, Float32Array, Float32Array],
  d: Float32Array,
): Float64Array[] {
  const channels = shapes[1][0]!
  const y = Float64Array.from(rest, (value, i) => value + bias[i % channels]!)
  const [dBias, dx, dw] = [channels, x.length, w.length].map((size) => new Float64Array(size))
  d.forEach((value, i) => (dBias![i % channels]! += value))
  products((i, j, o) => {
    y[o]! += x[i]! * w[j]!
    dx![i]! += d[o]! * w[j]!
    dw![j]! += d[o]! * x[i]!
  })
  return [y, Float64Array.from(d), dBias!, dx!, dw!]
}

/** The same by the layers, for tensors of these values. */
export function madeOnto(
  { shapes, f }: OntoCase,
  values: readonly [Float32Array, Float32Array, Float32Array, Float32Array],
  d: Float32Array,
): tf.Tensor[] {
  type Four = [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
  return tf.tidy(() => {
    const inputs = values.map((value, i) => tf.tensor(value, shapes[i])) as Four
    const slope = tf.tensor(d, shapes[0])
    const gradients = tf.grads((...at: tf.Tensor[]) =>
      f(...(at as Four))
        .mul(slope)
        .sum(),
    )(inputs)
    return [f(...inputs), ...gradients]
  })
}
