/**
 * ∫ f from the start of an interval to any t in it, in double precision.
 *
 * The interval is cut into panels, each summed by Gauss and Legendre's rule with five points, which is exact for polynomials
 * of degree nine. Sums up to every panel are made once, so that a value costs five evaluations of f.
 */
import type { Curve } from '../process'

const PANELS = 256
const NODES = [0, 0.5384693101056831, 0.906179845938664] as const
const WEIGHTS = [0.5688888888888889, 0.47862867049936647, 0.23692688505618908] as const

/** @returns t ↦ ∫ f from `from` to t, for t in [from, to]. */
export function integral(f: Curve, from: number, to: number): Curve {
  const width = (to - from) / PANELS
  const sums = new Float64Array(PANELS + 1)
  for (let i = 0; i < PANELS; i++) sums[i + 1] = sums[i]! + gauss(f, from + i * width, from + (i + 1) * width)
  return (t) => {
    const panel = Math.min(PANELS - 1, Math.max(0, Math.floor((t - from) / width)))
    return sums[panel]! + gauss(f, from + panel * width, t)
  }
}

function gauss(f: Curve, a: number, b: number): number {
  const [middle, half] = [(a + b) / 2, (b - a) / 2]
  const pair = (k: 1 | 2): number => WEIGHTS[k] * (f(middle - half * NODES[k]) + f(middle + half * NODES[k]))
  return half * (WEIGHTS[0] * f(middle) + pair(1) + pair(2))
}
