/**
 * Likelihood weighting. For p_θ the law of the reverse SDE with the model's score, started from π,
 *
 *   KL(p_0 ‖ p_θ) ≤ (T/2) E_{t ~ U[0, T]} E_{p_t} [ g²(t) ‖∇ log p_t − s_θ‖² ] + KL(p_T ‖ π),
 *
 * so score matching with the weight λ = g² trains the likelihood from below. For the law of the probability-flow ODE the
 * bound does not hold.
 *
 * Song, Durkan, Murray and Ermon, "Maximum likelihood training of score-based diffusion models", NeurIPS 2021, theorem 1,
 * https://arxiv.org/abs/2101.09258
 */
import * as tf from '@tensorflow/tfjs'
import { breathe, counted, currentStream, keepingTensors, poll, type RandomStream } from '../../tensor'
import type { Denoiser } from '../denoiser'
import type { Quantity } from '../prediction'
import type { Curve, GaussianProcess } from '../process'
import { combine, type State } from '../state'
import { normalPrior, type Prior } from './logLikelihood'
import { gaussLegendre } from './quadrature'
import { endsOf, expectStatesOf, type OdeOptions } from './solve'

/**
 * The weight of the squared error of one quantity that amounts to λ = g² for the score. An error of δ in the noise is one of
 * −δ/σ in the score, −σδ/α in the clean data, (α² + σ²)δ/α in v, and g²δ/2σ in the velocity, which gives
 *
 *   score g²,   noise g²/σ²,   x0 g²α²/σ⁴,   v g²α²/(σ(α² + σ²))²,   velocity 4/g².
 *
 * @param compare what the loss compares. Default: the score.
 */
export function likelihoodWeight(process: GaussianProcess, compare: Quantity = 'score'): Curve {
  const { diffusion, sigma, alpha } = process
  const weights: Readonly<Record<Quantity, Curve>> = {
    score: diffusion,
    noise: (t) => diffusion(t) / sigma(t) ** 2,
    x0: (t) => (diffusion(t) * alpha(t) ** 2) / sigma(t) ** 4,
    v: (t) => (diffusion(t) * alpha(t) ** 2) / (sigma(t) * (alpha(t) ** 2 + sigma(t) ** 2)) ** 2,
    velocity: (t) => 4 / diffusion(t),
  }
  if (!Object.hasOwn(weights, compare))
    throw new RangeError(
      `likelihoodWeight: compare must be one of ${Object.keys(weights).join(', ')}, but is ${String(compare)}`,
    )
  return weights[compare]
}

export interface KlBound {
  /** ½ ∫ g² E‖∇ log p_t − s_θ‖² dt, in nats. */
  readonly score: number
  /** KL(p_T ‖ π). */
  readonly prior: number
  /** Their sum. */
  readonly bound: number
}

export interface KlBoundOptions<S extends State> extends Pick<OdeOptions, 'from' | 'to' | 'condition'> {
  /** π. Default: N(0, σ_T² I). */
  readonly prior?: Prior<S>
  /** Times at which the integral is taken (Gauss–Legendre). Default 64. */
  readonly points?: number
  readonly stream?: RandomStream
}

/**
 * The bound on KL(p ‖ p_θ), where the exact score is known.
 *
 * @param model whose score is s_θ.
 * @param truth the exact model of the data under the same process, `exact(process, law)`.
 * @param x0 draws of the data, over which expectations are taken.
 */
export function klBound<S extends State = tf.Tensor>(
  model: Denoiser<S>,
  truth: Denoiser<NoInfer<S>> & { logDensity(x: NoInfer<S>, t: number): NoInfer<S> },
  x0: NoInfer<S>,
  { points = 64, prior, stream = currentStream(), condition, ...times }: KlBoundOptions<NoInfer<S>> = {},
): Promise<KlBound> {
  const caller = 'klBound'
  const [from, to] = endsOf(model, times, caller)
  expectStatesOf(model, x0, caller)
  const { process } = model
  const { nodes, weights } = gaussLegendre(points, from, to, caller)
  const size = model.shape.reduce((product, length) => product * length, 1)
  return keepingTensors(async () => {
    let score = 0
    for (const i of counted(caller, nodes.length)) {
      const t = nodes[i]!
      poll()
      await breathe()
      const error = within(x0, () => {
        const x = process.draw(x0, t, stream)
        return combine([1, truth.score(x, t, condition)], [-1, model.score(x, t, condition)])
      })
      score += 0.5 * weights[i]! * process.diffusion(t) * size * (await meanOf(error, (e) => e * e))
    }
    const difference = within(x0, () => {
      const x = process.draw(x0, to, stream)
      return combine([1, truth.logDensity(x, to)], [-1, (prior ?? normalPrior(model, to)).logDensity(x)])
    })
    const ofPrior = await meanOf(difference, (d) => d)
    return { score, prior: ofPrior, bound: score + ofPrior }
  })
}

function within<S extends State>(x: S, f: () => S): S {
  return x instanceof Float64Array ? f() : (tf.tidy(f as () => tf.Tensor) as S)
}

/** The mean of a function over all numbers of a state, which is disposed of. */
async function meanOf(x: State, f: (value: number) => number): Promise<number> {
  const values = x instanceof Float64Array ? x : await x.data()
  if (x instanceof tf.Tensor) x.dispose()
  let sum = 0
  for (const value of values) sum += f(value)
  return sum / values.length
}
