/**
 * DPM-Solver++: DPM-Solver with the clean data x̂₀ in the place of the noise, which is steadier under strong guidance.
 * With h = λ_s − λ_t and r the last h divided by this one,
 *
 *   order 1   x_s = (σ_s/σ_t) x − α_s (e^{−h} − 1) D
 *   2S        u at λ_t + h/2 by order 1;  D = x̂₀(u)
 *   2M        D = (1 + 1/2r) x̂₀ − (1/2r) x̂₀'
 *   3M        x_s = (σ_s/σ_t) x − α_s (e^{−h} − 1) x̂₀ + α_s φ₂ D⁽¹⁾ − α_s φ₃ D⁽²⁾
 *   SDE-2M    x_s = (σ_s/σ_t) e^{−ηh} x − α_s (e^{−(1+η)h} − 1) D + σ_s √(1 − e^{−2ηh}) z,   D as in 2M
 *
 * x̂₀' and x̂₀'' are the predictions of the two steps before, φ₂ = (e^{−h} − 1)/h + 1, φ₃ = φ₂/h − ½, and D⁽¹⁾ and D⁽²⁾
 * are h times the slope and h² times the second derivative at λ_t of the parabola through the three. Some code in
 * circulation takes half of D⁽²⁾ and loses an order by it. 2M starts with order 1, 3M with order 1 and 2M. SDE-2M
 * solves the reverse SDE, with η = 1 Anderson's and η = 0 the ODE.
 *
 * Lu et al., "DPM-Solver++: fast solver for guided sampling of diffusion probabilistic models", 2022,
 * https://arxiv.org/abs/2211.01095
 */
import type { Denoiser } from '../denoiser'
import { endTime, grids, timeAt, timesOf, type TimeOptions } from '../grids'
import type { State } from '../state'
import { sum, type Method } from './linear'
import { linearWalk } from './linearWalk'
import { processOf, type Sampler, type WalkOptions } from './walk'

const { exp, expm1 } = Math

export type DpmSolverPlusPlusOptions<S extends State> = TimeOptions & WalkOptions<S>

/** DPM-Solver++(2S), by single steps: order 2, NFE 2 a step. Default grid: even in λ, down to 10⁻³. */
export function dpmpp2S<S extends State>(
  model: Denoiser<S>,
  options: DpmSolverPlusPlusOptions<S> = {},
): Sampler<S> {
  return plusPlus('dpmpp2S', model, singlestep, options)
}

/** DPM-Solver++(2M), by two steps: order 2, NFE 1 a step. Default grid: even in λ, down to 10⁻³. */
export function dpmpp2M<S extends State>(
  model: Denoiser<S>,
  options: DpmSolverPlusPlusOptions<S> = {},
): Sampler<S> {
  return plusPlus('dpmpp2M', model, multistep2(0), options)
}

/** DPM-Solver++(3M), by three steps: order 3, NFE 1 a step. Default grid: even in λ, down to 10⁻³. */
export function dpmpp3M<S extends State>(
  model: Denoiser<S>,
  options: DpmSolverPlusPlusOptions<S> = {},
): Sampler<S> {
  return plusPlus('dpmpp3M', model, multistep3, options)
}

/**
 * SDE-DPM-Solver++(2M): NFE 1 a step, with fresh noise. Default grid: even in λ, down to 10⁻³.
 *
 * @param options `eta`: η, from 0 (the ODE) to 1 (Anderson's reverse SDE, the default) and beyond.
 */
export function dpmpp2MSde<S extends State>(
  model: Denoiser<S>,
  { eta = 1, ...options }: DpmSolverPlusPlusOptions<S> & { readonly eta?: number } = {},
): Sampler<S> {
  if (!(eta >= 0 && eta < Infinity))
    throw new RangeError(`dpmpp2MSde: eta must not be negative, but is ${eta}`)
  const sampler = plusPlus('dpmpp2MSde', model, multistep2(eta), options)
  if (eta > 0 && sampler.times[1]! > sampler.times[0]!)
    throw new RangeError('dpmpp2MSde: only eta = 0 can go up in time')
  return sampler
}

const singlestep: Method = ({ process, x, ask }, t, s) => {
  const { alpha, sigma, logSnr } = process
  const h = logSnr(s) - logSnr(t)
  if (h === Infinity) return ask(t).x0
  const r = timeAt(process, logSnr(t) + h / 2)
  const u = sum([sigma(r) / sigma(t), x], [-alpha(r) * expm1(-h / 2), ask(t).x0])
  return sum([sigma(s) / sigma(t), x], [-alpha(s) * expm1(-h), ask(r, u).x0])
}

function multistep2(eta: number): Method {
  return ({ process: { alpha, sigma, logSnr }, x, ask, asked, fresh }, t, s) => {
    const h = logSnr(s) - logSnr(t)
    const last = asked.at(-1)
    const x0 = ask(t).x0
    if (h === Infinity) return x0
    const r = last && (logSnr(t) - logSnr(last.t)) / h
    const d = r ? sum([1 + 1 / (2 * r), x0], [-1 / (2 * r), last.x0]) : x0
    const mean = sum([(sigma(s) / sigma(t)) * exp(-eta * h), x], [-alpha(s) * expm1(-(1 + eta) * h), d])
    return eta === 0 ? mean : sum([1, mean], [sigma(s) * Math.sqrt(-expm1(-2 * eta * h)), fresh()])
  }
}

const multistep3: Method = (tape, t, s) => {
  const { alpha, sigma, logSnr } = tape.process
  const h = logSnr(s) - logSnr(t)
  const [before, last] = tape.asked.slice(-2)
  if (!last || h === Infinity) return multistep2(0)(tape, t, s)
  const x0 = tape.ask(t).x0
  const r0 = (logSnr(t) - logSnr(last.t)) / h
  const r1 = (logSnr(last.t) - logSnr(before!.t)) / h
  // Divided differences, in units of h.
  const first = sum([1 / r0, x0], [-1 / r0, last.x0])
  const earlier = sum([1 / r1, last.x0], [-1 / r1, before!.x0])
  const second = sum([1 / (r0 + r1), first], [-1 / (r0 + r1), earlier])
  const d1 = sum([1, first], [r0, second])
  const d2 = sum([2, second])
  const phi2 = expm1(-h) / h + 1
  const phi3 = phi2 / h - 0.5
  return sum(
    [sigma(s) / sigma(t), tape.x],
    [-alpha(s) * expm1(-h), x0],
    [alpha(s) * phi2, d1],
    [-alpha(s) * phi3, d2],
  )
}

function plusPlus<S extends State>(
  name: string,
  model: Denoiser<S>,
  method: Method,
  options: DpmSolverPlusPlusOptions<S>,
): Sampler<S> {
  const process = processOf(model, name)
  const times = timesOf(process, options, { grid: grids.logSnr, end: endTime(process) })
  return linearWalk(name, model, times, method, options)
}
