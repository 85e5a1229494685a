/**
 * Bijections: maps that can be undone, and that say how much they stretch.
 *
 * `forward` goes from data to latent, z = f(x), the direction that training needs, and `inverse` from latent to data, the
 * direction that draws samples. Each returns with its value the logarithm of the absolute determinant of its own
 * Jacobian, one number for each state, so that by the change of variables
 *
 *   log p(x) = log p(z) + log |det ∂f/∂x|.
 *
 * They are pure: parameters are passed in, as to networks.
 */
import * as tf from '@tensorflow/tfjs'
import type { RandomStream } from '../../tensor'
import type { Params } from '../network'
import { perMember } from '../ode'

/** A value [n, …] and log |det| of the Jacobian of the map to it, [n]. */
export interface Mapped {
  readonly value: tf.Tensor
  readonly logDet: tf.Tensor1D
}

export interface Bijection {
  readonly name: string
  /** The shape of one state of the data, without the batch. */
  readonly shape: readonly number[]
  /** The shape of one latent state: other than `shape` where states are rearranged. */
  readonly latentShape: readonly number[]
  /** Fresh parameters. They belong to the caller. */
  initial(stream: RandomStream): Params
  /**
   * z = f(x) and log |det ∂z/∂x|.
   *
   * @param x data of shape [n, …shape].
   * @param stream what estimates of the determinant are drawn from, where they are estimates.
   */
  forward(params: Params, x: tf.Tensor, stream?: RandomStream): Mapped
  /** x = f⁻¹(z) and log |det ∂x/∂z|. @param z latent states of shape [n, …latentShape]. */
  inverse(params: Params, z: tf.Tensor, stream?: RandomStream): Mapped
  /** The parameters that suit a first batch of data, where that is how they begin. */
  adapted?(params: Params, x: tf.Tensor): Params
}

/** How a bijection is made: its two maps see states of the right shape, and tidy up after themselves. */
export interface Maps {
  readonly name: string
  readonly shape: readonly number[]
  readonly latentShape?: readonly number[]
  readonly initial?: (stream: RandomStream) => Params
  readonly forward: (params: Params, x: tf.Tensor, stream?: RandomStream) => Mapped
  readonly inverse: (params: Params, z: tf.Tensor, stream?: RandomStream) => Mapped
  readonly adapted?: (params: Params, x: tf.Tensor) => Params
}

/** @throws RangeError from its maps, for states of another shape. */
export function bijection(maps: Maps): Bijection {
  const { name, shape, latentShape = shape, initial = () => ({}), adapted } = maps
  return {
    name,
    shape,
    latentShape,
    initial: (stream) => tf.tidy(() => initial(stream)),
    forward(params, x, stream) {
      expectStates(x, shape, name)
      return tf.tidy(() => ({ ...maps.forward(params, x, stream) }))
    },
    inverse(params, z, stream) {
      expectStates(z, latentShape, name)
      return tf.tidy(() => ({ ...maps.inverse(params, z, stream) }))
    },
    ...(adapted && {
      adapted: (params: Params, x: tf.Tensor) => {
        expectStates(x, shape, name)
        return tf.tidy(() => adapted(params, x))
      },
    }),
  }
}

/** A bijection that acts on each number by itself: log |det| sums the logarithms of the slopes. */
export function elementwise(
  name: string,
  shape: readonly number[],
  forward: (x: tf.Tensor) => readonly [value: tf.Tensor, logSlope: tf.Tensor],
  inverse: (z: tf.Tensor) => readonly [value: tf.Tensor, logSlope: tf.Tensor],
): Bijection {
  const mapped = ([value, logSlope]: readonly [tf.Tensor, tf.Tensor]): Mapped => ({
    value,
    logDet: perMember(logSlope),
  })
  return bijection({
    name,
    shape: expectShape(shape, name),
    forward: (_, x) => mapped(forward(x)),
    inverse: (_, z) => mapped(inverse(z)),
  })
}

/** No stretching, for a batch like `x`. */
export function noLogDet(x: tf.Tensor): tf.Tensor1D {
  return tf.zeros([x.shape[0]])
}

/** One log |det| for all of a batch. */
export function sameLogDet(x: tf.Tensor, value: tf.Tensor): tf.Tensor1D {
  return noLogDet(x).add(value)
}

/** @throws RangeError naming both shapes where `x` is not a batch of states of the shape. */
export function expectStates(x: tf.Tensor, shape: readonly number[], name: string): void {
  // Cells are not type-checked before they run.
  if (!(x instanceof tf.Tensor))
    throw new TypeError(`${name}: states must be a tensor of shape ${batched(shape)}, but are ${typeof x}`)
  if (x.rank === shape.length + 1 && shape.every((size, i) => x.shape[i + 1] === size)) return
  throw new RangeError(
    `${name} takes states of shape ${batched(shape)}, but was given a tensor of shape [${x.shape.join(', ')}]`,
  )
}

function batched(shape: readonly number[]): string {
  return `[${['n', ...shape].join(', ')}]`
}

/** @throws RangeError unless `shape` is a list of positive whole numbers. */
export function expectShape(shape: readonly number[], name: string): readonly number[] {
  const given: unknown = shape
  if (
    !Array.isArray(given) ||
    !shape.length ||
    !shape.every((size) => Number.isSafeInteger(size) && size > 0)
  )
    throw new RangeError(
      `${name}: shape must be a list of positive whole numbers, such as [2], but is ${JSON.stringify(given)}`,
    )
  return [...shape]
}

/** The shape of one state, given as itself or, for vectors, as their length. */
export type ShapeOption =
  | { readonly dim: number; readonly shape?: never }
  | { readonly shape: readonly number[]; readonly dim?: never }

export function shapeOf({ dim, shape }: ShapeOption, name: string): readonly number[] {
  return expectShape(shape ?? [dim], name)
}

/** How many numbers one state of the shape has. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}
