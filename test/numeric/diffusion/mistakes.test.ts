import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mistakes } from '../../../src/models/mistakes'
import {
  endVariances,
  STEPS,
  thinAndWide,
  type Started,
} from '../../../src/models/mistakes/diffusion/variances'
import { ddpm, geometricScales, linearBetas, ncsn } from '../../../src/models/processes'
import { RandomStream } from '../../../src/tensor'

const N = 65_536
const model = thinAndWide(ddpm({ betas: linearBetas(STEPS, 0.1 / STEPS, 20 / STEPS) }))

/** Variances of samples. */
async function sampled({ start, sampler }: Started, stream: RandomStream): Promise<number[]> {
  let x: Float64Array = stream.normal(2 * N).map((z) => start * z)
  for await (const state of sampler(x, stream)) x = state.x
  return [0, 1].map((i) => x.reduce((sum, value, k) => (k % 2 === i ? sum + value ** 2 : sum), 0) / N)
}

test('the variances that the checks compute are those of 65,536 samples after 200 steps', async () => {
  const { right, wrong } = mistakes.timeOffByOne
  const expected = await endVariances(right(model))
  // Four standard errors: 2.2 %.
  const tolerance = 4 * Math.sqrt(2 / N)
  const found = await sampled(right(model), new RandomStream(12, 'right'))
  for (const i of [0, 1])
    assert.ok(
      Math.abs(found[i]! / expected[i]! - 1) < tolerance,
      `right: ${found[i]}, expected ${expected[i]}`,
    )
  // The mistake that changes least is still far outside.
  const mistaken = await sampled(wrong(model), new RandomStream(12, 'wrong'))
  const own = await endVariances(wrong(model))
  for (const i of [0, 1]) assert.ok(Math.abs(mistaken[i]! / own[i]! - 1) < tolerance)
  assert.ok([0, 1].some((i) => Math.abs(mistaken[i]! / expected[i]! - 1) > 0.06))
})

test('an additive sampler that guesses and adds noise again ends with half the variance', () => {
  // N(0, 1) with the exact denoiser, scales from 0.01 to 10: the recursion of the variance, in doubles.
  const expected: Record<number, readonly [tempting: number, right: number]> = {
    100: [0.483, 0.933],
    1000: [0.498, 0.993],
    10_000: [0.4998, 0.999],
  }
  for (const [steps, [half, whole]] of Object.entries(expected)) {
    const T = Number(steps)
    const process = ncsn({ sigmas: geometricScales(10, 0.01, T) })
    let [tempting, right] = [101, 101]
    for (let t = T; t >= 1; t--) {
      const guess = 1 / (1 + process.sigma(t) ** 2)
      tempting = guess ** 2 * tempting + process.sigma(t - 1) ** 2
      // The library's own posterior step, with the guess put in.
      const { ofState, ofData, variance } = process.posterior(t - 1, t)
      right = (ofState + ofData * guess) ** 2 * right + variance
    }
    const digits = T === 10_000 ? 1e-4 : 1e-3
    assert.ok(Math.abs(tempting - half) < digits, `T = ${T}: ${tempting}`)
    assert.ok(Math.abs(right - whole) < 1e-3, `T = ${T}: ${right}`)
  }
})
