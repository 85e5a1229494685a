/**
 * Corruptions of tokens: each position, on its own, keeps its token or has it replaced by a draw from a fixed law π. From
 * time s to a later t, as matrices acting on probabilities,
 *
 *   Q_{t|s} = a_{t|s} I + (1 − a_{t|s}) π 1ᵀ,   a_{t|s} = a_t / a_s,   a_0 = 1,
 *
 *   uniform    π the same for all K tokens: at the end, any token
 *   absorbing  π all on one more token, the mask: at the end, nothing but masks
 *
 * so that q(x_t | x_0) keeps x_0 with probability a_t, and Bayes' rule gives the posterior
 *
 *   q(x_s = j | x_t = i, x_0 = k) = q(x_t = i | x_s = j) q(x_s = j | x_0 = k) / q(x_t = i | x_0 = k).
 *
 * Time runs over [0, 1], 0 clean. A chain of T steps, as D3PM has it, visits t = i/T: with a_t = 1 − t its masks appear at
 * the rate β_i = 1/(T − i + 1). Tokens are whole numbers in int32 tensors of shape [n, length].
 *
 * Austin, Johnson, Ho, Tarlow and van den Berg, "Structured denoising diffusion models in discrete state-spaces", NeurIPS
 * 2021, https://arxiv.org/abs/2107.03006
 */
import * as tf from '@tensorflow/tfjs'
import { currentStream, type RandomStream } from '../../tensor'
import type { Curve } from '../process'
import type { Time } from '../state'
import { carriedOver, column, expectTokens, oneHot } from './tokens'

/** a_t and its derivative: how likely a token is to be as it was. */
export interface TokenSchedule {
  readonly keep: Curve
  readonly keepPrime: Curve
}

/** 1 − t. */
const linear: TokenSchedule = { keep: (t) => 1 - t, keepPrime: () => -1 }

/** cos² ½πt. */
const cosine: TokenSchedule = {
  keep: (t) => (t === 1 ? 0 : Math.cos((Math.PI / 2) * t) ** 2),
  keepPrime: (t) => (-Math.PI / 2) * Math.sin(Math.PI * t),
}

/** How tokens are lost as time goes on. */
export const tokenSchedules = { linear, cosine } as const

export interface TokenProcess extends TokenSchedule {
  readonly name: string
  /** K, how many different clean tokens there are: 0, …, K − 1. */
  readonly categories: number
  /** How many different tokens x_t may have: K, or K + 1 with the mask. */
  readonly states: number
  /** The mask, K, where there is one. */
  readonly mask: number | null
  /** π, a probability for each state. */
  readonly stationary: readonly number[]
  /** Q_{t|s}: row i, column j is the probability of i at time t given j at time s ≤ t. */
  transition(s: number, t: number): number[][]
  /** Draws x_t for clean tokens of shape [n, length]; t is one time for all, or one for each of the n. */
  draw(x0: tf.Tensor, t: Time, stream?: RandomStream): tf.Tensor2D
  /** Pure noise, x_1, of shape [n, length]. */
  noise(n: number, length: number, stream?: RandomStream): tf.Tensor2D
  /**
   * q(x_s | x_t), when x_0 has the given probabilities at each position given x_t: the mean of q(x_s | x_t, x_0).
   *
   * Where the corruption is absorbing and x_t is no mask, x_0 must be x_t, whatever the probabilities.
   *
   * @param xt tokens of shape [n, length].
   * @param x0 probabilities of clean tokens, of shape [n, length, K]; one-hot where x_0 is known.
   * @returns probabilities of shape [n, length, states].
   */
  posterior(xt: tf.Tensor, x0: tf.Tensor, s: Time, t: Time): tf.Tensor3D
}

export interface TokenProcessOptions {
  /** K. */
  readonly categories: number
  /** Default: `tokenSchedules.cosine` for the uniform corruption, `linear` for the absorbing one. */
  readonly schedule?: TokenSchedule
}

/** Tokens become any other, all as likely. @throws RangeError for fewer than two categories. */
export function uniformTokens({ categories, schedule = cosine }: TokenProcessOptions): TokenProcess {
  expectCategories('uniformTokens', categories, 2)
  const share = 1 / categories
  return complete(
    'uniform',
    categories,
    null,
    Array.from({ length: categories }, () => share),
    schedule,
  )
}

/** Tokens become masks, whose token is K. @throws RangeError for less than one category. */
export function maskedTokens({ categories, schedule = linear }: TokenProcessOptions): TokenProcess {
  expectCategories('maskedTokens', categories, 1)
  const stationary = Array.from({ length: categories + 1 }, (_, k) => (k === categories ? 1 : 0))
  return complete('absorbing', categories, categories, stationary, schedule)
}

function complete(
  name: string,
  categories: number,
  mask: number | null,
  stationary: readonly number[],
  { keep, keepPrime }: TokenSchedule,
): TokenProcess {
  const states = stationary.length
  const at = (t: number): number => {
    if (t >= 0 && t <= 1) return t
    throw new RangeError(`the ${name} corruption is defined for times from 0 to 1; it was asked for t = ${t}`)
  }
  const kept: Curve = (t) => keep(at(t))
  /** a_{t|s}. */
  const keptSince = (s: number, t: number): number => {
    if (s > t) throw new RangeError(`the ${name} corruption needs s ≤ t, but s = ${s} and t = ${t}`)
    return s === t ? 1 : kept(t) / kept(s)
  }

  const process: TokenProcess = {
    name,
    categories,
    states,
    mask,
    stationary,
    keep: kept,
    keepPrime: (t) => keepPrime(at(t)),

    transition(s, t) {
      const a = keptSince(s, t)
      return stationary.map((pi, i) => stationary.map((_, j) => (i === j ? a : 0) + (1 - a) * pi))
    },

    draw(x0, t, stream = currentStream()) {
      expectTokens(x0, categories)
      const [n, length] = x0.shape as [number, number]
      return tf.tidy(() => {
        const stays = tf.less(stream.uniformTensor([n, length]), column(t, kept, n, 2))
        return tf.where(stays, x0, process.noise(n, length, stream)) as tf.Tensor2D
      })
    },

    noise(n, length, stream = currentStream()) {
      return mask === null
        ? stream.integerTensor([n, length], 0, categories)
        : tf.fill<tf.Rank.R2>([n, length], mask, 'int32')
    },

    posterior(xt, x0, s, t) {
      expectTokens(xt, states)
      const [n, length] = xt.shape as [number, number]
      if (x0.shape.join() !== [n, length, categories].join())
        throw new RangeError(
          `the posterior needs probabilities of shape [${n}, ${length}, ${categories}], but was given [${x0.shape.join(', ')}]`,
        )
      return tf.tidy(() => {
        const now = oneHot(xt, states)
        const pi = tf.tensor1d([...stationary])
        const since = column(paired(s, t, keptSince), (a) => a, n, 3)
        const [as, at] = [column(s, kept, n, 3), column(t, kept, n, 3)]
        /** π of the token at hand, of shape [n, length, 1]. */
        const piNow = tf.sum(tf.mul(now, pi), 2, true)
        const clean = mask === null ? x0 : carriedOver(xt, x0, mask)
        // w_k = p_k / q(x_t | x_0 = k): how often x_0 = k leads here against how often it is meant to be the truth.
        const likelihood = tf.add(
          tf.mul(at, now.slice([0, 0, 0], [-1, -1, categories])),
          tf.mul(tf.sub(1, at), piNow),
        )
        const possible = tf.greater(likelihood, 0)
        const w = tf.where(
          possible,
          tf.div(clean, tf.where(possible, likelihood, tf.onesLike(likelihood))),
          tf.zerosLike(likelihood),
        )
        const spread = tf.mul(tf.mul(tf.sub(1, as), pi), tf.sum(w, 2, true))
        const padded =
          mask === null
            ? w
            : tf.pad(w, [
                [0, 0],
                [0, 0],
                [0, 1],
              ])
        const fromClean = tf.add(tf.mul(as, padded), spread)
        const toNow = tf.add(tf.mul(since, now), tf.mul(tf.sub(1, since), piNow))
        return tf.mul<tf.Tensor3D>(fromClean, toNow)
      })
    },
  }
  return process
}

function paired(s: Time, t: Time, f: (s: number, t: number) => number): Time {
  if (typeof s === 'number' && typeof t === 'number') return f(s, t)
  const n = typeof s === 'number' ? (t as ArrayLike<number>).length : s.length
  const at = (time: Time, i: number): number => (typeof time === 'number' ? time : time[i]!)
  return Float64Array.from({ length: n }, (_, i) => f(at(s, i), at(t, i)))
}

function expectCategories(name: string, categories: number, least: number): void {
  if (!Number.isSafeInteger(categories) || categories < least)
    throw new RangeError(`${name}: categories must be a whole number from ${least} on, but is ${categories}`)
}
