/**
 * Two interleaved half circles in the plane, around the origin:
 *
 *   upper (cos θ − ½, sin θ − ¼),   lower (½ − cos θ, ¼ − sin θ),   θ uniform on [0, π],
 *
 * each with probability ½, plus normal noise. The variances are ¾ and ¼ + (¼ − 1/π) + 1/16 ≈ 0.244, without the noise.
 */
import type * as tf from '@tensorflow/tfjs'
import type { LabelledData } from './data'
import { expectNotNegative, labelledLaw } from './law'

/** @param noise standard deviation of the noise, not negative. Default 0.05. */
export function moons({ noise = 0.05 }: { noise?: number } = {}): LabelledData<tf.Tensor2D> {
  expectNotNegative('moons', 'noise', noise)
  return labelledLaw(
    {
      name: 'moons',
      dim: 2,
      uniforms: 1,
      place(label, [u = 0], [z1 = 0, z2 = 0]) {
        const theta = Math.PI * u
        const sign = label === 0 ? 1 : -1
        return [sign * (Math.cos(theta) - 0.5) + noise * z1, sign * (Math.sin(theta) - 0.25) + noise * z2]
      },
    },
    ['upper', 'lower'],
  )
}
