/**
 * Langevin dynamics: samples from p that need only the score s = ∇ log p. The diffusion dx = s(x) dt + √2 dw has p as its
 * stationary law; Euler's steps along it are written in two ways, which differ in what ε counts:
 *
 *   langevin             x ← x + (ε/2) s(x) + √ε z       Welling and Teh, and NCSN
 *   unadjustedLangevin   x ← x + ε s(x) + √(2ε) z        "ULA", and most of statistics
 *
 * with z standard normal: ε of the second is 2ε of the first. No step is rejected, so the stationary law is p only in the
 * limit of small ε: for N(0, v) the first gives the variance v / (1 − ε/4v), and no stationary law at all from ε = 4v on.
 *
 * Welling and Teh, "Bayesian learning via stochastic gradient Langevin dynamics", ICML 2011,
 * https://www.stats.ox.ac.uk/~teh/research/compstats/WelTeh2011a.pdf; Roberts and Tweedie, "Exponential convergence of
 * Langevin distributions and their discrete approximations", 1996, https://doi.org/10.2307/3318418
 */
import * as tf from '@tensorflow/tfjs'
import { breathe, counted, currentStream, holding, keepingTensors, poll, type RandomStream } from '../tensor'
import { walkReached } from './milestones'
import { expectField, type Field } from './field'
import { combine, normalLike, type State } from './state'

/** One step of a chain: x ↦ the next x. */
export type ChainStep<S extends State> = (field: Field<S>, x: S, epsilon: number, stream: RandomStream) => S

/** x + (ε/2) s(x) + √ε z. @param x states of shape [n, …]. @param epsilon ε, positive. */
export function langevinStep<S extends State>(
  field: Field<S>,
  x: S,
  epsilon: number,
  stream: RandomStream = currentStream(),
): S {
  expectEpsilon(epsilon)
  return combine([1, x], [epsilon / 2, field.score(x)], [Math.sqrt(epsilon), normalLike(x, stream)])
}

/** x + ε s(x) + √(2ε) z. @param x states of shape [n, …]. @param epsilon ε, positive. */
export function unadjustedLangevinStep<S extends State>(
  field: Field<S>,
  x: S,
  epsilon: number,
  stream: RandomStream = currentStream(),
): S {
  expectEpsilon(epsilon)
  return combine([1, x], [epsilon, field.score(x)], [Math.sqrt(2 * epsilon), normalLike(x, stream)])
}

/** One state of a chain. */
export interface ChainState<S extends State = tf.Tensor> {
  readonly x: S
  /** Steps done, and steps to do. */
  readonly step: number
  readonly steps: number
  /** How often the score has been asked. */
  readonly evaluations: number
}

/**
 * A Markov chain: given a start, yields every state, the start included.
 *
 * The states belong to whoever asks for them; a state may be disposed of once the next has been yielded.
 */
export interface Chain<S extends State = tf.Tensor> {
  (start: S, stream?: RandomStream): AsyncGenerator<ChainState<S>, void, void>
  readonly field: Field<S>
  readonly steps: number
}

export interface LangevinOptions {
  /** ε, positive: one for all steps, or a function of the step, counted from 0. */
  readonly epsilon: number | ((step: number) => number)
  /** How many steps. Default 100. */
  readonly steps?: number
}

/** The chain x ← x + (ε/2) s(x) + √ε z. @throws RangeError for ε or steps that are not positive. */
export function langevin(field: Field, options: LangevinOptions): Chain
export function langevin<S extends State>(field: Field<S>, options: LangevinOptions): Chain<S>
export function langevin<S extends State>(field: Field<S>, options: LangevinOptions): Chain<S> {
  return chain('langevin', field, options, langevinStep)
}

/** The chain x ← x + ε s(x) + √(2ε) z. @throws RangeError for ε or steps that are not positive. */
export function unadjustedLangevin(field: Field, options: LangevinOptions): Chain
export function unadjustedLangevin<S extends State>(field: Field<S>, options: LangevinOptions): Chain<S>
export function unadjustedLangevin<S extends State>(field: Field<S>, options: LangevinOptions): Chain<S> {
  return chain('unadjustedLangevin', field, options, unadjustedLangevinStep)
}

const BREATHE_EVERY = 50

/** The chain that takes `step`; `name` is what errors call it. */
export function chain<S extends State>(
  name: string,
  given: Field<S>,
  options: LangevinOptions,
  step: ChainStep<S>,
): Chain<S> {
  const field = expectField(given, name)
  const { epsilon, steps = 100 } = (options as LangevinOptions | undefined) ?? { epsilon: NaN }
  const at = typeof epsilon === 'function' ? epsilon : () => epsilon
  expectEpsilon(at(0), name)
  if (!Number.isSafeInteger(steps) || steps < 1)
    throw new RangeError(`${name}: steps must be a positive whole number, but is ${steps}`)

  async function* states(start: S, stream = currentStream()): AsyncGenerator<ChainState<S>, void, void> {
    let breathed = performance.now()
    let x = start
    yield { x, step: 0, steps, evaluations: 0 }
    for (const i of counted(name, steps)) {
      poll()
      if (performance.now() - breathed >= BREATHE_EVERY) {
        await breathe()
        breathed = performance.now()
      }
      const next = (): S => step(field, x, at(i), stream)
      x = x instanceof Float64Array ? next() : (tf.tidy(next as () => tf.Tensor) as S)
      yield { x, step: i + 1, steps, evaluations: i + 1 }
    }
  }
  return Object.assign(holding(states, field), { field, steps })
}

export interface ChainOptions<S extends State = tf.Tensor> {
  /** Where the noise comes from. Default: the cell's own stream. */
  readonly stream?: RandomStream
  /** Called with every state, which it must not keep: all but the last are disposed of. */
  readonly observe?: (state: ChainState<S>) => void | Promise<void>
}

/**
 * Runs a chain to its end.
 *
 * @param start states of shape [n, …]; a tensor stays the caller's.
 * @returns the last state.
 */
export function runChain<S extends State>(
  chain: Chain<S>,
  start: S,
  { stream = currentStream(), observe }: ChainOptions<S> = {},
): Promise<S> {
  return keepingTensors(async () => {
    let latest = start
    const release = (): void => {
      if (latest !== start && latest instanceof tf.Tensor) latest.dispose()
    }
    try {
      for await (const state of chain(start, stream)) {
        if (state.x !== latest) release()
        latest = state.x
        walkReached(state, { x: state.x, evaluations: state.evaluations })
        await observe?.(state)
      }
      return latest
    } catch (error) {
      release()
      throw error
    }
  })
}

function expectEpsilon(epsilon: number, name = 'Langevin dynamics'): void {
  if (!(epsilon > 0 && epsilon < Infinity))
    throw new RangeError(`${name}: epsilon must be positive and finite, but is ${String(epsilon)}`)
}
