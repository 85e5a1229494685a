/** Diffusion of tokens against small cases worked out by listing everything (`enumerate.ts`). */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import {
  asTokenDenoiser,
  barsAndStripes,
  d3pmLoss,
  d3pmTerms,
  drawTokens,
  exactTokens,
  maskedTokens,
  mdlm,
  priorDivergence,
  sampleTokens,
  stepDivergence,
  tokenAncestral,
  tokenDenoiser,
  tokenLaw,
  tokenMlp,
  tokenSchedules,
  traceTokens,
  uniformTokens,
  words,
  type TokenDenoiser,
} from '../../../src/models/discrete'
import { oneHot } from '../../../src/models/discrete/tokens'
import { train } from '../../../src/models/train'
import { RandomStream, selectBackend } from '../../../src/tensor'
import { approximately } from '../approximately'
import { files, take } from '../backends'
import { boundTerms, chainLaw, everySequence, frequencies, matrix, posterior } from './enumerate'

before(() => selectBackend('wasm', files))

const named = (name: string) => new RandomStream(61, name)
const K = 3
const law = tokenLaw({
  sequences: [
    [0, 0],
    [1, 1],
    [2, 2],
    [0, 1],
    [2, 0],
  ],
  weights: [4, 3, 1, 1, 2],
  categories: K,
})
const uniform = uniformTokens({ categories: K })
const masked = maskedTokens({ categories: K })
const processes = [
  uniform,
  masked,
  maskedTokens({ categories: K, schedule: tokenSchedules.cosine }),
  uniformTokens({ categories: K, schedule: tokenSchedules.linear }),
]
const int = (rows: readonly (readonly number[])[]) =>
  tf.tensor2d(
    rows.map((row) => [...row]),
    undefined,
    'int32',
  )
const multiply = (a: number[][], b: number[][]) =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)))

/** A denoiser that is wrong in a smooth way, the same at all times. */
const wrong = (process: typeof uniform): TokenDenoiser =>
  asTokenDenoiser(process, 2, (x) => {
    const seen = oneHot(x, process.states).reshape<tf.Tensor2D>([-1, 2 * process.states])
    const w = named(`wrong ${process.name}`).normalTensor<tf.Rank.R2>([2 * process.states, 2 * K])
    return tf.matMul(seen, w).reshape([-1, 2, K])
  })

describe('corruptions of tokens', () => {
  test('transitions are those of the definition, compose, and end in noise', () => {
    for (const process of processes) {
      approximately(process.transition(0.2, 0.7).flat(), matrix(process, 0.2, 0.7).flat(), 1e-15)
      approximately(
        multiply(process.transition(0.4, 0.9), process.transition(0.1, 0.4)).flat(),
        process.transition(0.1, 0.9).flat(),
        1e-12,
      )
      for (const [i, row] of process.transition(0, 1).entries())
        approximately(
          row,
          row.map(() => process.stationary[i]!),
          1e-15,
        )
    }
  })

  test('on T steps the masks of a linear schedule appear at the rate 1/(T − i + 1)', () => {
    const T = 10
    for (let i = 1; i <= T; i++)
      approximately(masked.transition((i - 1) / T, i / T)[K]![0]!, 1 / (T - i + 1), 1e-12)
  })

  test('schedules have the derivatives that they say', () => {
    for (const { keep, keepPrime } of Object.values(tokenSchedules))
      for (const t of [0.2, 0.5, 0.8])
        approximately(keepPrime(t), (keep(t + 1e-5) - keep(t - 1e-5)) / 2e-5, 1e-8)
  })

  test('draws have the transition’s probabilities, for one time and for a list', () => {
    const n = 20_000
    for (const process of processes) {
      const x0 = int(Array.from({ length: n }, () => [1, 2]))
      for (const t of [0.35, Float64Array.from({ length: n }, () => 0.35)]) {
        const drawn = take(process.draw(x0, t, named(process.name)))
        const q = matrix(process, 0, 0.35)
        for (let i = 0; i < process.states; i++)
          for (const position of [0, 1]) {
            const p = q[i]![position + 1]!
            const share = drawn.filter((token, at) => at % 2 === position && token === i).length / n
            // Five standard errors of a share.
            assert.ok(
              Math.abs(share - p) <= 5 * Math.sqrt((p * (1 - p)) / n),
              `${process.name}: ${share}, not ${p}`,
            )
          }
      }
    }
  })

  test('the posterior is Bayes’ rule, and its mean over x₀ is a mixture', () => {
    for (const process of processes)
      for (const [s, t] of [
        [0.3, 0.6],
        [0, 0.25],
        [0.5, 1],
      ] as const) {
        for (let i = 0; i < process.states; i++)
          for (let k = 0; k < K; k++) {
            if (matrix(process, 0, t)[i]![k] === 0) continue
            const p = take(process.posterior(int([[i]]), oneHot(int([[k]]), K), s, t))
            approximately(p, posterior(process, i, k, s, t), 2e-6, `${process.name} ${i} ${k} ${s} ${t}`)
          }
        const clean = [0.5, 0.2, 0.3]
        const i = process.mask ?? 1
        const mean = posterior(process, i, 0, s, t).map((_, j) =>
          clean.reduce((sum, p, k) => sum + p * posterior(process, i, k, s, t)[j]!, 0),
        )
        approximately(take(process.posterior(int([[i]]), tf.tensor3d([[clean]]), s, t)), mean, 2e-6)
      }
  })

  test('the posterior may have a time for each sequence; a token that is no mask stays', () => {
    const x = int([
      [0, K],
      [K, 2],
    ])
    const clean = tf.fill([2, 2, K], 1 / K)
    const both = take(masked.posterior(x, clean, [0.1, 0.4], [0.5, 0.9]))
    const first = take(masked.posterior(x, clean, 0.1, 0.5))
    const second = take(masked.posterior(x, clean, 0.4, 0.9))
    approximately(both, [...first.slice(0, 8), ...second.slice(8)], 1e-6)
    approximately(first.slice(0, 4), [1, 0, 0, 0], 1e-6)
  })

  test('what does not fit is named', () => {
    assert.throws(() => uniformTokens({ categories: 1 }), /categories must be a whole number from 2/)
    assert.throws(() => maskedTokens({ categories: 0 }), /categories must be a whole number from 1/)
    assert.throws(() => masked.keep(1.2), /times from 0 to 1.*t = 1.2/)
    assert.throws(() => masked.transition(0.5, 0.2), /needs s ≤ t/)
    assert.throws(() => masked.draw(int([[K, 0]]), 0.5), /from 0 to 2, but one of them is 3/)
    assert.throws(() => masked.draw(tf.zeros([2, 2]), 0.5), /int32 tensor.*float32 of shape \[2, 2\]/)
    assert.throws(() => masked.draw(int([[0, 0]]), [0.1, 0.2]), /2 times were given for 1 sequences/)
    assert.throws(() => masked.posterior(int([[0, 0]]), tf.zeros([1, 2, 4]), 0, 1), /shape \[1, 2, 3\]/)
  })
})

describe('laws of tokens', () => {
  test('draw with their probabilities', () => {
    const n = 20_000
    const found = frequencies(law.draw(n, named('law')))
    for (const [i, sequence] of law.sequences.entries()) {
      const p = law.probabilities[i]!
      approximately(found.get(sequence.join())!, p, 5 * Math.sqrt((p * (1 - p)) / n))
    }
    approximately(
      law.entropy(),
      -[4, 3, 1, 1, 2].reduce((sum, w) => sum + (w / 11) * Math.log(w / 11), 0),
      1e-12,
    )
    approximately(law.logProbability([2, 0]), Math.log(2 / 11), 1e-12)
    assert.equal(law.logProbability([1, 0]), -Infinity)
  })

  test('words are spelled and padded; bars and stripes are all there', () => {
    const four = words(['flow', 'map', 'ode'], { weights: [2, 1, 1] })
    assert.deepEqual(four.write(four.sequences), ['flow', 'map ', 'ode '])
    assert.equal(four.write([[four.categories, 1, 2, 3]])[0]![0], '·')
    assert.deepEqual(four.shape, [4])
    const pictures = barsAndStripes(3)
    assert.equal(pictures.sequences.length, 2 ** 4 - 2)
    for (const p of pictures.sequences) {
      const row = (i: number) => p.slice(3 * i, 3 * i + 3)
      const bars = [1, 2].every((i) => row(i).join() === row(0).join())
      const stripes = [0, 1, 2].every((i) => new Set(row(i)).size === 1)
      assert.ok(bars || stripes)
    }
  })

  test('the same sequence twice is one; what does not fit is named', () => {
    approximately(tokenLaw({ sequences: [[0], [1], [0]] }).probabilities, [2 / 3, 1 / 3], 1e-12)
    assert.throws(() => tokenLaw({ sequences: [] }), /at least one list/)
    assert.throws(() => tokenLaw({ sequences: [[0, 1], [1]] }), /sequences\[1\] has 1 tokens/)
    assert.throws(() => tokenLaw({ sequences: [[0, 1.5]] }), /token 1.5/)
    assert.throws(() => tokenLaw({ sequences: [[0, 3]], categories: 2 }), /tokens are 0, …, 1/)
    assert.throws(() => tokenLaw({ sequences: [[0]], weights: [0] }), /weights\[0\] must be positive/)
    assert.throws(() => tokenLaw({ sequences: [[0]], weights: [1, 1] }), /1 sequences but 2 weights/)
    assert.throws(() => tokenLaw({ sequences: [[0, 1]], alphabet: ['a'] }), /alphabet has 1/)
    assert.throws(() => words([]), /list of words/)
    assert.throws(() => barsAndStripes(0), /side must be/)
  })
})

describe('the exact denoiser', () => {
  test('is Bayes’ rule over all sequences', () => {
    for (const process of processes)
      for (const t of [0.2, 0.7]) {
        const q = matrix(process, 0, t)
        for (const x of everySequence(process.states, 2)) {
          const weights = law.sequences.map(
            (y, m) => law.probabilities[m]! * y.reduce((p, k, position) => p * q[x[position]!]![k]!, 1),
          )
          const total = weights.reduce((a, b) => a + b)
          if (total === 0) continue
          const expected = [0, 1].flatMap((position) =>
            [0, 1, 2].map((k) =>
              law.sequences.reduce((sum, y, m) => sum + (y[position] === k ? weights[m]! / total : 0), 0),
            ),
          )
          const p = take(tf.exp(exactTokens(process, law).logProbabilities(int([x]), t)))
          approximately(p, expected, 1e-5, `${process.name} at ${x.join()}`)
        }
      }
  })

  test('what does not fit is named', () => {
    assert.throws(() => exactTokens(maskedTokens({ categories: 4 }), law), /3 categories, but the process 4/)
    assert.throws(() => exactTokens(masked, {} as never), /a law of tokens/)
    assert.throws(
      () => exactTokens(masked, law).logProbabilities(int([[0, 1, 2]]), 0.5),
      /sequences of 2 tokens, but was given 3/,
    )
  })
})

describe('D3PM', () => {
  const T = 5
  const x0 = [2, 0]

  test('the divergence of one step, for every noisy sequence', () => {
    for (const process of [uniform, masked])
      for (const model of [exactTokens(process, law), wrong(process)]) {
        const n = 400
        const many = int(Array.from({ length: n }, () => x0))
        const xt = process.draw(many, 0.6, named('xt'))
        const kl = take(stepDivergence(model, many, xt, 0.4, 0.6))
        // Averages of the same x_t, worked out one by one.
        const terms = new Map<string, number>()
        const rows = xt.arraySync()
        for (const [i, x] of rows.entries()) {
          const key = x.join()
          if (!terms.has(key)) terms.set(key, one(model, x))
          approximately(kl[i]!, terms.get(key)!, 1e-4, `${process.name} at ${key}`)
        }
      }
    function one(model: TokenDenoiser, x: number[]): number {
      const clean = tf.exp(model.logProbabilities(int([x]), 0.6)).arraySync()
      return x.reduce((sum, i, position) => {
        const truth = posterior(model.process, i, x0[position]!, 0.4, 0.6)
        const guess = truth.map((_, j) =>
          clean[0]![position]!.reduce(
            (p, c, k) => p + (c > 1e-20 ? c * posterior(model.process, i, k, 0.4, 0.6)[j]! : 0),
            0,
          ),
        )
        return sum + truth.reduce((kl, p, j) => kl + (p > 0 ? p * Math.log(p / guess[j]!) : 0), 0)
      }, 0)
    }
  })

  test('its terms are those of the bound, which is above −log p of the chain', async () => {
    const n = 6000
    const many = int(Array.from({ length: n }, () => x0))
    for (const process of [uniform, masked])
      for (const model of [exactTokens(process, law), wrong(process)]) {
        const expected = boundTerms(model, x0, T)
        const terms = await d3pmTerms(model, many, { steps: T, stream: named('terms') })
        // Divergences here are below six nats: five standard errors of a mean.
        approximately(terms, expected, (5 * 3) / Math.sqrt(n), process.name)
        const bound = expected.reduce((a, b) => a + b)
        const exactly = -Math.log(chainLaw(model, T).get(x0.join())!)
        assert.ok(bound >= exactly - 1e-6, `${bound} is below ${exactly}`)
      }
  })

  test('what is kept at the end costs the prior’s divergence', async () => {
    const schedule = { keep: (t: number) => 1 - 0.7 * t, keepPrime: () => -0.7 }
    const kept = uniformTokens({ categories: K, schedule })
    const terms = await d3pmTerms(exactTokens(kept, law), int([x0]), { steps: 1, stream: named('prior') })
    approximately(terms[0]!, boundTerms(exactTokens(kept, law), x0, 1)[0]!, 1e-12)
    assert.ok(terms[0]! > 0.05)
    assert.equal(priorDivergence(maskedTokens({ categories: K, schedule }), 2), Infinity)
    assert.equal(priorDivergence(uniform, 2), 0)
  })

  test('the training loss is an estimate of the bound, with the cross entropy beside it', () => {
    const n = 20_000
    const many = int(Array.from({ length: n }, () => x0))
    for (const process of [uniform, masked]) {
      const model = wrong(process)
      const [plain, more] = [0, 1].map(
        (auxiliary) => take(d3pmLoss(model, many, { steps: T, auxiliary, stream: named('loss') }))[0]!,
      ) as [number, number]
      const terms = boundTerms(model, x0, T).slice(1)
      const bound = terms.reduce((a, b) => a + b)
      approximately(plain, bound, (5 * T * 2) / Math.sqrt(n) / Math.max(1, bound), process.name)
      assert.ok(more > plain + 0.1)
    }
  })

  test('options that make no sense are named', async () => {
    const model = exactTokens(masked, law)
    assert.throws(() => d3pmLoss({} as never, int([[0, 1]])), /d3pmLoss: .* denoiser of tokens/)
    assert.throws(() => stepDivergence({} as never, int([[0]]), int([[0]]), 0, 1), /stepDivergence: /)
    await assert.rejects(d3pmTerms({} as never, int([[0, 1]])), /d3pmTerms: /)
    assert.throws(() => drawTokens(tf.zeros([2, 2]) as never), /shape \[n, length, states\]/)
    assert.throws(() => d3pmLoss(model, int([[0, 1]]), { steps: 0 }), /steps must be/)
    assert.throws(() => d3pmLoss(model, int([[0, 1]]), { auxiliary: -1 }), /auxiliary/)
    await assert.rejects(d3pmTerms(model, int([[0, 1]]), { steps: 1.5 }), /steps must be/)
  })
})

describe('MDLM', () => {
  test('of the exact denoiser is −log p(x₀), for every sequence and schedule', () => {
    const n = 20_000
    for (const process of [masked, processes[2]!])
      for (const [m, sequence] of law.sequences.entries()) {
        const many = int(Array.from({ length: n }, () => sequence))
        const loss = take(mdlm(exactTokens(process, law), many, { stream: named(`mdlm ${m}`) }))[0]!
        const expected = -Math.log(law.probabilities[m]!)
        // The weight 1/t gives the terms a spread of at most twice their size, with times spread evenly.
        approximately(loss, expected, (5 * 4) / Math.sqrt(n), `${process.name} ${sequence.join()}`)
      }
  })

  test('of any denoiser is its sum over sets of masks', () => {
    // ∫ t^{m−1}(1−t)^{L−m} dt = (m−1)!(L−m)!/L! : with L = 2, ½ for each single mask and for the pair.
    const n = 20_000
    const model = wrong(masked)
    const x0 = [2, 0]
    const log = (x: number[]) => model.logProbabilities(int([x]), 0.5).arraySync()[0]!
    const cost = (x: number[]) =>
      x.reduce((sum, token, i) => sum - (token === K ? log(x)[i]![x0[i]!]! : 0), 0)
    const expected = (cost([K, 0]) + cost([2, K]) + cost([K, K])) / 2
    const loss = take(mdlm(model, int(Array.from({ length: n }, () => x0)), { stream: named('sum') }))[0]!
    approximately(loss / expected, 1, (5 * 3) / Math.sqrt(n))
  })

  test('is the limit of D3PM’s bound for many steps', () => {
    const model = exactTokens(masked, law)
    const x0 = [2, 0]
    const gap = (T: number) =>
      boundTerms(model, x0, T).reduce((a, b) => a + b) + Math.log(law.probabilities[4]!)
    const [few, many, more] = [gap(2), gap(8), gap(16)] as const
    assert.ok(few > many && many > more && more > -1e-6, `${few}, ${many}, ${more}`)
    // First order in 1/T.
    approximately(many / more, 2, 0.15)
  })

  test('needs masks', () => {
    assert.throws(() => mdlm(exactTokens(uniform, law), int([[0, 1]])), /must be absorbing.*but is uniform/)
    assert.throws(
      () => mdlm({} as never, int([[0, 1]])),
      /mdlm: the first argument must be a denoiser of tokens/,
    )
  })
})

describe('sampling tokens', () => {
  test('follows the chain: frequencies of every sequence', async () => {
    const n = 8000
    for (const process of [uniform, masked])
      for (const model of [exactTokens(process, law), wrong(process)]) {
        const expected = chainLaw(model, 4)
        const found = frequencies(
          await sampleTokens(tokenAncestral(model, { steps: 4 }), n, { stream: named('chain') }),
        )
        for (const [key, p] of expected)
          assert.ok(
            Math.abs((found.get(key) ?? 0) - p) <= 5 * Math.sqrt((p * (1 - p)) / n) + 1e-5,
            `${process.name} ${key}: ${found.get(key)}, not ${p}`,
          )
      }
  })

  test('with the exact denoiser tends to the law, to first order in the number of steps', () => {
    for (const process of [uniform, masked]) {
      const model = exactTokens(process, law)
      const distance = (steps: number) => {
        const end = chainLaw(model, steps)
        let sum = 0
        for (const [key, p] of end) {
          const known = law.sequences.findIndex((y) => y.join() === key)
          sum += Math.abs(p - (known < 0 ? 0 : law.probabilities[known]!)) / 2
        }
        return sum
      }
      const [one, eight, sixteen] = [distance(1), distance(8), distance(16)]
      assert.ok(one > 0.3 && sixteen < 0.04, `${one}, ${sixteen}`)
      approximately(eight / sixteen, 2, 0.3)
    }
  })

  test('draws each token with its probability', () => {
    const n = 30_000
    const p = [0.2, 0, 0.5, 0.3]
    const drawn = take(drawTokens(tf.tile(tf.tensor3d([[p]]), [n, 1, 1]), named('draw')))
    for (const [k, q] of p.entries()) {
      const share = drawn.filter((token) => token === k).length / n
      assert.ok(Math.abs(share - q) <= 5 * Math.sqrt((q * (1 - q)) / n), `${k}: ${share}`)
    }
  })

  test('a token once drawn stays, and a trace holds every time', async () => {
    const trace = await traceTokens(tokenAncestral(exactTokens(masked, law), { steps: 6 }), 20, {
      stream: named('trace'),
    })
    approximately(trace.t, [1, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6, 0], 1e-12)
    assert.ok(trace.tokens[0]!.flat().every((token) => token === K))
    assert.ok(
      trace.tokens
        .at(-1)!
        .flat()
        .every((token) => token < K),
    )
    for (let i = 1; i < trace.t.length; i++)
      trace.tokens[i]!.forEach((sequence, n) =>
        sequence.forEach((token, position) => {
          const previous = trace.tokens[i - 1]![n]![position]!
          assert.ok(previous === K || previous === token)
        }),
      )
  })

  test('options that make no sense are named, and nothing is left behind', async () => {
    const model = exactTokens(masked, law)
    assert.throws(() => tokenAncestral(model, { steps: 0 }), /steps must be/)
    assert.throws(() => tokenAncestral(model, { times: [0, 1] }), /falling, from 1 to 0/)
    assert.throws(() => tokenAncestral({} as never), /a denoiser of tokens/)
    await assert.rejects(sampleTokens({} as never, 3), /must be a sampler/)
    await assert.rejects(sampleTokens(tokenAncestral(model), 0), /number of samples/)
    const before = tf.memory().numTensors
    ;(await sampleTokens(tokenAncestral(model, { steps: 3 }), 5, { stream: named('memory') })).dispose()
    assert.equal(tf.memory().numTensors, before)
  })
})

describe('a network on tokens', () => {
  test('learns a law until its bound is close to the entropy', async () => {
    const model = tokenDenoiser(masked, tokenMlp({ process: masked, length: 2, hidden: [32] }), {
      stream: named('network'),
    })
    await train(model, law, { steps: 400, batch: 128, rate: 1e-2, stream: named('training') })
    const n = 8000
    const bound = take(mdlm(model, law.draw(n, named('test')), { stream: named('bound') }))[0]!
    // The bound of any model is at least the entropy; four hundred steps come within a tenth of a nat.
    assert.ok(
      bound > law.entropy() - 0.1 && bound < law.entropy() + 0.1,
      `${bound}, entropy ${law.entropy()}`,
    )
  })

  test('has a gradient for every parameter under both corruptions; what does not fit is named', () => {
    for (const process of [uniform, masked]) {
      const model = tokenDenoiser(process, tokenMlp({ process, length: 2, hidden: [6] }), {
        stream: named('gradient'),
      })
      const batch = law.draw(32, named('batch'))
      const { grads } = tf.variableGrads(() => model.loss(batch, named('loss')), Object.values(model.params))
      for (const [name, p] of Object.entries(model.params))
        assert.ok(
          take(grads[p.name]!).some((g) => g !== 0),
          `${process.name}: ${name} has no gradient`,
        )
    }
    assert.throws(() => tokenMlp({ process: masked, length: 0 }), /length must be/)
    assert.throws(() => tokenMlp({ process: {} as never, length: 2 }), /process must be a corruption/)
    assert.throws(
      () => tokenDenoiser(uniform, tokenMlp({ process: masked, length: 2 })),
      /takes 4 tokens and gives 3/,
    )
    assert.throws(() => tokenDenoiser(uniform, {} as never), /must be a network/)
  })
})
