/**
 * Noise and nothing else: the process of
 *
 *   dx = g(t) dw,   α = 1,   σ² = ∫₀ᵗ g².
 *
 * Some lectures write σ(t) for g(t) here; in this library σ is the standard deviation of the noise in x_t.
 */
import { gaussianProcess, type Curve, type GaussianProcess } from '../process'
import { integral } from './integral'

export interface DiffusionOptions {
  /** The last time. Default 1. */
  readonly to?: number
  /** σ²(t) = ∫₀ᵗ g², where it is known; else it is integrated numerically. */
  readonly variance?: Curve
}

const PROBES = 64

/**
 * @param g the diffusion coefficient on [0, to], finite.
 * @throws RangeError where g is not finite, or nowhere different from zero.
 */
export function diffusion(g: Curve, { to = 1, variance }: DiffusionOptions = {}): GaussianProcess {
  // Cells are not type-checked before they run.
  if (typeof g !== 'function')
    throw new TypeError('diffusion: g must be a function of time, such as (t) => 25 ** t')
  if (!(to > 0 && to < Infinity)) throw new RangeError(`diffusion: to must be positive, but is ${to}`)
  for (let i = 0; i <= PROBES; i++) {
    const t = (i / PROBES) * to
    if (!Number.isFinite(g(t))) throw new RangeError(`diffusion: g must be finite, but g(${t}) = ${g(t)}`)
  }
  const square: Curve = (t) => g(t) ** 2
  const total = variance ?? integral(square, 0, to)
  if (!(total(to) > 0)) throw new RangeError('diffusion: g adds no noise, since its square integrates to 0')
  return gaussianProcess(
    'diffusion',
    { from: 0, to },
    {
      alpha: () => 1,
      sigma: (t) => Math.sqrt(total(t)),
      alphaPrime: () => 0,
      variancePrime: square,
    },
  )
}
