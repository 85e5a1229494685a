/**
 * Reconstruction by projection: the predicted clean data are made to agree with the measurement,
 *
 *   x̂₀ ← x̂₀ + r² Aᵀ (r² A Aᵀ + σ_y² I)⁻¹ (y − A x̂₀),
 *
 * which without noise is A⁺y + (I − A⁺A) x̂₀: the measured part is the measurement's, the rest the model's. It would be
 * E[x₀ | x_t, y] if x₀ given x_t were N(x̂₀, r² I); its real covariance is what this leaves out, and ΠGDM puts in.
 *
 * Wang, Yu and Zhang, "Zero-shot image restoration using denoising diffusion null-space model", ICLR 2023,
 * https://arxiv.org/abs/2212.00490
 */
import { holding } from '../../tensor'
import { asDenoiser, type Denoiser } from '../denoiser'
import { expectDenoiser } from '../guidance/expect'
import { Prediction } from '../prediction'
import type { Curve } from '../process'
import { combine, type State } from '../state'
import { expectMeasurement, type Measurement } from './measurement'
import { spreadOf } from './spread'

/**
 * The denoiser whose x̂₀ agrees with a measurement.
 *
 * @param spread r²(t), the variance of x₀ given x_t that is assumed. Default σ²/(α² + σ²).
 */
export function projection<S extends State>(
  model: Denoiser<S>,
  measured: Measurement<S>,
  { spread }: { readonly spread?: Curve } = {},
): Denoiser<S> {
  expectDenoiser(model, 'projection')
  expectMeasurement('projection', measured, model.shape)
  const { process } = model
  const variance = spreadOf('projection', process, spread)
  const { operator, noise } = measured
  return asDenoiser(
    process,
    model.shape,
    holding(
      (x, t, condition) => {
        if (typeof t !== 'number') throw new RangeError('projection: needs one time for all states')
        const prediction = model.predict(x, t, condition)
        const residual = combine([1, measured.of(x)], [-1, operator.apply(prediction.x0)])
        const r2 = variance(t)
        const shift = operator.filtered(residual, (s) =>
          noise === 0 ? 1 / s : (r2 * s) / (r2 * s * s + noise ** 2),
        )
        return new Prediction(process, t, [
          ...prediction.parts,
          { value: shift, ofX0: () => 1, ofNoise: (t) => -process.alpha(t) / process.sigma(t) },
        ])
      },
      model,
      measured.of,
    ),
  )
}
