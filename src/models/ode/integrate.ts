/**
 * Solving dx/dt = f(x, t) for states in several parts, such as points together with their log-determinants.
 *
 * States are touched through linear combinations only, so the same code runs on tensors, where it can be differentiated
 * through all its steps, and on doubles.
 */
import * as tf from '@tensorflow/tfjs'
import { combine, type State } from '../state'
import { dormandPrince, type EmbeddedTableau, type Tableau } from './tableau'

/** The parts of a state, or of its slope. */
export type Parts<S extends State> = readonly S[]
/** The right-hand side f. */
export type Slope<S extends State> = (x: Parts<S>, t: number) => Parts<S>

export interface Solution<S extends State> {
  readonly x: Parts<S>
  /** How often f was asked. */
  readonly evaluations: number
  /** The times that were visited, both ends included. */
  readonly times: readonly number[]
}

/** The slopes k of one step, the first of which may be known already. */
function slopes<S extends State>(
  f: Slope<S>,
  x: Parts<S>,
  t: number,
  h: number,
  { a, c }: Tableau,
  first = f(x, t),
): Parts<S>[] {
  const k = [first]
  for (let i = 1; i < c.length; i++) k.push(f(ahead(x, h, a[i]!, k), t + c[i]! * h))
  return k
}

/** x + h Σ wᵢ kᵢ. */
function ahead<S extends State>(
  x: Parts<S>,
  h: number,
  weights: readonly number[],
  k: readonly Parts<S>[],
): Parts<S> {
  return x.map((part, p) => {
    const terms = weights.flatMap((w, i) => (w === 0 ? [] : [[h * w, k[i]![p]!] as const]))
    return combine([1, part], ...terms)
  })
}

/**
 * Integrates along the given times by fixed steps.
 *
 * @param f must give slopes of the shapes of x.
 * @param times at least two, rising or falling.
 */
export function integrate<S extends State>(
  f: Slope<S>,
  start: Parts<S>,
  times: readonly number[],
  method: Tableau,
): Solution<S> {
  let x = start
  for (let i = 1; i < times.length; i++) {
    const [t, h] = [times[i - 1]!, times[i]! - times[i - 1]!]
    x = scoped(x, () => ahead(x, h, method.b, slopes(f, x, t, h, method)))
  }
  return { x, evaluations: (times.length - 1) * method.c.length, times }
}

/** `steps` equal steps from one time to another. @throws RangeError for steps that are no count. */
export function evenTimes(from: number, to: number, steps: number, caller: string): number[] {
  if (!Number.isSafeInteger(steps) || steps < 1)
    throw new RangeError(`${caller}: steps must be a positive whole number, but is ${steps}`)
  return Array.from({ length: steps + 1 }, (_, i) => from + (i / steps) * (to - from))
}

/** @throws RangeError unless the tolerance is in (0, 1). */
export function expectTolerance(tolerance: number, caller: string): void {
  if (!(tolerance > 0 && tolerance < 1))
    throw new RangeError(`${caller}: tolerance must be between 0 and 1, but is ${tolerance}`)
}

export interface AdaptiveOptions {
  readonly method?: EmbeddedTableau
  /** Whether tensors are disposed of as soon as the solver is done with them: not where gradients are taken through it. */
  readonly release?: boolean
}

/** Steps beyond this are a sign that the tolerance cannot be had, in single precision usually. */
const MOST_STEPS = 10_000
const SAFETY = 0.9

/**
 * Integrates by steps whose estimated error is kept below the tolerance: for each number y of the state,
 * |error| ≤ tolerance · (1 + |y|).
 *
 * Each `yield` hands out the ratio of the error to what is allowed, as a state of one number, and must be answered with
 * that number: so reading it from a device may wait, or not.
 *
 * @throws Error where the tolerance cannot be reached.
 */
export function* adaptive<S extends State>(
  f: Slope<S>,
  start: Parts<S>,
  from: number,
  to: number,
  tolerance: number,
  { method = dormandPrince, release = false }: AdaptiveOptions = {},
): Generator<S, Solution<S>, number> {
  let t = from
  let x = start
  let h = (to - from) / 50
  let evaluations = 0
  let first: Parts<S> | undefined
  const times = [from]
  for (let step = 0; t !== to; step++) {
    if (step === MOST_STEPS || Math.abs(h) < 1e-12 * Math.abs(to - from))
      throw new Error(
        `RK45 cannot keep an error of ${tolerance} at t = ${t}: allow a larger tolerance, or take fixed steps`,
      )
    if (Math.abs(h) >= Math.abs(to - t) * (1 - 1e-9)) h = to - t
    const known = first
    const all = scoped(x, () => {
      const k = slopes(f, x, t, h, method, known)
      const next = ahead(x, h, method.b, k)
      const zero = x.map((part) => combine([0, part]))
      return [...next, ...k.at(-1)!, ...k[0]!, errorRatio(x, next, ahead(zero, h, method.e, k), tolerance)]
    })
    const n = x.length
    const before = [...(x === start ? [] : x), ...(first ?? [])]
    evaluations += method.c.length - (known ? 1 : 0)
    const ratio = yield all.at(-1)!
    if (ratio <= 1) {
      t = h === to - t ? to : t + h
      times.push(t)
      x = all.slice(0, n)
      // The last slope is taken at the new state.
      first = all.slice(n, 2 * n)
    } else first = all.slice(2 * n, 3 * n)
    if (release) disposeAllBut([...x, ...first], [...before, ...all])
    const growth = Number.isFinite(ratio) ? SAFETY * Math.max(ratio, 1e-10) ** (-1 / method.order) : 0.1
    h *= Math.min(5, Math.max(0.2, growth))
  }
  if (release) disposeAllBut(x, first ?? [])
  return { x, evaluations, times }
}

function disposeAllBut(kept: Parts<State>, others: Parts<State>): void {
  for (const state of others) if (state instanceof tf.Tensor && !kept.includes(state)) state.dispose()
}

/** max |error| / (tolerance · (1 + max(|x|, |next|))) over all numbers. */
function errorRatio<S extends State>(x: Parts<S>, next: Parts<S>, error: Parts<S>, tolerance: number): S {
  if (x[0] instanceof Float64Array) {
    const at = (parts: Parts<S>, p: number, i: number): number => (parts[p] as Float64Array)[i]!
    let largest = 0
    for (const [p, part] of (error as Parts<Float64Array>).entries())
      for (const [i, value] of part.entries()) {
        const size = Math.max(Math.abs(at(x, p, i)), Math.abs(at(next, p, i)))
        const ratio = Math.abs(value) / (tolerance * (1 + size))
        if (!(ratio <= largest)) largest = ratio
      }
    return Float64Array.of(largest) as S
  }
  const ratios = (error as Parts<tf.Tensor>).map((part, p) => {
    const size = tf.maximum(tf.abs(x[p] as tf.Tensor), tf.abs(next[p] as tf.Tensor))
    return tf.max(tf.abs(part).div(size.add(1).mul(tolerance)))
  })
  return ratios.reduce((a, b) => tf.maximum(a, b)) as S
}

/** Answers an adaptive integration at once. @throws what it throws. */
export function solveNow<S extends State>(solving: Generator<S, Solution<S>, number>): Solution<S> {
  let turn = solving.next()
  while (!turn.done) turn = solving.next(number(turn.value))
  return turn.value
}

function number(x: State): number {
  return x instanceof Float64Array ? x[0]! : x.dataSync()[0]!
}

/** Disposes of what is made on the way, where states are tensors. */
function scoped<S extends State>(x: Parts<S>, f: () => Parts<S>): Parts<S> {
  if (x[0] instanceof Float64Array) return f()
  return tf.tidy(f as unknown as () => tf.Tensor[]) as unknown as Parts<S>
}
