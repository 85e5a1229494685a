/**
 * Sampling tokens: from pure noise at t = 1 down a list of times, every position drawn from
 *
 *   p_θ(x_s | x_t) = Σ_k q(x_s | x_t, x_0 = k) p_θ(x_0 = k | x_t).
 *
 * For the absorbing corruption this unmasks: a mask stays with probability (1 − a_s)/(1 − a_t), else its token is drawn from the
 * model's probabilities, and a token once drawn stays. Positions of one step are drawn on their own, which is where few steps
 * go wrong: tokens that belong together may not be drawn together.
 */
import * as tf from '@tensorflow/tfjs'
import {
  breathe,
  counted,
  currentStream,
  holding,
  keepingTensors,
  poll,
  type RandomStream,
} from '../../tensor'
import { expectCount } from '../data/data'
import { walkReached } from '../milestones'
import { cleanProbabilities, expectTokenDenoiser, type TokenDenoiser } from './denoiser'

/** One state on the way. */
export interface TokenState {
  /** Tokens of shape [n, length]. */
  readonly x: tf.Tensor2D
  readonly t: number
  /** Steps done, and steps to do. */
  readonly step: number
  readonly steps: number
}

/** Given a start, yields every state from it to the end, the start included; states belong to whoever asks. */
export interface TokenSampler {
  (start: tf.Tensor2D, stream?: RandomStream): AsyncGenerator<TokenState, void, void>
  readonly model: TokenDenoiser
  readonly times: readonly number[]
}

export interface TokenSamplerOptions {
  /** Steps from t = 1 to 0, evenly spread. Default 50. */
  readonly steps?: number
  /** Or the times themselves, falling. */
  readonly times?: readonly number[]
}

/** The ancestral sampler of tokens. @throws RangeError for steps or times that make no sense. */
export function tokenAncestral(
  model: TokenDenoiser,
  { steps = 50, times }: TokenSamplerOptions = {},
): TokenSampler {
  expectTokenDenoiser('tokenAncestral', model)
  if (!times && (!Number.isSafeInteger(steps) || steps < 1))
    throw new RangeError(`tokenAncestral: steps must be a positive whole number, but is ${steps}`)
  const stops = times ? [...times] : Array.from({ length: steps + 1 }, (_, i) => 1 - i / steps)
  if (stops.length < 2 || !stops.every((t, i) => t >= 0 && t <= 1 && (i === 0 || t < stops[i - 1]!)))
    throw new RangeError(
      `tokenAncestral: times must be at least two, falling, from 1 to 0, but are ${stops.join(', ')}`,
    )

  async function* states(
    start: tf.Tensor2D,
    stream = currentStream(),
  ): AsyncGenerator<TokenState, void, void> {
    const total = stops.length - 1
    let x = start
    yield { x, t: stops[0]!, step: 0, steps: total }
    for (const i of counted('sampling', total)) {
      poll()
      if (i % 10 === 9) await breathe()
      const [t, s] = [stops[i]!, stops[i + 1]!]
      const now = x
      x = tf.tidy(() =>
        drawTokens(model.process.posterior(now, cleanProbabilities(model, now, t), s, t), stream),
      )
      yield { x, t: s, step: i + 1, steps: total }
    }
  }
  return Object.assign(holding(states, model), { model, times: stops })
}

/**
 * One token for each position.
 *
 * @param probabilities of shape [n, length, states]; they need not sum to one.
 */
export function drawTokens(probabilities: tf.Tensor3D, stream: RandomStream = currentStream()): tf.Tensor2D {
  if (!(probabilities instanceof tf.Tensor) || (probabilities as tf.Tensor).rank !== 3)
    throw new RangeError('drawTokens: probabilities must be a tensor of shape [n, length, states]')
  return tf.tidy(() => {
    const [n, length, states] = probabilities.shape
    const ends = tf.cumsum(probabilities, 2)
    const u = tf.mul(stream.uniformTensor([n, length, 1]), ends.slice([0, 0, states - 1], [-1, -1, 1]))
    const passed = tf.sum(tf.cast(tf.lessEqual(ends, u), 'int32'), 2)
    return tf.minimum<tf.Tensor2D>(passed, tf.scalar(states - 1, 'int32'))
  })
}

export interface SampleTokensOptions {
  /** Default: the cell's own stream. */
  readonly stream?: RandomStream
  /** Called with every state, which it must not keep: all but the last are disposed of. */
  readonly observe?: (state: TokenState) => void | Promise<void>
}

/** Draws `n` sequences. @returns tokens of shape [n, length]. */
export async function sampleTokens(
  sampler: TokenSampler,
  n: number,
  { stream = currentStream(), observe }: SampleTokensOptions = {},
): Promise<tf.Tensor2D> {
  if (typeof sampler !== 'function' || !('times' in sampler))
    throw new TypeError('sampleTokens: the first argument must be a sampler, such as tokenAncestral(model)')
  expectCount(n)
  const { process, length } = sampler.model
  let latest = process.noise(n, length, stream)
  return keepingTensors(async () => {
    try {
      for await (const state of sampler(latest, stream)) {
        if (state.x !== latest) latest.dispose()
        latest = state.x
        walkReached(state, { x_t: state.x, t: state.t })
        await observe?.(state)
      }
      return latest
    } catch (error) {
      latest.dispose()
      throw error
    }
  })
}

/** What a sampler did, for pictures: the tokens of some sequences at every time. */
export interface TokenTrace {
  readonly t: readonly number[]
  /** For each time the sequences, each a list of tokens. */
  readonly tokens: readonly (readonly (readonly number[])[])[]
}

/** Follows `n` sequences from noise to the end. */
export async function traceTokens(
  sampler: TokenSampler,
  n = 1,
  { stream = currentStream() }: { readonly stream?: RandomStream } = {},
): Promise<TokenTrace> {
  const t: number[] = []
  const tokens: number[][][] = []
  const end = await sampleTokens(sampler, n, {
    stream,
    async observe(state) {
      t.push(state.t)
      tokens.push(await state.x.array())
    },
  })
  end.dispose()
  return { t, tokens }
}
