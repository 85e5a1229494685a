/**
 * Annealed Langevin dynamics: Langevin steps at one noise scale after the other, from the largest to the smallest.
 *
 *   for each scale σ_i, from the largest:  δ_i = ε σ_i² / σ_L²
 *     T times:  x ← x + (δ_i/2) s(x, σ_i) + √δ_i z
 *
 * with σ_L the smallest scale. Far apart modes are connected where the noise is large, and there the walk finds how much
 * each of them weighs; small noise then only fills in detail. δ_i ∝ σ_i² makes the step's signal-to-noise ratio
 * ‖δ_i s / 2√δ_i‖² about the same at every scale.
 *
 * Song and Ermon, "Generative modeling by estimating gradients of the data distribution", NeurIPS 2019, algorithm 1,
 * https://arxiv.org/abs/1907.05600. The last step to the mean of the clean data, x + σ_L² s(x, σ_L): Jolicoeur-Martineau et al.,
 * "Adversarial score matching and improved sampling for image generation", 2020, https://arxiv.org/abs/2009.05475
 */
import type { Denoiser } from '../denoiser'
import { sum } from '../samplers/linear'
import { linearWalk } from '../samplers/linearWalk'
import { processOf, type Hooks, type Sampler } from '../samplers/walk'
import type { State } from '../state'

export interface AnnealedOptions<S extends State = State> extends Pick<Hooks<S>, 'after'> {
  /** ε, the step at the smallest scale, positive. Default 2e-5, the paper's for pictures. */
  readonly epsilon?: number
  /** T, steps at each scale. Default 100. */
  readonly each?: number
  /** Whether a last step takes away the noise that is left. Default false, as in the paper. */
  readonly denoise?: boolean
}

/**
 * The annealed Langevin sampler. It visits every time of the model's process, which is a list of noise scales such as
 * `ncsn({ sigmas })`, T times each.
 *
 * @throws TypeError where the model's process has no list of scales; RangeError for options that make no sense.
 */
export function annealedLangevin<S extends State>(
  model: Denoiser<S>,
  { epsilon = 2e-5, each = 100, denoise = false, after }: AnnealedOptions<S> = {},
): Sampler<S> {
  const process = processOf(model, 'annealedLangevin')
  const { from, to, discrete } = process.times
  if (!discrete)
    throw new TypeError(
      `annealedLangevin: ${process.name} has no list of noise scales; take ncsn({ sigmas }), such as ncsn({ sigmas: geometricScales(20, 1, 10) })`,
    )
  if (!(epsilon > 0 && epsilon < Infinity))
    throw new RangeError(`annealedLangevin: epsilon must be positive and finite, but is ${String(epsilon)}`)
  if (!Number.isSafeInteger(each) || each < 1)
    throw new RangeError(`annealedLangevin: each must be a positive whole number, but is ${String(each)}`)
  const scales = Array.from({ length: to - from }, (_, i) => to - i)
  const visits = scales.flatMap((t) => Array.from({ length: each }, () => t))
  const last = scales.at(-1)!
  const size = (t: number): number => epsilon * (process.sigma(t) / process.sigma(last)) ** 2
  return linearWalk(
    'annealedLangevin',
    model,
    [...visits, last],
    ({ x, ask, fresh }, t) => sum([1, x], [size(t) / 2, ask(t).score], [Math.sqrt(size(t)), fresh()]),
    { after, denoise },
  )
}
