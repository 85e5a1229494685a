/**
 * Circles around the origin of the plane, at radii r_k and an angle uniform on [0, 2π), plus normal noise. The radii are
 * scaled so that E‖x‖² = 2 without the noise: each coordinate has variance 1.
 */
import type * as tf from '@tensorflow/tfjs'
import type { LabelledData } from './data'
import { expectNotNegative, expectWhole, labelledLaw } from './law'

/**
 * Two circles, one inside the other: r = R and r = factor · R with R² (1 + factor²) / 2 = 2.
 *
 * @param factor the inner radius over the outer, in (0, 1). Default 0.5.
 * @param noise standard deviation of the noise, not negative. Default 0.05.
 */
export function circles({
  factor = 0.5,
  noise = 0.05,
}: { factor?: number; noise?: number } = {}): LabelledData<tf.Tensor2D> {
  if (!(factor > 0 && factor < 1))
    throw new RangeError(`circles: factor must be between 0 and 1, but is ${factor}`)
  return concentric('circles', [1, factor], noise, ['outer', 'inner'])
}

/**
 * So many circles at radii in proportion to 1, 2, …, count, each with the same share of the samples; with `count: 1` one
 * circle of radius √2, and without noise a law that lives on a line and has no density.
 *
 * @param count how many. Default 3.
 * @param noise standard deviation of the noise, not negative. Default 0.05.
 */
export function rings({
  count = 3,
  noise = 0.05,
}: { count?: number; noise?: number } = {}): LabelledData<tf.Tensor2D> {
  expectWhole('rings', 'count', count)
  const radii = Array.from({ length: count }, (_, k) => k + 1)
  return concentric(
    'rings',
    radii,
    noise,
    radii.map((k) => `ring ${k}`),
  )
}

function concentric(
  name: string,
  proportions: readonly number[],
  noise: number,
  classes: readonly string[],
): LabelledData<tf.Tensor2D> {
  expectNotNegative(name, 'noise', noise)
  const meanSquare = proportions.reduce((sum, r) => sum + r * r, 0) / proportions.length
  const radii = proportions.map((r) => r * Math.sqrt(2 / meanSquare))
  return labelledLaw(
    {
      name,
      dim: 2,
      uniforms: 1,
      place(label, [u = 0], [z1 = 0, z2 = 0]) {
        const theta = 2 * Math.PI * u
        const r = radii[label]!
        return [r * Math.cos(theta) + noise * z1, r * Math.sin(theta) + noise * z2]
      },
    },
    classes,
  )
}
