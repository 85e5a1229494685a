/** Laws of short sequences of tokens that can be listed: every probability is known. */
import * as tf from '@tensorflow/tfjs'
import { currentStream } from '../../tensor'
import { expectCount, type Data } from '../data/data'

export interface TokenLaw extends Data<tf.Tensor2D> {
  readonly length: number
  /** K: tokens are 0, …, K − 1. */
  readonly categories: number
  /** Every sequence that can occur, and its probability. */
  readonly sequences: readonly (readonly number[])[]
  readonly probabilities: readonly number[]
  /** What tokens are written as, one for each, and one for the mask. */
  readonly alphabet: readonly string[]
  /** log p of a sequence; −∞ for one that cannot occur. */
  logProbability(sequence: ArrayLike<number>): number
  /** −Σ p log p, in nats. */
  entropy(): number
  /** Sequences of shape [n, length] as text, masks included. */
  write(tokens: tf.Tensor | readonly (readonly number[])[]): string[]
}

export interface TokenLawOptions {
  readonly sequences: readonly (readonly number[])[]
  /** Positive; divided by their sum. Default: equal. */
  readonly weights?: readonly number[]
  /** Default: one more than the largest token. */
  readonly categories?: number
  /** What tokens are written as. Default: their numbers. */
  readonly alphabet?: readonly string[]
}

/** What stands for a mask in text. */
export const MASK = '·'

/** @throws RangeError naming the option, for sequences of different lengths, tokens out of range, or a weight that is not positive. */
export function tokenLaw({ sequences, weights, categories, alphabet }: TokenLawOptions): TokenLaw {
  const length = sequences[0]?.length ?? 0
  if (!length)
    throw new RangeError('tokenLaw: sequences must be at least one list of tokens, such as [[0, 1], [1, 0]]')
  const K = categories ?? 1 + Math.max(...sequences.flat())
  if (weights && weights.length !== sequences.length)
    throw new RangeError(`tokenLaw: ${sequences.length} sequences but ${weights.length} weights`)
  // The same sequence twice is one sequence with both weights.
  const shares = new Map<string, { sequence: readonly number[]; weight: number }>()
  for (const [i, sequence] of sequences.entries()) {
    if (sequence.length !== length)
      throw new RangeError(
        `tokenLaw: sequences[${i}] has ${sequence.length} tokens, but the first has ${length}`,
      )
    for (const token of sequence)
      if (!Number.isInteger(token) || token < 0 || token >= K)
        throw new RangeError(
          `tokenLaw: sequences[${i}] has the token ${token}, but tokens are 0, …, ${K - 1}`,
        )
    const weight = weights?.[i] ?? 1
    if (!(weight > 0 && weight < Infinity))
      throw new RangeError(`tokenLaw: weights[${i}] must be positive, but is ${weight}`)
    const key = sequence.join()
    shares.set(key, { sequence: [...sequence], weight: weight + (shares.get(key)?.weight ?? 0) })
  }
  const listed = [...shares.values()]
  const total = listed.reduce((sum, { weight }) => sum + weight, 0)
  const probabilities = listed.map(({ weight }) => weight / total)
  if (alphabet && alphabet.length < K)
    throw new RangeError(`tokenLaw: ${K} categories, but the alphabet has ${alphabet.length}`)
  const letters = [...(alphabet ?? Array.from({ length: K }, (_, k) => String(k))).slice(0, K), MASK]

  return {
    name: 'tokens',
    shape: [length],
    length,
    categories: K,
    sequences: listed.map(({ sequence }) => sequence),
    probabilities,
    alphabet: letters,
    logProbability(sequence) {
      const found = shares.get(Array.from(sequence).join())
      return found ? Math.log(found.weight / total) : -Infinity
    },
    entropy: () => probabilities.reduce((sum, p) => sum - p * Math.log(p), 0),
    write(tokens) {
      const rows = tokens instanceof tf.Tensor ? (tokens.arraySync() as number[][]) : tokens
      return rows.map((row) => row.map((token) => letters[token] ?? '?').join(''))
    },
    draw(n, stream = currentStream()) {
      expectCount(n)
      const values = new Int32Array(n * length)
      for (const [row, u] of stream.uniform(n).entries()) {
        let sum = 0
        let at = probabilities.findIndex((p) => u < (sum += p))
        if (at < 0) at = probabilities.length - 1
        values.set(listed[at]!.sequence, row * length)
      }
      return tf.tensor2d(values, [n, length], 'int32')
    },
  }
}

/**
 * Words as sequences of letters, padded with spaces to one length; tokens are the letters in alphabetical order.
 *
 * @param words at least one. @param weights positive, default: equal.
 */
export function words(list: readonly string[], { weights }: { weights?: readonly number[] } = {}): TokenLaw {
  if (!Array.isArray(list) || !list.length || !list.every((word) => typeof word === 'string'))
    throw new TypeError("words: the first argument must be a list of words, such as ['flow', 'score']")
  const spelled = list.map((word) => Array.from(word))
  const length = Math.max(...spelled.map((word) => word.length))
  const padded = spelled.map((word) => [...word, ...Array.from({ length: length - word.length }, () => ' ')])
  const alphabet = [...new Set(padded.flat())].sort()
  return tokenLaw({
    sequences: padded.map((word) => word.map((letter) => alphabet.indexOf(letter))),
    ...(weights && { weights }),
    alphabet,
  })
}

/**
 * Bars and stripes: square pictures of zeros and ones whose rows are all alike, or whose columns are, each picture as likely.
 * There are 2^{side+1} − 2 of them, as sequences of side² tokens, row after row.
 *
 * @param side from 1 to 6.
 */
export function barsAndStripes(side = 4): TokenLaw {
  if (!Number.isSafeInteger(side) || side < 1 || side > 6)
    throw new RangeError(`barsAndStripes: side must be a whole number from 1 to 6, but is ${side}`)
  const pictures = new Map<string, number[]>()
  for (let pattern = 0; pattern < 2 ** side; pattern++) {
    const bit = (i: number): number => (pattern >> i) & 1
    for (const across of [true, false]) {
      const picture = Array.from({ length: side * side }, (_, i) =>
        bit(across ? i % side : Math.floor(i / side)),
      )
      pictures.set(picture.join(), picture)
    }
  }
  return tokenLaw({ sequences: [...pictures.values()], categories: 2, alphabet: ['□', '■'] })
}
