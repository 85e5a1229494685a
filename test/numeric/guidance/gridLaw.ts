/** The law of a Markov chain on the line, by quadrature: no samples, no standard errors. */

export interface GridLaw {
  readonly x: Float64Array
  density: Float64Array
}

/** N(mean, variance) on an even grid. */
export function normalLaw(from: number, to: number, points: number, mean: number, variance: number): GridLaw {
  const x = Float64Array.from({ length: points }, (_, i) => from + (i / (points - 1)) * (to - from))
  return {
    x,
    density: x.map((x) => Math.exp((-0.5 * (x - mean) ** 2) / variance) / Math.sqrt(2 * Math.PI * variance)),
  }
}

/** The law after one step x ↦ N(mean(x), variance), whose deviation should be more than a point's width. */
export function push({ x, density }: GridLaw, means: ArrayLike<number>, variance: number): GridLaw {
  const width = x[1]! - x[0]!
  const reach = Math.ceil((7 * Math.sqrt(variance)) / width)
  const next = new Float64Array(x.length)
  for (let i = 0; i < x.length; i++) {
    if (density[i]! < 1e-14) continue
    const centre = Math.round((means[i]! - x[0]!) / width)
    const from = Math.max(0, centre - reach)
    const to = Math.min(x.length - 1, centre + reach)
    const mass = (density[i]! * width) / Math.sqrt(2 * Math.PI * variance)
    for (let j = from; j <= to; j++) next[j]! += mass * Math.exp((-0.5 * (x[j]! - means[i]!) ** 2) / variance)
  }
  return { x, density: next }
}

export function moments({ x, density }: GridLaw): { mass: number; mean: number; variance: number } {
  const width = x[1]! - x[0]!
  const sum = (f: (x: number) => number): number =>
    density.reduce((total, p, i) => total + p * f(x[i]!), 0) * width
  const mass = sum(() => 1)
  const mean = sum((x) => x) / mass
  return { mass, mean, variance: sum((x) => (x - mean) ** 2) / mass }
}
