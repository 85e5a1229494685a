/**
 * The probability-flow ODE,
 *
 *   dx/dt = f x − ½ g² ∇ log p_t(x) = α′ x̂₀ + σ′ ε̂,
 *
 * whose solutions have the same laws p_t as the stochastic process, and no noise. Solved from noise to data it samples,
 * from data to noise it encodes. Here by steps that are fixed beforehand, with h = s − t and v the right-hand side:
 *
 *   euler   order 1, NFE 1 a step   x_s = x + h v(x, t)
 *   heun    order 2, NFE 2 a step   x_s = x + h/2 (v₁ + v₂),   v₂ = v(x + h v₁, s)
 *   rk4     order 4, NFE 4 a step   x_s = x + h/6 (v₁ + 2v₂ + 2v₃ + v₄)
 *
 * They stop at the end time ε = 10⁻³ by default, where there is still a little noise: `denoise` takes it away.
 *
 * Song et al., "Score-based generative modeling through stochastic differential equations", ICLR 2021, section 4.3,
 * https://arxiv.org/abs/2011.13456
 */
import type { Denoiser } from '../denoiser'
import { endTime, timesOf, type TimeOptions } from '../grids'
import type { State } from '../state'
import { sum, type Method } from './linear'
import { linearWalk } from './linearWalk'
import { processOf, type Sampler, type WalkOptions } from './walk'

const eulerStep: Method = ({ x, ask }, t, s) => {
  const v = ask(t).velocity
  return sum([1, x], [s - t, v])
}

const heunStep: Method = ({ x, ask }, t, s) => {
  const h = s - t
  const v1 = ask(t).velocity
  const v2 = ask(s, sum([1, x], [h, v1])).velocity
  return sum([1, x], [h / 2, v1], [h / 2, v2])
}

const rk4Step: Method = ({ x, ask }, t, s) => {
  const h = s - t
  const middle = t + h / 2
  const v1 = ask(t).velocity
  const v2 = ask(middle, sum([1, x], [h / 2, v1])).velocity
  const v3 = ask(middle, sum([1, x], [h / 2, v2])).velocity
  const v4 = ask(s, sum([1, x], [h, v3])).velocity
  return sum([1, x], [h / 6, v1], [h / 3, v2], [h / 3, v3], [h / 6, v4])
}

/** How a solver of an equation is told its times, and what happens between steps. */
export type SolverOptions<S extends State> = TimeOptions & WalkOptions<S>

/** Euler's method on the probability-flow ODE. Default grid: linear in t, down to 10⁻³. */
export function euler<S extends State>(model: Denoiser<S>, options: SolverOptions<S> = {}): Sampler<S> {
  return solver('euler', model, eulerStep, options)
}

/** Heun's method on the probability-flow ODE. Default grid: linear in t, down to 10⁻³. */
export function heun<S extends State>(model: Denoiser<S>, options: SolverOptions<S> = {}): Sampler<S> {
  return solver('heun', model, heunStep, options)
}

/** The classical Runge–Kutta method of order 4 on the probability-flow ODE. Default grid: linear in t, down to 10⁻³. */
export function rk4<S extends State>(model: Denoiser<S>, options: SolverOptions<S> = {}): Sampler<S> {
  return solver('rk4', model, rk4Step, options)
}

function solver<S extends State>(
  name: string,
  model: Denoiser<S>,
  method: Method,
  options: SolverOptions<S>,
): Sampler<S> {
  const process = processOf(model, name)
  return linearWalk(name, model, timesOf(process, options, { end: endTime(process) }), method, options)
}
