/**
 * The probability-flow ODE by Dormand and Prince's pair of Runge–Kutta methods of order 5 and 4, with steps as large as
 * the tolerance lets them be. The difference of the two is the error e; a step of h counts as good enough where
 *
 *   ‖e / (absolute + relative · max(|x|, |x'|))‖_rms < 1,
 *
 * and the next one is 0.9 ‖…‖^{−1/5} times as long, between a fifth and ten times. Each step asks the model six times;
 * the first needs two more, to find its length.
 *
 * Each particle has its own steps, so that what becomes of one does not depend on the others, and the sampler takes as
 * many rounds as the slowest needs; or all share theirs (`control: 'batch'`), as solvers for systems of equations have
 * it, and the mean is over all numbers of all of them.
 *
 * Dormand and Prince, "A family of embedded Runge–Kutta formulae", 1980, https://doi.org/10.1016/0771-050X(80)90013-3;
 * first step as in Hairer, Nørsett and Wanner, "Solving ordinary differential equations I", II.4,
 * https://doi.org/10.1007/978-3-540-78862-1
 */
import { currentStream, holding, particlesOf, type RandomStream } from '../../tensor'
import type { Denoiser } from '../denoiser'
import { endTime } from '../grids'
import { dormandPrince } from '../ode/tableau'
import { combine, scaledErrors, type State, type Tolerance } from '../state'
import {
  choose,
  countOf,
  endsOf,
  expectTolerance,
  hooked,
  release,
  scoped,
  together,
  type AdaptiveOptions,
} from './adaptive'
import {
  counting,
  expectHooks,
  pacer,
  processOf,
  sizeOf,
  withClean,
  type Sampler,
  type SamplerState,
} from './walk'

const { c: NODES, a: STAGES, e: ERROR } = dormandPrince

const SAFETY = 0.9
const SHRINK = 0.2
const GROW = 10

export interface Rk45Options<S extends State> extends AdaptiveOptions<S> {
  /** Relative and absolute tolerance. Default 1e-5. */
  readonly tolerance?: number
  /** Or each on its own. */
  readonly relative?: number
  readonly absolute?: number
  /** Who has steps of their own: each `particle` (the default), or the whole `batch` together. */
  readonly control?: 'batch' | 'particle'
}

/**
 * The adaptive Runge–Kutta solver of the probability-flow ODE, down to 10⁻³ by default or, with `start` before `end`,
 * up.
 *
 * @throws RangeError for tolerances that are not positive, or ends outside the process's times.
 */
export function rk45<S extends State>(
  model: Denoiser<S>,
  {
    tolerance = 1e-5,
    relative = tolerance,
    absolute = tolerance,
    control = 'particle',
    start,
    end,
    denoise = false,
    corrector,
    after,
  }: Rk45Options<S> = {},
): Sampler<S> {
  const process = processOf(model, 'rk45')
  expectTolerance('rk45', { relative, absolute })
  if (control !== 'batch' && control !== 'particle')
    throw new RangeError(`rk45: control must be 'batch' or 'particle', not ${String(control)}`)
  expectHooks('rk45', { corrector, after })
  const ends = endsOf('rk45', process, start ?? process.times.to, end ?? endTime(process))
  const times = denoise ? withClean('rk45', process, ends) : ends
  const measure: Tolerance = { absolute, relative, scale: 'sum' }
  const [first, last] = ends
  const direction = Math.sign(last - first)

  async function* states(
    x0: S,
    stream: RandomStream = currentStream(),
  ): AsyncGenerator<SamplerState<S>, void, void> {
    let evaluations = 0
    const counted = counting(model, () => evaluations++)
    const size = sizeOf(model)
    const n = countOf(model, x0)
    const pause = pacer()
    const errors = async (e: S, a: S, b: S): Promise<Float64Array> => {
      const each = await scaledErrors(e, [a, b], measure, size)
      if (control === 'particle') return each
      return each.fill(Math.sqrt(each.reduce((total, error) => total + error ** 2, 0) / n))
    }
    const slope = (x: S, t: Float64Array): S => counted.predict(x, together(t)).velocity

    let x = x0
    let t = new Float64Array(n).fill(first)
    const noise = particlesOf(stream, size)
    let step = 0
    yield { x, t: first, step, steps: NaN, evaluations }
    let { v } = scoped(x, () => ({ v: slope(x, t) }))
    try {
      let h = await firstSteps(x, v, t)
      let rejected: boolean[] = Array.from(h, () => false)
      while (t.some((at) => at !== last)) {
        await pause()
        const next = t.map((at, i) => (h[i]! >= Math.abs(last - at) ? last : at + direction * h[i]!))
        const length = next.map((at, i) => at - t[i]!)
        if (length.some((l, i) => t[i] !== last && Math.abs(l) <= 1e-14 * Math.max(1, Math.abs(t[i]!))))
          throw new RangeError(
            'rk45: the tolerance asks for steps too small to take; is the velocity finite here?',
          )
        const trial = scoped(x, () => attempt(x, v, t, length))
        const error = await errors(trial.error, x, trial.x)
        const accepted = Array.from(error, (e, i) => t[i] === last || e < 1)
        const moved = accepted.map((good, i) => good && t[i] !== last)
        h = h.map((now, i) => {
          if (t[i] === last) return now
          const factor = error[i] === 0 ? GROW : SAFETY * error[i]! ** -0.2
          if (!accepted[i]) return Math.abs(length[i]!) * Math.max(SHRINK, factor)
          return Math.abs(length[i]!) * Math.min(rejected[i] ? 1 : GROW, Math.max(SHRINK, factor))
        })
        rejected = accepted.map((good) => !good)
        if (!moved.some(Boolean)) {
          release(trial.x, trial.v, trial.error)
          continue
        }
        const before = t
        t = next.map((at, i) => (accepted[i] ? at : before[i]!))
        const after_ = scoped(x, () => ({ x: choose(moved, trial.x, x), v: choose(moved, trial.v, v) }))
        release(trial.x, trial.v, trial.error, v)
        v = after_.v
        x = after_.x
        noise.begin(step + 1)
        const changed = hooked(counted, { corrector, after }, x, moved, before, t, noise)
        if (changed !== x) {
          // The slope at the new state is another one.
          release(x, v)
          x = changed
          v = scoped(x, () => ({ v: slope(x, t) })).v
        }
        step++
        yield { x, t: slowest(t), step, steps: NaN, evaluations }
      }
      if (denoise) {
        x = scoped(x, () => ({ x: combine([1, counted.predict(x, last).x0]) })).x
        yield { x, t: process.times.from, step: step + 1, steps: NaN, evaluations }
      }
    } finally {
      release(v)
    }

    /** One trial step of every particle; those that have arrived take none. */
    function attempt(x: S, v: S, t: Float64Array, length: Float64Array): { x: S; v: S; error: S } {
      const scaled = (factor: number): number | Float64Array => together(length.map((h) => factor * h))
      const slopes = [v]
      let next = x
      // The last stage stands at the new state.
      for (let i = 1; i < NODES.length; i++) {
        next = combine<S>([1, x], ...STAGES[i]!.map((a, j) => [scaled(a), slopes[j]!] as const))
        slopes.push(
          slope(
            next,
            t.map((from, k) => from + NODES[i]! * length[k]!),
          ),
        )
      }
      return {
        x: next,
        v: slopes.at(-1)!,
        error: combine<S>(...ERROR.map((e, j) => [scaled(e), slopes[j]!] as const)),
      }
    }

    /** A step at which the solution is expected to change by about the tolerance. */
    async function firstSteps(x: S, v: S, t: Float64Array): Promise<Float64Array> {
      const span = Math.abs(last - first)
      const [d0, d1] = [await errors(x, x, x), await errors(v, x, x)]
      const h0 = d0.map((d, i) => Math.min(d < 1e-5 || d1[i]! < 1e-5 ? 1e-6 : (0.01 * d) / d1[i]!, span))
      const probe = scoped(x, () => {
        const at = combine<S>([1, x], [together(h0.map((h) => direction * h)), v])
        const moved = slope(
          at,
          t.map((from, i) => from + direction * h0[i]!),
        )
        return { change: combine<S>([1, moved], [-1, v]) }
      })
      const d2 = (await errors(probe.change, x, x)).map((d, i) => d / h0[i]!)
      release(probe.change)
      return h0.map((h, i) => {
        const steepest = Math.max(d1[i]!, d2[i]!)
        const h1 = steepest <= 1e-15 ? Math.max(1e-6, h * 1e-3) : (0.01 / steepest) ** 0.2
        return Math.min(100 * h, h1, span)
      })
    }

    function slowest(t: Float64Array): number {
      return direction < 0 ? Math.max(...t) : Math.min(...t)
    }
  }
  return Object.assign(holding(states, model, corrector, after), { model, times })
}
