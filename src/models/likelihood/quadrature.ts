/**
 * Gauss–Legendre quadrature: nodes and weights on [a, b] with which n values integrate polynomials of degree 2n − 1
 * exactly. The nodes are the roots of the Legendre polynomial P_n, found by Newton's method.
 */
export interface Quadrature {
  readonly nodes: readonly number[]
  readonly weights: readonly number[]
}

/** @throws RangeError for a count that is not a whole number from 1 to 512. */
export function gaussLegendre(n: number, a: number, b: number, caller: string): Quadrature {
  if (!Number.isSafeInteger(n) || n < 1 || n > 512)
    throw new RangeError(`${caller}: points must be a whole number from 1 to 512, but is ${n}`)
  const nodes: number[] = []
  const weights: number[] = []
  for (let i = 0; i < n; i++) {
    let x = Math.cos((Math.PI * (n - i - 0.25)) / (n + 0.5))
    let slope = 1
    for (let k = 0; k < 50; k++) {
      const [value, derivative] = legendre(n, x)
      slope = derivative
      const step = value / derivative
      x -= step
      if (Math.abs(step) < 1e-15) break
    }
    nodes.push((a + b) / 2 + ((b - a) / 2) * x)
    weights.push((b - a) / ((1 - x * x) * slope * slope))
  }
  return { nodes, weights }
}

/** P_n(x) and P_n′(x), by the three-term recurrence. */
function legendre(n: number, x: number): [number, number] {
  let [previous, current] = [1, x]
  for (let k = 2; k <= n; k++)
    [previous, current] = [current, ((2 * k - 1) * x * current - (k - 1) * previous) / k]
  return [current, (n * (x * current - previous)) / (x * x - 1)]
}
