/** Linear maps on batches of states, of either kind, with their adjoints. */
import * as tf from '@tensorflow/tfjs'
import type { State } from '../state'

/** A map from members of `inputs` numbers to members of `outputs`, and how its adjoint is found. */
export interface LinearMap {
  readonly inputs: number
  readonly outputs: number
  /** On a tensor of shape [n, inputs], to one of shape [n, outputs]. */
  readonly tensor: (x: tf.Tensor2D) => tf.Tensor2D
  /** On n members, one after the other. */
  readonly doubles: (x: Float64Array) => Float64Array
}

/** A linear map and its adjoint. */
export interface MapPair {
  readonly forward: LinearMap
  readonly back: LinearMap
}

/**
 * The map on states; its gradient is the adjoint, whatever it is made of.
 *
 * @param shape of one member of the result.
 * @throws RangeError for members of another size.
 */
export function applied<S extends State>(pair: MapPair, x: S, shape: readonly number[]): S {
  // The two branches return what they were given; the compiler cannot follow that through S.
  return (x instanceof Float64Array ? onDoubles(pair.forward, x) : onTensor(pair, x, shape)) as S
}

function onDoubles({ inputs, doubles }: LinearMap, x: Float64Array): Float64Array {
  if (x.length % inputs)
    throw new RangeError(`the operator takes ${inputs} numbers for each state, but was given ${x.length}`)
  return doubles(x)
}

function onTensor(pair: MapPair, x: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const { inputs } = pair.forward
  const n = x.shape[0]
  if (x.size !== n * inputs)
    throw new RangeError(
      `the operator takes ${inputs} numbers for each state, but was given the shape [${x.shape.join(', ')}]`,
    )
  return tf.tidy(() => differentiable(pair, x.reshape<tf.Tensor2D>([n, inputs])).reshape([n, ...shape]))
}

function differentiable({ forward, back }: MapPair, x: tf.Tensor2D): tf.Tensor2D {
  const map = tf.customGrad((x: tf.Tensor | tf.GradSaveFunc) => ({
    value: forward.tensor(x as tf.Tensor2D),
    gradFunc: (dy: tf.Tensor) => differentiable({ forward: back, back: forward }, dy as tf.Tensor2D),
  }))
  return map(x) as tf.Tensor2D
}

/** The map of a matrix. @param rows its numbers, row by row; it has `inputs` columns. */
export function matrixMap(rows: Float64Array, inputs: number): MapPair {
  const outputs = rows.length / inputs
  const single = Float32Array.from(rows)
  const table = (): tf.Tensor2D => tf.tensor2d(single, [outputs, inputs])
  return {
    forward: {
      inputs,
      outputs,
      tensor: (x) => tf.matMul(x, table(), false, true),
      doubles: (x) => times(rows, inputs, x),
    },
    back: {
      inputs: outputs,
      outputs: inputs,
      tensor: (y) => tf.matMul(y, table()),
      doubles: (y) => timesTransposed(rows, inputs, y),
    },
  }
}

function times(rows: Float64Array, inputs: number, x: Float64Array): Float64Array {
  const [n, outputs] = [x.length / inputs, rows.length / inputs]
  const out = new Float64Array(n * outputs)
  for (let k = 0; k < n; k++)
    for (let i = 0; i < outputs; i++) {
      let sum = 0
      for (let j = 0; j < inputs; j++) sum += rows[i * inputs + j]! * x[k * inputs + j]!
      out[k * outputs + i] = sum
    }
  return out
}

function timesTransposed(rows: Float64Array, inputs: number, y: Float64Array): Float64Array {
  const outputs = rows.length / inputs
  const n = y.length / outputs
  const out = new Float64Array(n * inputs)
  for (let k = 0; k < n; k++)
    for (let i = 0; i < outputs; i++) {
      const factor = y[k * outputs + i]!
      if (factor) for (let j = 0; j < inputs; j++) out[k * inputs + j]! += factor * rows[i * inputs + j]!
    }
  return out
}

/** Picks some of the numbers of each member; its adjoint puts them back and fills up with zeros. */
export function pickMap(places: readonly number[], inputs: number): MapPair {
  const outputs = places.length
  const order = Int32Array.from(places)
  // Where each number comes from on the way back; those that were not picked come from a zero behind the last.
  const from = new Int32Array(inputs).fill(outputs)
  places.forEach((place, i) => (from[place] = i))
  const gather = (x: tf.Tensor2D, which: Int32Array): tf.Tensor2D =>
    tf.gather(x, tf.tensor1d(which, 'int32'), 1)
  return {
    forward: {
      inputs,
      outputs,
      tensor: (x) => gather(x, order),
      doubles: (x) =>
        Float64Array.from(
          { length: (x.length / inputs) * outputs },
          (_, i) => x[Math.floor(i / outputs) * inputs + order[i % outputs]!]!,
        ),
    },
    back: {
      inputs: outputs,
      outputs: inputs,
      tensor: (y) => gather(tf.concat2d([y, tf.zeros<tf.Rank.R2>([y.shape[0], 1])], 1), from),
      doubles: (y) => {
        const out = new Float64Array((y.length / outputs) * inputs)
        for (let i = 0; i < y.length; i++) out[Math.floor(i / outputs) * inputs + order[i % outputs]!] = y[i]!
        return out
      },
    },
  }
}

/** The map that changes nothing. */
export function identityMap(size: number): MapPair {
  const map: LinearMap = { inputs: size, outputs: size, tensor: (x) => x.clone(), doubles: (x) => x.slice() }
  return { forward: map, back: map }
}

/** Each number of each member times its own factor. */
export function scaling(factors: readonly number[]): MapPair {
  const single = Float32Array.from(factors)
  const map: LinearMap = {
    inputs: factors.length,
    outputs: factors.length,
    tensor: (x) => tf.mul(x, tf.tensor2d(single, [1, single.length])),
    doubles: (x) => x.map((value, i) => value * factors[i % factors.length]!),
  }
  return { forward: map, back: map }
}

/** The pair the other way round. */
export function adjointOf({ forward, back }: MapPair): MapPair {
  return { forward: back, back: forward }
}
