/**
 * A pinwheel: arms that bend more the further out they reach,
 *
 *   ρ = 1 + radial · z₁,   τ = tangential · z₂,   φ = 2πk/K + rate · e^ρ,   c · R(φ) (ρ, τ),
 *
 * with arm k = 0, …, K − 1, R(φ) the rotation by φ, and c such that E‖x‖² = c² (1 + radial² + tangential²) = 2.
 *
 * Johnson, Duvenaud, Wiltschko, Datta and Adams, "Composing graphical models with neural networks for structured
 * representations and fast inference", NeurIPS 2016, https://arxiv.org/abs/1603.06277
 */
import type * as tf from '@tensorflow/tfjs'
import type { LabelledData } from './data'
import { expectNotNegative, expectPositive, expectWhole, labelledLaw } from './law'

export interface PinwheelOptions {
  /** K. Default 5. */
  readonly arms?: number
  /** Standard deviation along an arm, positive. Default 0.3. */
  readonly radial?: number
  /** Standard deviation across an arm, not negative. Default 0.1. */
  readonly tangential?: number
  /** How much arms bend; 0 leaves them straight. Default 0.25. */
  readonly rate?: number
}

/** @throws RangeError for an option out of its range. */
export function pinwheel({
  arms = 5,
  radial = 0.3,
  tangential = 0.1,
  rate = 0.25,
}: PinwheelOptions = {}): LabelledData<tf.Tensor2D> {
  expectWhole('pinwheel', 'arms', arms)
  expectPositive('pinwheel', 'radial', radial)
  expectNotNegative('pinwheel', 'tangential', tangential)
  if (!Number.isFinite(rate)) throw new RangeError(`pinwheel: rate must be a finite number, but is ${rate}`)
  const scale = Math.sqrt(2 / (1 + radial ** 2 + tangential ** 2))
  return labelledLaw(
    {
      name: 'pinwheel',
      dim: 2,
      uniforms: 0,
      place(arm, _, [z1 = 0, z2 = 0]) {
        const along = 1 + radial * z1
        const across = tangential * z2
        const angle = (2 * Math.PI * arm) / arms + rate * Math.exp(along)
        return [
          scale * (along * Math.cos(angle) - across * Math.sin(angle)),
          scale * (along * Math.sin(angle) + across * Math.cos(angle)),
        ]
      },
    },
    Array.from({ length: arms }, (_, k) => `arm ${k + 1}`),
  )
}
