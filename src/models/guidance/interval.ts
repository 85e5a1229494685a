/**
 * Guidance in an interval of noise levels only:
 *
 *   γ(t) = γ where σ_lo < σ_t/α_t ≤ σ_hi,   and 1 elsewhere.
 *
 * At high noise guidance throws away modes, at low noise it changes little; in between it helps.
 *
 * Kynkäänniemi et al., "Applying guidance in a limited interval improves sample and distribution quality in diffusion models",
 * NeurIPS 2024, https://arxiv.org/abs/2404.07724
 */
import type { Condition } from '../condition'
import type { Denoiser } from '../denoiser'
import type { State } from '../state'
import { between, gammaOf, type GuidanceScale } from './classifierFree'
import { expectDenoiser } from './expect'

/**
 * Classifier-free guidance within an interval, and the conditional model outside.
 *
 * @param levels σ_lo and σ_hi, noise relative to the data's scale, 0 ≤ σ_lo < σ_hi.
 */
export function intervalGuidance<S extends State>(
  model: Denoiser<S>,
  condition: Condition,
  { levels, ...options }: GuidanceScale & { readonly levels: readonly [number, number] },
): Denoiser<S> {
  const gamma = gammaOf('intervalGuidance', options)
  expectDenoiser(model, 'intervalGuidance')
  const [low, high] = (levels as readonly [number, number] | undefined) ?? [NaN, NaN]
  if (!(low >= 0 && low < high))
    throw new RangeError(
      `intervalGuidance: levels must be two numbers 0 ≤ low < high, but are ${String(levels)}`,
    )
  const { alpha, sigma } = model.process
  return between('intervalGuidance', model, condition, (t) => {
    const level = sigma(t) / alpha(t)
    return level > low && level <= high ? gamma : 1
  })
}
