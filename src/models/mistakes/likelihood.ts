/** Mistakes in likelihoods of diffusion models, as slides and programs have them. */
import { mixture } from '../data/mixture'
import { exact } from '../exact'
import { bitsPerDimension } from '../likelihood/bits'
import { gaussLegendre } from '../likelihood/quadrature'
import { dormandPrince, evenTimes, integrate } from '../ode'
import type { GaussianProcess } from '../process'
import { vp } from '../processes'
import { expectNear, MistakeError, mistake, short } from './mistake'

/** The right-hand side of an ODE on a line. */
export type LineVelocity = (process: GaussianProcess, t: number, x: number, score: number) => number

/** N(0, ¼) under VP: log p by the change of variables along the ODE, against the density itself. */
const likelihoodWithoutHalf = mistake<LineVelocity>({
  title: 'The probability-flow ODE without ½',
  written: String.raw`\frac{dx}{dt} = f x - g^2 \nabla\log p_t(x)`,
  correct: String.raw`\frac{dx}{dt} = f x - \tfrac12 g^2 \nabla\log p_t(x)`,
  right: (process, t, x, score) => process.drift(t) * x - 0.5 * process.diffusion(t) * score,
  wrong: (process, t, x, score) => process.drift(t) * x - process.diffusion(t) * score,
  check(form) {
    const process = vp()
    const variance = (t: number): number => process.alpha(t) ** 2 * 0.25 + process.sigma(t) ** 2
    const velocity = (x: number, t: number): number => form(process, t, x, -x / variance(t))
    const x0 = 0.4
    const { x } = integrate<Float64Array>(
      // The velocity is linear in x, so that its divergence is its value at one.
      ([x], t) => [Float64Array.of(velocity(x![0]!, t)), Float64Array.of(velocity(1, t))],
      [Float64Array.of(x0), Float64Array.of(0)],
      evenTimes(0.01, 1, 200, 'check'),
      dormandPrince,
    )
    const normal = (x: number, v: number): number => -0.5 * ((x * x) / v + Math.log(2 * Math.PI * v))
    const found = normal(x[0]![0]!, variance(1)) + x[1]![0]!
    return now(() => expectNear('log p(0.4) of N(0, ¼) by the ODE', found, normal(x0, variance(0.01)), 1e-6))
  },
})

/** The bound from T and the mean over t of g² E‖∇ log p_t − s‖², with the prior exact. */
export type BoundForm = (T: number, meanError: number) => number

// N(0, 1) under dx = √(dv/dt) dw with v = e^{4t/T}, t in [0, T], and a score that is 5 % short.
const [FACTOR, LOG_RANGE] = [0.95, 4]
/** The variance of what the reverse SDE with the score −c x/v makes of N(0, v_T): dV/dv = 2cV/v − 1. */
const sdeVariance = (c: number, vT: number): number =>
  1 / (2 * c - 1) + vT ** (1 - 2 * c) * (1 - 1 / (2 * c - 1))
/** The same of the ODE, d log x/d log v = c/2. */
const odeVariance = (c: number, vT: number): number => vT ** (1 - c)
/** KL(N(0, 1) ‖ N(0, v)). */
const klNormal = (v: number): number => 0.5 * (1 / v - 1 + Math.log(v))

function expectAtMost(what: string, found: number, bound: number): void {
  if (found <= bound) return
  throw new MistakeError(`${what} is ${short(found)}, which is more than the bound ${short(bound)}`)
}

const boundWithoutTime = mistake<BoundForm>({
  title: 'The KL bound without T',
  written: String.raw`\tfrac12\,\mathbb{E}_{t\sim U[0,T]}\,g^2(t)\,\mathbb{E}\|\nabla\log p_t - s_\theta\|^2`,
  correct: String.raw`\tfrac{T}{2}\,\mathbb{E}_{t\sim U[0,T]}\,g^2(t)\,\mathbb{E}\|\nabla\log p_t - s_\theta\|^2`,
  right: (T, meanError) => 0.5 * T * meanError,
  wrong: (_, meanError) => 0.5 * meanError,
  check(form) {
    const T = 4
    const v = (t: number): number => Math.exp((LOG_RANGE * t) / T)
    const { nodes, weights } = gaussLegendre(20, 0, T, 'check')
    const meanError = nodes.reduce((sum, t, i) => {
      const squaredDiffusion = (LOG_RANGE / T) * v(t)
      return sum + (weights[i]! / T) * squaredDiffusion * ((1 - FACTOR) ** 2 / v(t))
    }, 0)
    const kl = klNormal(sdeVariance(FACTOR, Math.exp(LOG_RANGE)))
    return now(() => expectAtMost('KL of the reverse SDE, T = 4', kl, form(T, meanError)))
  },
})

/** The variance that a model with the score −c x/v gives data of variance one, from the exact prior N(0, v_T). */
export type LawOfModel = (c: number, vT: number) => number

const boundForTheOde = mistake<LawOfModel>({
  title: 'The KL bound, said of the ODE',
  written: String.raw`p_\theta = \text{law of } dx = \left[f x - \tfrac12 g^2 s_\theta\right]dt`,
  correct: String.raw`p_\theta = \text{law of } dx = \left[f x - g^2 s_\theta\right]dt + g\,d\bar w`,
  right: sdeVariance,
  wrong: odeVariance,
  check(form) {
    const bound = 0.5 * (1 - FACTOR) ** 2 * LOG_RANGE
    const kl = klNormal(form(FACTOR, Math.exp(LOG_RANGE)))
    return now(() => expectAtMost('KL(p₀ ‖ p_θ)', kl, bound))
  },
})

/** Bits per dimension of data of 256 levels scaled to [−1, 1], from log p in nats and the dimension. */
export type BitsForm = (logDensity: number, dim: number) => number

const bitsWithoutOffset = mistake<BitsForm>({
  title: 'Bits per dimension without the scale of the data',
  written: String.raw`-\frac{\log p(x)}{D \ln 2}`,
  correct: String.raw`-\frac{\log p(x)}{D \ln 2} + \log_2\frac{256}{2}`,
  right: (logDensity, dim) => bitsPerDimension(logDensity, dim, { levels: 256, range: [-1, 1] }),
  wrong: (logDensity, dim) => bitsPerDimension(logDensity, dim, { offset: 0 }),
  check: (form) =>
    now(() =>
      expectNear(
        'bits per dimension of noise that is uniform on [−1, 1]³',
        form(3 * Math.log(0.5), 3),
        8,
        1e-9,
      ),
    ),
})

/** log p(x) from the density of the code at T and the integral of ∇·v from the data's time to T. */
export type LikelihoodSum = (logPrior: number, integral: number) => number

const traceSign = mistake<LikelihoodSum>({
  title: 'The trace with the wrong sign',
  written: String.raw`\log p_0(x(0)) = \log p_T(x(T)) - \int_0^T \nabla\cdot v\,dt`,
  correct: String.raw`\log p_0(x(0)) = \log p_T(x(T)) + \int_0^T \nabla\cdot v\,dt`,
  right: (logPrior, integral) => logPrior + integral,
  wrong: (logPrior, integral) => logPrior - integral,
  check(form) {
    const process = vp()
    const law = mixture({ means: [[0]], deviations: 0.5 })
    const model = exact<Float64Array>(process, law)
    const [from, to, x0] = [0.05, 0.9, 0.4]
    // Of a Gaussian the divergence is d log v_t/dt / 2 at every point.
    const variance = (t: number): number => process.alpha(t) ** 2 * 0.25 + process.sigma(t) ** 2
    const integral = 0.5 * Math.log(variance(to) / variance(from))
    const code = x0 * Math.sqrt(variance(to) / variance(from))
    const logPrior = model.logDensity(Float64Array.of(code), to)[0]!
    const truth = model.logDensity(Float64Array.of(x0), from)[0]!
    return now(() => expectNear('log p(0.4) of N(0, ¼)', form(logPrior, integral), truth, 1e-9))
  },
})

/** A check that is done at once, as the promise that checks are. */
function now(check: () => void): Promise<void> {
  return Promise.resolve().then(check)
}

export const likelihoodMistakes = {
  likelihoodWithoutHalf,
  traceSign,
  boundWithoutTime,
  boundForTheOde,
  bitsWithoutOffset,
}
