/** Spirals in the plane. */
import type * as tf from '@tensorflow/tfjs'
import type { Data, LabelledData } from './data'
import { expectNotNegative, expectPositive, labelledLaw, law } from './law'

/**
 * Two spirals that start at the origin in opposite directions,
 *
 *   ±2√u (cos θ, sin θ),   θ = 2π · turns · √u,   u uniform on [0, 1),
 *
 * so that the points lie about evenly along the arms. E‖x‖² = 4 E[u] = 2 without the noise.
 *
 * @param turns how often an arm goes round. Default 1.5.
 * @param noise standard deviation of the noise, not negative. Default 0.05.
 */
export function spirals({
  turns = 1.5,
  noise = 0.05,
}: { turns?: number; noise?: number } = {}): LabelledData<tf.Tensor2D> {
  expectPositive('spirals', 'turns', turns)
  expectNotNegative('spirals', 'noise', noise)
  return labelledLaw(
    {
      name: 'spirals',
      dim: 2,
      uniforms: 1,
      place(label, [u = 0], [z1 = 0, z2 = 0]) {
        const radius = 2 * Math.sqrt(u) * (label === 0 ? 1 : -1)
        const theta = 2 * Math.PI * turns * Math.sqrt(u)
        return [radius * Math.cos(theta) + noise * z1, radius * Math.sin(theta) + noise * z2]
      },
    },
    ['first', 'second'],
  )
}

/** E[θ²] for θ uniform on [3π/2, 9π/2]. */
const MEAN_SQUARE = 9.75 * Math.PI ** 2

/**
 * A section through a swiss roll: c θ (cos θ, sin θ) with θ uniform on [3π/2, 9π/2], plus normal noise. The factor c is
 * such that E‖x‖² = 2 without the noise.
 *
 * @param noise standard deviation of the noise, not negative. Default 0.05.
 */
export function swissRoll({ noise = 0.05 }: { noise?: number } = {}): Data<tf.Tensor2D> {
  expectNotNegative('swissRoll', 'noise', noise)
  return law({
    name: 'swiss roll',
    dim: 2,
    uniforms: 1,
    place(_, [u = 0], [z1 = 0, z2 = 0]) {
      const theta = 1.5 * Math.PI * (1 + 2 * u)
      const radius = Math.sqrt(2 / MEAN_SQUARE) * theta
      return [radius * Math.cos(theta) + noise * z1, radius * Math.sin(theta) + noise * z2]
    },
  })
}
