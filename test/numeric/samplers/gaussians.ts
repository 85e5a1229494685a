/**
 * Samplers on N(0, diag(v)), where everything is linear: each numeric step written out once more as scalars, straight from
 * the papers, to be compared with the library.
 */
import { asDenoiser, Prediction, type Denoiser, type GaussianProcess } from '../../../src/models'

/** The variances of the anisotropic law that samplers are measured on. */
export const VARIANCES = [0.001, 1] as const

/** The exact denoiser of N(0, diag(variances)) in doubles, and its multiple `score` for wrong scores. */
export function diagonal(
  process: GaussianProcess,
  variances: readonly number[] = VARIANCES,
  wrong = 1,
): Denoiser<Float64Array> {
  const d = variances.length
  return asDenoiser<Float64Array>(process, [d], (x, t) => {
    if (typeof t !== 'number') throw new Error('one time for all')
    const [alpha, sigma] = [process.alpha(t), process.sigma(t)]
    const total = variances.map((v) => alpha ** 2 * v + sigma ** 2)
    const score = x.map((value, i) => (-wrong * value) / total[i % d]!)
    // α x̂₀ + σ ε̂ = x, whatever the score.
    const x0 = x.map((value, i) => (value + sigma ** 2 * score[i]!) / alpha)
    return new Prediction(process, t, [
      { value: x0, ofX0: () => 1, ofNoise: () => 0 },
      { value: score, ofX0: () => 0, ofNoise: (t) => -process.sigma(t) },
    ])
  })
}

/** VP with β from 0.1 to 20, written out: what a scalar x of variance v becomes. */
export class Scalar {
  readonly v: number

  constructor(v: number) {
    this.v = v
  }

  beta(t: number): number {
    return 0.1 + 19.9 * t
  }

  alpha(t: number): number {
    return Math.exp(-0.05 * t - 4.975 * t * t)
  }

  sigma(t: number): number {
    return Math.sqrt(-Math.expm1(-0.1 * t - 9.95 * t * t))
  }

  lambda(t: number): number {
    return Math.log(this.alpha(t) / this.sigma(t))
  }

  /** Inverse of λ: log(1 + e^{−2λ}) = ∫β solved for t. */
  time(lambda: number): number {
    const integral = Math.log1p(Math.exp(-2 * lambda))
    return (2 * integral) / (0.1 + Math.sqrt(0.01 + 4 * 9.95 * integral))
  }

  total(t: number): number {
    return this.alpha(t) ** 2 * this.v + this.sigma(t) ** 2
  }

  score(x: number, t: number): number {
    return -x / this.total(t)
  }

  noise(x: number, t: number): number {
    return (this.sigma(t) * x) / this.total(t)
  }

  x0(x: number, t: number): number {
    return (this.alpha(t) * this.v * x) / this.total(t)
  }

  /** The drift of dx = [f x − ½(1 + η²) g² s] dt + …. */
  drift(x: number, t: number, eta: number): number {
    return -0.5 * this.beta(t) * x - 0.5 * (1 + eta ** 2) * this.beta(t) * this.score(x, t)
  }
}

/** A whole walk of one scalar: from `x` with the fresh noises `z`, one list a step. */
export type ScalarWalk = (
  law: Scalar,
  times: readonly number[],
  x: number,
  z: (step: number) => readonly number[],
) => number

/** A walk of steps that know nothing of each other. */
const stepwise =
  (step: (law: Scalar, x: number, t: number, s: number, z: readonly number[]) => number): ScalarWalk =>
  (law, times, x, z) => {
    for (let i = 0; i + 1 < times.length; i++) x = step(law, x, times[i]!, times[i + 1]!, z(i))
    return x
  }

export const eulerMaruyamaWalk = (eta: number): ScalarWalk =>
  stepwise((law, x, t, s, [z = 0]) => {
    const dt = t - s
    return x - law.drift(x, t, eta) * dt + eta * Math.sqrt(law.beta(t) * dt) * z
  })

export const stochasticHeunWalk: ScalarWalk = stepwise((law, x, t, s, [z = 0]) => {
  const dt = t - s
  const k1 = -law.drift(x, t, 1) * dt + Math.sqrt(law.beta(t) * dt) * z
  const k2 = -law.drift(x + k1, s, 1) * dt + Math.sqrt(law.beta(s) * dt) * z
  return x + (k1 + k2) / 2
})

export const sra1Walk: ScalarWalk = stepwise((law, x, t, s, [z0 = 0, z1 = 0]) => {
  // Time runs backwards: dx = −drift dτ + g dw.
  const h = t - s
  const w = Math.sqrt(h) * z0
  const chi = 0.5 * Math.sqrt(h) * (z0 + z1 / Math.sqrt(3))
  const a = -law.drift(x, t, 1)
  const y = x + 0.75 * h * a + 1.5 * Math.sqrt(law.beta(s)) * chi
  const b = -law.drift(y, t - 0.75 * h, 1)
  return x + h * (a / 3 + (2 * b) / 3) + Math.sqrt(law.beta(s)) * (w - chi) + Math.sqrt(law.beta(t)) * chi
})

export const reverseDiffusionWalk: ScalarWalk = stepwise((law, x, t, s, [z = 0]) => {
  const beta = 1 - (law.alpha(t) / law.alpha(s)) ** 2
  return (2 - Math.sqrt(1 - beta)) * x + beta * law.score(x, t) + Math.sqrt(beta) * z
})

export const ancestralWalk = (choice: 'posterior' | 'forward'): ScalarWalk =>
  stepwise((law, x, t, s, [z = 0]) => {
    const alpha = (law.alpha(t) / law.alpha(s)) ** 2
    const beta = 1 - alpha
    const tilde = (beta * law.sigma(s) ** 2) / law.sigma(t) ** 2
    const mean =
      ((law.alpha(s) * beta) / law.sigma(t) ** 2) * law.x0(x, t) +
      ((Math.sqrt(alpha) * law.sigma(s) ** 2) / law.sigma(t) ** 2) * x
    return mean + Math.sqrt(s === 0 ? 0 : choice === 'forward' ? beta : tilde) * z
  })

export const ddimWalk = (eta: number): ScalarWalk =>
  stepwise((law, x, t, s, [z = 0]) => {
    const ratio = (law.alpha(t) / law.alpha(s)) ** 2
    const c = eta * (law.sigma(s) / law.sigma(t)) * Math.sqrt(1 - ratio)
    return law.alpha(s) * law.x0(x, t) + Math.sqrt(law.sigma(s) ** 2 - c ** 2) * law.noise(x, t) + c * z
  })

export const sde2MWalk =
  (eta: number): ScalarWalk =>
  (law, times, x, z) => {
    let [old, last] = [0, 0]
    for (let i = 0; i + 1 < times.length; i++) {
      const [t, s] = [times[i]!, times[i + 1]!]
      const h = law.lambda(s) - law.lambda(t)
      const x0 = law.x0(x, t)
      const more = i === 0 ? 0 : (h / (2 * last)) * (x0 - old)
      const decay = (law.sigma(s) / law.sigma(t)) * Math.exp(-eta * h)
      const deviation = law.sigma(s) * Math.sqrt(1 - Math.exp(-2 * eta * h))
      x = decay * x + law.alpha(s) * (1 - Math.exp(-(1 + eta) * h)) * (x0 + more) + deviation * (z(i)[0] ?? 0)
      old = x0
      last = h
    }
    return x
  }

export const heunWalk: ScalarWalk = stepwise((law, x, t, s) => {
  const h = s - t
  const k1 = law.drift(x, t, 0)
  return x + (h / 2) * (k1 + law.drift(x + h * k1, s, 0))
})

export const rk4Walk: ScalarWalk = stepwise((law, x, t, s) => {
  const h = s - t
  const f = (x: number, t: number) => law.drift(x, t, 0)
  const k1 = f(x, t)
  const k2 = f(x + (h / 2) * k1, t + h / 2)
  const k3 = f(x + (h / 2) * k2, t + h / 2)
  return x + (h / 6) * (k1 + 2 * k2 + 2 * k3 + f(x + h * k3, s))
})

export const dpm2Walk: ScalarWalk = stepwise((law, x, t, s) => {
  const h = law.lambda(s) - law.lambda(t)
  const r = law.time(law.lambda(t) + h / 2)
  const u = (law.alpha(r) / law.alpha(t)) * x - law.sigma(r) * (Math.exp(h / 2) - 1) * law.noise(x, t)
  return (law.alpha(s) / law.alpha(t)) * x - law.sigma(s) * (Math.exp(h) - 1) * law.noise(u, r)
})

/** Algorithm 2 of the DPM-Solver paper, with r₁ = 1/3 and r₂ = 2/3. */
export const dpm3Walk: ScalarWalk = stepwise((law, x, t, s) => {
  const [r1, r2] = [1 / 3, 2 / 3]
  const h = law.lambda(s) - law.lambda(t)
  const [t1, t2] = [r1, r2].map((r) => law.time(law.lambda(t) + r * h)) as [number, number]
  const e = law.noise(x, t)
  const grow = (r: number): number => Math.exp(r * h) - 1
  const u1 = (law.alpha(t1) / law.alpha(t)) * x - law.sigma(t1) * grow(r1) * e
  const d1 = law.noise(u1, t1) - e
  const u2 =
    (law.alpha(t2) / law.alpha(t)) * x -
    law.sigma(t2) * grow(r2) * e -
    ((law.sigma(t2) * r2) / r1) * (grow(r2) / (r2 * h) - 1) * d1
  const d2 = law.noise(u2, t2) - e
  return (
    (law.alpha(s) / law.alpha(t)) * x -
    law.sigma(s) * grow(1) * e -
    (law.sigma(s) / r2) * (grow(1) / h - 1) * d2
  )
})

export const pp2SWalk: ScalarWalk = stepwise((law, x, t, s) => {
  const h = law.lambda(s) - law.lambda(t)
  const r = law.time(law.lambda(t) + h / 2)
  const u = (law.sigma(r) / law.sigma(t)) * x - law.alpha(r) * (Math.exp(-h / 2) - 1) * law.x0(x, t)
  return (law.sigma(s) / law.sigma(t)) * x - law.alpha(s) * (Math.exp(-h) - 1) * law.x0(u, r)
})

/** EDM's algorithm 2 in x/α and σ/α, with S_noise = 1. */
export const edmWalk =
  (churn: number): ScalarWalk =>
  (law, times, x, z) => {
    const steps = times.length - 1
    const gamma = Math.min(churn / steps, Math.SQRT2 - 1)
    const top = law.sigma(1) / law.alpha(1)
    let y = x / law.alpha(times[0]!)
    const noise = (y: number, tau: number): number => {
      const t = law.time(-Math.log(tau))
      return law.noise(y * law.alpha(t), t)
    }
    for (let i = 0; i < steps; i++) {
      const [tau, next] = [times[i]!, times[i + 1]!].map((t) => law.sigma(t) / law.alpha(t)) as [
        number,
        number,
      ]
      const raised = Math.min(tau * (1 + gamma), top)
      y += Math.sqrt(Math.max(raised ** 2 - tau ** 2, 0)) * (z(i)[0] ?? 0)
      const d = noise(y, raised)
      const to = y + (next - raised) * d
      y += (next - raised) * 0.5 * (d + noise(to, next))
    }
    return y * law.alpha(times.at(-1)!)
  }

/** The variance of N(0, σ²) walked by a linear rule: the squares of what each noise, alone, ends as. */
export function varianceOf(walk: ScalarWalk, v: number, times: readonly number[], fresh: number): number {
  const law = new Scalar(v)
  const zero = Array.from({ length: fresh }, () => 0)
  let variance = (walk(law, times, 1, () => zero) * law.sigma(times[0]!)) ** 2
  for (let step = 0; step + 1 < times.length; step++)
    for (let k = 0; k < fresh; k++)
      variance += walk(law, times, 0, (i) => (i === step ? zero.map((_, j) => (j === k ? 1 : 0)) : zero)) ** 2
  return variance
}
