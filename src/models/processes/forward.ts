/**
 * Walking from data to noise, step by step.
 *
 *   exact        x_t = (α_t/α_s) x_s + √(σ_t² − (α_t/α_s)² σ_s²) z     the transition kernel
 *   euler        x_t = (1 + f Δt) x_s + g √Δt z                         Euler and Maruyama's step of dx = f x dt + g dw
 *   preserving   x_t = √(1 − β̄) x_s + √β̄ z,  β̄ = g² Δt                 the chain whose limit is VP
 *
 * f and g are taken at s for `euler`, as Itô's integral asks, and g at t for `preserving`, as the chain is published. For VE
 * the exact step is the published chain, x_t = x_s + √(σ_t² − σ_s²) z.
 *
 * Song et al., "Score-based generative modeling through stochastic differential equations", ICLR 2021, appendix B and E,
 * https://arxiv.org/abs/2011.13456
 */
import * as tf from '@tensorflow/tfjs'
import { breathe, currentStream, keepingTensors, poll, type RandomStream, told } from '../../tensor'
import type { GaussianProcess, Transition } from '../process'
import { combine, normalLike, type State } from '../state'

const BREATHE_EVERY = 50

/** How a step is made of the process. */
export type ForwardScheme = 'exact' | 'euler' | 'preserving'

const SCHEMES: readonly ForwardScheme[] = ['exact', 'euler', 'preserving']

export interface ForwardOptions {
  /** Default `exact`. */
  readonly scheme?: ForwardScheme
  /** Evenly spread steps from clean data to the last time. Default 50. */
  readonly steps?: number
  /** Or the times themselves, rising, the start's first. */
  readonly times?: readonly number[]
  /** Where the noise comes from. Default: the cell's own stream. */
  readonly stream?: RandomStream
}

/** A path with its times; the first state is the start itself. */
export interface ForwardPath<S extends State> {
  readonly times: readonly number[]
  readonly states: readonly S[]
}

/**
 * The step x_t = scale · x_s + √variance · z of a scheme.
 *
 * @throws RangeError for s > t, or where g² Δt > 1 leaves `preserving` nothing to preserve.
 */
export function forwardStep(
  process: GaussianProcess,
  scheme: ForwardScheme,
  s: number,
  t: number,
): Transition {
  if (!SCHEMES.includes(scheme))
    throw new RangeError(`forward steps are one of ${SCHEMES.join(', ')}, not ${String(scheme)}`)
  if (!(s <= t)) throw new RangeError(`a forward step needs s ≤ t, but s = ${s} and t = ${t}`)
  if (scheme === 'exact') return process.transition(s, t)
  const step = t - s
  if (scheme === 'euler') return { scale: 1 + process.drift(s) * step, variance: process.diffusion(s) * step }
  const beta = process.diffusion(t) * step
  if (!(beta <= 1))
    throw new RangeError(
      `a variance-preserving step from ${s} to ${t} would replace ${beta} times the state: take more steps`,
    )
  return { scale: Math.sqrt(1 - beta), variance: beta }
}

/**
 * Simulates the process from `x0`, of shape [n, …] or as doubles. All states belong to the caller.
 *
 * @throws RangeError for times that do not rise or lie outside the process's, or steps that are no positive whole number.
 */
export async function forwardPath<S extends State>(
  process: GaussianProcess,
  x0: S,
  {
    scheme = 'exact',
    steps = 50,
    times = spread(process, steps),
    stream = currentStream(),
  }: ForwardOptions = {},
): Promise<ForwardPath<S>> {
  // Cells are not type-checked before they run.
  if (!((x0 as unknown) instanceof Float64Array || (x0 as unknown) instanceof tf.Tensor))
    throw new TypeError(
      'forwardPath: the second argument must be data, such as law.draw(1000), a tensor of shape [n, …]',
    )
  if (times.length < 2 || times.some((t, i) => i > 0 && !(t > times[i - 1]!)))
    throw new RangeError(`forwardPath: times must be at least two and rise, but are ${times.join(', ')}`)
  const transitions = times.slice(1).map((t, i) => forwardStep(process, scheme, times[i]!, t))
  return keepingTensors(async () => {
    const states = [combine([1, x0])]
    let breathed = performance.now()
    for (const { scale, variance } of told('forward path', transitions)) {
      poll()
      const x = states.at(-1)!
      const noise = normalLike(x, stream)
      states.push(combine([scale, x], [Math.sqrt(variance), noise]))
      if (noise instanceof tf.Tensor) noise.dispose()
      if (performance.now() - breathed >= BREATHE_EVERY) {
        await breathe()
        breathed = performance.now()
      }
    }
    return { times: [...times], states }
  })
}

function spread({ name, times: { from, to, discrete } }: GaussianProcess, steps: number): number[] {
  if (!Number.isSafeInteger(steps) || steps < 1)
    throw new RangeError(`forwardPath: steps must be a positive whole number, but is ${steps}`)
  if (discrete && steps > to - from)
    throw new RangeError(`${name} has ${to - from} steps: forwardPath cannot take ${steps}`)
  return Array.from({ length: steps + 1 }, (_, i) => {
    const t = from + (i / steps) * (to - from)
    return discrete ? Math.round(t) : t
  })
}
