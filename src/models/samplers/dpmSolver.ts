/**
 * DPM-Solver: the linear part of the probability-flow ODE exactly, the rest by Taylor's formula in λ = log(α/σ). With
 * h = λ_s − λ_t,
 *
 *   order 1   x_s = (α_s/α_t) x − σ_s (eʰ − 1) ε̂_t                                   this is DDIM
 *   order 2   u   = (α_r/α_t) x − σ_r (e^{h/2} − 1) ε̂_t                               at λ_r = λ_t + h/2
 *             x_s = (α_s/α_t) x − σ_s (eʰ − 1) ε̂(u)
 *   order 3   u₁  = (α₁/α_t) x − σ₁ (e^{h/3} − 1) ε̂_t,                                at λ_t + h/3
 *             u₂  = (α₂/α_t) x − σ₂ (e^{2h/3} − 1) ε̂_t − 2σ₂ ((e^{2h/3} − 1)/(2h/3) − 1) D₁,   at λ_t + 2h/3
 *             x_s = (α_s/α_t) x − σ_s (eʰ − 1) ε̂_t − (3/2) σ_s ((eʰ − 1)/h − 1) D₂
 *
 * with Dᵢ = ε̂(uᵢ) − ε̂_t. A step of order k asks the model k times.
 *
 * Lu et al., "DPM-Solver: a fast ODE solver for diffusion probabilistic model sampling in around 10 steps", NeurIPS
 * 2022, algorithms 1 and 2, https://arxiv.org/abs/2206.00927
 */
import type { Denoiser } from '../denoiser'
import { endTime, grids, timeAt, timesOf, type TimeOptions } from '../grids'
import type { State } from '../state'
import { sum, type Method } from './linear'
import { linearWalk } from './linearWalk'
import { processOf, type Sampler, type WalkOptions } from './walk'

const { expm1 } = Math

const order1: Method = ({ process: { alpha, sigma, logSnr }, x, ask }, t, s) => {
  const h = logSnr(s) - logSnr(t)
  return sum([alpha(s) / alpha(t), x], [-sigma(s) * expm1(h), ask(t).noise])
}

const order2: Method = ({ process, x, ask }, t, s) => {
  const { alpha, sigma, logSnr } = process
  const h = logSnr(s) - logSnr(t)
  const r = timeAt(process, logSnr(t) + h / 2)
  const u = sum([alpha(r) / alpha(t), x], [-sigma(r) * expm1(h / 2), ask(t).noise])
  return sum([alpha(s) / alpha(t), x], [-sigma(s) * expm1(h), ask(r, u).noise])
}

const order3: Method = ({ process, x, ask }, t, s) => {
  const { alpha, sigma, logSnr } = process
  const h = logSnr(s) - logSnr(t)
  const [t1, t2] = [timeAt(process, logSnr(t) + h / 3), timeAt(process, logSnr(t) + (2 * h) / 3)]
  const noise = ask(t).noise
  const u1 = sum([alpha(t1) / alpha(t), x], [-sigma(t1) * expm1(h / 3), noise])
  const d1 = sum([1, ask(t1, u1).noise], [-1, noise])
  const u2 = sum(
    [alpha(t2) / alpha(t), x],
    [-sigma(t2) * expm1((2 * h) / 3), noise],
    [-2 * sigma(t2) * (expm1((2 * h) / 3) / ((2 * h) / 3) - 1), d1],
  )
  const d2 = sum([1, ask(t2, u2).noise], [-1, noise])
  return sum(
    [alpha(s) / alpha(t), x],
    [-sigma(s) * expm1(h), noise],
    [-1.5 * sigma(s) * (expm1(h) / h - 1), d2],
  )
}

const METHODS: Readonly<Record<1 | 2 | 3, Method>> = { 1: order1, 2: order2, 3: order3 }

export interface DpmSolverOptions<S extends State> extends TimeOptions, WalkOptions<S> {
  /** 1, 2 or 3. Default 2. */
  readonly order?: 1 | 2 | 3
}

/**
 * DPM-Solver, by single steps: NFE `order` a step. Default grid: even in λ, down to 10⁻³.
 *
 * @throws RangeError for another order, or where λ is infinite.
 */
export function dpmSolver<S extends State>(
  model: Denoiser<S>,
  { order = 2, ...options }: DpmSolverOptions<S> = {},
): Sampler<S> {
  const process = processOf(model, 'dpmSolver')
  const method = (METHODS as Readonly<Record<number, Method | undefined>>)[order]
  if (!method) throw new RangeError(`dpmSolver: order must be 1, 2 or 3, but is ${order}`)
  const times = timesOf(process, options, { grid: grids.logSnr, end: endTime(process) })
  return linearWalk('dpmSolver', model, times, method, options)
}
