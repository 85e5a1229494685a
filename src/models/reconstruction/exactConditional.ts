/**
 * What reconstruction is after, where it is known: the law of x₀ given y = A x₀ + σ_y z, for a mixture of Gaussians. Each
 * component gives a Gaussian, with S = A Σ Aᵀ + σ_y² I and the gain K = Σ Aᵀ S⁺,
 *
 *   mean m + K (y − A m),   covariance Σ − K A Σ,   weight ∝ w N(y; A m, S).
 *
 * S may be singular, where σ_y = 0 and rows of A say the same twice: then S⁺ is its pseudo-inverse, and the density is that on
 * the range of S.
 */
import { mixtureOf, type Mixture } from '../data/mixture'
import { symmetricEigen } from '../data/eigen'
import type { Component } from '../data/gaussians'
import type { LinearOperator } from './operator'
import { dot } from './svd'

type Matrix = readonly (readonly number[])[]

/** Directions in which S is smaller than this, relative to its largest, are those in which nothing varies. */
const SINGULAR = 1e-12

/**
 * The mixture p(x₀ | y). Where σ_y = 0 its variance is zero in the directions that were measured.
 *
 * @param y `outputs` numbers.
 * @param noise σ_y. Default 0.
 * @throws RangeError for a y that the mixture cannot give: one that contradicts itself, without noise.
 */
export function exactConditional(
  mixture: Mixture,
  operator: LinearOperator,
  y: ArrayLike<number>,
  { noise = 0 }: { readonly noise?: number } = {},
): Mixture {
  const a = operator.matrix
  if (a[0]!.length !== mixture.components[0]!.mean.length)
    throw new RangeError(
      `exactConditional: the operator takes ${a[0]!.length} numbers, but the mixture has ${mixture.components[0]!.mean.length}`,
    )
  if (y.length !== operator.outputs)
    throw new RangeError(`exactConditional: y must be ${operator.outputs} numbers, but has ${y.length}`)
  if (!(noise >= 0 && noise < Infinity))
    throw new RangeError(`exactConditional: noise must not be negative, but is ${String(noise)}`)

  const found = mixture.components.map((component) => conditional(component, a, Array.from(y), noise))
  const largest = Math.max(...found.map(({ logWeight }) => logWeight))
  const parts = found
    .map(({ part, logWeight }) => ({ ...part, weight: Math.exp(logWeight - largest) }))
    .filter(({ weight }) => weight > 0)
  return mixtureOf(parts, mixture.classes)
}

function conditional(component: Component, a: Matrix, y: readonly number[], noise: number) {
  const { mean, variances, axes, weight } = component
  const covariance = mean.map((_, i) =>
    mean.map((_, j) => variances.reduce((sum, v, k) => sum + v * axes[i]![k]! * axes[j]![k]!, 0)),
  )
  const cross = covariance.map((row) => a.map((weights) => dot(row, weights)))
  const s = a.map((row, i) =>
    a.map(
      (_, j) => mean.reduce((sum, _, k) => sum + row[k]! * cross[k]![j]!, 0) + (i === j ? noise ** 2 : 0),
    ),
  )
  const { values, vectors } = symmetricEigen(s)
  const smallest = SINGULAR * Math.max(...values)
  const residual = a.map((row, i) => y[i]! - dot(row, mean))
  const along = values.map((_, k) => vectors.reduce((sum, row, i) => sum + row[k]! * residual[i]!, 0))
  const scale = Math.max(...y.map(Math.abs), ...mean.map(Math.abs), Math.sqrt(Math.max(...values)))
  let logWeight = Math.log(weight)
  for (const [k, value] of values.entries()) {
    if (value > smallest) logWeight -= 0.5 * (along[k]! ** 2 / value + Math.log(2 * Math.PI * value))
    else if (Math.abs(along[k]!) > 1e-8 * scale)
      throw new RangeError(
        `exactConditional: no x gives this y = [${y.join(', ')}], and there is no noise to explain it: say { noise }`,
      )
  }
  // K = Σ Aᵀ S⁺.
  const gain = cross.map((row) =>
    a.map((_, j) =>
      values.reduce(
        (sum, value, k) =>
          value > smallest
            ? sum + (row.reduce((sum, c, i) => sum + c * vectors[i]![k]!, 0) / value) * vectors[j]![k]!
            : sum,
        0,
      ),
    ),
  )
  const left = covariance.map((row, i) => row.map((v, j) => v - dot(gain[i]!, cross[j]!)))
  const symmetric = left.map((row, i) => row.map((v, j) => (v + left[j]![i]!) / 2))
  const eigen = symmetricEigen(symmetric)
  const rounding = 1e-12 * Math.max(...variances)
  const part: Component = {
    ...component,
    mean: mean.map((m, i) => m + dot(gain[i]!, residual)),
    variances: eigen.values.map((v) => (v > rounding ? v : 0)),
    axes: eigen.vectors,
  }
  return { part, logWeight }
}
