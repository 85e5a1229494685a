/**
 * A sheet between four latent states, along which likeness changes smoothly:
 *
 *   z(a, b) = cos a (cos b z¹ + sin b z²) + sin a (cos b z³ + sin b z⁴),   a, b ∈ [0, π/2].
 *
 * The squares of the four weights sum to one, so that z stays as far from the origin as normal latents are when the
 * corners are independent.
 *
 * Dinh, Sohl-Dickstein and Bengio, "Density estimation using Real NVP", 2016, section 4.1,
 * https://arxiv.org/abs/1605.08803
 */
import { combine, type State } from '../state'

/** z(a, b) for one state, or a batch of states, at each corner. */
export function latentPoint<S extends State>(corners: readonly [S, S, S, S], a: number, b: number): S {
  const [z1, z2, z3, z4] = expectCorners(corners)
  return combine(
    [Math.cos(a) * Math.cos(b), z1],
    [Math.cos(a) * Math.sin(b), z2],
    [Math.sin(a) * Math.cos(b), z3],
    [Math.sin(a) * Math.sin(b), z4],
  )
}

/** Evenly spread angles from 0 to π/2. @throws RangeError for a size that is not a whole number from 2 on. */
export function sheetAngles(size: number): number[] {
  if (!Number.isSafeInteger(size) || size < 2 || size > 200)
    throw new RangeError(`a latent sheet's size must be a whole number from 2 to 200, but is ${size}`)
  return Array.from({ length: size }, (_, i) => (Math.PI / 2) * (i / (size - 1)))
}

/** @throws TypeError unless there are four corners. */
export function expectCorners<S extends State>(corners: readonly [S, S, S, S]): readonly [S, S, S, S] {
  const given: unknown = corners
  if (!Array.isArray(given) || given.length !== 4)
    throw new TypeError('a latent sheet has four corners, [z1, z2, z3, z4], each a latent state')
  return corners
}
