/** Small alphabets, worked out in doubles by listing everything. */
import * as tf from '@tensorflow/tfjs'
import { cleanProbabilities, type TokenDenoiser, type TokenProcess } from '../../../src/models/discrete'
import { take } from '../backends'

/** All sequences of `length` tokens below `states`. */
export function everySequence(states: number, length: number): number[][] {
  if (length === 0) return [[]]
  return everySequence(states, length - 1).flatMap((rest) =>
    Array.from({ length: states }, (_, token) => [...rest, token]),
  )
}

/** Q_{t|s} from the definition: entry [i][j] is the probability of i at t given j at s. */
export function matrix(process: TokenProcess, s: number, t: number): number[][] {
  const a = process.keep(t) / process.keep(s)
  const pi = Array.from({ length: process.states }, (_, i) =>
    process.mask === null ? 1 / process.categories : i === process.mask ? 1 : 0,
  )
  return pi.map((p, i) => pi.map((_, j) => (i === j ? a : 0) + (1 - a) * p))
}

/** q(x_s = · | x_t = i, x_0 = k) by Bayes' rule. */
export function posterior(process: TokenProcess, i: number, k: number, s: number, t: number): number[] {
  const [since, before] = [matrix(process, s, t), matrix(process, 0, s)]
  const joint = before.map((row, j) => since[i]![j]! * row[k]!)
  const total = joint.reduce((a, b) => a + b)
  return joint.map((p) => (total === 0 ? 0 : p / total))
}

/** The model's probabilities of clean tokens, [state][position][k], for every noisy sequence. */
export function table(model: TokenDenoiser, sequences: number[][], t: number): number[][][] {
  const p = cleanProbabilities(model, tf.tensor2d(sequences, undefined, 'int32'), t)
  const values = p.arraySync()
  p.dispose()
  return values
}

/** p_θ(x_s | x_t) at one position, given the model's probabilities there. */
export function reverse(process: TokenProcess, i: number, clean: number[], s: number, t: number): number[] {
  const out = new Array<number>(process.states).fill(0)
  for (const [k, p] of clean.entries()) {
    if (p === 0) continue
    posterior(process, i, k, s, t).forEach((q, j) => (out[j]! += p * q))
  }
  return out
}

/** The law of what the chain of `steps` steps ends in, by sequence. */
export function chainLaw(model: TokenDenoiser, steps: number): Map<string, number> {
  const { process, length } = model
  const sequences = everySequence(process.states, length)
  let law = new Map(
    sequences.map((x) => [
      x.join(),
      x.reduce(
        (p, i) => p * (process.mask === null ? 1 / process.categories : i === process.mask ? 1 : 0),
        1,
      ),
    ]),
  )
  for (let step = steps; step > 0; step--) {
    const [t, s] = [step / steps, (step - 1) / steps]
    const clean = table(model, sequences, t)
    const next = new Map<string, number>()
    for (const [n, x] of sequences.entries()) {
      const mass = law.get(x.join())!
      if (mass === 0) continue
      const each = x.map((i, position) => reverse(process, i, clean[n]![position]!, s, t))
      for (const y of sequences) {
        const p = y.reduce((product, j, position) => product * each[position]![j]!, mass)
        if (p > 0) next.set(y.join(), (next.get(y.join()) ?? 0) + p)
      }
    }
    law = new Map(sequences.map((x) => [x.join(), next.get(x.join()) ?? 0]))
  }
  return law
}

/** The terms of D3PM's bound for one x_0, from the prior's on, by summing over every x_i. */
export function boundTerms(model: TokenDenoiser, x0: readonly number[], steps: number): number[] {
  const { process, length } = model
  const sequences = everySequence(process.states, length)
  const last = matrix(process, 0, 1)
  const pi = process.stationary
  const prior = x0.reduce(
    (sum, k) =>
      sum + last.reduce((kl, row, i) => kl + (row[k]! > 0 ? row[k]! * Math.log(row[k]! / pi[i]!) : 0), 0),
    0,
  )
  const terms = [prior]
  for (let step = steps; step > 0; step--) {
    const [t, s] = [step / steps, (step - 1) / steps]
    const clean = table(model, sequences, t)
    const q = matrix(process, 0, t)
    let term = 0
    for (const [n, x] of sequences.entries()) {
      const mass = x.reduce((p, i, position) => p * q[i]![x0[position]!]!, 1)
      if (mass === 0) continue
      for (const [position, i] of x.entries()) {
        const truth = posterior(process, i, x0[position]!, s, t)
        const guess = reverse(process, i, clean[n]![position]!, s, t)
        truth.forEach((p, j) => {
          if (p > 0) term += mass * p * Math.log(p / guess[j]!)
        })
      }
    }
    terms.push(term)
  }
  return terms
}

/** The frequencies of sequences in a tensor, which is disposed of. */
export function frequencies(tokens: tf.Tensor): Map<string, number> {
  const [n, length] = tokens.shape as [number, number]
  const values = take(tokens)
  const counts = new Map<string, number>()
  for (let i = 0; i < n; i++) {
    const key = values.slice(i * length, (i + 1) * length).join()
    counts.set(key, (counts.get(key) ?? 0) + 1 / n)
  }
  return counts
}
