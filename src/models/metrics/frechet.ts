/**
 * The Fréchet distance between two laws, as if their features were Gaussian:
 *
 *   ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁ Σ₂)^½).
 *
 * It is the square of the 2-Wasserstein distance between these Gaussians. In the features of the Inception network for
 * images it is known as FID. It is biased upwards, by O(1/n). The trace of the root is computed as
 * tr (Σ₁^½ Σ₂ Σ₁^½)^½, whose argument is symmetric.
 *
 * Heusel, Ramsauer, Unterthiner, Nessler and Hochreiter, "GANs trained by a two time-scale update rule converge to a local
 * Nash equilibrium", NeurIPS 2017, https://arxiv.org/abs/1706.08500
 */
import { counted } from '../../tensor'
import * as tf from '@tensorflow/tfjs'
import { pauses } from './pauses'
import type { Moments } from '../data/whitening'
import { GROUPS, jackknife, type Estimate } from './estimate'
import { momentsOf, multiply, squareRoot, symmetrised, trace, type MeanAndCovariance } from './matrix'
import { isPointSet, only, rowsOf, type Rows, type Samples } from './samples'

/** A feature space: a name for it, and a map of samples [n, …] to features [n, k]. */
export interface Features {
  readonly name: string
  readonly of: (x: tf.Tensor) => tf.Tensor
}

export interface FrechetDistance extends Estimate {
  /** The name of the feature space. Distances in different spaces cannot be compared. */
  readonly features: string
}

/**
 * The Fréchet distance, squared as usual.
 *
 * @param first, second samples, or laws with known moments (mixtures) where no features are asked for.
 * @param features the feature space. Default: the samples themselves, `identity`.
 * @param errors whether the standard error is computed, which takes twenty times as long as the distance itself. Default true.
 * @returns its standard error by a jackknife over twenty parts of the samples; NaN where it was not asked for.
 */
export async function frechet(
  first: Samples | Moments,
  second: Samples | Moments,
  { features, errors = true }: { readonly features?: Features; readonly errors?: boolean } = {},
): Promise<FrechetDistance> {
  const [a, b] = [
    await momentSource(first, 'first', features),
    await momentSource(second, 'second', features),
  ]
  const without: number[] = []
  const pause = pauses()
  if (errors)
    for (const g of counted('Fréchet distance', GROUPS)) {
      await pause()
      without.push(distance(a(g), b(g)))
    }
  return {
    value: distance(a(), b()),
    standardError: errors ? jackknife(without) : NaN,
    method: 'jackknife',
    features: features?.name ?? 'identity',
  }
}

/** ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁^½ Σ₂ Σ₁^½)^½). */
function distance(a: MeanAndCovariance, b: MeanAndCovariance): number {
  if (a.mean.length !== b.mean.length)
    throw new RangeError(
      `frechet: the first set has points of ${a.mean.length} numbers, the second of ${b.mean.length}`,
    )
  const shift = a.mean.reduce((sum, m, i) => sum + (m - b.mean[i]!) ** 2, 0)
  const root = squareRoot(a.covariance)
  const cross = trace(squareRoot(symmetrised(multiply(multiply(root, b.covariance), root))))
  return shift + trace(a.covariance) + trace(b.covariance) - 2 * cross
}

/** The moments without part g of the samples, or of all. */
type MomentSource = (without?: number) => MeanAndCovariance

async function momentSource(
  source: Samples | Moments,
  which: string,
  features: Features | undefined,
): Promise<MomentSource> {
  const what = `frechet: the ${which} set`
  if (isLaw(source)) {
    if (features) throw new TypeError(`${what} must be samples where features are asked for`)
    const moments = { mean: source.mean(), covariance: source.covariance() }
    return () => moments
  }
  const rows = features ? await featuresOf(source, features, what) : await rowsOf(source, what)
  if (rows.n < 2 * GROUPS) throw new RangeError(`${what} has ${rows.n} samples, but ${2 * GROUPS} are needed`)
  return (g) => momentsOf(g === undefined ? rows : only(rows, (row) => row % GROUPS !== g))
}

/** A law whose moments are known; a set of points has samples instead. */
function isLaw(source: Samples | Moments): source is Moments {
  return typeof source === 'object' && source !== null && 'covariance' in source && !('pick' in source)
}

/**
 * Samples in a feature space.
 *
 * @param what the argument's name, for errors.
 */
export async function featuresOf(source: Samples, features: Features, what: string): Promise<Rows> {
  // Cells are not type-checked before they run.
  if (typeof (features as Partial<Features>).of !== 'function')
    throw new TypeError(`${what}: features must be { name, of }, such as await pretrained('digits-features')`)
  const rows = source instanceof tf.Tensor ? undefined : await rowsOf(source, what)
  const mapped = tf.tidy(() => {
    const x =
      source instanceof tf.Tensor
        ? source
        : tf.tensor(
            Float32Array.from(rows!.values),
            isPointSet(source) ? [rows!.n, ...source.shape] : [rows!.n, rows!.dim],
          )
    return features.of(x).clone()
  })
  try {
    return await rowsOf(mapped, `${what}, in ${features.name}`)
  } finally {
    mapped.dispose()
  }
}
