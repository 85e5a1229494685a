/**
 * Samplers as data.
 *
 * Most samplers only ever add: the next state is a sum of the present one x, of predictions x̂₀ and ε̂ that the model
 * has made on the way, and of fresh standard normal noise z_k, each times a number that depends on nothing but the
 * times,
 *
 *   y = a x + Σ_j (b_j x̂₀⁽ʲ⁾ + c_j ε̂⁽ʲ⁾) + Σ_k d_k z_k,
 *
 * where j counts predictions backwards: 0 is the latest, 1 the one before it, in this step or an earlier one. A step
 * asks the model a few times, each time about one such sum, and ends in one more. All its numbers are known before the
 * walk begins, and `sampler.linear` lists them, so that whoever can evaluate the model faster, on a graphics card in
 * one go for instance, needs no other knowledge of the method: follow the list, and the states are the same.
 *
 * Methods are written as in their papers, on symbols instead of states; `record` runs them once and notes the numbers.
 */
import type { GaussianProcess } from '../process'

/** One sum of what a step has at hand. */
export interface Combination {
  /** Of x, the state that the step began with. */
  readonly state: number
  /** Of (x̂₀, ε̂), the latest prediction first. */
  readonly predictions: readonly (readonly [ofX0: number, ofNoise: number])[]
  /** Of z_0, z_1, …: drawn once a step, in this order, of the shape of x. */
  readonly fresh: readonly number[]
}

/** The model is asked at time `t` about the state `at`. */
export interface Stage {
  readonly t: number
  readonly at: Combination
}

/** One step of a sampler, from time `t` to `s`. */
export interface LinearStep {
  readonly t: number
  readonly s: number
  /** What the model is asked, in this order; predictions may be used from the next stage on. */
  readonly stages: readonly Stage[]
  /** The state at time `s`. */
  readonly next: Combination
}

/** A sum of symbols: `x`, `x0 3` and `noise 3` of the fourth prediction, `z 0` of the step's first noise. */
export type Vector = Readonly<Record<string, number>>

/** The linear combination Σ cᵢ vᵢ of symbols; nothing times infinity is nothing. */
export function sum(...terms: readonly (readonly [number, Vector])[]): Vector {
  const total: Record<string, number> = {}
  for (const [factor, vector] of terms)
    for (const [name, value] of Object.entries(vector))
      if (factor !== 0 && value !== 0) total[name] = (total[name] ?? 0) + factor * value
  return total
}

/** A prediction of the model, in symbols. */
export interface Asked {
  readonly t: number
  readonly x0: Vector
  readonly noise: Vector
  /** −ε̂/σ. */
  readonly score: Vector
  /** α′x̂₀ + σ′ε̂, the right-hand side of the probability-flow ODE. */
  readonly velocity: Vector
}

/** What a method has at hand for one step. */
export interface Tape {
  readonly process: GaussianProcess
  /** The state that the step begins with. */
  readonly x: Vector
  /** Steps done before this one, and steps in all. */
  readonly step: number
  readonly steps: number
  /** Asks the model at time `t` about a state, by default the step's first. */
  readonly ask: (t: number, at?: Vector) => Asked
  /** What has been asked so far, in earlier steps too, the latest last. */
  readonly asked: readonly Asked[]
  /** Fresh standard normal noise. */
  readonly fresh: () => Vector
}

/** A rule for one step from t to s, on symbols. */
export type Method = (tape: Tape, t: number, s: number) => Vector

/**
 * Runs a method along `times` and notes its numbers.
 *
 * @param name the sampler's, for errors.
 * @throws RangeError where a number is not finite, such as the score's factor −1/σ at clean data.
 */
export function record(
  name: string,
  process: GaussianProcess,
  times: readonly number[],
  method: Method,
): LinearStep[] {
  const steps = times.length - 1
  const asked: Asked[] = []
  return Array.from({ length: steps }, (_, step) => {
    const [t, s] = [times[step]!, times[step + 1]!]
    const stages: Stage[] = []
    let fresh = 0
    const compile = (vector: Vector): Combination =>
      compiled(vector, asked.length, `${name}, from ${t} to ${s}`)
    const ask: Tape['ask'] = (at, vector = X) => {
      stages.push({ t: at, at: compile(vector) })
      const prediction = symbols(process, at, asked.length)
      asked.push(prediction)
      return prediction
    }
    const tape: Tape = { process, x: X, step, steps, ask, asked, fresh: () => ({ [`z ${fresh++}`]: 1 }) }
    const next = method(tape, t, s)
    return { t, s, stages, next: compile(next) }
  })
}

const X: Vector = { x: 1 }

function symbols(process: GaussianProcess, t: number, index: number): Asked {
  const x0: Vector = { [`x0 ${index}`]: 1 }
  const noise: Vector = { [`noise ${index}`]: 1 }
  return {
    t,
    x0,
    noise,
    get score() {
      return sum([-1 / process.sigma(t), noise])
    },
    get velocity() {
      return sum([process.alphaPrime(t), x0], [process.sigmaPrime(t), noise])
    },
  }
}

function compiled(vector: Vector, asked: number, where: string): Combination {
  const predictions: [number, number][] = []
  const fresh: number[] = []
  for (const [name, value] of Object.entries(vector)) {
    if (!Number.isFinite(value))
      throw new RangeError(
        `${where}: a coefficient is ${value}, not a finite number. Keep away from clean data (σ = 0) and from pure noise ` +
          `(α = 0) with the options end and start, or times`,
      )
    const [kind, index] = name.split(' ') as [string, string | undefined]
    if (kind === 'x0' || kind === 'noise') {
      const back = asked - 1 - Number(index)
      while (predictions.length <= back) predictions.push([0, 0])
      predictions[back]![kind === 'x0' ? 0 : 1] = value
    } else if (kind === 'z') {
      while (fresh.length <= Number(index)) fresh.push(0)
      fresh[Number(index)] = value
    }
  }
  return { state: vector.x ?? 0, predictions, fresh }
}

/** How often the model is asked in all. */
export function evaluationsOf(steps: readonly LinearStep[]): number {
  return steps.reduce((total, { stages }) => total + stages.length, 0)
}

/** How many noises the step draws. */
export function freshOf({ stages, next }: LinearStep): number {
  return Math.max(next.fresh.length, ...stages.map(({ at }) => at.fresh.length))
}

/** How many predictions from before a step's own the sampler must remember. */
export function memoryOf(steps: readonly LinearStep[]): number {
  return most(steps, ({ stages, next }) =>
    stages.reduce(
      (largest, { at }, i) => Math.max(largest, at.predictions.length - i),
      next.predictions.length - stages.length,
    ),
  )
}

/** The largest number that is found in a step, at least 0. There may be too many steps for the arguments of a call. */
export function most(steps: readonly LinearStep[], of: (step: LinearStep) => number): number {
  return steps.reduce((largest, step) => Math.max(largest, of(step)), 0)
}
