/**
 * The divergence of an exact model's velocity, in closed form: plain doubles have no automatic differentiation, and
 * differences would cost half of the digits.
 *
 * With r_k, s_k and m_k the responsibility, score and mean E[x_0 | x, k] of each component, v_ki = α²λ_ki + σ² its
 * variances and s = Σ r_k s_k, ∂r_k = r_k (s_k − s) gives
 *
 *   ∇·E[x_0 | x] = Σ_k r_k (Σ_i αλ_ki/v_ki + (s_k − s)·m_k),
 *   ∇·s          = Σ_k r_k (−Σ_i 1/v_ki + (s_k − s)·s_k),
 *   ∇·velocity   = α′ ∇·E[x_0 | x] − ½ (σ²)′ ∇·s.
 */
import { evaluate, type Component } from '../data/gaussians'
import type { GaussianProcess } from '../process'

/** ∇·velocity at n states given as n·d doubles. */
export function mixtureDivergence(
  components: readonly Component[],
  process: GaussianProcess,
  x: Float64Array,
  t: number,
): Float64Array {
  const d = components[0]!.mean.length
  const [alpha, sigma] = [process.alpha(t), process.sigma(t)]
  const all = evaluate(components, x, alpha, sigma)
  const clean = new Float64Array(x.length / d)
  const score = new Float64Array(x.length / d)
  for (const component of components) {
    const own = evaluate([component], x, alpha, sigma)
    const v = component.variances.map((lambda) => alpha ** 2 * lambda + sigma ** 2)
    const ofMean = component.variances.reduce((sum, lambda, i) => sum + (alpha * lambda) / v[i]!, 0)
    const ofScore = v.reduce((sum, variance) => sum - 1 / variance, 0)
    for (let row = 0; row < clean.length; row++) {
      const responsibility = Math.exp(own.logDensity[row]! - all.logDensity[row]!)
      let [withMean, withScore] = [ofMean, ofScore]
      for (let i = row * d; i < (row + 1) * d; i++) {
        const excess = own.score[i]! - all.score[i]!
        withMean += excess * own.x0[i]!
        withScore += excess * own.score[i]!
      }
      // A component far away has no share, whatever its score.
      if (responsibility === 0) continue
      clean[row]! += responsibility * withMean
      score[row]! += responsibility * withScore
    }
  }
  const [ofClean, ofScore] = [process.alphaPrime(t), -0.5 * process.variancePrime(t)]
  return clean.map((value, row) => ofClean * value + ofScore * score[row]!)
}
