/** The normal law's distribution function, in double precision to its tails. */

/** From here on the continued fraction converges fast, and 1 − erf has lost few digits yet. */
const FAR = 1.5
const FRACTIONS = 200

/**
 * The complementary error function for x ≥ 0, to a few units in the last place, relative to its value: near zero
 *
 *   1 − (2/√π) e^(−x²) Σ_k 2ᵏ x^(2k+1) / (1 · 3 · … · (2k + 1)),
 *
 * a sum of positive terms, and further out the continued fraction
 *
 *   e^(−x²)/√π · 1/(x + ½/(x + 1/(x + (3/2)/(x + …)))).
 *
 * NIST Digital Library of Mathematical Functions, 7.6.2 and 7.9.1, https://dlmf.nist.gov/7
 */
function erfc(x: number): number {
  if (x < FAR) {
    let [term, sum] = [x, x]
    for (let k = 1; term > sum * 1e-17; k++) {
      term *= (2 * x * x) / (2 * k + 1)
      sum += term
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
  }
  let fraction = x
  for (let k = FRACTIONS; k > 0; k--) fraction = x + k / 2 / fraction
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction)
}

/** P(Z > z) for a standard normal Z. */
export function normalTail(z: number): number {
  const half = 0.5 * erfc(Math.abs(z) / Math.SQRT2)
  return z >= 0 ? half : 1 - half
}
