/**
 * Data on surfaces and lines in space, where the density of the whole space is zero or infinite and the score does not
 * exist: what goes wrong with score matching on a manifold, and how a little noise mends it, shows on these.
 */
import type * as tf from '@tensorflow/tfjs'
import type { Data } from './data'
import { expectNotNegative, law } from './law'

/** Orthonormal vectors of a plane through the origin, and the direction across it. */
const FIRST = [1 / Math.sqrt(2), 1 / Math.sqrt(2), 0] as const
const SECOND = [1 / Math.sqrt(6), -1 / Math.sqrt(6), 2 / Math.sqrt(6)] as const
const NORMAL = [1 / Math.sqrt(3), -1 / Math.sqrt(3), -1 / Math.sqrt(3)] as const

/** Data in a plane in space. */
export interface InPlane extends Data<tf.Tensor2D> {
  /** Two orthonormal vectors that span the plane. */
  readonly basis: readonly [readonly number[], readonly number[]]
  /** The unit vector across it: n · x is how far a point lies off the plane. */
  readonly normal: readonly number[]
}

/**
 * A normal law in a tilted plane in three dimensions, with variance 1 along the plane: what principal component analysis
 * with two components leaves of any data. Its covariance is I − n nᵀ + noise² I.
 *
 * @param noise standard deviation of noise in all directions, not negative. Default 0.
 */
export function planeInSpace({ noise = 0 }: { noise?: number } = {}): InPlane {
  return inSpace('plane in space', 0, 2, noise, (_, [a = 0, b = 0]) => [a, b])
}

/**
 * A circle of radius √2 in a tilted plane in three dimensions: variance 1 along each direction of the plane.
 *
 * @param noise standard deviation of noise in all directions, not negative. Default 0.
 */
export function circleInSpace({ noise = 0 }: { noise?: number } = {}): InPlane {
  return inSpace('circle in space', 1, 0, noise, ([u = 0]) => {
    const theta = 2 * Math.PI * u
    return [Math.SQRT2 * Math.cos(theta), Math.SQRT2 * Math.sin(theta)]
  })
}

function inSpace(
  name: string,
  uniforms: number,
  normals: number,
  noise: number,
  inPlane: (u: readonly number[], z: readonly number[]) => [number, number],
): InPlane {
  expectNotNegative(name, 'noise', noise)
  const data = law({
    name,
    dim: 3,
    uniforms,
    normals: normals + 3,
    place(_, u, z) {
      const [a, b] = inPlane(u, z)
      return FIRST.map((f, i) => a * f + b * SECOND[i]! + noise * z[normals + i]!)
    },
  })
  return { ...data, basis: [FIRST, SECOND], normal: NORMAL }
}
