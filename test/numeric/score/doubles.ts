/** Networks computed in doubles, to differentiate by differences. */
import type * as tf from '@tensorflow/tfjs'

const PHI: Record<string, (z: number) => number> = {
  silu: (z) => z / (1 + Math.exp(-z)),
  softplus: (z) => Math.log1p(Math.exp(-Math.abs(z))) + Math.max(z, 0),
  tanh: Math.tanh,
  sine: Math.sin,
}

type Numbers = Record<string, number[] | number[][]>

/** The parameters' values, which may be changed. */
export function valuesOf(params: Readonly<Record<string, tf.Tensor>>): Numbers {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, value.arraySync() as number[] | number[][]]),
  )
}

/** h₀ = x/scale, hᵢ₊₁ = φ(hᵢW + b), F = hW + b. */
export function network(
  p: Numbers,
  layers: number,
  activation: string,
  scale: number,
  x: readonly number[],
): number[] {
  const phi = PHI[activation]!
  let h = x.map((value) => value / scale)
  for (let layer = 0; layer <= layers; layer++) {
    const w = p[`W${layer}`] as number[][]
    const b = p[`b${layer}`] as number[]
    const z = b.map((bias, j) => h.reduce((sum, value, i) => sum + value * w[i]![j]!, bias))
    h = layer < layers ? z.map(phi) : z
  }
  return h
}

/** A central difference, extrapolated: error of order h⁴. */
export function slope(f: (h: number) => number, h: number): number {
  const central = (h: number) => (f(h) - f(-h)) / (2 * h)
  return (4 * central(h / 2) - central(h)) / 3
}

/** The gradient of f at x. */
export function gradient(f: (x: readonly number[]) => number, x: readonly number[], h: number): number[] {
  return x.map((_, i) => slope((step) => f(x.map((value, j) => (i === j ? value + step : value))), h))
}

/** Calls `change` for every entry of every parameter, and puts the entry back. */
export function gradientOfParameters(p: Numbers, f: () => number, h: number): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(p).map(([name, value]) => {
      const rows = Array.isArray(value[0]) ? (value as number[][]) : [value as number[]]
      return [
        name,
        rows.flatMap((row) =>
          row.map((entry, i) =>
            slope((step) => {
              row[i] = entry + step
              const result = f()
              row[i] = entry
              return result
            }, h),
          ),
        ),
      ]
    }),
  )
}
