/** What tests of samplers share: laws, walks to the end, and exact maps computed on their own in doubles. */
import { data, exact, follow, type Denoiser, type GaussianProcess, type Sampler } from '../../../src/models'
import type { RandomStream } from '../../../src/tensor'

export const M1 = data.mixture({ weights: [0.3, 0.7], means: [[-1], [1]], deviations: 0.3 })
/** Where trajectories of M1 start, in units of the process's last σ. */
export const STARTS = Float64Array.of(-2, -0.5, 0, 0.5, 2)
/** Where the probability-flow ODE of VP takes them, from t = 1 to 1e-3. */
export const VP_ENDS = [-1.431279468, 0.311177754, 0.828741402, 1.043670664, 1.552993122]
/** The same from 80 · STARTS for σ = t, from 80 to 0.002. */
export const EDM_ENDS = [-1.43194432, 0.2987323, 0.82769055, 1.04278022, 1.55195141]

export const gaussian = (variance: number, mean = 0) =>
  data.mixture({ means: [[mean]], deviations: Math.sqrt(variance) })

export function doubles(process: GaussianProcess, law = M1): Denoiser<Float64Array> {
  return exact<Float64Array>(process, law)
}

/** The last state of a walk in doubles. */
export function last(
  sampler: Sampler<Float64Array>,
  start: Float64Array,
  stream?: RandomStream,
): Promise<Float64Array> {
  return follow(sampler, start, stream ? { stream } : {})
}

export function largest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i]!)))
}

/**
 * The probability-flow ODE of M1 with x = αx_0 + σε, by the classical Runge–Kutta method in many steps that share nothing
 * with the library. With 12000 steps in log τ, τ = σ/α, it is exact to 1e-12.
 */
export function flowOfM1(
  alphas: readonly [number, number],
  sigmas: readonly [number, number],
  x: number,
): number {
  // dx̄/dτ = ε̂ = −τ ∇ log p̄_τ(x̄) for x̄ = x/α, where p̄_τ is M1 blurred by τ; so dx̄/d log τ = −τ² ∇ log p̄_τ.
  const slope = (u: number, y: number): number => {
    const square = Math.exp(2 * u)
    const v = 0.09 + square
    const [a, b] = [0.3 * Math.exp(-((y + 1) ** 2) / (2 * v)), 0.7 * Math.exp(-((y - 1) ** 2) / (2 * v))]
    return (square * (a * (y + 1) + b * (y - 1))) / ((a + b) * v)
  }
  const [from, to] = [Math.log(sigmas[0] / alphas[0]), Math.log(sigmas[1] / alphas[1])]
  const steps = 12000
  const h = (to - from) / steps
  let y = x / alphas[0]
  for (let i = 0; i < steps; i++) {
    const u = from + i * h
    const k1 = slope(u, y)
    const k2 = slope(u + h / 2, y + (h / 2) * k1)
    const k3 = slope(u + h / 2, y + (h / 2) * k2)
    const k4 = slope(u + h, y + h * k3)
    y += (h / 6) * (k1 + 2 * k2 + 2 * k3 + k4)
  }
  return alphas[1] * y
}

/** A stream that gives out what it was told, call by call. */
export function scripted(calls: (call: number, n: number) => Float64Array): RandomStream {
  let call = 0
  return { normal: (n: number) => calls(call++, n) } as unknown as RandomStream
}
