/** Student's t distribution, as far as tests of means need it. */

/**
 * P(|T| ≤ t) for an odd number ν of degrees of freedom, in closed form: with θ = atan(t/√ν),
 *
 *   2/π · (θ + sin θ (cos θ + ⅔ cos³θ + … + (2·4⋯(ν−3))/(3·5⋯(ν−2)) cos^{ν−2} θ)).
 *
 * Abramowitz and Stegun, "Handbook of Mathematical Functions", 1964, equation 26.7.3
 */
function within(t: number, degrees: number): number {
  const theta = Math.atan(t / Math.sqrt(degrees))
  const cosine = Math.cos(theta)
  let term = cosine
  let sum = degrees > 1 ? term : 0
  for (let k = 3; k <= degrees - 2; k += 2) {
    term *= ((k - 1) / k) * cosine ** 2
    sum += term
  }
  return (2 / Math.PI) * (theta + Math.sin(theta) * sum)
}

/**
 * The t with P(|T| > t) = alpha.
 *
 * @param alpha between 1e-12 and 1; below, doubles cannot tell.
 * @param degrees an odd number.
 */
export function twoSidedQuantile(alpha: number, degrees: number): number {
  let low = 0
  let high = 1
  while (1 - within(high, degrees) > alpha) high *= 2
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (1 - within(middle, degrees) > alpha) low = middle
    else high = middle
  }
  return (low + high) / 2
}
