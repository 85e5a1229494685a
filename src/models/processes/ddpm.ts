/**
 * DDPM's forward chain as it was published: a table of T small steps,
 *
 *   q(x_t | x_{t−1}) = N(√(1 − β_t) x_{t−1}, β_t I),   t = 1, …, T,
 *
 * hence α_t = √ᾱ_t and σ_t = √(1 − ᾱ_t) with ᾱ_t = ∏ (1 − β_i) and ᾱ_0 = 1 for clean data.
 *
 * Ho, Jain and Abbeel, "Denoising diffusion probabilistic models", NeurIPS 2020, https://arxiv.org/abs/2006.11239
 */
import type { GaussianProcess } from '../process'
import { linearBetas } from './betas'
import { tableProcess } from './table'

/**
 * The process of a β table, at the whole times 0, …, T. A table has no derivatives: asking for them throws.
 *
 * @param betas β_1, …, β_T, each in [0, 1]. Default: linear from 1e-4 to 0.02 in 1000 steps.
 */
export function ddpm({ betas = linearBetas() }: { betas?: ArrayLike<number> } = {}): GaussianProcess {
  // Cells are not type-checked before they run.
  if (!((betas as ArrayLike<number> | undefined)?.length ?? 0))
    throw new RangeError('ddpm: betas must be a table of at least one step, such as linearBetas(1000)')
  // Σ log(1 − β) keeps σ² = 1 − ᾱ exact where ᾱ is close to one.
  const logAlphaBar = new Float64Array(betas.length + 1)
  for (let i = 0; i < betas.length; i++) {
    const beta = betas[i]!
    if (!(beta >= 0 && beta <= 1))
      throw new RangeError(`ddpm: every β must be in [0, 1], but betas[${i}] = ${beta}`)
    logAlphaBar[i + 1] = logAlphaBar[i]! + Math.log1p(-beta)
  }
  return tableProcess(
    'DDPM',
    betas.length,
    (t) => Math.exp(0.5 * logAlphaBar[t]!),
    (t) => Math.sqrt(-Math.expm1(logAlphaBar[t]!)),
  )
}
